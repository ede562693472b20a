import WordtoolCore

/// Sentences whose every word has a tag: a part of speech, a kind of name.
public struct TaggedText: Sendable {
  /// One sentence.
  public struct Sentence: Hashable, Sendable {
    /// The words.
    public var words: [String]
    /// The tag of each word.
    public var tags: [String]

    /// A sentence.
    ///
    /// - Precondition: there are as many tags as words.
    public init(words: [String], tags: [String]) {
      precondition(words.count == tags.count, "\(tags.count) tags for \(words.count) words")
      self.words = words
      self.tags = tags
    }
  }

  /// The sentences in order, none of them empty.
  public var sentences: [Sentence] = []

  /// No sentence.
  public init() {}

  /// How many words there are.
  public var wordCount: Int { sentences.reduce(0) { $0 + $1.words.count } }

  /// The distinct tags in the order of their UTF-8 bytes.
  public var tags: [String] {
    Set(sentences.flatMap(\.tags)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Reads a file of one word a line, plain or gzip; `-` is standard input.
  ///
  /// A line is a word, a tab and its tag; or fields between spaces, the word the first of them and
  /// the tag the last, as in CoNLL's files. A blank line ends a sentence.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, `inputOutput`, `badData` for a line without a tag or
  ///   a file without words.
  public mutating func append(contentsOf path: String) throws {
    let lines = try LineReader(path: path)
    let before = sentences.count
    var sentence = Sentence(words: [], tags: [])
    func end() {
      if !sentence.words.isEmpty { sentences.append(sentence) }
      sentence = Sentence(words: [], tags: [])
    }
    while true {
      let isFirst = lines.number == 0
      let found = try lines.next { line -> [String] in
        let line = isFirst ? ByteOrderMark.skipped(line) : line[...]
        let tab = UInt8(ascii: "\t")
        let fields =
          line.contains(tab)
          ? line.split(separator: tab) : line.split(whereSeparator: LabelledTextLayout.isSpace)
        return fields.map { String(decoding: $0, as: UTF8.self) }
      }
      guard let fields = found else { break }
      guard let word = fields.first, let tag = fields.last else {
        end()
        continue
      }
      guard fields.count >= 2 else {
        throw WordtoolError(
          .badData, path: path, at: .line(lines.number), found: "a word without a tag",
          expected: "a word, a tab and its tag")
      }
      sentence.words.append(word)
      sentence.tags.append(tag)
    }
    end()
    guard sentences.count > before else {
      throw WordtoolError(.badData, path: path, found: "no word", expected: "words with tags")
    }
  }
}

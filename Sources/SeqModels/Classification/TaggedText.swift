public import Tokenize
import WordtoolCore

/// Sentences whose every word has a tag: a part of speech, a kind of name.
public struct TaggedText: Sendable {
  /// One sentence.
  public struct Sentence: Hashable, Sendable {
    /// The words.
    public var words: [String]
    /// The tag of each word.
    public var tags: [String]

    /// A sentence of at least one word, with as many tags as words.
    public init(words: [String], tags: [String]) {
      self.words = words
      self.tags = tags
    }
  }

  /// How tagged words stand in a file.
  public struct Layout: Hashable, Sendable {
    /// The column of the word; nil is found out.
    public var wordColumn: LabelledTextLayout.Column?
    /// The column of the tag; nil is found out.
    public var tagColumn: LabelledTextLayout.Column?
    /// The encoding of the file.
    public var encoding: TextEncoding

    /// A layout that is found out unless something is said about it.
    public init(
      wordColumn: LabelledTextLayout.Column? = nil, tagColumn: LabelledTextLayout.Column? = nil,
      encoding: TextEncoding = .utf8
    ) {
      self.wordColumn = wordColumn
      self.tagColumn = tagColumn
      self.encoding = encoding
    }
  }

  /// The sentences in order, none of them empty.
  public var sentences: [Sentence] = []
  /// How many byte sequences of the files were no text and became U+FFFD.
  public private(set) var replacedCount = 0

  /// The words that a sentence of a file may have. It goes through the network as a whole; a file
  /// without blank lines would be one.
  package static let longestSentence = 1 << 14

  /// No sentence.
  public init() {}

  /// - Throws: `WordtoolError` of kind `badData` for a sentence without words, or with more or fewer
  ///   tags than words.
  func validate() throws {
    for (number, sentence) in sentences.enumerated()
    where sentence.words.isEmpty || sentence.words.count != sentence.tags.count {
      throw WordtoolError(
        .badData,
        found:
          "\(sentence.tags.count, "tag") for \(sentence.words.count, "word") in sentence \(number + 1)",
        expected: "a tag for each word, at least one word")
    }
  }

  /// How many words there are.
  public var wordCount: Int { sentences.reduce(0) { $0 + $1.words.count } }

  /// The distinct tags in the order of their UTF-8 bytes.
  public var tags: [String] {
    Set(sentences.flatMap(\.tags)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Reads a file of one word a line, plain or gzip; `-` is standard input. A line without anything
  /// but white space ends a sentence.
  ///
  /// - Ten columns between tabs are CoNLL-U (Universal Dependencies): the word is the second, the
  ///   tag the fourth (UPOS); lines that begin with `#`, ranges such as `1-2` and empty nodes such
  ///   as `1.1` are left out. The columns have their names there: `ID`, `FORM`, `LEMMA`, `UPOS`,
  ///   `XPOS`, `FEATS`, `HEAD`, `DEPREL`, `DEPS` and `MISC`.
  /// - CoNLL-U Plus, whose first line is `# global.columns = ...`, is read in the same way: the word is
  ///   `FORM`, the tag `UPOS` or else `XPOS`, or what is asked for by its name.
  /// - Otherwise the word is the first and the tag the last of the fields, which stand between tabs
  ///   or white space, as in CoNLL-2003. `-DOCSTART-` is no word.
  /// - Where a column is asked for by a name that CoNLL-U does not have, the first line has the
  ///   names.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, `inputOutput`, `badData` for a line without a tag or
  ///   a file without words, `usage` for a column that is not there.
  public mutating func append(contentsOf path: String, layout: Layout = Layout()) throws {
    try InputFiles.requireText(path)
    let lines = LineReader(
      try TextSource(path: path, encoding: layout.encoding), invalid: .replaced)
    let before = sentences.count
    var columns: TaggedColumns?
    var sentence = Sentence(words: [], tags: [])
    // Lines that begin with `#` before it is known whether they are remarks.
    var doubtful: [(fields: [String], line: Int)] = []
    func end() {
      if !sentence.words.isEmpty { sentences.append(sentence) }
      sentence = Sentence(words: [], tags: [])
    }
    func take(_ fields: [String], _ columns: TaggedColumns, line: Int) throws {
      if columns.skips(fields) { return }
      guard fields.count >= 2, let word = columns.word(fields), let tag = columns.tag(fields) else {
        throw WordtoolError(
          .badData, path: path, at: .line(line),
          found: fields.count < 2 ? "a word without a tag" : "\(fields.count, "column")",
          expected: columns.expected)
      }
      guard sentence.words.count < Self.longestSentence else {
        throw WordtoolError(
          .badData, path: path, at: .line(line),
          found: "a sentence of more than \(Self.longestSentence) words",
          expected: "at most so many; a sentence goes through the network as a whole",
          remedy: "put a blank line behind each sentence")
      }
      sentence.words.append(word)
      sentence.tags.append(tag)
    }
    func settle(_ fields: [String], line: Int) throws -> TaggedColumns {
      let found = try TaggedColumns(fields, layout: layout, path: path, line: line)
      for (fields, line) in doubtful where !found.isCoNLLU { try take(fields, found, line: line) }
      doubtful = []
      return found
    }
    while let fields = try unsafe lines.next({ unsafe TaggedColumns.fields(of: $0) }) {
      guard let first = fields.first else {
        end()
        continue
      }
      if columns == nil, fields.joined(separator: " ").hasPrefix("# global.columns =") {
        let names = fields.flatMap { $0.split(separator: " ").map(String.init) }.dropFirst(3)
        doubtful = []
        columns = try TaggedColumns(
          plus: Array(names), layout: layout, path: path, line: lines.number)
        continue
      }
      if first.hasPrefix("#"), columns?.isCoNLLU ?? true {
        if columns == nil { doubtful.append((fields, lines.number)) }
        continue
      }
      if columns == nil {
        columns = try settle(fields, line: lines.number)
        if columns?.hasNames == true { continue }
      }
      if let columns { try take(fields, columns, line: lines.number) }
    }
    if let first = doubtful.first { _ = try settle(first.fields, line: first.line) }
    end()
    replacedCount += lines.replacedCount
    guard sentences.count > before else {
      throw WordtoolError(.badData, path: path, found: "no word", expected: "words with tags")
    }
  }
}

/// Where the word and its tag stand in the lines of a file.
private struct TaggedColumns {
  static let universal = [
    "ID", "FORM", "LEMMA", "UPOS", "XPOS", "FEATS", "HEAD", "DEPREL", "DEPS", "MISC",
  ]

  let isCoNLLU: Bool
  /// Whether the first line has the names of the columns.
  let hasNames: Bool
  private var wordPlace = 0
  /// Nil is the last.
  private var tagPlace: Int?
  /// Where the number of the word stands, of which ranges and empty nodes have none.
  private var idPlace: Int? = 0

  /// The fields of a line; none of a line of white space.
  static func fields(of line: UnsafeBufferPointer<UInt8>) -> [String] {
    if unsafe line.allSatisfy(LabelledTextLayout.isSpace) { return [] }
    let tab = UInt8(ascii: "\t")
    let fields =
      unsafe line.contains(tab)
      ? line.split(separator: tab, omittingEmptySubsequences: false)
      : line.split(whereSeparator: LabelledTextLayout.isSpace)
    // A tab at the end of a line parts nothing.
    let last = unsafe fields.lastIndex { unsafe !$0.isEmpty } ?? 0
    return unsafe fields[...last].map { unsafe String(decoding: $0, as: UTF8.self) }
  }

  init(_ first: [String], layout: TaggedText.Layout, path: String, line: Int) throws {
    isCoNLLU = first.count == Self.universal.count && first[0].first?.isNumber == true
    let asked = [layout.wordColumn, layout.tagColumn].compactMap(\.?.name)
    hasNames = !isCoNLLU && !asked.isEmpty
    let columns = Columns(
      names: isCoNLLU ? Self.universal : hasNames ? first : [], count: first.count, path: path,
      line: line)
    wordPlace =
      try layout.wordColumn.map { try columns.place($0, "`wordColumn`") } ?? (isCoNLLU ? 1 : 0)
    tagPlace =
      try layout.tagColumn.map { try columns.place($0, "`tagColumn`") } ?? (isCoNLLU ? 3 : nil)
  }

  /// Columns that CoNLL-U Plus names.
  init(plus names: [String], layout: TaggedText.Layout, path: String, line: Int) throws {
    isCoNLLU = true
    hasNames = false
    let columns = Columns(names: names, count: names.count, path: path, line: line)
    let tag: LabelledTextLayout.Column = names.contains("UPOS") ? .name("UPOS") : .name("XPOS")
    wordPlace = try columns.place(layout.wordColumn ?? .name("FORM"), "`wordColumn`")
    tagPlace = try columns.place(layout.tagColumn ?? tag, "`tagColumn`")
    idPlace = names.firstIndex(of: "ID")
  }

  /// The columns of a file by number and name.
  private struct Columns {
    var names: [String]
    var count: Int
    var path: String
    var line: Int

    func place(_ column: LabelledTextLayout.Column, _ option: String) throws -> Int {
      switch column {
      case .number(let number) where number <= count: return number - 1
      case .number(let number):
        throw WordtoolError(
          .usage, path: path, at: .line(line), found: "\(count, "column")",
          expected: "column \(number) as \(option) says")
      case .name(let name):
        if let place = names.firstIndex(where: { $0.lowercased() == name.lowercased() }) {
          return place
        }
        throw WordtoolError(
          .usage, path: path, at: .line(line), found: "columns \(names.joined(separator: ", "))",
          expected: "'\(name)' as \(option) says")
      }
    }
  }

  /// Whether a line is no word: a range or an empty node of CoNLL-U, the start of a document.
  func skips(_ fields: [String]) -> Bool {
    if isCoNLLU {
      let id = idPlace.flatMap { $0 < fields.count ? fields[$0] : nil }
      return id?.contains { $0 == "-" || $0 == "." } == true
    }
    return fields[0] == "-DOCSTART-"
  }

  func word(_ fields: [String]) -> String? { Self.field(fields, wordPlace) }

  func tag(_ fields: [String]) -> String? { Self.field(fields, tagPlace ?? fields.count - 1) }

  private static func field(_ fields: [String], _ place: Int) -> String? {
    place < fields.count && !fields[place].isEmpty ? fields[place] : nil
  }

  /// What a line should have.
  var expected: String {
    tagPlace == nil && wordPlace == 0
      ? "a word, a tab and its tag"
      : "at least \(max(wordPlace, tagPlace ?? 0) + 1), as the first line has"
  }
}

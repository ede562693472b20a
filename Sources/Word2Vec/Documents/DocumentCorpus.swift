public import Tokenize
public import WordtoolCore

/// Documents as the numbers of their words, with their names and labels: what vectors of documents are
/// trained on.
///
/// A document without a word of the vocabulary has nothing to be learnt from and is left out.
public struct DocumentCorpus: Sendable {
  /// The words; each line of the text is a document.
  public let text: TokenizedCorpus
  /// What each document is called, no two alike.
  public let names: [String]
  /// The labels of each document.
  public let labels: DocumentLabels
  /// How many documents were left out.
  public let emptyCount: Int

  /// How many documents there are.
  public var count: Int { names.count }
  /// The words.
  public var vocabulary: Vocabulary { text.vocabulary }

  /// Reads documents that are the lines of texts: as gensim's `TaggedLineDocument`, but for names that
  /// count from 1.
  ///
  /// - Parameters:
  ///   - paths: what to read, as `CorpusReader` does. Lines are counted through all of them.
  ///   - reader: how text becomes words.
  ///   - vocabulary: if given, its words are kept and all others dropped.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  ///   - progress: called now and then by the thread that reads.
  /// - Throws: as `CorpusReader.read`.
  public init(
    linesOf paths: [String], reader: CorpusReader = CorpusReader(), vocabulary: Vocabulary? = nil,
    stop: StopFlag = StopFlag(), progress: (@Sendable (CorpusProgress) -> Void)? = nil
  ) throws {
    var reader = reader
    reader.keepsEmptyLines = true
    let read = try reader.read(paths, vocabulary: vocabulary, stop: stop, progress: progress)
    var names: [String] = []
    var line = 0
    var hasWords = false
    try read.ids.withIDs { ids in
      try unsafe ids.forEachPiece { ids in
        for place in ids.indices {
          guard unsafe ids[place] == TokenIDs.lineEnd else {
            hasWords = true
            continue
          }
          line += 1
          if hasWords { names.append(String(line)) }
          hasWords = false
        }
      }
    }
    // Without empty lines the numbers stay where they are, in memory or in a file.
    let ids =
      names.count == line
      ? read.ids : try read.ids.withoutEmptyLines(temporaryFolder: reader.temporaryFolder)
    text = TokenizedCorpus(
      vocabulary: read.vocabulary, ids: ids, statistics: read.statistics, rule: read.rule)
    self.names = names
    labels = DocumentLabels()
    emptyCount = line - names.count
  }

  /// Cuts texts in memory into words.
  ///
  /// - Parameters:
  ///   - texts: a document each; lines inside of one do not end it.
  ///   - names: what they are called, no two alike; their numbers from 1 if not given.
  ///   - labels: the labels of each; none where documents have none.
  ///   - rule: how text becomes words.
  ///   - limits: which words are kept.
  ///   - vocabulary: if given, its words are kept and all others dropped.
  ///   - threads: how many threads work; the result does not depend on it.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  /// - Throws: `WordtoolError`: `usage` for another number of names or labels; `badData` for a name
  ///   that stands twice, and for texts without words or without frequent ones; `interrupted`.
  public init(
    texts: [String], names: [String]? = nil, labels: [[String]] = [], rule: TokenizerRule = .words,
    limits: VocabularyLimits = VocabularyLimits(), vocabulary: Vocabulary? = nil,
    threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag()
  ) throws {
    let names = names ?? (0..<texts.count).map { String($0 + 1) }
    try OptionCheck.require(
      names.count == texts.count && (labels.isEmpty || labels.count == texts.count),
      found: "\(names.count) names and \(labels.count) labels for \(texts.count, "text")",
      expected: "one for each")
    var seen: Set<String> = []
    for name in names where !seen.insert(name).inserted {
      throw WordtoolError(
        .badData, found: "two documents called '\(name)'", expected: "no two names alike")
    }
    let words = try DocumentTexts(texts, rule: rule, threads: threads, stop: stop)
    let all = try vocabulary ?? words.vocabulary(limits)
    let numbers = (0..<words.table.count).map { all.id(for: words.table.text(Int32($0))) ?? -2 }
    var ids: [Int32] = []
    ids.reserveCapacity(words.ids.count + texts.count)
    var kept: [Int] = []
    var tokens = 0
    for document in texts.indices {
      let before = ids.count
      for id in words.ids[words.starts[document]..<words.starts[document + 1]] {
        let number = numbers[Int(id)]
        if number >= 0 { ids.append(number) }
      }
      guard ids.count > before else { continue }
      tokens += ids.count - before
      ids.append(TokenIDs.lineEnd)
      kept.append(document)
    }
    guard tokens > 0 else {
      throw WordtoolError(
        .badData, found: "no word of the documents is in the vocabulary",
        expected: "texts with words in it")
    }
    var statistics = CorpusStatistics()
    statistics.byteCount = texts.reduce(0) { $0 + $1.utf8.count }
    statistics.lineCount = texts.count
    statistics.tokensRead = words.ids.count
    statistics.tokensKept = tokens
    statistics.distinctWordCount = words.table.count
    text = TokenizedCorpus(
      vocabulary: all, ids: try TokenIDs(ids), statistics: statistics, rule: rule)
    self.names = kept.map { names[$0] }
    self.labels = DocumentLabels(labels.isEmpty ? [] : kept.map { labels[$0] })
    emptyCount = texts.count - kept.count
  }

  /// The bytes that names and labels take, about: a string of up to 15 bytes is its own memory.
  var namesByteCount: Int {
    let names = names.reduce(0) { $0 + 16 + ($1.utf8.count > 15 ? $1.utf8.count + 32 : 0) }
    return names + (labels.names.isEmpty ? 0 : 48 * count)
  }

  /// FNV-1a over the words, their counts and the names of the documents: what a checkpoint must fit.
  var fingerprint: String {
    var hash = FNV1a()
    func add(_ text: String) {
      for byte in text.utf8 { hash.add(byte) }
      hash.add(0xFF as UInt8)  // occurs in no UTF-8 text
    }
    for id in 0..<vocabulary.count {
      add(vocabulary.word(at: id))
      add(String(vocabulary.count(at: id)))
    }
    names.forEach(add)
    return String(hash.value, radix: 16)
  }
}

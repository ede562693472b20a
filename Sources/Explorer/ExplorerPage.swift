public import Word2Vec
public import WordtoolCore

/// Words to walk through in a browser: one page of HTML that needs nothing else and asks nothing of any
/// network.
///
/// The page holds a map, the vectors as bytes, and a script that searches, answers and draws. Cosines that
/// it tells are those of the vectors rounded to bytes; of vectors that are stored as bytes they are those
/// of `neighbors(of:)`.
///
/// ```swift
/// let vectors = try WordVectors(contentsOf: "vectors.safetensors")
/// try ExplorerPage(of: vectors).write(to: "words.html")
/// ```
public struct ExplorerPage: Sendable {
  /// The HTML, UTF-8.
  public let html: [UInt8]
  /// How many words are on it.
  public let wordCount: Int
  /// How many words of the column are not on it; 0 without one.
  public let unusedColumnWords: Int
  /// How words were placed: `UMAP, 15 neighbours`.
  public let caption: String
  /// What its groups of words are called, the largest first.
  public let groupNames: [String]

  /// Places words and writes them into a page.
  ///
  /// The same vectors, options and column give the same bytes for any number of threads.
  ///
  /// - Parameters:
  ///   - vectors: two or more words with a direction.
  ///   - options: how.
  ///   - column: values by which words can be coloured as well.
  ///   - threads: how many threads work.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  ///   - progress: called with the share of the placing that is done.
  /// - Throws: `WordtoolError`: `usage` for options out of range and for a column without a word of the
  ///   page, `unavailable` for fewer than two words, `interrupted` once `stop` is raised.
  /// - Complexity: as `UMAP` or `TSNE` of so many words; memory is that of the words and about twice
  ///   the page.
  public init(
    of vectors: WordVectors, options: ExplorerOptions = ExplorerOptions(),
    column: WordColumn? = nil, threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag(),
    progress: (Double) -> Void = { _ in }
  ) throws {
    try options.validate()
    try OptionCheck.requireThreads(threads)
    if let column {
      let known = (0..<min(vectors.count, options.wordCount)).count {
        column.values[vectors.word(at: $0)] != nil
      }
      try OptionCheck.require(
        known > 0, found: "`column` '\(column.name)' with none of the words of the page",
        expected: "values for words as they are spelled in the vectors")
      unusedColumnWords = column.values.count - known
    } else {
      unusedColumnWords = 0
    }
    let map = try ExplorerMap(vectors, options, threads: threads, stop: stop, progress: progress)
    let title = options.title ?? vectors.metadata[WordVectors.MetadataKey.corpusName] ?? "Words"
    let facts = PageFacts(vectors: vectors, map: map, title: title, column: column)
    var data = [
      ("rows", PageData.directions(vectors, rows: map.rows)), ("plane", PageData.places(map.plane)),
      ("groups", map.groups.map { UInt8($0) }),
    ]
    if let space = map.space { data.append(("space", PageData.places(space))) }
    html = PageTemplate.filled(
      title: title, facts: facts.json, data: data,
      description: "\(map.rows.count) words, \(map.caption)", asksServer: options.asksServer)
    wordCount = map.rows.count
    caption = map.caption
    groupNames = map.groupNames
  }

  /// Writes the page to a file, which appears under its name only when it is complete.
  ///
  /// - Throws: `WordtoolError`: `cannotCreate`, `inputOutput`.
  public func write(to path: String) throws {
    try OutputFile.write(to: path) { try $0.write(html) }
  }
}

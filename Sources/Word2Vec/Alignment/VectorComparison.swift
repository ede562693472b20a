public import WordtoolCore

/// How the words that two sets of vectors share differ between them.
///
/// The first set is turned onto the second by an ``OrthogonalMap`` over the shared words; a word has moved
/// as far as its two vectors then differ, or as its neighbours among the shared words are others.
///
/// - SeeAlso: Hamilton, Leskovec and Jurafsky 2016, "Diachronic Word Embeddings Reveal Statistical Laws of
///   Semantic Change", section 2.2; for neighbours Gonen et al. 2020, "Simple, Interpretable and Stable
///   Method for Detecting Words with Usage Change across Corpora".
public struct VectorComparison: Sendable {
  /// By what words are ordered, most moved first.
  public enum Order: String, CaseIterable, Sendable {
    /// The cosine of the two vectors after the alignment.
    case cosine
    /// How many of the nearest words are the same, then the cosine.
    case neighbors
  }

  /// A shared word.
  public struct Change: Hashable, Sendable {
    /// The word.
    public let word: String
    /// The cosine of its vectors after the alignment, -1 ... 1.
    public let similarity: Double
    /// How many of its nearest words both sets have in common.
    public let commonCount: Int
    /// Its nearest words in the first set, the nearest first.
    public let first: [String]
    /// Its nearest words in the second set.
    public let second: [String]
  }

  /// How many words both sets have.
  public var count: Int { similarities.count }
  /// The mean cosine of the shared words after the alignment.
  public var meanSimilarity: Double { similarities.reduce(0, +) / Double(max(1, count)) }

  /// The shared words of each set, in the same order.
  private let first: WordVectors
  private let second: WordVectors
  private let similarities: [Double]

  /// Aligns two sets.
  ///
  /// - Parameters:
  ///   - first: the vectors that are turned.
  ///   - second: the vectors that stay.
  ///   - limit: only the first so many words of each set count; nil for all.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  /// - Throws: `WordtoolError`: `usage` for sets of different dimensions or without a word in common,
  ///   `interrupted` once `stop` is raised, `badData` for a damaged file.
  public init(
    of first: WordVectors, with second: WordVectors, limit: Int? = nil,
    stop: StopFlag = StopFlag()
  ) throws {
    let pairs = first.sharedWords(with: second, limit: limit)
    try OptionCheck.require(
      !pairs.isEmpty, found: "no word that both sets have", expected: "words in common")
    let map = try OrthogonalMap(from: first, to: second, pairs: pairs, stop: stop)
    similarities = pairs.map {
      WordVectors.cosine(
        map.apply(to: first.vector(at: $0.source)).map(Double.init),
        second.vector(at: $0.target).map(Double.init))
    }
    self.first = try first.subset(pairs.map(\.source))
    self.second = try second.subset(pairs.map(\.target))
  }

  /// The row of a word among the shared ones, or nil.
  public func index(for word: String) -> Int? { first.index(forQuery: word) }

  /// The words that have moved most.
  ///
  /// - Parameters:
  ///   - order: by what.
  ///   - count: at most so many, 0 or more.
  ///   - neighborCount: how many nearest words are compared.
  ///   - threads: how many threads to use, at least 1.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  /// - Throws: `WordtoolError`: `usage` for numbers out of their range, `interrupted` once `stop` is
  ///   raised.
  /// - Complexity: by cosine O(count·V·D), by neighbours O(V²·D).
  public func changes(
    by order: Order = .cosine, count: Int = 10, neighborCount: Int = 10,
    threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag()
  ) throws -> [Change] {
    try OptionCheck.require("count", count, in: 0...Int.max)
    var rows = Array(similarities.indices)
    if order == .cosine {
      rows.sort { (similarities[$0], $0) < (similarities[$1], $1) }
      rows = Array(rows.prefix(count))
    }
    var found = try changes(of: rows, neighborCount: neighborCount, threads: threads, stop: stop)
    if order == .neighbors {
      let sorted = found.indices.sorted {
        (found[$0].commonCount, found[$0].similarity, $0)
          < (found[$1].commonCount, found[$1].similarity, $1)
      }
      found = sorted.prefix(count).map { found[$0] }
    }
    return found
  }

  /// What became of some of the shared words.
  ///
  /// - Throws: as ``changes(by:count:neighborCount:threads:stop:)``.
  public func changes(
    of rows: [Int], neighborCount: Int = 10, threads: Int = Workers.defaultCount,
    stop: StopFlag = StopFlag()
  ) throws -> [Change] {
    try OptionCheck.require("neighborCount", neighborCount, in: 1...Int.max)
    let options = SearchOptions(count: neighborCount, threads: threads)
    func near(_ vectors: WordVectors) throws -> [[String]] {
      try vectors.neighbors(
        of: rows.map { try vectors.query(values: vectors.vector(at: $0), excluding: [$0]) },
        options: options, stop: stop
      ).map { $0.map(\.word) }
    }
    let (one, other) = (try near(first), try near(second))
    return rows.indices.map { place in
      Change(
        word: first.word(at: rows[place]), similarity: similarities[rows[place]],
        commonCount: Set(one[place]).intersection(other[place]).count, first: one[place],
        second: other[place])
    }
  }
}

extension WordVectors {
  /// Some rows with their words, copied.
  func subset(_ rows: [Int]) throws -> WordVectors {
    try NumericTable.checkMemory(
      rowCount: rows.count, dimension: dimension, path: name ?? "the words")
    var values: [Float] = []
    values.reserveCapacity(rows.count * dimension)
    for row in rows { values += vector(at: row) }
    return try WordVectors(
      words: rows.map { word(at: $0) }, dimension: dimension, values: values, metadata: metadata)
  }
}

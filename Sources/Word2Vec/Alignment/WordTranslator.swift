public import WordtoolCore

/// A word of another set and how well it translates one.
public struct Translation: Hashable, Sendable {
  /// The row in the target.
  public let index: Int
  /// The word.
  public let word: String
  /// The cosine after the map, -1 ... 1.
  public let similarity: Float
  /// The score: twice the cosine less how near both words are to others, -4 ... 4.
  public let score: Float
}

/// Finds the words of one set of vectors that stand where the words of another are mapped to.
///
/// By the cosine alone some words are the nearest of very many ("hubs"). Cross-domain similarity local
/// scaling takes that out: CSLS(x, y) = 2 cos(x, y) - r(x) - r(y), where r(x) is the mean cosine of x with
/// its nearest K words in the target, and r(y) that of y with its nearest K mapped words of the source.
///
/// - SeeAlso: Conneau, Lample, Ranzato, Denoyer and Jégou 2018, "Word Translation Without Parallel Data",
///   section 2.3.
public struct WordTranslator: Sendable {
  /// The source in the space of the target.
  public let source: WordVectors
  /// The words that are answers.
  public let target: WordVectors
  /// K.
  public var neighborCount = 10
  /// How many of the nearest words by cosine are scored; more make no difference but for words that are
  /// hubs more than any of these.
  public var candidateCount = 200
  /// Only the first so many words of each set are looked at; nil for all.
  public var limit: Int?

  /// Takes two sets of one space.
  ///
  /// - Throws: `WordtoolError` of kind `usage` for sets of different dimensions.
  public init(from source: WordVectors, to target: WordVectors) throws {
    try OptionCheck.require(
      source.dimension == target.dimension,
      found: "vectors of \(source.dimension) and of \(target.dimension) values",
      expected: "two sets of one dimension")
    self.source = source
    self.target = target
  }

  /// The translations of rows of the source.
  ///
  /// - Parameters:
  ///   - rows: rows of ``source``.
  ///   - count: at most so many answers to each, 0 or more.
  ///   - threads: how many threads to use, at least 1.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  /// - Returns: the best first, by row where scores are equal; none for a vector of zeros.
  /// - Throws: `WordtoolError`: `usage` for numbers out of their range, `interrupted` once `stop` is
  ///   raised, `badData` for a damaged file.
  /// - Complexity: O(Q·V·D + C·V·D) for Q rows with C different candidates.
  public func translations(
    of rows: [Int], count: Int = 10, threads: Int = Workers.defaultCount,
    stop: StopFlag = StopFlag()
  ) throws -> [[Translation]] {
    try OptionCheck.require("count", count, in: 0...Int.max)
    try OptionCheck.require("neighborCount", neighborCount, in: 1...Int.max)
    try OptionCheck.require("candidateCount", candidateCount, in: 1...Int.max)
    let least = max(neighborCount, candidateCount, count)
    var options = SearchOptions(count: min(least, target.count), limit: limit, threads: threads)
    options.includesInputs = true
    let found = try target.neighbors(
      of: rows.map { try target.query(values: source.vector(at: $0)) }, options: options, stop: stop
    )
    let candidates = Set(found.flatMap { $0.map(\.index) }).sorted()
    options.count = neighborCount
    let around = try source.neighbors(
      of: candidates.map { try source.query(values: target.vector(at: $0)) }, options: options,
      stop: stop)
    let hubness = Dictionary(uniqueKeysWithValues: zip(candidates, around.map(mean)))
    return found.map { neighbors in
      let own = mean(Array(neighbors.prefix(neighborCount)))
      return neighbors.map {
        Translation(
          index: $0.index, word: $0.word, similarity: $0.similarity,
          score: Float(2 * Double($0.similarity) - own - (hubness[$0.index] ?? 0)))
      }.sorted { ($1.score, $0.index) < ($0.score, $1.index) }.prefix(count).map { $0 }
    }
  }

  private func mean(_ neighbors: [Neighbor]) -> Double {
    guard !neighbors.isEmpty else { return 0 }
    return neighbors.reduce(0) { $0 + Double($1.similarity) } / Double(neighbors.count)
  }
}

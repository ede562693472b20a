import WordtoolCore

/// How much each word of a text counts in the vector of the text.
public enum SentenceWeighting: Hashable, Sendable {
  /// All the same: the mean of the words' unit vectors, as fastText's `print-sentence-vectors` of a
  /// model that was not trained on labels.
  case uniform
  /// a / (a + p) for a word whose share of the training text is p: frequent words count little.
  ///
  /// - SeeAlso: Arora, Liang and Ma 2017, "A Simple but Tough-to-Beat Baseline for Sentence
  ///   Embeddings", section 3 (smooth inverse frequency), which takes a = 1e-3 or 1e-4.
  case inverseFrequency(Double)
}

/// The vector of a text.
public struct SentenceVector: Hashable, Sendable {
  /// [dimension]: the weighted mean of the unit vectors of the text's words; zeros when none is known.
  public var values: [Float]
  /// How many words of the text are known, repeated ones each time.
  public var knownCount: Int
  /// The words that are not there, each once, in the order of the text.
  public var unknown: [String]
}

/// Makes vectors of texts from the vectors of their words.
///
/// It may be used from any number of threads at once.
public struct SentenceEncoder: Sendable {
  /// The vectors of the words.
  public let vectors: WordVectors
  /// How much each word counts.
  public let weighting: SentenceWeighting
  private let finder: TextTermFinder
  private let total: Double

  /// Makes an encoder.
  ///
  /// - Throws: `WordtoolError`: `usage` for a number that is not above zero, `unavailable` when
  ///   weights by frequency are asked for and the vectors have no counts.
  public init(_ vectors: WordVectors, weighting: SentenceWeighting = .uniform) throws {
    self.vectors = vectors
    self.weighting = weighting
    finder = try TextTermFinder(vectors)
    guard case .inverseFrequency(let smoothing) = weighting else {
      total = 0
      return
    }
    try OptionCheck.require("smoothing", smoothing, .positive)
    guard let counts = vectors.counts, case let sum = counts.reduce(0.0, { $0 + Double($1) }),
      sum > 0
    else {
      throw WordtoolError(
        .unavailable,
        found: "no counts of words with the vectors" + (vectors.name.map { " of \($0)" } ?? ""),
        expected: "how often each word occurred, for weights by frequency",
        remedy: "take the mean of all words, or vectors in a format that keeps counts")
    }
    total = sum
  }

  /// The vector of a text.
  ///
  /// - Throws: `WordtoolError` of kind `badData` for a damaged file.
  public func vector(of text: String) throws -> SentenceVector {
    var sum = [Double](repeating: 0, count: vectors.dimension)
    var result = SentenceVector(values: [], knownCount: 0, unknown: [])
    var failure: (any Error)?
    finder.forEach(in: text) { token, place in
      guard let place else {
        if !result.unknown.contains(token) { result.unknown.append(token) }
        return
      }
      result.knownCount += 1
      do { try add(place, to: &sum) } catch { failure = failure ?? error }
    }
    if let failure { throw failure }
    let count = Double(max(1, result.knownCount))
    result.values = sum.map { Float($0 / count) }
    return result
  }

  private func add(_ place: TextTermFinder.Place, to sum: inout [Double]) throws {
    if case .row(let row) = place {
      try vectors.located { try vectors.storage.check(row: row) }
      let factor = weight(ofRow: row) / vectors.storage.length(of: row)
      vectors.storage.rows.add(row: row, times: factor, to: &sum)
      return
    }
    // A word that was never counted counts in full.
    for (column, value) in try finder.term(at: place).unit.enumerated() {
      sum[column] += Double(value)
    }
  }

  private func weight(ofRow row: Int) -> Double {
    guard case .inverseFrequency(let smoothing) = weighting, let counts = vectors.counts else {
      return 1
    }
    return smoothing / (smoothing + Double(counts[row]) / total)
  }
}

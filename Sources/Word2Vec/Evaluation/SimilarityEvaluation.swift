import WordtoolCore

/// How well the similarities of vectors agree with people's.
public struct SimilarityEvaluation: Hashable, Sendable {
  /// Spearman's rank correlation, ties sharing the mean rank; nil when it is undefined.
  public let spearman: Double?
  /// Pearson's correlation; nil when it is undefined.
  public let pearson: Double?
  /// Pairs whose words were both known.
  public let pairs: Int
  /// Pairs with an unknown word; they are left out.
  public let missing: Int
  /// By pair, in the order of the file, what people said and the cosine.
  public let scores: [Score]

  /// The scores of one pair.
  public struct Score: Hashable, Sendable {
    /// The score that people gave.
    public let human: Double
    /// The cosine; nil where a word is unknown.
    public let similarity: Double?
  }

  /// The 95 % interval of ``spearman`` by Fisher's transformation.
  public var spearmanInterval: ClosedRange<Double>? {
    spearman.flatMap { Statistics.fisherInterval($0, pairs: pairs) }
  }

  /// The 95 % interval of ``pearson`` by Fisher's transformation.
  public var pearsonInterval: ClosedRange<Double>? {
    pearson.flatMap { Statistics.fisherInterval($0, pairs: pairs) }
  }
}

extension WordVectors {
  /// Compares the cosine similarities of pairs with the scores that people gave.
  ///
  /// - Parameters:
  ///   - questions: the pairs with what people said of them.
  ///   - matching: how words are looked for.
  ///   - limit: words from this row on count as unknown; nil for none.
  /// - Throws: `WordtoolError` of kind `badData` for a row whose values contradict its length.
  public func evaluateSimilarity(
    _ questions: SimilarityPairs, matching: WordMatching = .query, limit: Int? = nil
  ) throws -> SimilarityEvaluation {
    let matcher = WordMatcher(vectors: self, matching: matching, limit: limit)
    var scores: [SimilarityEvaluation.Score] = []
    var human: [Double] = []
    var ours: [Double] = []
    for pair in questions.pairs {
      guard let first = matcher.row(pair.first), let second = matcher.row(pair.second) else {
        scores.append(.init(human: pair.score, similarity: nil))
        continue
      }
      try located {
        try storage.check(row: first)
        try storage.check(row: second)
      }
      human.append(pair.score)
      ours.append(similarity(first, second))
      scores.append(.init(human: pair.score, similarity: ours[ours.count - 1]))
    }
    return SimilarityEvaluation(
      spearman: Statistics.spearman(human, ours), pearson: Statistics.pearson(human, ours),
      pairs: human.count, missing: questions.pairs.count - human.count, scores: scores)
  }
}

/// Finds the rows for the words of an evaluation file.
struct WordMatcher {
  private let vectors: WordVectors
  private let matching: WordMatching
  private let limit: Int
  private let caseless: [String: Int]
  /// By the first row of some words that differ only in case, the rows of the others.
  private(set) var others: [Int: [Int]] = [:]

  init(vectors: WordVectors, matching: WordMatching, limit: Int?) {
    self.vectors = vectors
    self.matching = matching
    self.limit = min(vectors.count, limit ?? vectors.count)
    var caseless: [String: Int] = [:]
    if matching == .caseless {
      for row in 0..<self.limit {
        let word = vectors.word(at: row).uppercased()
        if let first = caseless[word] {
          others[first, default: []].append(row)
        } else {
          caseless[word] = row
        }
      }
    }
    self.caseless = caseless
  }

  /// The row of a word, or nil.
  func row(_ word: String) -> Int? {
    switch matching {
    case .exact: within(vectors.index(for: word))
    case .query: within(vectors.index(for: word)) ?? within(vectors.index(forQuery: word))
    case .caseless: caseless[word.uppercased()]
    }
  }

  private func within(_ row: Int?) -> Int? { row.flatMap { $0 < limit ? $0 : nil } }
}

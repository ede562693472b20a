public import WordtoolCore

/// One answer to a query: a word and how similar it is to what was asked.
public struct Neighbor: Hashable, Sendable {
  /// The row of the word.
  public let index: Int
  /// The word.
  public let word: String
  /// The cosine similarity, -1 ... 1; for ``AnalogyMethod/mul`` the score of that method, 0 or more.
  public let similarity: Float
}

/// What a query returns and how far it looks.
public struct SearchOptions: Hashable, Sendable {
  /// At most so many answers; 0 or more.
  public var count: Int
  /// Only the first so many words are candidates, which by custom are the most frequent; nil for
  /// all. The words of the query itself may lie beyond.
  public var restrict: Int?
  /// Answers below this similarity are left out.
  public var minimumSimilarity: Float?
  /// Whether the words of the query may be answers.
  public var includeInputs: Bool
  /// How many threads search; the answer does not depend on it.
  public var threads: Int

  /// Ten answers out of all words, without the words of the query.
  public init(
    count: Int = 10, restrict: Int? = nil, minimumSimilarity: Float? = nil,
    includeInputs: Bool = false, threads: Int = Workers.defaultCount
  ) {
    self.count = count
    self.restrict = restrict
    self.minimumSimilarity = minimumSimilarity
    self.includeInputs = includeInputs
    self.threads = threads
  }
}

/// How an analogy `a : b = c : ?` is answered.
///
/// - SeeAlso: Levy & Goldberg 2014, "Linguistic Regularities in Sparse and Explicit Word
///   Representations", sections 3 and 6.
public enum AnalogyMethod: String, CaseIterable, Sendable {
  /// 3CosAdd: the largest cos(x, b) - cos(x, a) + cos(x, c).
  case add
  /// 3CosMul: the largest cos(x, b) · cos(x, c) / (cos(x, a) + 0.001), with each cosine first
  /// shifted to 0 ... 1.
  case mul
}

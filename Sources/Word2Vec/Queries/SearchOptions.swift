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
  /// At most so many answers, 0 or more; there are never more than words.
  public var count: Int
  /// Only the first so many words are candidates, which by custom are the most frequent; nil for
  /// all. The words of the query itself may lie beyond.
  public var limit: Int?
  /// Answers below this similarity are left out.
  public var minimumSimilarity: Float?
  /// Whether the words of the query may be answers.
  public var includesInputs: Bool
  /// How many threads search; the answer does not depend on it.
  public var threads: Int

  /// Ten answers out of all words, without the words of the query.
  public init(
    count: Int = 10, limit: Int? = nil, minimumSimilarity: Float? = nil,
    includesInputs: Bool = false, threads: Int = Workers.defaultCount
  ) {
    self.count = count
    self.limit = limit
    self.minimumSimilarity = minimumSimilarity
    self.includesInputs = includesInputs
    self.threads = threads
  }

  /// Refuses what no search can be made with.
  ///
  /// - Throws: `WordtoolError` of kind `usage` that names the property.
  public func validate() throws {
    func refuse(_ found: String, _ expected: String) -> WordtoolError {
      WordtoolError(.usage, found: found, expected: expected)
    }
    guard count >= 0 else { throw refuse("`count` is \(count)", "0 or more") }
    guard threads >= 1 else { throw refuse("`threads` is \(threads)", "1 or more") }
    if let limit, limit < 0 { throw refuse("`limit` is \(limit)", "0 or more") }
    if let minimumSimilarity, minimumSimilarity.isNaN {
      throw refuse("`minimumSimilarity` is not a number", "a number")
    }
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

/// The result of an evaluation by analogies, as it is shown.
public struct AnalogyEvaluationAnswer: Codable, Hashable, Sendable {
  /// The counts of a section or of several.
  public struct Tally: Codable, Hashable, Sendable {
    /// The section; nil for several.
    public var name: String?
    /// Questions answered rightly.
    public var correct: Int
    /// Questions whose words were all known.
    public var asked: Int
    /// Questions with an unknown word.
    public var skipped: Int
    /// The share of right answers among those asked.
    public var accuracy: Double?
    /// The share of right answers when skipped questions count as wrong.
    public var accuracyAll: Double?
    /// The bounds of the 95 % interval of the accuracy.
    public var interval: [Double]?

    init(_ tally: AnalogyEvaluation.Tally, name: String? = nil) {
      self.name = name
      correct = tally.correct
      asked = tally.asked
      skipped = tally.skipped
      accuracy = tally.accuracy
      accuracyAll = tally.accuracyAll
      interval = tally.interval.map { [$0.lowerBound, $0.upperBound] }
    }
  }

  /// The sections in the order of the file.
  public var sections: [Tally]
  /// All sections together.
  public var total: Tally
  /// The sections about meaning.
  public var semantic: Tally
  /// The sections about grammar.
  public var syntactic: Tally
}

extension AnalogyEvaluation {
  /// The result as it is shown.
  public var answer: AnalogyEvaluationAnswer {
    AnalogyEvaluationAnswer(
      sections: sections.map { .init($0.tally, name: $0.name) }, total: .init(total),
      semantic: .init(semantic), syntactic: .init(syntactic))
  }
}

/// The result of an evaluation by similarities, as it is shown.
public struct SimilarityEvaluationAnswer: Codable, Hashable, Sendable {
  /// Spearman's rank correlation; null when it is undefined.
  public var spearman: Double?
  /// Pearson's correlation; null when it is undefined.
  public var pearson: Double?
  /// Pairs whose words were both known.
  public var pairs: Int
  /// Pairs with an unknown word.
  public var missing: Int

  private enum Key: String, CodingKey { case spearman, pearson, pairs, missing }

  /// Writes undefined correlations as null, not as nothing.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(spearman, forKey: .spearman)
    try container.encode(pearson, forKey: .pearson)
    try container.encode(pairs, forKey: .pairs)
    try container.encode(missing, forKey: .missing)
  }
}

extension SimilarityEvaluation {
  /// The result as it is shown.
  public var answer: SimilarityEvaluationAnswer {
    SimilarityEvaluationAnswer(
      spearman: spearman, pearson: pearson, pairs: pairs, missing: missing)
  }
}

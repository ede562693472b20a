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
  /// The files of a folder; nil where one file was read.
  public var sets: [Tally]?
  /// The total of other vectors; nil without any.
  public var against: Tally?
  /// How sure the difference to them is; nil without any, or when no question could be asked of both.
  public var comparison: PairedBootstrap?
}

extension AnalogyEvaluation {
  /// The result as it is shown.
  public var answer: AnalogyEvaluationAnswer {
    AnalogyEvaluationAnswer(
      sections: sections.map { .init($0.tally, name: $0.name) }, total: .init(total),
      semantic: .init(semantic), syntactic: .init(syntactic),
      sets: sets.isEmpty ? nil : sets.map { .init($0.tally, name: $0.name) })
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
  /// What came of other vectors; nil without any.
  public var against: Against?

  /// The correlation of other vectors.
  public struct Against: Codable, Hashable, Sendable {
    /// Spearman's rank correlation; nil when it is undefined.
    public var spearman: Double?
    /// Pearson's correlation; nil when it is undefined.
    public var pearson: Double?
    /// Pairs whose words were both known.
    public var pairs: Int
    /// How sure the difference of Spearman's correlations is; nil when it is undefined.
    public var comparison: PairedBootstrap?

    /// The answer for an evaluation and a comparison with it.
    public init(_ other: SimilarityEvaluation, _ comparison: PairedBootstrap?) {
      spearman = other.spearman
      pearson = other.pearson
      pairs = other.pairs
      self.comparison = comparison
    }
  }

  private enum Key: String, CodingKey { case spearman, pearson, pairs, missing, against }

  /// Writes undefined correlations as null, not as nothing.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(spearman, forKey: .spearman)
    try container.encode(pearson, forKey: .pearson)
    try container.encode(pairs, forKey: .pairs)
    try container.encode(missing, forKey: .missing)
    try container.encodeIfPresent(against, forKey: .against)
  }
}

extension SimilarityEvaluation {
  /// The result as it is shown.
  public var answer: SimilarityEvaluationAnswer {
    SimilarityEvaluationAnswer(
      spearman: spearman, pearson: pearson, pairs: pairs, missing: missing)
  }
}

/// The results of a folder of sets of pairs, as they are shown.
public struct SimilaritySetsAnswer: Codable, Hashable, Sendable {
  /// One file.
  public struct Set: Codable, Hashable, Sendable {
    /// Its name without the suffix.
    public var name: String
    /// What came of it.
    public var answer: SimilarityEvaluationAnswer

    /// One file.
    public init(name: String, answer: SimilarityEvaluationAnswer) {
      self.name = name
      self.answer = answer
    }

    private enum Key: String, CodingKey { case name }

    /// Writes the name beside the fields of the answer.
    public func encode(to encoder: any Encoder) throws {
      try answer.encode(to: encoder)
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(name, forKey: .name)
    }

    /// Reads them.
    public init(from decoder: any Decoder) throws {
      answer = try SimilarityEvaluationAnswer(from: decoder)
      name = try decoder.container(keyedBy: Key.self).decode(String.self, forKey: .name)
    }
  }

  /// By name.
  public var sets: [Set]

  /// The results of some files.
  public init(sets: [Set]) { self.sets = sets }
}

/// How many analogy questions vectors answer rightly: per section and in total.
public struct AnalogyEvaluation: Hashable, Sendable {
  /// Counts of answers.
  public struct Tally: Hashable, Sendable {
    /// Questions answered rightly.
    public var correct: Int
    /// Questions whose four words were all known.
    public var asked: Int
    /// Questions with an unknown word.
    public var skipped: Int

    /// No questions, or the counts given.
    public init(correct: Int = 0, asked: Int = 0, skipped: Int = 0) {
      self.correct = correct
      self.asked = asked
      self.skipped = skipped
    }

    /// The share of right answers among those asked; nil when none was.
    public var accuracy: Double? { asked > 0 ? Double(correct) / Double(asked) : nil }

    /// The share of right answers when skipped questions count as wrong; nil without questions.
    public var accuracyAll: Double? {
      asked + skipped > 0 ? Double(correct) / Double(asked + skipped) : nil
    }

    /// The 95 % interval of ``accuracy`` by Wilson's score; nil when no question was asked.
    ///
    /// - SeeAlso: Wilson 1927, "Probable Inference, the Law of Succession, and Statistical
    ///   Inference".
    public var interval: ClosedRange<Double>? {
      asked > 0 ? Statistics.wilsonInterval(correct, of: asked) : nil
    }

    static func += (left: inout Tally, right: Tally) {
      left.correct += right.correct
      left.asked += right.asked
      left.skipped += right.skipped
    }
  }

  /// The counts of one section.
  public struct Section: Hashable, Sendable {
    /// The name in the file.
    public let name: String
    /// Whether the name starts with `gram`.
    public let isSyntactic: Bool
    /// The counts.
    public let tally: Tally
  }

  /// The sections in the order of the file.
  public let sections: [Section]
  /// All sections together.
  public let total: Tally
  /// The sections about meaning: all but the syntactic ones.
  public let semantic: Tally
  /// The sections about grammar.
  public let syntactic: Tally

  init(sections: [Section]) {
    self.sections = sections
    var (total, semantic, syntactic) = (Tally(), Tally(), Tally())
    for section in sections {
      total += section.tally
      if section.isSyntactic { syntactic += section.tally } else { semantic += section.tally }
    }
    (self.total, self.semantic, self.syntactic) = (total, semantic, syntactic)
  }
}

/// How the words of an evaluation file find the words of the vectors.
public enum WordMatching: String, CaseIterable, Sendable {
  /// The exact spelling if it is there, else as a query word is looked up: see
  /// ``WordVectors/index(forQuery:)``.
  case query
  /// The exact spelling only.
  case exact
  /// Regardless of case, as gensim and word2vec's compute-accuracy do: of words that differ only in
  /// case the first counts, and to answer with any of them is right.
  case caseless
}

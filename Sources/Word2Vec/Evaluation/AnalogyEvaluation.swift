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
    /// The file of a folder that it stands in; nil where one file was read.
    public let set: String?
    /// Whether it asks about grammar: see ``AnalogyQuestions/Section/isSyntactic``.
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

  /// By question, in the order of the file, whether the answer was right; nil where a word was unknown.
  public let outcomes: [Bool?]

  /// The files of a folder with their counts, in the order of the sections; none where one file was read.
  public var sets: [(name: String, tally: Tally)] {
    var sets: [(name: String, tally: Tally)] = []
    for section in sections {
      guard let name = section.set else { continue }
      if sets.last?.name != name { sets.append((name, Tally())) }
      sets[sets.count - 1].tally += section.tally
    }
    return sets
  }

  init(_ questions: AnalogyQuestions, outcomes: [Bool?]) {
    self.outcomes = outcomes
    var (total, semantic, syntactic) = (Tally(), Tally(), Tally())
    var sections: [Section] = []
    var first = 0
    for section in questions.sections {
      let own = outcomes[first..<first + section.questions.count]
      first += section.questions.count
      let tally = Tally(
        correct: own.count { $0 == true }, asked: own.count { $0 != nil },
        skipped: own.count { $0 == nil })
      sections.append(
        Section(
          name: section.name, set: section.set, isSyntactic: section.isSyntactic, tally: tally))
      total += tally
      if section.isSyntactic { syntactic += tally } else { semantic += tally }
    }
    self.sections = sections
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

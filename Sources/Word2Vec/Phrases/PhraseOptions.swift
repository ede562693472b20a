public import WordtoolCore

/// How words that belong together are found. The defaults are those of word2phrase.
public struct PhraseOptions: TrainingOptions {
  /// What says how much two words belong together.
  public enum Score: String, Codable, CaseIterable, Sendable {
    /// (count(ab) - discount) / (count(a) count(b)) * words of the text (Mikolov et al. 2013b, as
    /// word2phrase has it); 0 and above.
    case word2phrase
    /// Normalized pointwise mutual information, ln(p(ab) / (p(a) p(b))) / -ln p(ab) (Bouma,
    /// Normalized (Pointwise) Mutual Information in Collocation Extraction, 2009); -1 ... 1, 0 for words
    /// that stand together as often as chance has it.
    case npmi
  }

  /// What says how much two words belong together.
  public var score = Score.word2phrase
  /// Pairs whose score is above this are joined; nil for 100, of npmi 0.5.
  public var threshold: Double?
  /// How often a pair has to occur, at least 1, and the discount of word2phrase's score.
  public var minimumCount = 5
  /// Passes over the text, 1 ... 10: in each a word, or a phrase of the pass before, is joined with the
  /// next one at most.
  public var passes = 1
  /// Words that phrases neither begin nor end with, but may hold: `of` in bank_of_america. At most
  /// 255; in the form that the text's tokenizer gives words.
  public var connectors: [String] = []

  /// The defaults.
  public init() {}

  /// The threshold that holds.
  public var effectiveThreshold: Double { threshold ?? (score == .npmi ? 0.5 : 100) }

  /// Articles, prepositions and conjunctions of English that names and terms are held together by:
  /// those that gensim leaves out as well.
  public static let englishConnectors = [
    "a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with",
    "without",
  ]

  /// The most connectors there may be.
  static let mostConnectors = 255

  /// Checks every range.
  ///
  /// - Throws: `WordtoolError` of kind `usage` that names the property.
  public func validate() throws {
    try OptionCheck.require("minimumCount", minimumCount, in: 1...Int.max)
    try OptionCheck.require("passes", passes, in: 1...10)
    if let threshold {
      switch score {
      case .word2phrase: try OptionCheck.require("threshold", threshold, .positive)
      case .npmi:
        try OptionCheck.require(
          (-1...1).contains(threshold), found: "`threshold` is \(threshold)",
          expected: "-1 to 1 for npmi")
      }
    }
    try OptionCheck.require(
      connectors.count <= Self.mostConnectors, found: "\(connectors.count, "connector")",
      expected: "at most \(Self.mostConnectors)")
  }
}

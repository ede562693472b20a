import WordtoolCore

/// How tokens are drawn from a language model's probabilities.
public struct SamplingOptions: Codable, Hashable, Sendable {
  /// Probabilities are raised to the power 1 / temperature: below 1 the likely become likelier.
  /// 0 always takes the likeliest token, the first of equals; that is greedy.
  public var temperature = 1.0
  /// Only the k likeliest tokens are drawn; nil for all.
  public var topK: Int?
  /// Only the likeliest tokens are drawn that together reach this probability, 1 for all
  /// (nucleus sampling; Holtzman et al., The Curious Case of Neural Text Degeneration, 2020).
  public var topP = 1.0
  /// What the tokens just written are held back by, above 0; 1 for not at all. Their scores are
  /// divided by it where positive and multiplied by it where negative (Keskar et al., CTRL, 2019;
  /// the second half was added by those who use it). Scores here are log-probabilities, which all
  /// models have and which are never positive: a probability p becomes p to this power, before
  /// the temperature counts.
  public var repetitionPenalty = 1.0
  /// How many of the last tokens are held back, those of the prompt included, at least 1; nil for
  /// all. The end of a line is a token too.
  public var repetitionWindow: Int? = 64
  /// Where the random numbers start.
  public var seed: UInt64 = 1

  /// Draws from the unchanged probabilities.
  public init() {}

  /// Checks the ranges.
  ///
  /// - Throws: `WordtoolError` of kind `usage` that names the property.
  public func validate() throws {
    try OptionCheck.require("temperature", temperature, .notNegative)
    try OptionCheck.require("topK", topK ?? 1, in: 1...Int.max)
    try OptionCheck.require(
      topP > 0 && topP <= 1, found: "`topP` is \(topP)", expected: "above 0, at most 1")
    try OptionCheck.require("repetitionPenalty", repetitionPenalty, .positive)
    try OptionCheck.require("repetitionWindow", repetitionWindow ?? 1, in: 1...Int.max)
  }
}

public import Tokenize

/// The state is carried over line ends.
extension NeuralLanguageModel: LanguageModel {
  /// What a token is.
  public var unit: TextUnit { options.unit }
  /// How the words of a text are found.
  public var readingRule: TokenizerRule { options.rule }
  /// How many tokens there are; there is no `<s>`.
  public var tokenCount: Int { vocabulary.count }
  /// The number of `</s>`.
  public var endID: Int32 { vocabulary.endID }
  /// The number of `<unk>`.
  public var unknownID: Int32 { vocabulary.unknownID }
  /// The token with a number.
  public func token(_ id: Int32) -> String { vocabulary.text(of: id) }
  /// The number of a token, or nil when the vocabulary does not have it.
  public func id(of token: String) -> Int32? { vocabulary.id(of: token) }

  /// The natural logarithm of every token's probability to come next.
  public func fillLogProbabilities(after state: State, _ values: inout [Double]) {
    if values.count != tokenCount { values = [Double](repeating: 0, count: tokenCount) }
    writeLogProbabilities(after: state, into: &values)
  }

  /// Measures some hundred tokens at a time.
  public func makeTextScorer() throws -> any TextScorer { try NeuralTextScorer(self) }
}

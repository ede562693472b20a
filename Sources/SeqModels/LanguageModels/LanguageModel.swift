public import Tokenize
public import WordtoolCore

/// A model that predicts the next token of a text: counted n-grams, a network, or several models
/// mixed.
///
/// Tokens have numbers, 0 ..< ``tokenCount``, each model its own. Among them are `</s>`, the end of
/// every line and a token as any other, and `<unk>`, which stands for all tokens that the model
/// does not know and may stand in the text itself, as in the Penn Treebank. A model may have a
/// token `<s>` for the begin of a sentence, as ARPA files do; it is never predicted and belongs to
/// no text. Two models have the same vocabulary when they have the same tokens apart from `<s>`.
///
/// A text is a stream of tokens with `</s>` after each line. What a model keeps over a line end is
/// up to the model: an n-gram model begins anew, a recurrent one carries its state on. The first
/// token of a stream is predicted as one after a line end.
///
/// A model is asked by one thread at a time, unless its type is `Sendable`: networks keep buffers.
public protocol LanguageModel {
  /// What the model knows of the tokens before the next one. A value: a copy goes its own way, as
  /// the hypotheses of a beam do.
  associatedtype State

  /// What a token is.
  var unit: TextUnit { get }
  /// How the words of a text are found; not looked at for characters.
  var readingRule: TokenizerRule { get }
  /// How many tokens there are, `<unk>` and `</s>` and, where the model has it, `<s>` included.
  var tokenCount: Int { get }
  /// The number of `</s>`.
  var endID: Int32 { get }
  /// The number of `<unk>`.
  var unknownID: Int32 { get }
  /// The number of `<s>`; nil when the model has no such token.
  var beginOfSentenceID: Int32? { get }

  /// The token with a number, white space written as `<U+0020>`.
  ///
  /// - Parameter id: 0 ..< `tokenCount`.
  func token(_ id: Int32) -> String
  /// The number of a token, or nil when the vocabulary does not have it.
  func id(of token: String) -> Int32?
  /// The number of a token in UTF-8, or nil when the vocabulary does not have it.
  func id(ofUTF8 token: Span<UInt8>) -> Int32?

  /// The state at the begin of a text.
  func initialState() -> State
  /// Moves a state on by one token. After `endID` it stands at the begin of a line.
  ///
  /// - Parameters:
  ///   - state: what was read so far.
  ///   - id: 0 ..< `tokenCount`, not `<s>`.
  func advance(_ state: inout State, with id: Int32)
  /// The natural logarithm of every token's probability after a state.
  ///
  /// - Returns: `tokenCount` values by the token's number; minus infinity for `<s>`. The
  ///   probabilities sum to 1.
  func logProbabilities(after state: State) -> [Double]
  /// The same into a buffer that is used again and again.
  ///
  /// - Parameters:
  ///   - state: what was read so far.
  ///   - values: whatever it holds is replaced by `tokenCount` values.
  func fillLogProbabilities(after state: State, _ values: inout [Double])
  /// The same up to a summand common to all tokens, which is all that drawing needs: a network's
  /// logits as they are.
  ///
  /// - Parameters:
  ///   - state: what was read so far.
  ///   - values: whatever it holds is replaced by `tokenCount` values.
  func fillScores(after state: State, _ values: inout [Double])
  /// The natural logarithm of the probability of every token of a text, each after those before it.
  ///
  /// - Parameters:
  ///   - ids: the whole text, line ends as `endID`.
  ///   - stop: looked at now and then.
  /// - Returns: as many values as `ids` has.
  /// - Throws: `WordtoolError` of kind `interrupted`.
  func logProbabilities(of ids: [Int32], stop: StopFlag) throws -> [Double]
  /// What measures a text that comes in pieces, at its begin.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` without memory.
  func makeTextScorer() throws -> any TextScorer
}

extension LanguageModel {
  /// None.
  public var beginOfSentenceID: Int32? { nil }

  /// Looks the token up as a string.
  public func id(ofUTF8 token: Span<UInt8>) -> Int32? {
    unsafe token.withUnsafeBufferPointer { unsafe id(of: String(decoding: $0, as: UTF8.self)) }
  }

  /// Replaces the buffer.
  public func fillLogProbabilities(after state: State, _ values: inout [Double]) {
    values = logProbabilities(after: state)
  }

  /// The log-probabilities themselves.
  public func fillScores(after state: State, _ values: inout [Double]) {
    fillLogProbabilities(after: state, &values)
  }

  /// Token by token; models that can do many at once do better.
  public func makeTextScorer() throws -> any TextScorer { WalkingScorer(self) }

  /// What the scorer says of the text as one piece.
  public func logProbabilities(of ids: [Int32], stop: StopFlag) throws -> [Double] {
    var scorer = try makeTextScorer()
    return try scorer.logProbabilities(ofNext: ids, stop: stop)
  }

  /// The words of a text that the vocabulary does not have, each once, in order.
  public func unknownTokens(in text: String) throws -> [String] {
    let reader = try SentenceReader(unit: unit, rule: readingRule)
    var unknown: [String] = []
    for line in text.split(whereSeparator: \.isNewline) {
      for token in reader.tokens(in: String(line))
      where id(of: token) == nil && !unknown.contains(token) {
        unknown.append(token)
      }
    }
    return unknown
  }
}

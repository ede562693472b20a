import Networks
public import WordtoolCore

/// A trained neural model of the next token.
///
/// Not for several callers at once: its buffers serve one.
public final class NeuralLanguageModel {
  /// The shape of the model.
  public let options: NeuralOptions
  /// The tokens it knows.
  public let vocabulary: LanguageVocabulary
  let network: LanguageNetwork<Float>
  private let walking: ContextState<Float>
  /// The state after the end of a line.
  private let start: State

  /// A state between two tokens: a value, free to copy.
  public struct State: Sendable {
    var recurrent: [[Float]]
    var history: [Int32]
    /// The features that the next token is predicted from.
    var features: [Float]
  }

  /// The number of trained numbers.
  public var parameterCount: Int { network.parameters.count }

  /// Takes over trained weights.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` when there is no memory to use them.
  init(network: LanguageNetwork<Float>, vocabulary: LanguageVocabulary) throws {
    options = network.options
    self.network = network
    self.vocabulary = vocabulary
    walking = try network.encoder.makeState(batch: 1, padding: vocabulary.endID)
    try network.packWeights(forTraining: false)
    try (network.encoder as? RecurrentContext<Float>)?.tabulate()
    // The first token takes the memory that one token at a time needs, so that walking over a text
    // cannot fail.
    var first = State(
      recurrent: walking.recurrent.map(\.values), history: walking.history.first ?? [], features: []
    )
    try Self.advance(&first, with: vocabulary.endID, network: network, walking: walking)
    var probabilities = [Double](repeating: 0, count: vocabulary.count)
    try Self.writeLogProbabilities(after: first, into: &probabilities, network: network)
    start = first
  }

  /// The embedding of a token, or nil for a model without embeddings.
  public func embedding(of token: Int32) -> [Float]? {
    precondition(token >= 0 && Int(token) < vocabulary.count, "token \(token)")
    guard network.parameters.entry("encoder.weight") != nil else { return nil }
    let table = network.parameters.view("encoder.weight")
    return unsafe Array(UnsafeBufferPointer(start: table.row(Int(token)), count: table.columns))
  }

  /// The state at the start of a text: a line has just ended.
  public func initialState() -> State { start }

  /// Moves a state over one token.
  public func advance(_ state: inout State, with token: Int32) {
    precondition(token >= 0 && Int(token) < vocabulary.count, "token \(token)")
    do {
      try Self.advance(&state, with: token, network: network, walking: walking)
    } catch {
      preconditionFailure("the memory for one token is there since init: \(error)")
    }
  }

  private static func advance(
    _ state: inout State, with token: Int32, network: LanguageNetwork<Float>,
    walking: ContextState<Float>
  ) throws {
    for (target, values) in zip(walking.recurrent, state.recurrent) { target.values = values }
    if !walking.history.isEmpty { walking.history[0] = state.history }
    let features = try network.encoder.forward(
      [token], layout: SequenceLayout(steps: 1, batch: 1), state: walking,
      dropout: LanguageDropout(), draw: nil)
    state.recurrent = walking.recurrent.map(\.values)
    state.history = walking.history.first ?? []
    state.features = unsafe Array(
      UnsafeBufferPointer(start: features.base, count: features.columns))
  }

  /// The natural logarithm of every token's probability to come next.
  public func logProbabilities(after state: State) -> [Double] {
    var result = [Double](repeating: 0, count: vocabulary.count)
    writeLogProbabilities(after: state, into: &result)
    return result
  }

  /// The same, into an array that is there already.
  public func writeLogProbabilities(after state: State, into result: inout [Double]) {
    do {
      try Self.writeLogProbabilities(after: state, into: &result, network: network)
    } catch {
      preconditionFailure("the memory for one token is there since init: \(error)")
    }
  }

  private static func writeLogProbabilities(
    after state: State, into result: inout [Double], network: LanguageNetwork<Float>
  ) throws {
    var features = state.features
    try unsafe features.withUnsafeMutableBufferPointer {
      guard let base = $0.baseAddress else { return }
      try unsafe network.head.logProbabilities(
        MatrixView(base: base, rows: 1, columns: $0.count), into: &result)
    }
  }

  /// The natural logarithm of the probability of each token of a text, read from its start on.
  ///
  /// - Parameters:
  ///   - ids: the text; the first token is predicted after the end of a line.
  ///   - stop: looked at every few hundred tokens.
  /// - Throws: `WordtoolError` of kind `interrupted`.
  public func logProbabilities(of ids: [Int32], stop: StopFlag = StopFlag()) throws -> [Double] {
    var scorer = try NeuralTextScorer(self)
    return try scorer.logProbabilities(ofNext: ids, stop: stop)
  }
}

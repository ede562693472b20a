import Networks
import WordtoolCore

/// Measures a text with a network, some hundred tokens at a time.
struct NeuralTextScorer: TextScorer {
  /// Tokens that go through the network together.
  private static let together = 256

  private let model: NeuralLanguageModel
  private let state: ContextState<Float>
  /// The token before the next one: at first the end of a line.
  private var last: Int32
  private var count = 0

  /// - Throws: `WordtoolError` of kind `unavailable` without memory.
  init(_ model: NeuralLanguageModel) throws {
    self.model = model
    last = model.vocabulary.endID
    state = try model.network.encoder.makeState(batch: 1, padding: last)
  }

  mutating func logProbabilities(ofNext ids: [Int32], stop: StopFlag) throws -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(ids.count)
    for start in stride(from: 0, to: ids.count, by: Self.together) {
      let targets = Array(ids[start..<min(start + Self.together, ids.count)])
      let read = [last] + targets.dropLast()
      let losses = try model.network.losses(
        read, targets: targets, layout: SequenceLayout(steps: targets.count, batch: 1),
        state: state)
      guard losses.allSatisfy(\.isFinite) else { throw WordtoolError.unsoundModel }
      result += losses.map { -$0 }
      last = targets[targets.count - 1]
      count += targets.count
      if stop.isRaised {
        throw WordtoolError(.interrupted, found: "stopped after \(count, "token")")
      }
    }
    return result
  }
}

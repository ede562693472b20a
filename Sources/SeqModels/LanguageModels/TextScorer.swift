public import WordtoolCore

/// Measures a text that comes in pieces: the values are those of the whole text.
///
/// It stands where the last piece ended, so a text of any length is measured in memory of a fixed size.
/// Belongs to one caller at a time, as its model does.
public protocol TextScorer {
  /// The natural logarithm of the probability of every token of the next piece, each after all before it.
  ///
  /// Networks take 256 tokens at a time. Where pieces are multiples of that, but for the last, the values
  /// are those of the whole text to the last bit.
  ///
  /// - Parameters:
  ///   - ids: the tokens, line ends as the model's `endID`.
  ///   - stop: looked at now and then.
  /// - Returns: as many values as `ids` has.
  /// - Throws: `WordtoolError`: `interrupted`, `badData` for a model that gives no number, `unavailable`
  ///   without memory or threads. The scorer is of no use then.
  mutating func logProbabilities(ofNext ids: [Int32], stop: StopFlag) throws -> [Double]
}

/// Measures token by token, with what every model can do.
struct WalkingScorer<Model: LanguageModel>: TextScorer {
  private let model: Model
  private var state: Model.State
  private var values: [Double] = []

  init(_ model: Model) {
    self.model = model
    state = model.initialState()
  }

  mutating func logProbabilities(ofNext ids: [Int32], stop: StopFlag) throws -> [Double] {
    var results: [Double] = []
    results.reserveCapacity(ids.count)
    for id in ids {
      if stop.isRaised { throw WordtoolError(.interrupted, found: "stopped while measuring") }
      model.fillLogProbabilities(after: state, &values)
      results.append(values[Int(id)])
      model.advance(&state, with: id)
    }
    return results
  }
}

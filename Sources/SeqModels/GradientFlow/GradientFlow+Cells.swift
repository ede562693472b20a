import Networks
import WordtoolCore

extension GradientFlow {
  /// For an LSTM the mean norm of dL/dc at each step back in time, from one step back on, for each
  /// layer; nil for other cells.
  ///
  /// Backpropagation keeps the gradients of the states that a piece of text starts from and none in
  /// between, so the last step is run by itself, then the last two, and so on, each from the states
  /// that the steps before left behind.
  static func cellNorms(
    _ network: LanguageNetwork<Float>, _ context: RecurrentContext<Float>, ids: [Int32],
    options: GradientFlowOptions, stop: StopFlag
  ) throws -> [[Double]]? {
    guard network.options.recurrent.cell == .lstm else { return nil }
    let length = options.steps + 1
    let count = options.sequences
    // All sequences side by side, step after step.
    var read = [Int32](repeating: 0, count: length * count)
    var targets = [Int32](repeating: 0, count: count)
    for sequence in 0..<count {
      let start = start(of: sequence, in: ids, options: options)
      for step in 0..<length { read[step * count + sequence] = ids[start + step] }
      targets[sequence] = ids[start + length]
    }
    let state = try network.encoder.makeState(batch: count, padding: 0)
    var states: [[[Float]]] = []
    for step in 0..<length {
      states.append(state.recurrent.map(\.values))
      _ = try network.encoder.forward(
        Array(read[step * count..<(step + 1) * count]),
        layout: SequenceLayout(steps: 1, batch: count),
        state: state, dropout: LanguageDropout(), draw: nil)
    }
    var norms = Array(
      repeating: [Double](repeating: 0, count: options.steps),
      count: network.options.recurrent.layers)
    for back in 1...options.steps {
      if stop.isRaised { throw WordtoolError(.interrupted, found: "stopped") }
      for (target, values) in zip(state.recurrent, states[length - back]) { target.values = values }
      let features = try network.encoder.forward(
        Array(read[((length - back) * count)...]),
        layout: SequenceLayout(steps: back, batch: count),
        state: state, dropout: LanguageDropout(), draw: nil)
      let gradients = try AlignedBuffer<Float>(count: features.rows * features.columns)
      let gradient = gradients.matrix(features.rows, features.columns)
      let last = (back - 1) * count..<back * count
      _ = try network.head.backward(
        features.rows(last), targets: targets, scale: 1, featureGradient: gradient.rows(last))
      try network.encoder.backward(gradient)
      for layer in norms.indices {
        let cell = context.stateGradients[layer].cell
        let sum = (0..<count).reduce(0.0) { sum, sequence in
          unsafe sum + Float.sumOfSquares(cell.row(sequence), count: cell.columns).squareRoot()
        }
        norms[layer][back - 1] = sum / Double(count)
      }
    }
    network.parameters.gradients.clear()
    return norms
  }
}

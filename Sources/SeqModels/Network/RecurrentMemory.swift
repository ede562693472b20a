import Networks

/// What recurrent layers hold beside their weights while they are trained, in numbers of four bytes.
struct RecurrentMemory {
  /// Weights laid out, there and back.
  private(set) var weights = 0
  /// Values and gradients of all steps.
  private(set) var activations = 0
  /// The largest matrix that is laid out for one product.
  private(set) var scratch = 0

  /// - Parameters:
  ///   - inputCount: values of a row of the input.
  ///   - rows: rows of a batch: its steps of all sequences.
  ///   - answeredRows: rows of the largest batch that goes forward alone; 0 for none.
  ///   - batch: sequences of a batch.
  ///   - distinctRows: how many of the rows differ, where the first layer's products are done once for
  ///     each of those; nil where they are not.
  ///   - dropsWeights: whether recurrent weights are left out.
  ///   - dropsBetween: whether outputs between layers are, and with `isLocked` the same in all steps.
  init(
    _ options: RecurrentOptions, inputCount: Int, rows: Int, answeredRows: Int = 0, batch: Int,
    distinctRows: Int?, dropsWeights: Bool, dropsBetween: Bool, isLocked: Bool
  ) {
    let (hidden, outputs) = (options.hidden, options.outputPerDirection)
    let gates = options.cell.gateCount * hidden
    for layer in 0..<options.layers {
      let inputs = layer == 0 ? inputCount : options.outputCount
      let distinct = layer == 0 ? distinctRows : nil
      var one = PackedSize.both(inputs, gates) + PackedSize.both(outputs, gates)
      if let projection = options.projection { one += PackedSize.both(hidden, projection) }
      if dropsWeights { one += 2 * gates * outputs }
      weights += options.directions * one
      // Gates and the states before; back, gradients of the outputs.
      var (row, rowBack) = (gates + outputs, outputs)
      switch options.cell {
      case .rnnTanh, .rnnReLU: break
      case .gru: row += gates
      case .lstm: row += 3 * hidden
      }
      if options.projection != nil { (row, rowBack) = (row + hidden, rowBack + hidden) }
      let forward = max(rows, answeredRows)
      activations +=
        options.directions * (forward * row + rows * rowBack + (distinct ?? 0) * gates)
      if options.cell == .lstm { activations += options.directions * batch * hidden }
      // The outputs of all directions, and what is left out of them.
      activations += forward * options.outputCount
      if dropsBetween, layer + 1 < options.layers {
        activations += (isLocked ? batch : rows) * options.outputCount
      }
      scratch = max(
        scratch, PackedSize.count(distinct ?? rows, inputs, of: Float.self),
        PackedSize.count(rows, outputs, of: Float.self))
      if options.projection != nil {
        scratch = max(scratch, PackedSize.count(rows, hidden, of: Float.self))
      }
    }
    // Gradients between layers, in turns.
    activations += min(2, options.layers - 1) * rows * options.outputCount
    // States, and their gradients.
    activations += 2 * options.layers * options.directions * batch * (outputs + hidden)
  }
}

import BLASCore
package import Networks

/// Layers of recurrent units, each reading the outputs of the one below.
///
/// Weights lie in a ``Parameters`` object under PyTorch's names (`weight_ih_l0`, `weight_hh_l0`,
/// `bias_ih_l0`, `bias_hh_l0`, `_reverse` for the direction from the end), gates in its order:
/// i, f, g, o for an LSTM; r, z, n for a GRU.
package final class RecurrentStack<Scalar: NetworkScalar> {
  /// The shape of the stack.
  package let options: RecurrentOptions
  /// Inputs of the first layer.
  package let inputCount: Int
  private let compute: Compute<Scalar>
  private let directions: [[RecurrentDirection<Scalar>]]
  private var outputs: [AlignedBuffer<Scalar>]
  private var gradients: [AlignedBuffer<Scalar>]
  private var masks: [DropoutMask<Scalar>]
  private var input: MatrixView<Scalar>?
  private var layout = SequenceLayout(steps: 0, batch: 0)
  private var isMasked = false

  /// What is left out while training.
  package struct Dropout: Codable, Hashable, Sendable {
    /// The share of outputs left out between layers.
    package var betweenLayers = 0.0
    /// Whether one mask serves all steps (variational dropout: Gal and Ghahramani 2016).
    package var isLocked = false
    /// The share of recurrent weights left out (DropConnect: Merity et al. 2018).
    package var recurrentWeights = 0.0

    /// Nothing is left out.
    package init() {}
  }

  /// Where random masks come from: one seed and the number of the training step.
  package struct Draw: Sendable {
    package var seed: UInt64
    package var step: UInt64
    package init(seed: UInt64, step: UInt64) {
      self.seed = seed
      self.step = step
    }
  }

  /// Makes a stack over weights that lie under `prefix`.
  package init(
    _ options: RecurrentOptions, inputCount: Int, prefix: String, parameters: Parameters<Scalar>,
    compute: Compute<Scalar>
  ) throws {
    precondition(
      options.layers <= RecurrentOptions.maximumLayers, "\(options.layers) layers")
    precondition(options.layers >= 1 && options.hidden >= 1 && inputCount >= 1, "an empty stack")
    precondition(
      options.cell == .lstm || (options.projection == nil && !options.hasPeepholes),
      "projections and peepholes belong to an LSTM")
    self.options = options
    self.inputCount = inputCount
    self.compute = compute
    directions = try (0..<options.layers).map { layer in
      try (0..<options.directions).map { direction in
        try RecurrentDirection(
          options, inputCount: layer == 0 ? inputCount : options.outputCount, layer: layer,
          direction: direction, prefix: prefix, parameters: parameters, compute: compute)
      }
    }
    outputs = (0..<options.layers).map { _ in AlignedBuffer() }
    gradients = (0..<2).map { _ in AlignedBuffer() }
    masks = (0..<options.layers).map { _ in DropoutMask() }
  }

  /// Zero states, one for each layer and direction: layer 0 forward, layer 0 reverse, layer 1 …
  package func makeStates(batch: Int) throws -> [RecurrentState<Scalar>] {
    try (0..<options.layers * options.directions).map { _ in
      try RecurrentState(options, batch: batch)
    }
  }

  /// Lays the weights out for products; called whenever they have changed.
  @_specialize(where Scalar == Float)
  package func packWeights(forTraining: Bool, dropout: Dropout = Dropout(), draw: Draw? = nil)
    throws
  {
    for (layer, pair) in directions.enumerated() {
      for (index, direction) in pair.enumerated() {
        var mask: AlignedBuffer<Scalar>?
        if let draw, dropout.recurrentWeights > 0 {
          let buffer = try AlignedBuffer<Scalar>(count: direction.recurrentWeightCount)
          DropoutMask.fill(
            buffer.matrix(options.cell.gateCount * options.hidden, options.outputPerDirection),
            share: dropout.recurrentWeights, draw: draw,
            site: DropoutSite.recurrentWeights(layer: layer, direction: index), compute: compute)
          mask = buffer
        }
        try direction.packWeights(forTraining: forTraining, dropMask: mask)
      }
    }
  }

  /// Computes once what each row of a table contributes as input of the first layer: forward calls
  /// with that table and `inputRows` then look it up, until the weights are laid out anew.
  package func tabulateInputs(_ table: MatrixView<Scalar>) throws {
    for direction in directions[0] { try direction.tabulateInputs(table) }
  }

  /// Computes the outputs of all steps of the last layer.
  ///
  /// - Parameters:
  ///   - input: [rows, inputs], laid out as `layout` says; it must stay until the backward call.
  ///   - inputRows: the row of `input` that each row of the layout reads, where several read the
  ///     same, as tokens that come up again do; nil for each its own. Saves the products of the
  ///     first layer for the others, and changes no output.
  ///   - states: the states to start from; they become those after each sequence's last step.
  ///   - dropout: what is left out, with the draw it comes from; nil computes with everything.
  /// - Returns: [rows, outputs], valid until the next call.
  @_specialize(where Scalar == Float)
  package func forward(
    _ input: MatrixView<Scalar>, inputRows: [Int32]? = nil, layout: SequenceLayout,
    states: [RecurrentState<Scalar>], dropout: (Dropout, Draw)? = nil
  ) throws -> MatrixView<Scalar> {
    precondition(
      inputRows?.count ?? input.rows == layout.rowCount && input.columns == inputCount,
      "input shape")
    precondition(states.count == options.layers * options.directions, "\(states.count) states")
    self.input = input
    self.layout = layout
    isMasked = (dropout?.0.betweenLayers ?? 0) > 0
    let rows = layout.rowCount
    var below = input
    for (layer, pair) in directions.enumerated() {
      try AlignedBuffer.reserve(&outputs[layer], rows * options.outputCount)
      let output = outputs[layer].matrix(rows, options.outputCount)
      for (index, direction) in pair.enumerated() {
        try direction.forward(
          below, inputRows: layer == 0 ? inputRows : nil, layout: layout,
          state: states[layer * options.directions + index],
          output: output.columns(columns(index)))
      }
      if layer + 1 < options.layers, let (dropout, draw) = dropout, isMasked {
        try masks[layer].draw(
          rows: dropout.isLocked ? layout.batch : rows, columns: options.outputCount,
          share: dropout.betweenLayers, draw: draw, site: DropoutSite.between(layer: layer),
          compute: compute)
        masks[layer].apply(to: output, layout: dropout.isLocked ? layout : nil, compute: compute)
      }
      below = output
    }
    return below
  }

  private func columns(_ direction: Int) -> Range<Int> {
    let count = options.outputPerDirection
    return direction * count..<(direction + 1) * count
  }

  /// Adds the gradients of all weights for the last forward call.
  ///
  /// - Parameters:
  ///   - outputGradient: [rows, outputs]: the loss's gradient for each output of the last layer.
  ///   - stateGradients: in: the gradients for the states after the last steps; out: for those the
  ///     forward call started from.
  ///   - inputGradient: shaped like the input, written; nil where it is not wanted.
  @_specialize(where Scalar == Float)
  package func backward(
    outputGradient: MatrixView<Scalar>, stateGradients: [RecurrentState<Scalar>],
    inputGradient: MatrixView<Scalar>?
  ) throws {
    guard let input else { preconditionFailure("backward before forward") }
    let rows = layout.rowCount
    var above = outputGradient
    for layer in directions.indices.reversed() {
      var below: MatrixView<Scalar>?
      if layer > 0 {
        let buffer = layer % 2
        try AlignedBuffer.reserve(&gradients[buffer], rows * options.outputCount)
        below = gradients[buffer].matrix(rows, options.outputCount)
      } else {
        below = inputGradient
      }
      let read = layer == 0 ? input : outputs[layer - 1].matrix(rows, options.outputCount)
      for (index, direction) in directions[layer].enumerated() {
        try direction.backward(
          read, outputGradient: above.columns(columns(index)),
          stateGradient: stateGradients[layer * options.directions + index], inputGradient: below,
          keep: index > 0)
      }
      if layer > 0, let below {
        if isMasked { masks[layer - 1].applyAgain(to: below, compute: compute) }
        above = below
      }
    }
  }

  /// One direction of a layer, both from 0.
  func direction(_ layer: Int, _ direction: Int) -> RecurrentDirection<Scalar> {
    directions[layer][direction]
  }

  /// After a forward call: the outputs of one direction of a layer, [rows, outputs per direction].
  func outputs(layer: Int, direction: Int) -> MatrixView<Scalar> {
    outputs[layer].matrix(layout.rowCount, options.outputCount).columns(columns(direction))
  }

  /// After a backward call: the whole gradient of a layer's outputs at each step, [rows, outputs
  /// per direction].
  package func hiddenGradients(layer: Int, direction: Int = 0) -> MatrixView<Scalar> {
    directions[layer][direction].hiddenGradients
  }
}

import Networks

/// One layer of recurrent units that reads in one direction: forward, and backward through time.
///
/// The products with the inputs of all steps are one product, and so are all weights' gradients;
/// only the products with the state before run step by step. A sequence's steps depend on no other
/// sequence, so each thread takes its share of the sequences through all steps without waiting.
/// Each element of each product is one chain in a fixed order, so the shares change no bit.
final class RecurrentDirection<Scalar: NetworkScalar> {
  private let options: RecurrentOptions
  private let isReverse: Bool
  private let compute: Compute<Scalar>
  private let parameters: Parameters<Scalar>
  private let names: Names
  private let inputCount: Int
  private let outputCount: Int

  private let inputWeights: PackedMatrix<Scalar>
  private let recurrentWeights: PackedMatrix<Scalar>
  private let recurrentWeightsBack: PackedMatrix<Scalar>
  private let inputWeightsBack: PackedMatrix<Scalar>
  private let projectionWeights: PackedMatrix<Scalar>?
  private let projectionWeightsBack: PackedMatrix<Scalar>?

  /// [rows, gates x hidden]: sums, then gate values, then the sums' gradients.
  private var gates = AlignedBuffer<Scalar>(count: 0)
  /// GRU: [rows, 3 x hidden] products with the state before, then their gradients.
  private var recurrent = AlignedBuffer<Scalar>(count: 0)
  /// [rows, outputs]: the state each step started from.
  private var previous = AlignedBuffer<Scalar>(count: 0)
  /// LSTM: [rows, hidden].
  private var cells = AlignedBuffer<Scalar>(count: 0)
  private var previousCells = AlignedBuffer<Scalar>(count: 0)
  private var squashed = AlignedBuffer<Scalar>(count: 0)
  /// [rows, hidden]: outputs before the projection, and their gradients.
  private var unprojected = AlignedBuffer<Scalar>(count: 0)
  private var unprojectedGradients = AlignedBuffer<Scalar>(count: 0)
  /// [rows, outputs]: the whole gradient of each step's output.
  private var outputGradients = AlignedBuffer<Scalar>(count: 0)
  /// [sequences, hidden]: the cells' gradient on its way back.
  private var cellGradients = AlignedBuffer<Scalar>(count: 0)
  /// [distinct inputs, gates x hidden]: sums of the inputs alone, then gradients by input.
  private var inputSums = AlignedBuffer<Scalar>(count: 0)
  /// Which row of the input each row read in the last forward call, or nil for its own.
  private var inputRows: [Int32]?
  private var layout = SequenceLayout(steps: 0, batch: 0)

  /// [tokens, gates x hidden]: what each token's embedding contributes to the sums.
  private var inputTable: AlignedBuffer<Scalar>?

  /// Recurrent weights with some left out (DropConnect), while training with it.
  private var droppedWeights: AlignedBuffer<Scalar>?
  private var dropMask: AlignedBuffer<Scalar>?

  private struct Names {
    let inputWeight, recurrentWeight, inputBias, recurrentBias: String
    let projection: String
    let peepholes: [String]
  }

  init(
    _ options: RecurrentOptions, inputCount: Int, layer: Int, direction: Int, prefix: String,
    parameters: Parameters<Scalar>, compute: Compute<Scalar>
  ) {
    self.options = options
    self.inputCount = inputCount
    self.parameters = parameters
    self.compute = compute
    isReverse = direction == 1
    outputCount = options.outputPerDirection
    func name(_ weight: String) -> String {
      RecurrentOptions.name(prefix, weight, layer: layer, direction: direction)
    }
    names = Names(
      inputWeight: name("weight_ih"), recurrentWeight: name("weight_hh"),
      inputBias: name("bias_ih"), recurrentBias: name("bias_hh"), projection: name("weight_hr"),
      peepholes: options.hasPeepholes ? ["i", "f", "o"].map { name("weight_c\($0)") } : [])
    let gateCount = options.cell.gateCount * options.hidden
    inputWeights = PackedMatrix(capacityFor: inputCount, gateCount)
    inputWeightsBack = PackedMatrix(capacityFor: gateCount, inputCount)
    recurrentWeights = PackedMatrix(capacityFor: outputCount, gateCount)
    recurrentWeightsBack = PackedMatrix(capacityFor: gateCount, outputCount)
    if let projection = options.projection {
      projectionWeights = PackedMatrix(capacityFor: options.hidden, projection)
      projectionWeightsBack = PackedMatrix(capacityFor: projection, options.hidden)
    } else {
      projectionWeights = nil
      projectionWeightsBack = nil
    }
  }

  private var gateCount: Int { options.cell.gateCount * options.hidden }

  /// Lays the weights out for products; called when they have changed.
  ///
  /// - Parameters:
  ///   - forTraining: whether gradients will be wanted too.
  ///   - dropMask: for DropConnect (Wan et al. 2013; Merity et al. 2018): the factor of each
  ///     recurrent weight, or nil.
  @_specialize(where Scalar == Float)
  func packWeights(forTraining: Bool, dropMask: AlignedBuffer<Scalar>? = nil) {
    self.dropMask = dropMask
    inputTable = nil
    var recurrentView = parameters.view(names.recurrentWeight)
    if let dropMask {
      let target = droppedWeights ?? AlignedBuffer<Scalar>(count: dropMask.count)
      droppedWeights = target
      for index in 0..<dropMask.count {
        target.base[index] = recurrentView.base[index] * dropMask.base[index]
      }
      recurrentView = target.matrix(gateCount, outputCount)
    }
    let inputView = parameters.view(names.inputWeight)
    compute.pack(inputView.transposed, into: inputWeights)
    compute.pack(recurrentView.transposed, into: recurrentWeights)
    if forTraining {
      compute.pack(inputView, into: inputWeightsBack)
      compute.pack(recurrentView, into: recurrentWeightsBack)
    }
    if let projectionWeights, let projectionWeightsBack {
      let view = parameters.view(names.projection)
      compute.pack(view.transposed, into: projectionWeights)
      if forTraining { compute.pack(view, into: projectionWeightsBack) }
    }
  }

  /// How many recurrent weights there are, for a mask of DropConnect.
  var recurrentWeightCount: Int { gateCount * outputCount }

  private func reserve(_ rows: Int, batch: Int) {
    func grow(_ buffer: inout AlignedBuffer<Scalar>, _ count: Int) {
      if buffer.count < count { buffer = AlignedBuffer(count: count) }
    }
    grow(&gates, rows * gateCount)
    grow(&previous, rows * outputCount)
    grow(&outputGradients, rows * outputCount)
    switch options.cell {
    case .rnnTanh, .rnnReLU: break
    case .gru: grow(&recurrent, rows * gateCount)
    case .lstm:
      grow(&cells, rows * options.hidden)
      grow(&previousCells, rows * options.hidden)
      grow(&squashed, rows * options.hidden)
      grow(&cellGradients, batch * options.hidden)
    }
    if options.projection != nil {
      grow(&unprojected, rows * options.hidden)
      grow(&unprojectedGradients, rows * options.hidden)
    }
  }

  /// The whole gradient of each output of the last backward call, through all later steps:
  /// [rows, outputs].
  var hiddenGradients: MatrixView<Scalar> {
    outputGradients.matrix(layout.rowCount, outputCount)
  }

  // MARK: Forward

  /// Computes the outputs of all steps.
  ///
  /// - Parameters:
  ///   - input: [rows, inputs].
  ///   - inputRows: the row of `input` that each row reads, where several read the same; nil for
  ///     each its own. The product with the inputs is then done once for each row of `input`.
  ///   - state: [sequences, outputs] and for an LSTM [sequences, hidden]: the states to start from;
  ///     they become those after each sequence's last step.
  ///   - output: [rows, outputs], written.
  @_specialize(where Scalar == Float)
  func forward(
    _ input: MatrixView<Scalar>, inputRows: [Int32]? = nil, layout: SequenceLayout,
    state: RecurrentState<Scalar>, output: MatrixView<Scalar>
  ) {
    let rows = layout.rowCount
    self.layout = layout
    self.inputRows = inputRows
    reserve(rows, batch: layout.batch)
    let isGRU = options.cell == .gru
    let recurrentBias = parameters.view(names.recurrentBias).base
    let sums: MatrixView<Scalar>
    if let inputTable, inputRows != nil {
      sums = inputTable.matrix(input.rows, gateCount)
    } else {
      if inputRows != nil, inputSums.count < input.rows * gateCount {
        inputSums = AlignedBuffer(count: input.rows * gateCount)
      }
      sums = (inputRows == nil ? gates : inputSums).matrix(input.rows, gateCount)
      addInput(input, to: sums)
    }
    if isGRU || inputRows != nil {
      compute.forRanges(of: rows, atLeast: 16) { range in
        for row in range {
          if isGRU {
            (recurrent.base + row * gateCount).update(from: recurrentBias, count: gateCount)
          }
          if let inputRows {
            (gates.base + row * gateCount).update(
              from: sums.row(Int(inputRows[row])), count: gateCount)
          }
        }
      }
    }
    let parts = layout.parts(compute.team.threadCount)
    compute.team.forEach(pieces: parts.count) { part in
      run(parts[part], state: state, output: output)
    }
  }

  /// Writes the part of the sums that comes from the inputs, and the biases.
  private func addInput(_ input: MatrixView<Scalar>, to sums: MatrixView<Scalar>) {
    let inputBias = parameters.view(names.inputBias).base
    let recurrentBias = parameters.view(names.recurrentBias).base
    compute.forRanges(of: input.rows, atLeast: 16) { range in
      for row in range {
        sums.row(row).update(from: inputBias, count: gateCount)
        // A GRU's reset gate works on the recurrent product with its bias.
        if options.cell != .gru {
          Scalar.addScaled(recurrentBias, factor: 1, into: sums.row(row), count: gateCount)
        }
      }
    }
    compute.multiply(input, inputWeights, into: sums, keep: true)
  }

  /// Computes once what each row of a table contributes as input. Until the weights are laid out
  /// anew, forward calls with `inputRows` read the table, and then the numbers are the product's to
  /// the bit.
  @_specialize(where Scalar == Float)
  func tabulateInputs(_ table: MatrixView<Scalar>) {
    let sums = AlignedBuffer<Scalar>(count: table.rows * gateCount)
    addInput(table, to: sums.matrix(table.rows, gateCount))
    inputTable = sums
  }

  /// The steps in the order this direction reads them.
  private func step(_ position: Int) -> Int {
    isReverse ? layout.stepCount - 1 - position : position
  }

  /// Takes some of the sequences through all steps.
  private func run(
    _ sequences: Range<Int>, state: RecurrentState<Scalar>, output: MatrixView<Scalar>
  ) {
    let hidden = options.hidden
    for position in 0..<layout.stepCount {
      let step = step(position)
      let end = min(sequences.upperBound, layout.batchSizes[step])
      guard sequences.lowerBound < end else { continue }
      let first = layout.offsets[step] + sequences.lowerBound
      let rows = first..<layout.offsets[step] + end
      // The state the step starts from.
      for (row, sequence) in zip(rows, sequences) {
        (previous.base + row * outputCount).update(
          from: state.hidden.row(sequence), count: outputCount)
        if options.cell == .lstm {
          (previousCells.base + row * hidden).update(
            from: state.cell.row(sequence), count: hidden)
        }
      }
      let sums = (options.cell == .gru ? recurrent : gates)
        .matrix(rows.count, gateCount, from: first * gateCount)
      Compute.multiply(
        previous.matrix(rows.count, outputCount, from: first * outputCount), recurrentWeights,
        panels: 0..<recurrentWeights.panelCount, into: sums, keep: true)
      for row in rows { activate(row, output: output) }
      if let projectionWeights {
        Compute.multiply(
          unprojected.matrix(rows.count, hidden, from: first * hidden), projectionWeights,
          panels: 0..<projectionWeights.panelCount, into: output.rows(rows), keep: false)
      }
      for (row, sequence) in zip(rows, sequences) {
        state.hidden.row(sequence).update(from: output.row(row), count: outputCount)
        if options.cell == .lstm {
          state.cell.row(sequence).update(from: cells.base + row * hidden, count: hidden)
        }
      }
    }
  }

  /// Turns the sums of one row into gates and an output.
  private func activate(_ row: Int, output: MatrixView<Scalar>) {
    let hidden = options.hidden
    let sums = gates.base + row * gateCount
    let h = options.projection == nil ? output.row(row) : unprojected.base + row * hidden
    switch options.cell {
    case .rnnTanh:
      Scalar.tanh(sums, into: sums, count: hidden)
      h.update(from: sums, count: hidden)
    case .rnnReLU:
      for unit in 0..<hidden { sums[unit] = max(0, sums[unit]) }
      h.update(from: sums, count: hidden)
    case .gru:
      let products = recurrent.base + row * gateCount
      Scalar.gruForward(
        GRUStep(
          count: hidden, r: sums, z: sums + hidden, n: sums + 2 * hidden, hr: products,
          hz: products + hidden, hn: products + 2 * hidden,
          previous: previous.base + row * outputCount, h: h))
    case .lstm:
      let peepholes = names.peepholes.map { UnsafePointer(parameters.view($0).base) }
      Scalar.lstmForward(
        LSTMStep(
          count: hidden, i: sums, f: sums + hidden, g: sums + 2 * hidden, o: sums + 3 * hidden,
          peepI: peepholes.first, peepF: peepholes.dropFirst().first, peepO: peepholes.last,
          previousCell: previousCells.base + row * hidden, cell: cells.base + row * hidden,
          squashed: squashed.base + row * hidden, h: h))
    }
  }

  // MARK: Backward

  /// Adds the gradients of the weights, through all steps of the last forward call.
  ///
  /// - Parameters:
  ///   - input: what forward read.
  ///   - outputGradient: [rows, outputs]: the loss's gradient for each output.
  ///   - stateGradient: in: the gradient for the states after the last steps; out: for those before
  ///     the first.
  ///   - inputGradient: shaped like `input`, added to when `keep` is set, else written; nil where
  ///     it is not wanted.
  @_specialize(where Scalar == Float)
  func backward(
    _ input: MatrixView<Scalar>, outputGradient: MatrixView<Scalar>,
    stateGradient: RecurrentState<Scalar>, inputGradient: MatrixView<Scalar>?, keep: Bool
  ) {
    let rows = layout.rowCount
    let parts = layout.parts(compute.team.threadCount)
    compute.team.forEach(pieces: parts.count) { part in
      runBack(parts[part], outputGradient: outputGradient, stateGradient: stateGradient)
    }
    let sumGradients = gates.matrix(rows, gateCount)
    let inputSumGradients = gradientsByInput(sumGradients, inputCount: input.rows)
    compute.multiply(
      inputSumGradients.transposed, input, into: parameters.gradient(names.inputWeight), keep: true)
    let inputBias = parameters.gradient(names.inputBias)
    compute.addColumnSums(inputSumGradients, into: inputBias.base)
    if options.cell == .gru {
      let productGradients = recurrent.matrix(rows, gateCount)
      addRecurrentGradient(productGradients)
      compute.addColumnSums(
        productGradients, into: parameters.gradient(names.recurrentBias).base)
    } else {
      addRecurrentGradient(sumGradients)
      // Both biases stand in the same sum, so all their gradients ever are the same.
      parameters.gradient(names.recurrentBias).base.update(from: inputBias.base, count: gateCount)
    }
    if options.projection != nil {
      compute.multiply(
        outputGradients.matrix(rows, outputCount).transposed,
        unprojected.matrix(rows, options.hidden), into: parameters.gradient(names.projection),
        keep: true)
    }
    addPeepholeGradients(sumGradients)
    if let inputGradient {
      compute.multiply(inputSumGradients, inputWeightsBack, into: inputGradient, keep: keep)
    }
  }

  /// The gradients of the sums, added up row after row for each row of the input.
  private func gradientsByInput(
    _ gradients: MatrixView<Scalar>, inputCount: Int
  ) -> MatrixView<Scalar> {
    guard let inputRows else { return gradients }
    let result = inputSums.matrix(inputCount, gateCount)
    let block = 256
    compute.team.forEach(pieces: (gateCount + block - 1) / block) { piece in
      let first = piece * block
      let count = min(block, gateCount - first)
      for row in 0..<inputCount { (result.row(row) + first).update(repeating: 0, count: count) }
      for (row, inputRow) in inputRows.enumerated() {
        Scalar.addScaled(
          gradients.row(row) + first, factor: 1, into: result.row(Int(inputRow)) + first,
          count: count)
      }
    }
    return result
  }

  private func addRecurrentGradient(_ productGradients: MatrixView<Scalar>) {
    let previous = previous.matrix(layout.rowCount, outputCount)
    let gradient = parameters.gradient(names.recurrentWeight)
    guard let dropMask, let droppedWeights else {
      return compute.multiply(productGradients.transposed, previous, into: gradient, keep: true)
    }
    let whole = droppedWeights.matrix(gateCount, outputCount)
    compute.multiply(productGradients.transposed, previous, into: whole)
    for index in 0..<dropMask.count {
      gradient.base[index] += whole.base[index] * dropMask.base[index]
    }
  }

  private func addPeepholeGradients(_ sumGradients: MatrixView<Scalar>) {
    guard options.hasPeepholes else { return }
    let hidden = options.hidden
    for (name, gate) in zip(names.peepholes, [0, 1, 3]) {
      let gradient = parameters.gradient(name).base
      let seen = gate == 3 ? cells : previousCells
      for row in 0..<layout.rowCount {
        let sums = sumGradients.row(row) + gate * hidden
        let cell = seen.base + row * hidden
        for unit in 0..<hidden { gradient[unit] += sums[unit] * cell[unit] }
      }
    }
  }

  /// Takes some of the sequences back through all steps.
  private func runBack(
    _ sequences: Range<Int>, outputGradient: MatrixView<Scalar>,
    stateGradient: RecurrentState<Scalar>
  ) {
    let hidden = options.hidden
    if options.cell == .lstm {
      for sequence in sequences {
        (cellGradients.base + sequence * hidden).update(
          from: stateGradient.cell.row(sequence), count: hidden)
      }
    }
    for position in (0..<layout.stepCount).reversed() {
      let step = step(position)
      let end = min(sequences.upperBound, layout.batchSizes[step])
      guard sequences.lowerBound < end else { continue }
      let first = layout.offsets[step] + sequences.lowerBound
      let rows = first..<layout.offsets[step] + end
      let total = outputGradients.matrix(rows.count, outputCount, from: first * outputCount)
      for (row, sequence) in zip(rows, sequences) {
        let target = outputGradients.base + row * outputCount
        target.update(from: outputGradient.row(row), count: outputCount)
        Scalar.addScaled(
          stateGradient.hidden.row(sequence), factor: 1, into: target, count: outputCount)
      }
      var before = total
      if let projectionWeightsBack {
        before = unprojectedGradients.matrix(rows.count, hidden, from: first * hidden)
        Compute.multiply(
          total, projectionWeightsBack, panels: 0..<projectionWeightsBack.panelCount, into: before,
          keep: false)
      }
      for (index, (row, sequence)) in zip(rows, sequences).enumerated() {
        differentiate(row, sequence: sequence, dh: before.row(index), state: stateGradient)
      }
      let sums = (options.cell == .gru ? recurrent : gates)
        .matrix(rows.count, gateCount, from: first * gateCount)
      // For a GRU the part that passes beside the products is there already.
      Compute.multiply(
        sums, recurrentWeightsBack, panels: 0..<recurrentWeightsBack.panelCount,
        into: stateGradient.hidden.rows(sequences.lowerBound..<end), keep: options.cell == .gru)
    }
    if options.cell == .lstm {
      for sequence in sequences {
        stateGradient.cell.row(sequence).update(
          from: cellGradients.base + sequence * hidden, count: hidden)
      }
    }
  }

  /// Turns the gradient of one row's output into those of its sums, in the gates' place.
  private func differentiate(
    _ row: Int, sequence: Int, dh: UnsafeMutablePointer<Scalar>, state: RecurrentState<Scalar>
  ) {
    let hidden = options.hidden
    let sums = gates.base + row * gateCount
    switch options.cell {
    case .rnnTanh:
      for unit in 0..<hidden { sums[unit] = dh[unit] * (1 - sums[unit] * sums[unit]) }
    case .rnnReLU:
      for unit in 0..<hidden { sums[unit] = sums[unit] > 0 ? dh[unit] : 0 }
    case .gru:
      let products = recurrent.base + row * gateCount
      Scalar.gruBackward(
        GRUGradientStep(
          count: hidden, r: sums, z: sums + hidden, n: sums + 2 * hidden,
          hn: products + 2 * hidden, previous: previous.base + row * outputCount, dh: dh, dR: sums,
          dZ: sums + hidden, dN: sums + 2 * hidden, dHN: products + 2 * hidden,
          dPrevious: state.hidden.row(sequence)))
      products.update(from: sums, count: 2 * hidden)
    case .lstm:
      let peepholes = names.peepholes.map { UnsafePointer(parameters.view($0).base) }
      Scalar.lstmBackward(
        LSTMGradientStep(
          count: hidden, i: sums, f: sums + hidden, g: sums + 2 * hidden, o: sums + 3 * hidden,
          peepI: peepholes.first, peepF: peepholes.dropFirst().first, peepO: peepholes.last,
          previousCell: previousCells.base + row * hidden, squashed: squashed.base + row * hidden,
          dh: dh, dCell: cellGradients.base + sequence * hidden, dI: sums, dF: sums + hidden,
          dG: sums + 2 * hidden, dO: sums + 3 * hidden))
    }
  }
}

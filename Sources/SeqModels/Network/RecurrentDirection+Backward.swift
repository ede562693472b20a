import BLASCore
import Networks

extension RecurrentDirection {
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
  ) throws {
    let rows = layout.rowCount
    let parts = layout.parts(compute.team.activeCount)
    compute.team.forEach(pieces: parts.count) { part in
      runBack(parts[part], outputGradient: outputGradient, stateGradient: stateGradient)
    }
    let sumGradients = gates.matrix(rows, gateCount)
    let inputSumGradients = gradientsByInput(sumGradients, inputCount: input.rows)
    try compute.multiply(
      inputSumGradients.transposed, input, into: parameters.gradient(names.inputWeight), keep: true)
    let inputBias = parameters.gradient(names.inputBias)
    unsafe compute.addColumnSums(inputSumGradients, into: inputBias.base)
    if options.cell == .gru {
      let productGradients = recurrent.matrix(rows, gateCount)
      try addRecurrentGradient(productGradients)
      unsafe compute.addColumnSums(
        productGradients, into: parameters.gradient(names.recurrentBias).base)
    } else {
      try addRecurrentGradient(sumGradients)
      // Both biases stand in the same sum, so all their gradients ever are the same.
      unsafe parameters.gradient(names.recurrentBias).base.update(
        from: inputBias.base, count: gateCount)
    }
    if options.projection != nil {
      try compute.multiply(
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
      for row in 0..<inputCount {
        unsafe (result.row(row) + first).update(repeating: 0, count: count)
      }
      for (row, inputRow) in inputRows.enumerated() {
        unsafe Scalar.addScaled(
          gradients.row(row) + first, factor: 1, into: result.row(Int(inputRow)) + first,
          count: count)
      }
    }
    return result
  }

  private func addRecurrentGradient(_ productGradients: MatrixView<Scalar>) throws {
    let previous = previous.matrix(layout.rowCount, outputCount)
    let gradient = parameters.gradient(names.recurrentWeight)
    guard let dropMask, let droppedWeights else {
      return try compute.multiply(productGradients.transposed, previous, into: gradient, keep: true)
    }
    let whole = droppedWeights.matrix(gateCount, outputCount)
    try compute.multiply(productGradients.transposed, previous, into: whole)
    for index in 0..<dropMask.count {
      unsafe gradient.base[index] += whole.base[index] * dropMask.base[index]
    }
  }

  private func addPeepholeGradients(_ sumGradients: MatrixView<Scalar>) {
    guard options.hasPeepholes else { return }
    let hidden = options.hidden
    for (name, gate) in zip(names.peepholes, [0, 1, 3]) {
      let gradient = unsafe parameters.gradient(name).base
      let seen = gate == 3 ? cells : previousCells
      for row in 0..<layout.rowCount {
        let sums = unsafe sumGradients.row(row) + gate * hidden
        let cell = unsafe seen.base + row * hidden
        for unit in 0..<hidden { unsafe gradient[unit] += sums[unit] * cell[unit] }
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
        unsafe (cellGradients.base + sequence * hidden).update(
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
        let target = unsafe outputGradients.base + row * outputCount
        unsafe target.update(from: outputGradient.row(row), count: outputCount)
        unsafe Scalar.addScaled(
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
        unsafe differentiate(row, sequence: sequence, dh: before.row(index), state: stateGradient)
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
        unsafe stateGradient.cell.row(sequence).update(
          from: cellGradients.base + sequence * hidden, count: hidden)
      }
    }
  }

  /// Turns the gradient of one row's output into those of its sums, in the gates' place.
  private func differentiate(
    _ row: Int, sequence: Int, dh: UnsafeMutablePointer<Scalar>, state: RecurrentState<Scalar>
  ) {
    let hidden = options.hidden
    let sums = unsafe gates.base + row * gateCount
    switch options.cell {
    case .rnnTanh:
      for unit in 0..<hidden { unsafe sums[unit] = unsafe dh[unit] * (1 - sums[unit] * sums[unit]) }
    case .rnnReLU:
      for unit in 0..<hidden { unsafe sums[unit] = unsafe sums[unit] > 0 ? dh[unit] : 0 }
    case .gru:
      let products = unsafe recurrent.base + row * gateCount
      unsafe Scalar.gruBackward(
        GRUGradientStep(
          count: hidden, r: sums, z: sums + hidden, n: sums + 2 * hidden,
          hn: products + 2 * hidden, previous: previous.base + row * outputCount, dh: dh, dR: sums,
          dZ: sums + hidden, dN: sums + 2 * hidden, dHN: products + 2 * hidden,
          dPrevious: state.hidden.row(sequence)))
      unsafe products.update(from: sums, count: 2 * hidden)
    case .lstm:
      let peepholes = unsafe names.peepholes.map { unsafe UnsafePointer(parameters.view($0).base) }
      unsafe Scalar.lstmBackward(
        LSTMGradientStep(
          count: hidden, i: sums, f: sums + hidden, g: sums + 2 * hidden, o: sums + 3 * hidden,
          peepI: peepholes.first, peepF: peepholes.dropFirst().first, peepO: peepholes.last,
          previousCell: previousCells.base + row * hidden, squashed: squashed.base + row * hidden,
          dh: dh, dCell: cellGradients.base + sequence * hidden, dI: sums, dF: sums + hidden,
          dG: sums + 2 * hidden, dO: sums + 3 * hidden))
    }
  }
}

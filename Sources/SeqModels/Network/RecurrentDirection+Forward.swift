import BLASCore
import Networks

extension RecurrentDirection {
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
  ) throws {
    let rows = layout.rowCount
    self.layout = layout
    self.inputRows = inputRows
    try reserve(rows, batch: layout.batch)
    let isGRU = options.cell == .gru
    let recurrentBias = unsafe parameters.view(names.recurrentBias).base
    let sums: MatrixView<Scalar>
    if let inputTable, inputRows != nil {
      sums = inputTable.matrix(input.rows, gateCount)
    } else {
      if inputRows != nil, inputSums.count < input.rows * gateCount {
        inputSums = try AlignedBuffer(count: input.rows * gateCount)
      }
      sums = (inputRows == nil ? gates : inputSums).matrix(input.rows, gateCount)
      try addInput(input, to: sums)
    }
    if isGRU || inputRows != nil {
      compute.forRanges(of: rows, atLeast: 16) { range in
        for row in range {
          if isGRU {
            unsafe (recurrent.base + row * gateCount).update(from: recurrentBias, count: gateCount)
          }
          if let inputRows {
            unsafe (gates.base + row * gateCount).update(
              from: sums.row(Int(inputRows[row])), count: gateCount)
          }
        }
      }
    }
    let parts = layout.parts(compute.team.activeCount)
    compute.team.forEach(pieces: parts.count) { part in
      run(parts[part], state: state, output: output)
    }
  }

  /// Writes the part of the sums that comes from the inputs, and the biases.
  private func addInput(_ input: MatrixView<Scalar>, to sums: MatrixView<Scalar>) throws {
    let inputBias = unsafe parameters.view(names.inputBias).base
    let recurrentBias = unsafe parameters.view(names.recurrentBias).base
    compute.forRanges(of: input.rows, atLeast: 16) { range in
      for row in range {
        unsafe sums.row(row).update(from: inputBias, count: gateCount)
        // A GRU's reset gate works on the recurrent product with its bias.
        if options.cell != .gru {
          unsafe Scalar.addScaled(recurrentBias, factor: 1, into: sums.row(row), count: gateCount)
        }
      }
    }
    compute.multiply(input, inputWeights, into: sums, keep: true)
  }

  /// Computes once what each row of a table contributes as input. Until the weights are laid out
  /// anew, forward calls with `inputRows` read the table, and then the numbers are the product's to
  /// the bit.
  @_specialize(where Scalar == Float)
  func tabulateInputs(_ table: MatrixView<Scalar>) throws {
    let sums = try AlignedBuffer<Scalar>(count: table.rows * gateCount)
    try addInput(table, to: sums.matrix(table.rows, gateCount))
    inputTable = sums
  }

  /// The steps in the order this direction reads them.
  func step(_ position: Int) -> Int {
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
        unsafe (previous.base + row * outputCount).update(
          from: state.hidden.row(sequence), count: outputCount)
        if options.cell == .lstm {
          unsafe (previousCells.base + row * hidden).update(
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
        unsafe state.hidden.row(sequence).update(from: output.row(row), count: outputCount)
        if options.cell == .lstm {
          unsafe state.cell.row(sequence).update(from: cells.base + row * hidden, count: hidden)
        }
      }
    }
  }

  /// Turns the sums of one row into gates and an output.
  private func activate(_ row: Int, output: MatrixView<Scalar>) {
    let hidden = options.hidden
    let sums = unsafe gates.base + row * gateCount
    let h = unsafe options.projection == nil ? output.row(row) : unprojected.base + row * hidden
    switch options.cell {
    case .rnnTanh:
      unsafe Scalar.tanh(sums, into: sums, count: hidden)
      unsafe h.update(from: sums, count: hidden)
    case .rnnReLU:
      for unit in 0..<hidden { unsafe sums[unit] = unsafe max(0, sums[unit]) }
      unsafe h.update(from: sums, count: hidden)
    case .gru:
      let products = unsafe recurrent.base + row * gateCount
      unsafe Scalar.gruForward(
        GRUStep(
          count: hidden, r: sums, z: sums + hidden, n: sums + 2 * hidden, hr: products,
          hz: products + hidden, hn: products + 2 * hidden,
          previous: previous.base + row * outputCount, h: h))
    case .lstm:
      let peepholes = unsafe names.peepholes.map { unsafe UnsafePointer(parameters.view($0).base) }
      unsafe Scalar.lstmForward(
        LSTMStep(
          count: hidden, i: sums, f: sums + hidden, g: sums + 2 * hidden, o: sums + 3 * hidden,
          peepI: peepholes.first, peepF: peepholes.dropFirst().first, peepO: peepholes.last,
          previousCell: previousCells.base + row * hidden, cell: cells.base + row * hidden,
          squashed: squashed.base + row * hidden, h: h))
    }
  }
}

import Networks
import SeqModels
import Testing

/// The inputs that several rows share, read once.
@Suite struct DistinctTokensTests {
  @Test func `rows point at tokens in the order in which they come up`() {
    var distinct = DistinctTokens()
    #expect(distinct.rows(of: [7, 3, 7, 7, 3, 9, 7, 7]) == [0, 1, 0, 0, 1, 2, 0, 0])
    #expect(distinct.ids == [7, 3, 9])
    #expect(distinct.rows(of: [12, 12, 3]) == [0, 0, 1])
    #expect(distinct.ids == [12, 3])
    #expect(distinct.rows(of: [1, 2, 3]) == nil && distinct.rows(of: [0]) == nil)
  }

  static let shapes: [RecurrentOptions] = RecurrentCell.allCases.flatMap { cell in
    [false, true].map {
      var options = RecurrentOptions()
      options.cell = cell
      options.hidden = 3
      options.layers = 2
      options.isBidirectional = $0
      return options
    }
  }

  @Test(arguments: shapes)
  func `shared inputs give the outputs and gradients of repeated ones`(_ options: RecurrentOptions)
    throws
  {
    let layout = SequenceLayout(lengths: [6, 4, 3])
    let rows: [Int32] = [0, 1, 0, 2, 2, 0, 1, 0, 0, 3, 1, 0, 2]
    let inputCount = 5
    func random(_ count: Int, _ array: Int) throws -> AlignedBuffer<Double> {
      let buffer = try AlignedBuffer<Double>(count: count)
      WeightStart.uniform(buffer.matrix(1, count), range: 0.8, seed: 4, array: array)
      return buffer
    }
    let distinct = try random(4 * inputCount, 1)
    let repeated = try AlignedBuffer<Double>(count: rows.count * inputCount)
    for (row, source) in rows.enumerated() {
      (repeated.base + row * inputCount).update(
        from: distinct.base + Int(source) * inputCount, count: inputCount)
    }
    let readout = try random(rows.count * options.outputCount, 2)
    func run(isShared: Bool, threads: Int) throws -> (
      output: [Double], input: [Double], all: [Double]
    ) {
      let parameters = try Parameters<Double>(
        options.parameterShapes(inputCount: inputCount, prefix: ""))
      WeightStart.uniform(
        parameters.values.matrix(1, parameters.values.count), range: 0.8, seed: 4, array: 3)
      let stack = try RecurrentStack<Double>(
        options, inputCount: inputCount, prefix: "", parameters: parameters,
        compute: try Compute(threadCount: threads))
      try stack.packWeights(forTraining: true)
      let count = isShared ? 4 : rows.count
      let input = (isShared ? distinct : repeated).matrix(count, inputCount)
      let output = try stack.forward(
        input, inputRows: isShared ? rows : nil, layout: layout,
        states: stack.makeStates(batch: layout.batch))
      let outputs = Array(
        UnsafeBufferPointer(start: output.base, count: rows.count * options.outputCount))
      let gradient = try AlignedBuffer<Double>(count: count * inputCount)
      try stack.backward(
        outputGradient: readout.matrix(rows.count, options.outputCount),
        stateGradients: stack.makeStates(batch: layout.batch),
        inputGradient: gradient.matrix(count, inputCount))
      return (outputs, Array(gradient.all), Array(parameters.gradients.all))
    }
    let apart = try run(isShared: false, threads: 1)
    let shared = try run(isShared: true, threads: 1)
    // No chain of the forward pass is another one.
    #expect(apart.output == shared.output)
    var sums = [Double](repeating: 0, count: 4 * inputCount)
    for (row, source) in rows.enumerated() {
      for column in 0..<inputCount {
        sums[Int(source) * inputCount + column] += apart.input[row * inputCount + column]
      }
    }
    // The same sums in another order.
    func worst(_ left: [Double], _ right: [Double]) -> Double {
      zip(left, right).map { abs($0 - $1) / max(1, abs($1)) }.max() ?? .nan
    }
    #expect(worst(shared.input, sums) < 1e-13)
    #expect(worst(shared.all, apart.all) < 1e-13)
    for threads in [2, 3] {
      let other = try run(isShared: true, threads: threads)
      #expect(other.input == shared.input && other.all == shared.all)
    }
  }
}

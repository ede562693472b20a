import Networks
import SeqModels
import Testing

/// Gradients of recurrent stacks against central differences, in Double.
@Suite struct RecurrentGradientTests {
  /// One shape of a stack.
  struct Shape: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var options: RecurrentOptions

    init(
      _ name: String, _ cell: RecurrentCell, _ change: (inout RecurrentOptions) -> Void = { _ in }
    ) {
      testDescription = name
      options = RecurrentOptions()
      options.cell = cell
      options.hidden = 3
      change(&options)
    }
  }

  static let shapes = [
    Shape("rnn-tanh", .rnnTanh), Shape("rnn-relu", .rnnReLU), Shape("gru", .gru),
    Shape("lstm", .lstm),
    Shape("lstm with peepholes", .lstm) { $0.hasPeepholes = true },
    Shape("lstm with projection", .lstm) { $0.projection = 2 },
    Shape("two layers of lstm", .lstm) { $0.layers = 2 },
    Shape("two layers of gru in both directions", .gru) {
      $0.layers = 2
      $0.isBidirectional = true
    },
    Shape("lstm in both directions, peepholes, projection", .lstm) {
      $0.layers = 2
      $0.isBidirectional = true
      $0.hasPeepholes = true
      $0.projection = 2
    },
    Shape("three layers of rnn-tanh", .rnnTanh) { $0.layers = 3 },
  ]

  @Test(arguments: shapes, [false, true])
  func `gradients equal central differences`(_ shape: Shape, _ hasDropout: Bool) throws {
    try StackCheck(shape.options, hasDropout: hasDropout).run()
    let alone = try StackCheck(shape.options, hasDropout: hasDropout).gradients()
    for threads in [2, 3] {
      let shared = try StackCheck(shape.options, hasDropout: hasDropout, threads: threads)
        .gradients()
      #expect(alone.elementsEqual(shared), "\(threads) threads change a gradient")
    }
  }
}

/// A stack with random weights over sequences of the lengths 5, 3, 3 and 1.
private final class StackCheck {
  let options: RecurrentOptions
  let parameters: Parameters<Double>
  let stack: RecurrentStack<Double>
  let layout = SequenceLayout(lengths: [5, 3, 3, 1])
  let inputs: AlignedBuffer<Double>
  let readout: AlignedBuffer<Double>
  let stateReadouts: [RecurrentState<Double>]
  let starts: [RecurrentState<Double>]
  let inputCount = 4
  let dropout: (RecurrentStack<Double>.Dropout, RecurrentStack<Double>.Draw)?

  init(_ options: RecurrentOptions, hasDropout: Bool, threads: Int = 1) throws {
    self.options = options
    parameters = try Parameters(options.parameterShapes(inputCount: inputCount, prefix: ""))
    let compute = try Compute<Double>(threadCount: threads)
    let stack = try RecurrentStack<Double>(
      options, inputCount: inputCount, prefix: "", parameters: parameters, compute: compute)
    let layout = layout
    self.stack = stack
    func random(_ buffer: UnsafeMutableBufferPointer<Double>, _ array: Int) {
      guard let base = buffer.baseAddress else { return }
      WeightStart.uniform(
        MatrixView(base: base, rows: 1, columns: buffer.count), range: 0.8, seed: 3, array: array)
    }
    random(parameters.values.all, 1)
    inputs = try AlignedBuffer(count: layout.rowCount * inputCount)
    random(inputs.all, 2)
    readout = try AlignedBuffer(count: layout.rowCount * options.outputCount)
    random(readout.all, 3)
    func states(_ array: Int) throws -> [RecurrentState<Double>] {
      try stack.makeStates(batch: layout.batch).enumerated().map { index, state in
        var values = state.values
        values.withUnsafeMutableBufferPointer { random($0, array + index) }
        state.values = values
        return state
      }
    }
    stateReadouts = try states(10)
    starts = try states(20)
    if hasDropout {
      var share = RecurrentStack<Double>.Dropout()
      share.betweenLayers = 0.4
      share.isLocked = true
      share.recurrentWeights = 0.3
      dropout = (share, RecurrentStack<Double>.Draw(seed: 5, step: 9))
    } else {
      dropout = nil
    }
  }

  /// The outputs and last states, each times a fixed number, summed.
  func loss() throws -> Double {
    try stack.packWeights(
      forTraining: true, dropout: dropout?.0 ?? .init(), draw: dropout?.1)
    let states = try stack.makeStates(batch: layout.batch)
    for (state, start) in zip(states, starts) { state.values = start.values }
    let output = try stack.forward(
      inputs.matrix(layout.rowCount, inputCount), layout: layout, states: states,
      dropout: dropout)
    var sum = 0.0
    for index in 0..<readout.count { sum += output.base[index] * readout.base[index] }
    for (state, weights) in zip(states, stateReadouts) {
      for (value, weight) in zip(state.values, weights.values) { sum += value * weight }
    }
    return sum
  }

  /// Gradients of the weights, the inputs and the first states.
  func gradients() throws -> [[Double]] {
    parameters.gradients.clear()
    _ = try loss()
    let states = try stack.makeStates(batch: layout.batch)
    for (state, weights) in zip(states, stateReadouts) { state.values = weights.values }
    let inputGradient = try AlignedBuffer<Double>(count: inputs.count)
    try stack.backward(
      outputGradient: readout.matrix(layout.rowCount, options.outputCount),
      stateGradients: states, inputGradient: inputGradient.matrix(layout.rowCount, inputCount))
    return [Array(parameters.gradients.all), Array(inputGradient.all)] + states.map(\.values)
  }

  func run() throws {
    let found = try gradients()
    func compare(_ gradient: Double, _ place: String, _ move: (Double) -> Void) throws {
      let step = 1e-5
      move(step)
      let above = try loss()
      move(-2 * step)
      let below = try loss()
      move(step)
      let difference = (above - below) / (2 * step)
      #expect(
        abs(difference - gradient) <= 1e-7 + 1e-6 * abs(difference),
        "\(place): \(gradient), difference \(difference)")
    }
    for entry in parameters.entries {
      for index in entry.range {
        try compare(found[0][index], "\(entry.name)[\(index - entry.range.lowerBound)]") {
          parameters.values.base[index] += $0
        }
      }
    }
    for index in 0..<inputs.count {
      try compare(found[1][index], "input \(index)") { inputs.base[index] += $0 }
    }
    for (number, start) in starts.enumerated() {
      // A cell counts for an LSTM only.
      let count = options.cell == .lstm ? start.values.count : layout.batch * options.hidden
      for index in 0..<count {
        try compare(found[2 + number][index], "state \(number)[\(index)]") {
          start.values[index] += $0
        }
      }
    }
  }
}

import Networks
import Testing
import TestSupport

/// What is computed in Float, by the kernels of this machine, beside the same in Double, whose plain
/// code says what is meant. Here every argument is another one, so that none can be exchanged.
@Suite struct NetworkScalarTests {
  /// Named arrays of drawn numbers, of the same values for every type.
  private final class Arrays<Scalar: NetworkScalar> {
    private var buffers: [AlignedBuffer<Scalar>] = []
    private var random = SeededGenerator(seed: 8)

    func make(_ count: Int) throws -> UnsafeMutablePointer<Scalar> {
      let buffer = try AlignedBuffer<Scalar>(count: count)
      for index in 0..<count {
        buffer.base[index] = Scalar(Float.random(in: -1.5...1.5, using: &random))
      }
      buffers.append(buffer)
      return buffer.base
    }

    /// All numbers, those that were written among them.
    var all: [[Double]] { buffers.map { $0.all.map { Double($0) } } }
  }

  /// Runs `body` in both types and compares all arrays it took.
  private static func compare(
    _ single: (Arrays<Float>) throws -> Void, _ double: (Arrays<Double>) throws -> Void
  ) rethrows {
    let (found, expected) = (Arrays<Float>(), Arrays<Double>())
    try single(found)
    try double(expected)
    for (number, (found, expected)) in zip(found.all, expected.all).enumerated() {
      let largest = expected.reduce(1) { max($0, abs($1)) }
      let error = zip(found, expected).reduce(0.0) { worst, pair in
        pair.0.isNaN ? .infinity : max(worst, abs(pair.0 - pair.1))
      }
      #expect(error <= 4e-6 * largest, "array \(number): \(error)")
    }
  }

  private static func lstm<Scalar: NetworkScalar>(
    _ arrays: Arrays<Scalar>, count: Int, hasPeepholes: Bool
  ) throws {
    func make() throws -> UnsafeMutablePointer<Scalar> { try arrays.make(count) }
    let (i, f, g, o) = (try make(), try make(), try make(), try make())
    let peepholes = try (0..<3).map { _ in try make() }
    func peephole(_ index: Int) -> UnsafePointer<Scalar>? {
      hasPeepholes ? UnsafePointer(peepholes[index]) : nil
    }
    let (before, cell, squashed, h) = (try make(), try make(), try make(), try make())
    Scalar.lstmForward(
      LSTMStep(
        count: count, i: i, f: f, g: g, o: o, peepI: peephole(0), peepF: peephole(1),
        peepO: peephole(2), previousCell: before, cell: cell, squashed: squashed, h: h))
    Scalar.lstmBackward(
      LSTMGradientStep(
        count: count, i: i, f: f, g: g, o: o, peepI: peephole(0), peepF: peephole(1),
        peepO: peephole(2), previousCell: before, squashed: squashed, dh: try make(),
        dCell: try make(), dI: try make(), dF: try make(), dG: try make(), dO: try make()))
  }

  private static func gru<Scalar: NetworkScalar>(_ arrays: Arrays<Scalar>, count: Int) throws {
    func make() throws -> UnsafeMutablePointer<Scalar> { try arrays.make(count) }
    let (r, z, n, hr, hz) = (try make(), try make(), try make(), try make(), try make())
    let (hn, previous) = (try make(), try make())
    Scalar.gruForward(
      GRUStep(
        count: count, r: r, z: z, n: n, hr: hr, hz: hz, hn: hn, previous: previous, h: try make()))
    Scalar.gruBackward(
      GRUGradientStep(
        count: count, r: r, z: z, n: n, hn: hn, previous: previous, dh: try make(), dR: try make(),
        dZ: try make(), dN: try make(), dHN: try make(), dPrevious: try make()))
  }

  @Test(arguments: [1, 7, 16, 33], [false, true])
  func `steps of cells and their gradients`(count: Int, hasPeepholes: Bool) throws {
    try Self.compare(
      { try Self.lstm($0, count: count, hasPeepholes: hasPeepholes) },
      { try Self.lstm($0, count: count, hasPeepholes: hasPeepholes) })
    try Self.compare({ try Self.gru($0, count: count) }, { try Self.gru($0, count: count) })
  }

  private static func functions<Scalar: NetworkScalar>(
    _ arrays: Arrays<Scalar>, count: Int
  ) throws -> [Double] {
    func make() throws -> UnsafeMutablePointer<Scalar> { try arrays.make(count) }
    let values = try make()
    Scalar.tanh(values, into: try make(), count: count)
    Scalar.sigmoid(values, into: try make(), count: count)
    Scalar.exponential(values, into: try make(), count: count)
    Scalar.addScaled(values, factor: -3, into: try make(), count: count)
    let loss = Scalar.softmaxCrossEntropy(
      try make(), count: count, target: count / 2, scale: 0.25)
    let nothing = Scalar.softmaxCrossEntropy(try make(), count: count, target: -1, scale: 0.25)
    return [loss, nothing, Scalar.sumOfSquares(values, count: count)]
  }

  @Test(arguments: [1, 5, 16, 40])
  func `functions of many values, and softmax with cross-entropy`(count: Int) throws {
    var numbers: [[Double]] = []
    try Self.compare(
      { numbers.append(try Self.functions($0, count: count)) },
      { numbers.append(try Self.functions($0, count: count)) })
    for (found, expected) in zip(numbers[0], numbers[1]) {
      #expect(abs(found - expected) <= 1e-6 * max(1, abs(expected)))
    }
    #expect(numbers[0][1] == 0)
  }

  private static func convolution<Scalar: NetworkScalar>(
    _ arrays: Arrays<Scalar>, keep: Bool, hasBias: Bool, hasAddend: Bool, relu: Bool
  ) throws {
    // Three places, five filters, two stretches of four numbers each.
    let (input, panel) = (try arrays.make(40), try arrays.make(8 * Scalar.panelColumns))
    let (bias, addend, output) = (try arrays.make(5), try arrays.make(40), try arrays.make(40))
    let inputOffsets: [Int32] = [0, 9, 21]
    let outputOffsets: [Int32] = [2, 30, 11]
    inputOffsets.withUnsafeBufferPointer { inputOffsets in
      outputOffsets.withUnsafeBufferPointer { outputOffsets in
        [Int32(1), 7].withUnsafeBufferPointer { segments in
          guard let inputs = inputOffsets.baseAddress, let outputs = outputOffsets.baseAddress,
            let segments = segments.baseAddress
          else { return }
          Scalar.convolve(
            ConvolutionStep(
              places: 3, columns: 5, segments: 2, inner: 4, input: input, inputOffsets: inputs,
              segmentOffsets: segments, panel: panel, bias: hasBias ? UnsafePointer(bias) : nil,
              addend: hasAddend ? UnsafePointer(addend) : nil, output: output,
              outputOffsets: outputs, keep: keep, relu: relu))
        }
      }
    }
    let (gradient, weights) = (try arrays.make(3 * 9), try arrays.make(6 * 8))
    inputOffsets.withUnsafeBufferPointer { offsets in
      guard let offsets = offsets.baseAddress else { return }
      Scalar.addWeightGradient(
        WeightGradientStep(
          rows: 6, columns: 7, places: 3, input: input, inputOffsets: offsets, gradient: gradient,
          gradientStride: 9, weights: weights, weightsStride: 8))
    }
    let (x, w, y) = (try arrays.make(2 * 11), try arrays.make(3 * 12), try arrays.make(2 * 5))
    Scalar.dots(
      rows: 2, outputs: 3, inner: 10, x, xStride: 11, w, wStride: 12, bias: hasBias ? bias : nil,
      into: y, yStride: 5)
  }

  @Test(arguments: 0..<16)
  func `convolutions, their weights' gradients and products with rows`(options: Int) throws {
    let flags = (0..<4).map { options >> $0 & 1 == 1 }
    func run<Scalar: NetworkScalar>(_ arrays: Arrays<Scalar>) throws {
      try Self.convolution(
        arrays, keep: flags[0], hasBias: flags[1], hasAddend: flags[2], relu: flags[3])
    }
    try Self.compare({ try run($0) }, { try run($0) })
  }
}

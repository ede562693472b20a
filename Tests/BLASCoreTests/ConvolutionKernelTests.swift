import BLASCore
import CKernels
import Testing
import TestSupport

@Suite struct ConvolutionKernelTests {
  static func values(_ count: Int, seed: UInt64) -> [Float] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Float.random(in: -1...1, using: &random) }
  }

  static func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }

  /// Places of a 9 x 9 image under filters of 3 rows, their offsets in no order.
  struct Convolution {
    var places: Int
    var columns: Int
    var inner: Int
    var start = 0
    var relu = false
    var addend = false

    func run(_ kernels: KernelTable) -> [Float] {
      let row = 60
      let input = ConvolutionKernelTests.values(12 * row, seed: 1)
      let bias = ConvolutionKernelTests.values(32, seed: 2)
      let width = columns + 3
      let other = ConvolutionKernelTests.values(places * width, seed: 3)
      var output = ConvolutionKernelTests.values(places * width, seed: 4)
      let segments: [Int32] = [0, Int32(row), Int32(2 * row)]
      let inputOffsets = (0..<places).map { Int32($0 * 7 % (9 * row)) }
      let outputOffsets = (0..<places).map { Int32((places - 1 - $0) * width) }
      let size = max(1, segments.count * inner * Int(WT_PANEL))
      let panel = UnsafeMutableRawPointer.allocate(byteCount: size * 4, alignment: 64)
      defer { panel.deallocate() }
      let floats = panel.bindMemory(to: Float.self, capacity: size)
      for (index, value) in ConvolutionKernelTests.values(size, seed: 5).enumerated() {
        floats[index] = value
      }
      input.withUnsafeBufferPointer { input in
        bias.withUnsafeBufferPointer { bias in
          other.withUnsafeBufferPointer { other in
            inputOffsets.withUnsafeBufferPointer { inputOffsets in
              outputOffsets.withUnsafeBufferPointer { outputOffsets in
                segments.withUnsafeBufferPointer { segments in
                  output.withUnsafeMutableBufferPointer { output in
                    var call = wt_convolution()
                    call.places = Int64(places)
                    call.columns = Int64(columns)
                    call.segments = 3
                    call.inner = Int64(inner)
                    call.input = input.baseAddress
                    call.input_offsets = inputOffsets.baseAddress
                    call.segment_offsets = segments.baseAddress
                    call.panel = UnsafePointer(floats)
                    call.bias = start == 1 ? bias.baseAddress : nil
                    call.addend = addend ? other.baseAddress : nil
                    call.output = output.baseAddress
                    call.output_offsets = outputOffsets.baseAddress
                    call.keep = start == 2
                    call.relu = relu
                    kernels.table.convolve_panel_f32(&call)
                  }
                }
              }
            }
          }
        }
      }
      return output
    }
  }

  @Test("convolution gives the scalar code's very bits at every shape")
  func convolution() throws {
    let scalar = try #require(KernelTable(named: "scalar"))
    var cases: [Convolution] = []
    for places in 1...26 {
      for columns in [1, 7, 8, 9, 15, 16, 17, 31, 32] {
        cases.append(
          Convolution(
            places: places, columns: columns, inner: places % 7, start: places % 3,
            relu: columns % 2 == 0, addend: places % 2 == 0))
      }
    }
    for kernels in KernelTable.vectorised {
      let wrong = cases.filter { Self.bits($0.run(scalar)) != Self.bits($0.run(kernels)) }
      #expect(wrong.isEmpty, "\(kernels.name): \(wrong)")
    }
  }

  @Test("the weights' gradient gives the scalar code's very bits at every shape")
  func weightGradient() throws {
    let scalar = try #require(KernelTable(named: "scalar"))
    func run(_ kernels: KernelTable, rows: Int, columns: Int, places: Int) -> [Float] {
      let input = Self.values(400, seed: 1)
      let gradient = Self.values(places * (columns + 2) + 1, seed: 2)
      var weights = Self.values(rows * (columns + 1), seed: 3)
      let offsets = (0..<max(1, places)).map { Int32($0 * 11 % 350) }
      input.withUnsafeBufferPointer { input in
        gradient.withUnsafeBufferPointer { gradient in
          offsets.withUnsafeBufferPointer { offsets in
            weights.withUnsafeMutableBufferPointer { weights in
              var call = wt_weight_gradient()
              call.rows = Int64(rows)
              call.columns = Int64(columns)
              call.places = Int64(places)
              call.input = input.baseAddress
              call.input_offsets = offsets.baseAddress
              call.gradient = gradient.baseAddress
              call.gradient_row = Int64(columns + 2)
              call.weights = weights.baseAddress
              call.weights_row = Int64(columns + 1)
              kernels.table.add_weight_gradient_f32(&call)
            }
          }
        }
      }
      return weights
    }
    for kernels in KernelTable.vectorised {
      var wrong: [[Int]] = []
      for rows in 1...26 {
        for columns in [1, 7, 8, 9, 15, 16, 17, 31, 32] {
          let places = (rows * columns) % 40
          let expected = run(scalar, rows: rows, columns: columns, places: places)
          let actual = run(kernels, rows: rows, columns: columns, places: places)
          if Self.bits(expected) != Self.bits(actual) { wrong.append([rows, columns, places]) }
        }
      }
      #expect(wrong.isEmpty, "\(kernels.name): \(wrong)")
    }
  }

  @Test("products with the rows of a matrix give the scalar code's very bits at every length")
  func dots() throws {
    let scalar = try #require(KernelTable(named: "scalar"))
    func run(_ kernels: KernelTable, rows: Int, outputs: Int, inner: Int, bias: Bool) -> [Float] {
      let x = Self.values(rows * (inner + 1), seed: 1)
      let w = Self.values(outputs * (inner + 3), seed: 2)
      let b = Self.values(outputs, seed: 3)
      var y = [Float](repeating: 7, count: rows * (outputs + 1))
      kernels.table.dots_f32(
        Int64(rows), Int64(outputs), Int64(inner), x, Int64(inner + 1), w, Int64(inner + 3),
        bias ? b : nil, &y, Int64(outputs + 1))
      return y
    }
    for kernels in KernelTable.vectorised {
      var wrong: [[Int]] = []
      for inner in 0...70 {
        let (rows, outputs) = (1 + inner % 5, 1 + inner % 11)
        let expected = run(scalar, rows: rows, outputs: outputs, inner: inner, bias: inner % 2 == 0)
        let actual = run(kernels, rows: rows, outputs: outputs, inner: inner, bias: inner % 2 == 0)
        if Self.bits(expected) != Self.bits(actual) { wrong.append([rows, outputs, inner]) }
      }
      #expect(wrong.isEmpty, "\(kernels.name): \(wrong)")
    }
  }
}

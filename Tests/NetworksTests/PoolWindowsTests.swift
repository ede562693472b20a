import Networks
import Testing
import TestSupport

/// Pooling over windows beside plain loops over lists.
@Suite struct PoolWindowsTests {
  /// Windows along one axis.
  struct Axis: Sendable {
    var inputs: Int
    var places: [Range<Int>]
    /// What a window counts for in the divisor beyond its places: padding.
    var padding = 0

    var extents: [Int] { places.map { $0.count + padding } }
    var axis: PoolAxis { PoolAxis(inputs: inputs, places: places, extents: extents) }
  }

  struct Case: Sendable, CustomStringConvertible {
    var rows, columns: Axis
    var channels: Int

    var description: String { "\(rows.places) x \(columns.places), \(channels) channels" }
    var windows: PoolWindows {
      PoolWindows(rows: rows.axis, columns: columns.axis, channels: channels)
    }
    var inputCount: Int { rows.inputs * columns.inputs * channels }
    var outputCount: Int { rows.places.count * columns.places.count * channels }

    /// Each window's number among the outputs, its places in the input, row by row, and its divisor.
    var list: [(output: Int, inputs: [Int], divisor: Double)] {
      var list: [(Int, [Int], Double)] = []
      for (row, ys) in rows.places.enumerated() {
        for (column, xs) in columns.places.enumerated() {
          for channel in 0..<channels {
            let inputs = ys.flatMap { y in
              xs.map { (y * columns.inputs + $0) * channels + channel }
            }
            list.append(
              (
                (row * columns.places.count + column) * channels + channel, inputs,
                Double(rows.extents[row] * columns.extents[column])
              ))
          }
        }
      }
      return list
    }
  }

  /// Windows over each other, beside each other, with gaps, of one place, that grow; one window of
  /// more than 256 places, where a byte does not tell which.
  static let cases: [Case] = {
    let over = Axis(inputs: 6, places: [0..<3, 2..<5, 4..<6])
    let gaps = Axis(inputs: 7, places: [0..<1, 3..<5])
    let one = Axis(inputs: 4, places: [0..<1, 1..<2, 2..<3, 3..<4], padding: 2)
    let growing = Axis(inputs: 5, places: [0..<1, 0..<3, 0..<5], padding: 1)
    let long = Axis(inputs: 18, places: [0..<17, 1..<18])
    return [
      Case(rows: over, columns: gaps, channels: 1), Case(rows: gaps, columns: over, channels: 17),
      Case(rows: one, columns: growing, channels: 3),
      Case(rows: growing, columns: one, channels: 2),
      Case(rows: over, columns: over, channels: 33), Case(rows: long, columns: long, channels: 2),
    ]
  }()

  /// Whole numbers, so that sums are exact in any order; equal ones among them.
  private static func drawn(_ count: Int, seed: UInt64) -> [Double] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Double(Int.random(in: -9...9, using: &random)) }
  }

  /// Maxima, their gradients and those added to what is there; means and the same of them.
  private static func run<Scalar: NetworkScalar>(
    _ test: Case, _ image: [Double], _ gradient: [Double], _: Scalar.Type
  ) -> [[Double]] {
    let windows = test.windows
    let (image, gradient) = (image.map { Scalar($0) }, gradient.map { Scalar($0) })
    var maxima = [Scalar](repeating: .nan, count: test.outputCount)
    var means = maxima
    var memory = [UInt32](repeating: .max, count: test.outputCount)
    var results: [[Scalar]] = []
    memory.withUnsafeMutableBytes { memory in
      guard let base = memory.baseAddress else { return }
      let places = PoolPlaces(base, for: windows)
      maxima.withUnsafeMutableBufferPointer { maxima in
        means.withUnsafeMutableBufferPointer { means in
          guard let maxima = maxima.baseAddress, let means = means.baseAddress else { return }
          for row in 0..<test.rows.places.count {
            let start = row * windows.outputStride
            Scalar.maxPool(
              windows, row: row, image, into: maxima + start, places: places.from(start))
            Scalar.averagePool(windows, row: row, image, into: means + start)
          }
        }
      }
      for (adds, isMaximum) in [(false, true), (true, true), (false, false), (true, false)] {
        var result = [Scalar](repeating: adds ? 100 : .nan, count: test.inputCount)
        result.withUnsafeMutableBufferPointer { result in
          guard let result = result.baseAddress else { return }
          for row in 0..<test.rows.inputs {
            let target = result + row * windows.inputStride
            if isMaximum {
              Scalar.maxPoolGradient(
                windows, row: row, gradient, places: places, into: target, adds: adds)
            } else {
              Scalar.averagePoolGradient(windows, row: row, gradient, into: target, adds: adds)
            }
          }
        }
        results.append(result)
      }
    }
    return ([maxima, means] + results).map { $0.map { Double($0) } }
  }

  private static func expected(
    _ test: Case, _ image: [Double], _ gradient: [Double]
  ) -> [[Double]] {
    var maxima = [Double](repeating: 0, count: test.outputCount)
    var means = maxima
    var ofMaxima = [Double](repeating: 0, count: test.inputCount)
    var ofMeans = ofMaxima
    for (output, inputs, divisor) in test.list {
      var first = inputs[0]
      for input in inputs where image[input] > image[first] { first = input }
      maxima[output] = image[first]
      ofMaxima[first] += gradient[output]
      means[output] = inputs.reduce(0) { $0 + image[$1] } / divisor
      for input in inputs { ofMeans[input] += gradient[output] / divisor }
    }
    return [
      maxima, means, ofMaxima, ofMaxima.map { $0 + 100 }, ofMeans, ofMeans.map { $0 + 100 },
    ]
  }

  @Test(arguments: cases)
  func `maxima, means and their gradients are those of plain loops`(_ test: Case) {
    let image = Self.drawn(test.inputCount, seed: 1)
    let gradient = Self.drawn(test.outputCount, seed: 2)
    let expected = Self.expected(test, image, gradient)
    let names = ["maxima", "means", "gradient", "added", "gradient of means", "added to means"]
    for (found, tolerance) in [
      (Self.run(test, image, gradient, Float.self), 1e-4),
      (Self.run(test, image, gradient, Double.self), 1e-12),
    ] {
      for (name, (found, expected)) in zip(names, zip(found, expected)) {
        // Means are quotients, summed over at most four windows beside 100; the rest is exact.
        let limit = name.contains("means") ? tolerance : 0
        let error = zip(found, expected).reduce(0.0) { worst, pair in
          pair.0.isNaN ? .infinity : max(worst, abs(pair.0 - pair.1))
        }
        #expect(found.count == expected.count && error <= limit, "\(name): off by \(error)")
      }
    }
  }

  @Test func `a place takes a byte up to 256 places of a window, and four beyond`() {
    func windows(_ size: Int) -> PoolWindows {
      let axis = PoolAxis(inputs: size, places: [0..<size], extents: [size])
      return PoolWindows(rows: axis, columns: axis, channels: 3)
    }
    #expect(windows(16).windowSize == 256 && windows(17).windowSize == 289)
    #expect(PoolPlaces.byteCount(of: 10, in: windows(16)) == 10)
    #expect(PoolPlaces.byteCount(of: 10, in: windows(17)) == 40)
    #expect(windows(5).inputStride == 15 && windows(5).outputStride == 3)
  }

  @Test func `a window outside the input is a mistake of the caller`() async {
    await #expect(processExitsWith: .failure) {
      _ = PoolAxis(inputs: 3, places: [0..<2, 2..<4], extents: [2, 2])
    }
  }
}

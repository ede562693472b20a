import ConvNets
import Networks
import Testing
import TestSupport

/// What holds for every layer.
enum LayerChecks {
  /// The largest difference, as a share of the largest value.
  static func error<Scalar: NetworkScalar>(_ found: [Scalar], _ expected: [Double]) -> Double {
    guard found.count == expected.count else { return .infinity }
    let largest = expected.reduce(1e-30) { max($0, abs($1)) }
    return zip(found, expected).reduce(0) { worst, pair in
      let difference = abs(Double(pair.0) - pair.1)
      return difference.isNaN ? .infinity : max(worst, difference / largest)
    }
  }

  static func random(_ count: Int, seed: UInt64) -> [Double] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Double.random(in: -1...1, using: &random) }
  }

  private static func differences(
    _ count: Int, step: Double = 1e-5, at place: (Int) -> UnsafeMutablePointer<Double>,
    of loss: () throws -> Double
  ) rethrows -> [Double] {
    try (0..<count).map { index in
      let place = place(index)
      let value = place.pointee
      place.pointee = value + step
      let more = try loss()
      place.pointee = value - step
      let less = try loss()
      place.pointee = value
      return (more - less) / (2 * step)
    }
  }

  /// Gradients of inputs and parameters are what differences of the loss say, in Double.
  static func gradientsAreDifferences(_ layerCase: LayerCase) throws {
    let run = try LayerRun<Double>(layerCase)
    let values = layerCase.values(seed: 1)
    let weights = random(layerCase.count * run.output.valueCount, seed: 2)
    // Runs of another object, which does not disturb what is kept for backward.
    let probe = try LayerRun<Double>(layerCase)
    func loss(_ values: [[Double]]) throws -> Double {
      try zip(probe.forward(values), weights).reduce(0) { $0 + $1.0 * $1.1 }
    }
    _ = try run.forward(values)
    let gradients = try run.backward(weights)
    for input in values.indices {
      var changed = values
      let expected = try values[input].indices.map { index in
        let value = values[input][index]
        changed[input][index] = value + 1e-5
        let more = try loss(changed)
        changed[input][index] = value - 1e-5
        let less = try loss(changed)
        changed[input][index] = value
        return (more - less) / 2e-5
      }
      let error = error(gradients[input], expected)
      #expect(error < 1e-6, "input \(input): \(error)")
    }
    for entry in run.parameters.entries {
      let expected = try differences(
        entry.range.count,
        at: { probe.parameters.values.base + entry.range.lowerBound + $0 }, of: { try loss(values) }
      )
      let error = error(Array(run.parameters.gradients.list[entry.range]), expected)
      #expect(error < 1e-6, "\(entry.name): \(error)")
    }
  }

  /// Float gives what Double gives; gradients are added where that is asked for.
  static func floatIsDouble(_ layerCase: LayerCase, tolerance: Double = 2e-6) throws {
    let (single, double) = (try LayerRun<Float>(layerCase), try LayerRun<Double>(layerCase))
    let floats = layerCase.values(seed: 3).map { $0.map(Float.init) }
    let doubles = floats.map { $0.map(Double.init) }
    let output = try error(single.forward(floats), double.forward(doubles))
    #expect(output < tolerance, "output: \(output)")
    let gradient = random(layerCase.count * single.output.valueCount, seed: 4).map(Float.init)
    let expected = try double.backward(gradient.map(Double.init))
    for (found, expected) in try zip(single.backward(gradient), expected) {
      let error = error(found, expected)
      #expect(error < tolerance, "gradient: \(error)")
    }
    for entry in single.parameters.entries {
      let error = error(
        Array(single.parameters.gradients.list[entry.range]),
        Array(double.parameters.gradients.list[entry.range]))
      #expect(error < tolerance, "\(entry.name): \(error)")
    }
    for entry in single.statistics.entries {
      let error = error(
        Array(single.statistics.values.list[entry.range]),
        Array(double.statistics.values.list[entry.range]))
      #expect(error < tolerance, "\(entry.name): \(error)")
    }
    for (found, expected) in try zip(single.backward(gradient, addingTo: 3), expected) {
      let error = error(found, expected.map { $0 + 3 })
      #expect(error < tolerance, "added gradient: \(error)")
    }
  }

  /// 1, 2 and 3 threads give the same bits.
  static func threadsDoNotMatter(_ layerCase: LayerCase) throws {
    let floats = layerCase.values(seed: 5).map { $0.map(Float.init) }
    func results(_ threads: Int) throws -> [[UInt32]] {
      let run = try LayerRun<Float>(layerCase, threads: threads)
      let output = try run.forward(floats)
      let gradients = try run.backward(random(output.count, seed: 6).map(Float.init))
      let arrays = [
        run.parameters.gradients.list, run.statistics.values.list,
      ]
      return ([output] + gradients + arrays).map { $0.map(\.bitPattern) }
    }
    let expected = try results(1)
    for threads in [2, 3] {
      let found = try results(threads)
      #expect(found == expected, "\(threads) threads")
    }
  }

  /// One place for input and output, and for both gradients, gives the same bits.
  static func placesMayBeShared(_ layerCase: LayerCase) throws {
    let run = try LayerRun<Float>(layerCase)
    let values = layerCase.values(seed: 7)[0].map(Float.init)
    #expect(run.operation.worksInPlace)
    let output = try run.forward([values])
    let gradient = random(output.count, seed: 8).map(Float.init)
    let expected = try run.backward(gradient)[0]
    let found = try LayerRun<Float>(layerCase).inPlace(values, gradient)
    #expect(found.output == output)
    #expect(found.gradient == expected)
  }
}

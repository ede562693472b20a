import ConvNets
import Networks
import Testing

@Suite struct SoftmaxCrossEntropyTests {
  private func loss<Scalar: NetworkScalar>(
    _ logits: [Scalar], _ targets: [Scalar], classes: Int, weight: Double = 1, threads: Int = 1
  ) throws -> (result: SoftmaxCrossEntropy.Result, gradient: [Scalar]) {
    var gradient = [Scalar](repeating: .nan, count: logits.count)
    let result = SoftmaxCrossEntropy.loss(
      of: logits, targets: targets, count: logits.count / classes, classes: classes, weight: weight,
      gradient: &gradient, compute: try Compute(threadCount: threads))
    return (result, gradient)
  }

  /// Rows of probabilities.
  private func targets(_ count: Int, classes: Int) -> [Double] {
    let random = LayerChecks.random(count * classes, seed: 11).map(abs)
    return (0..<count * classes).map { index in
      let row = index / classes * classes
      return random[index] / random[row..<row + classes].reduce(0, +)
    }
  }

  @Test("the gradient is that of the weighted mean loss", arguments: [1, 2, 7, 17])
  func gradients(classes: Int) throws {
    var logits = LayerChecks.random(3 * classes, seed: 12).map { $0 * 4 }
    let targets = targets(3, classes: classes)
    let found = try loss(logits, targets, classes: classes, weight: 0.3).gradient
    let expected = try logits.indices.map { index in
      let value = logits[index]
      logits[index] = value + 1e-5
      let more = try loss(logits, targets, classes: classes).result.loss
      logits[index] = value - 1e-5
      let less = try loss(logits, targets, classes: classes).result.loss
      logits[index] = value
      return 0.3 * (more - less) / 2e-5
    }
    let worst = zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
    #expect(worst < 1e-9)
  }

  @Test("Float gives what Double gives, on any number of threads")
  func floats() throws {
    let (count, classes) = (50, 1000)
    let logits = LayerChecks.random(count * classes, seed: 13).map { Float($0 * 20) }
    let targets = targets(count, classes: classes).map(Float.init)
    let one = try loss(logits, targets, classes: classes)
    let double = try loss(logits.map(Double.init), targets.map(Double.init), classes: classes)
    #expect(abs(one.result.loss / double.result.loss - 1) < 1e-6)
    #expect(one.result.correct == double.result.correct)
    #expect(LayerChecks.error(one.gradient, double.gradient) < 2e-6)
    for threads in [2, 3] {
      let other = try loss(logits, targets, classes: classes, threads: threads)
      #expect(other.result == one.result && other.gradient == one.gradient)
    }
  }

  @Test("large logits stay finite, and classes are counted where they are right")
  func extremes() throws {
    let found = try loss([1000, -1000, 0, 0, 3, 4] as [Float], [1, 0, 1, 0, 1, 0], classes: 2)
    #expect(found.result.correct == 2)
    #expect(abs(found.result.loss - (0 + 0.693_147 + 1.313_262) / 3) < 1e-6)
    #expect(found.gradient[0] == 0 && found.gradient[1] == 0)
    let wrong = try loss([1000, -1000] as [Float], [0, 1], classes: 2)
    #expect(wrong.result.loss == 2000 && wrong.gradient == [1, -1])
  }

  @Test("probabilities add up to one and may take the place of the logits")
  func probabilities() {
    var values: [Float] = [1, 2, 3, -50, 0, 50]
    values.withUnsafeMutableBufferPointer {
      if let base = $0.baseAddress {
        SoftmaxCrossEntropy.probabilities(of: base, count: 2, classes: 3, into: base)
      }
    }
    let expected: [Float] = [0.090_030_57, 0.244_728_47, 0.665_240_96, 0, 0, 1]
    #expect(zip(values, expected).allSatisfy { abs($0 - $1) < 1e-7 })
  }
}

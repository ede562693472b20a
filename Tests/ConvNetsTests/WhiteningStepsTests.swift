import ConvNets
import Testing
import WordtoolCore

@Suite struct WhiteningStepsTests {
  private let pairs: [(x: Double, y: Double)] = (0..<60).map { number in
    let (a, b) = (Double(number * 7 % 23) / 23, Double(number * 5 % 17) / 17)
    return (a, 0.9 * a + 0.3 * b + 0.1)
  }

  private func isNear(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-12 }

  @Test func `each step has the covariance it should have`() throws {
    let steps = try WhiteningSteps(of: pairs)
    func covariance(_ step: WhiteningSteps.Step) -> (xx: Double, xy: Double, yy: Double) {
      WhiteningSteps.covariance(of: steps.pairs(after: step))
    }
    let centred = steps.pairs(after: .centre)
    #expect(
      isNear(centred.reduce(0) { $0 + $1.x }, 0) && isNear(centred.reduce(0) { $0 + $1.y }, 0))
    let turned = covariance(.rotate)
    #expect(isNear(turned.xy, 0) && turned.xx >= turned.yy)
    #expect(isNear(turned.xx, steps.variances.first) && isNear(turned.yy, steps.variances.second))
    for step in [WhiteningSteps.Step.scale, .rotateBack] {
      let white = covariance(step)
      #expect(abs(white.xx - 1) < 1e-10 && abs(white.yy - 1) < 1e-10 && abs(white.xy) < 1e-10)
    }
  }

  @Test func `the steps are the transform`() throws {
    let steps = try WhiteningSteps(of: pairs, epsilon: 0.01)
    let transform = steps.transform
    for (centred, white) in zip(steps.pairs(after: .centre), steps.pairs(after: .rotateBack)) {
      #expect(isNear(white.x, transform.xx * centred.x + transform.xy * centred.y))
      #expect(isNear(white.y, transform.xy * centred.x + transform.yy * centred.y))
    }
    // W (C + ε) W = 1, as ZCA has it.
    let (a, b, c) = steps.covariance
    let (p, q, r) = transform
    let first = (p * (a + 0.01) + q * b, p * b + q * (c + 0.01))
    #expect(isNear(first.0 * p + first.1 * q, 1) && isNear(first.0 * q + first.1 * r, 0))
  }

  @Test(arguments: [0.0, 1, -1])
  func `axes are right for pairs along and across them`(slope: Double) throws {
    let points = (0..<10).map { number in
      let (a, b) = (Double(number) - 4.5, Double(number * 3 % 10) / 100)
      return (x: a - slope * b, y: slope * a + b)
    }
    let steps = try WhiteningSteps(of: points)
    #expect(isNear(steps.axis.x * steps.axis.x + steps.axis.y * steps.axis.y, 1))
    #expect(steps.axis.x >= 0 && abs(steps.axis.y / steps.axis.x - slope) < 0.05)
  }

  @Test func `what cannot be whitened is refused`() {
    #expect(throws: WordtoolError.self) { try WhiteningSteps(of: [(1, 2)]) }
    #expect(throws: WordtoolError.self) { try WhiteningSteps(of: [(1, 2), (1, 2)]) }
    #expect(throws: WordtoolError.self) { try WhiteningSteps(of: [(0, 0), (1, 1), (2, 2)]) }
    #expect(throws: WordtoolError.self) { try WhiteningSteps(of: pairs, epsilon: -1) }
    #expect(throws: Never.self) { try WhiteningSteps(of: [(0, 0), (1, 1), (2, 2)], epsilon: 0.1) }
    let thin = Image(shape: ImageShape(height: 3, width: 1, channels: 1), filledWith: 0)
    #expect(throws: WordtoolError.self) {
      try WhiteningSteps.neighbours(in: [thin], count: 2, seed: 1)
    }
  }
}

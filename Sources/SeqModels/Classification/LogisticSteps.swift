import BLASCore
import WordtoolCore

/// Steps of logistic regression: a row costs c·log(1 + exp(-y·w·x)).
///
/// Each row has a dual variable between 0 and c, whose problem is solved by Newton's method.
///
/// Yu, Huang and Lin: Dual coordinate descent methods for logistic regression and maximum entropy
/// models, Machine Learning 85, 2011; section 3.
struct LogisticSteps: DualSteps {
  private let positive: [Bool]
  private let costs: [Double]
  private var squares: [Double]
  private var duals: [Double]
  private var innerTolerance = 1e-2

  /// Begins near 0.
  ///
  /// - Parameters:
  ///   - positive: the answer for each row.
  ///   - costs: the factor c of each row, above 0.
  init(
    _ problem: DualCoordinateDescent, _ positive: [Bool], _ costs: [Double],
    _ state: UnsafeMutableBufferPointer<SIMD2<Float>>, _ bias: inout Float
  ) {
    self.positive = positive
    self.costs = costs
    squares = [Double](repeating: 0, count: costs.count)
    duals = [Double](repeating: 0, count: costs.count)
    for row in costs.indices {
      squares[row] = unsafe problem.squaredLength(of: row, state)
      // A dual variable of 0 has an infinite gradient: begin a little inside.
      duals[row] = min(0.001 * costs[row], 1e-8)
      unsafe problem.add(Float(positive[row] ? duals[row] : -duals[row]), row, state, &bias)
    }
  }

  mutating func pass(
    over order: inout [Int], of problem: DualCoordinateDescent,
    _ state: UnsafeMutableBufferPointer<SIMD2<Float>>, _ bias: inout Float,
    using random: inout RandomSource
  ) -> Bool {
    order.shuffle(using: &random)
    var worst = 0.0
    var steps = 0
    for row in order {
      let sign: Float = positive[row] ? 1 : -1
      let margin = unsafe Double(sign * problem.dot(row, state, bias))
      let (next, gradient, used) = Self.solve(
        dual: duals[row], cost: costs[row], margin: margin, square: squares[row],
        tolerance: innerTolerance)
      worst = max(worst, gradient)
      steps += used
      if used > 0 {
        unsafe problem.add(sign * Float(next - duals[row]), row, state, &bias)
        duals[row] = next
      }
    }
    if worst < problem.tolerance || !worst.isFinite { return true }
    if steps <= order.count / 10 { innerTolerance = max(1e-8, innerTolerance * 0.1) }
    return false
  }

  /// The minimum of g(z) = z·log z + (c-z)·log(c-z) + q(z-a)²/2 + m(z-a) for one dual variable a.
  ///
  /// Newton's method converges when it runs on whichever of z and c-z the optimum is nearer to 0
  /// for, from a point on the right side of it; where a step would leave the interval it is cut.
  ///
  /// - Returns: the new value, the size of the gradient at the start, and the steps taken.
  static func solve(
    dual: Double, cost: Double, margin: Double, square: Double, tolerance: Double
  ) -> (dual: Double, gradient: Double, steps: Int) {
    // Turned round, the variable is c-a and the linear term changes its sign.
    let isTurned = 0.5 * square * (cost - 2 * dual) + margin < 0
    let begin = isTurned ? cost - dual : dual
    let slope = isTurned ? -margin : margin
    var z = begin
    if cost - z < 0.5 * cost { z *= 0.1 }
    var gradient = square * (z - begin) + slope + PortableMath.log(z / (cost - z))
    let first = abs(gradient)
    var steps = 0
    while abs(gradient) > tolerance && steps < 100 {
      let curvature = square + cost / ((cost - z) * z)
      let next = z - gradient / curvature
      z = next <= 0 ? z * 0.1 : min(next, cost * (1 - 1e-15))
      gradient = square * (z - begin) + slope + PortableMath.log(z / (cost - z))
      steps += 1
    }
    if steps == 0 { return (dual, first, 0) }
    return (isTurned ? cost - z : z, first, steps)
  }
}

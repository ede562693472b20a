import BLASCore
import WordtoolCore

/// Steps of a linear support vector machine: a row costs c·max(0, 1 - y·w·x)².
///
/// Each row has a dual variable a of at least 0, and one Newton step finds its optimum. Rows whose
/// variable stays at 0 while its gradient is larger than any of the pass before are left out until the
/// others stand still.
///
/// Hsieh, Chang, Lin, Keerthi and Sundararajan: A dual coordinate descent method for large-scale linear
/// SVM, ICML 2008; algorithm 3 with the L2 loss, U = infinity and D = 1/(2c).
struct SquaredHingeSteps: DualSteps {
  private let positive: [Bool]
  /// 1/(2c) of each row.
  private let diagonal: [Double]
  private var curvatures: [Double]
  private var duals: [Double]
  /// How many rows of the order are looked at: those before it.
  private var activeCount: Int
  /// The largest projected gradient of the pass before.
  private var bound = Double.infinity

  /// Begins at 0.
  ///
  /// - Parameters:
  ///   - positive: the answer for each row.
  ///   - costs: the factor c of each row, above 0.
  init(
    _ problem: DualCoordinateDescent, _ positive: [Bool], _ costs: [Double],
    _ state: UnsafeMutableBufferPointer<SIMD2<Float>>
  ) {
    self.positive = positive
    diagonal = costs.map { 0.5 / $0 }
    curvatures = diagonal
    for row in costs.indices {
      curvatures[row] += unsafe problem.squaredLength(of: row, state)
    }
    duals = [Double](repeating: 0, count: costs.count)
    activeCount = costs.count
  }

  mutating func pass(
    over order: inout [Int], of problem: DualCoordinateDescent,
    _ state: UnsafeMutableBufferPointer<SIMD2<Float>>, _ bias: inout Float,
    using random: inout RandomSource
  ) -> Bool {
    order[..<activeCount].shuffle(using: &random)
    var (largest, smallest) = (-Double.infinity, Double.infinity)
    var place = 0
    while place < activeCount {
      let row = order[place]
      let sign: Float = positive[row] ? 1 : -1
      let margin = unsafe Double(sign * problem.dot(row, state, bias))
      let dual = duals[row]
      let gradient = margin - 1 + diagonal[row] * dual
      if dual == 0, gradient > bound {
        activeCount -= 1
        order.swapAt(place, activeCount)
        continue
      }
      place += 1
      let projected = dual == 0 ? min(gradient, 0) : gradient
      largest = max(largest, projected)
      smallest = min(smallest, projected)
      guard abs(projected) > 1e-12 else { continue }
      duals[row] = max(dual - gradient / curvatures[row], 0)
      unsafe problem.add(sign * Float(duals[row] - dual), row, state, &bias)
    }
    if !(largest - smallest).isFinite, place > 0 { return true }
    if largest - smallest <= problem.tolerance || place == 0 {
      if activeCount == order.count { return true }
      // Rows that were left out are looked at once more.
      activeCount = order.count
      bound = .infinity
      return false
    }
    bound = largest > 0 ? largest : .infinity
    return false
  }
}

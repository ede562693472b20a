import BLASCore
import WordtoolCore

/// Logistic regression with an L2 penalty, trained in the dual.
///
/// Minimises |w|²/2 + sum over rows of c·log(1 + exp(-y·w·x)), with y = ±1 and the bias as one more
/// feature that is always 1. Each row has one dual variable a between 0 and c; w is the sum of
/// y·a·x. A step solves the one-variable problem of one row by Newton's method, and rows come in an
/// order that is drawn anew for every pass. One thread does it all, so the result depends on
/// nothing but the input and the seed.
///
/// Yu, Huang and Lin: Dual coordinate descent methods for logistic regression and maximum entropy
/// models, Machine Learning 85, 2011; section 3.
struct LogisticRegression {
  /// The rows x without their scales: x[f] = rowScale · value[f] · columnScale[f].
  let rows: SparseRows
  /// A factor for each row; empty for 1.
  let rowScales: [Float]
  /// Passes end when no dual variable is further from its optimum than this, as a gradient.
  var tolerance = 0.1
  /// Passes end after this many at the latest.
  var maximumPasses = 200

  /// What a training gives.
  struct Solution: Sendable {
    /// The weight of each column with the column's scale multiplied in, then the bias: the score of
    /// a row is rowScale · sum of value · weight, plus the bias.
    var weights: [Float]
    /// Passes over the rows.
    var passes: Int
  }

  /// Trains one yes-or-no question.
  ///
  /// - Parameters:
  ///   - positive: the answer for each row.
  ///   - costs: the factor c of each row's loss, above 0.
  ///   - columnScales: a factor for each column; empty for 1.
  ///   - seed: decides the order of the rows.
  /// - Throws: `WordtoolError` of kind `diverged` when a weight is not finite, `interrupted`.
  func train(
    positive: [Bool], costs: [Double], columnScales: [Float], seed: UInt64, stop: StopFlag,
    progress: (Int) -> Void = { _ in }
  ) throws -> Solution {
    // The weight times its column's scale, and the square of the scale, on one cache line.
    var state = [SIMD2<Float>](repeating: SIMD2(0, 1), count: rows.columnCount)
    for (column, scale) in columnScales.enumerated() { state[column].y = scale * scale }
    var bias: Float = 0
    var squares = [Double](repeating: 0, count: rows.count)
    var duals = [Double](repeating: 0, count: rows.count)
    var passes = 0
    try unsafe state.withUnsafeMutableBufferPointer { state in
      for row in 0..<rows.count {
        squares[row] = unsafe squaredLength(of: row, state)
        // A dual variable of 0 has an infinite gradient: begin a little inside.
        duals[row] = min(0.001 * costs[row], 1e-8)
        unsafe add(Float(positive[row] ? duals[row] : -duals[row]), row, state, &bias)
      }
      var order = Array(0..<rows.count)
      var innerTolerance = 1e-2
      while passes < maximumPasses {
        var random = RandomSource(seed: seed, UInt64(passes))
        order.shuffle(using: &random)
        var worst = 0.0
        var steps = 0
        for row in order {
          let sign: Float = positive[row] ? 1 : -1
          let margin = unsafe Double(sign * dot(row, state, bias))
          let (next, gradient, used) = Self.solve(
            dual: duals[row], cost: costs[row], margin: margin, square: squares[row],
            tolerance: innerTolerance)
          worst = max(worst, gradient)
          steps += used
          if used > 0 {
            unsafe add(sign * Float(next - duals[row]), row, state, &bias)
            duals[row] = next
          }
        }
        passes += 1
        progress(passes)
        if stop.isRaised {
          throw WordtoolError(.interrupted, found: "stopped after \(passes, "pass")")
        }
        if !(worst < tolerance) && !worst.isFinite { break }
        if worst < tolerance { break }
        if steps <= rows.count / 10 { innerTolerance = max(1e-8, innerTolerance * 0.1) }
      }
    }
    var weights = state.map(\.x)
    weights.append(bias)
    guard weights.allSatisfy(\.isFinite) else {
      throw WordtoolError(
        .diverged, found: "a weight that is not finite after \(passes, "pass")",
        remedy: "use a smaller `cost`")
    }
    return Solution(weights: weights, passes: passes)
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

  private func rowScale(_ row: Int) -> Float { rowScales.isEmpty ? 1 : rowScales[row] }

  private func squaredLength(
    of row: Int, _ state: UnsafeMutableBufferPointer<SIMD2<Float>>
  ) -> Double {
    var sum = 0.0
    for at in rows.starts[row]..<rows.starts[row + 1] {
      let value = rows.values.isEmpty ? 1 : rows.values[at]
      unsafe sum += Double(value * value * state[Int(rows.columns[at])].y)
    }
    let scale = Double(rowScale(row))
    return sum * scale * scale + 1
  }

  /// The score of a row. Four sums, so that one product need not wait for the one before.
  @inline(__always)
  private func dot(
    _ row: Int, _ state: UnsafeMutableBufferPointer<SIMD2<Float>>, _ bias: Float
  ) -> Float {
    let range = rows.starts[row]..<rows.starts[row + 1]
    return unsafe rows.columns.withUnsafeBufferPointer { columns in
      var sums = SIMD4<Float>()
      var at = range.lowerBound
      if rows.values.isEmpty {
        while at + 4 <= range.upperBound {
          unsafe sums += SIMD4(
            state[Int(columns[at])].x, state[Int(columns[at + 1])].x,
            state[Int(columns[at + 2])].x, state[Int(columns[at + 3])].x)
          at += 4
        }
        while at < range.upperBound {
          unsafe sums[0] += state[Int(columns[at])].x
          at += 1
        }
      } else {
        unsafe rows.values.withUnsafeBufferPointer { values in
          while at + 4 <= range.upperBound {
            let weights = unsafe SIMD4(
              state[Int(columns[at])].x, state[Int(columns[at + 1])].x,
              state[Int(columns[at + 2])].x, state[Int(columns[at + 3])].x)
            unsafe sums +=
              weights * SIMD4(values[at], values[at + 1], values[at + 2], values[at + 3])
            at += 4
          }
          while at < range.upperBound {
            unsafe sums[0] += state[Int(columns[at])].x * values[at]
            at += 1
          }
        }
      }
      return rowScale(row) * sums.sum() + bias
    }
  }

  /// Adds a multiple of a row to the weights.
  @inline(__always)
  private func add(
    _ factor: Float, _ row: Int, _ state: UnsafeMutableBufferPointer<SIMD2<Float>>,
    _ bias: inout Float
  ) {
    let scaled = factor * rowScale(row)
    let range = rows.starts[row]..<rows.starts[row + 1]
    unsafe rows.columns.withUnsafeBufferPointer { columns in
      if rows.values.isEmpty {
        for at in range {
          let column = unsafe Int(columns[at])
          unsafe state[column].x += scaled * state[column].y
        }
      } else {
        unsafe rows.values.withUnsafeBufferPointer { values in
          for at in range {
            let column = unsafe Int(columns[at])
            unsafe state[column].x += scaled * values[at] * state[column].y
          }
        }
      }
    }
    bias += factor
  }
}

import BLASCore
import WordtoolCore

/// A linear classifier of two classes with an L2 penalty, trained in the dual.
///
/// Minimises |w|²/2 + sum over rows of c·loss(y·w·x), with y = ±1 and the bias as one more feature that
/// is always 1. Each row has one dual variable a, and w is the sum of y·a·x. A step solves the
/// one-variable problem of one row, and rows come in an order that is drawn anew for every pass. One
/// thread does it all, so the result depends on nothing but the input and the seed.
struct DualCoordinateDescent {
  /// The rows x without their scales: x[f] = rowScale · value[f] · columnScale[f].
  let rows: SparseRows
  /// A factor for each row; empty for 1.
  let rowScales: [Float]
  /// What a row costs by its margin.
  var loss = LinearClassifierOptions.Loss.logistic
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
    let passes = try unsafe state.withUnsafeMutableBufferPointer { state in
      switch loss {
      case .logistic:
        try unsafe minimize(
          LogisticSteps(self, positive, costs, state, &bias), state, &bias, seed: seed, stop: stop,
          progress: progress)
      case .squaredHinge:
        try unsafe minimize(
          SquaredHingeSteps(self, positive, costs, state), state, &bias, seed: seed, stop: stop,
          progress: progress)
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

  /// Passes over the rows until one finds all of them near their optimum.
  ///
  /// - Returns: how many there were.
  private func minimize(
    _ begin: some DualSteps, _ state: UnsafeMutableBufferPointer<SIMD2<Float>>,
    _ bias: inout Float, seed: UInt64, stop: StopFlag, progress: (Int) -> Void
  ) throws -> Int {
    var steps = begin
    var order = Array(0..<rows.count)
    var passes = 0
    var isDone = false
    while passes < maximumPasses, !isDone {
      var random = RandomSource(seed: seed, UInt64(passes))
      isDone = unsafe steps.pass(over: &order, of: self, state, &bias, using: &random)
      passes += 1
      progress(passes)
      if stop.isRaised {
        throw WordtoolError(.interrupted, found: "stopped after \(passes, "pass")")
      }
    }
    return passes
  }

  private func rowScale(_ row: Int) -> Float { rowScales.isEmpty ? 1 : rowScales[row] }

  func squaredLength(
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
  func dot(
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
  func add(
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

/// The steps of one loss.
protocol DualSteps {
  /// One step for each row.
  ///
  /// - Parameters:
  ///   - order: the rows, as the pass before left them.
  ///   - problem: the rows and their scales.
  ///   - state: of each column the weight times its scale, and the square of the scale.
  ///   - bias: the weight of the feature that is always 1.
  /// - Returns: whether all rows were near enough to their optimum, or a value is not finite.
  mutating func pass(
    over order: inout [Int], of problem: DualCoordinateDescent,
    _ state: UnsafeMutableBufferPointer<SIMD2<Float>>, _ bias: inout Float,
    using random: inout RandomSource
  ) -> Bool
}

import WordtoolCore

/// Singular values and vectors of a square matrix by one-sided Jacobi rotations (Hestenes 1958; Golub and
/// Van Loan, Matrix Computations, section 8.6.3). Plain arithmetic in a fixed order: the bits are the same
/// on every processor, and files are made of them.
enum JacobiSVD {
  /// A = U diag(σ) V^T.
  struct Result {
    /// [n, n], row i the left singular vector i.
    var left: [Double]
    /// The singular values, in no particular order.
    var values: [Double]
    /// [n, n], row i the right singular vector i.
    var right: [Double]
  }

  private static let sweeps = 60

  /// Decomposes a matrix.
  ///
  /// - Parameter matrix: [n, n], row-major, of finite numbers.
  /// - Returns: with left vectors for singular values of zero as well, so that both sides are orthogonal.
  /// - Throws: ``WordtoolError`` of kind `interrupted` once `stop` is raised.
  /// - Complexity: O(n³) a sweep; about ten sweeps.
  static func decompose(_ matrix: [Double], order n: Int, stop: StopFlag) throws -> Result {
    precondition(matrix.count == n * n, "\(matrix.count) values for a matrix of order \(n)")
    // Columns as rows, so that a rotation walks along memory.
    var columns = [Double](repeating: 0, count: n * n)
    for row in 0..<n {
      for column in 0..<n { columns[column * n + row] = matrix[row * n + column] }
    }
    var right = [Double](repeating: 0, count: n * n)
    for index in 0..<n { right[index * n + index] = 1 }
    let scale = matrix.reduce(0) { $0 + $1 * $1 }
    for _ in 0..<sweeps {
      if stop.isRaised {
        throw WordtoolError(.interrupted, found: "the work was stopped before its end")
      }
      if !sweep(&columns, &right, n, smallest: 1e-32 * scale) { break }
    }
    return finish(columns, right, n, scale: scale)
  }

  /// Makes all pairs of columns orthogonal once; false when they were.
  private static func sweep(
    _ columns: inout [Double], _ right: inout [Double], _ n: Int, smallest: Double
  ) -> Bool {
    var hasRotated = false
    for p in 0..<n {
      for q in p + 1..<max(p + 1, n) {
        let (alpha, beta, gamma) = products(columns, p * n, q * n, n)
        guard gamma.magnitude > 1e-15 * (alpha * beta).squareRoot(),
          alpha > smallest || beta > smallest
        else { continue }
        hasRotated = true
        let half = (beta - alpha) / (2 * gamma)
        let tangent = (half < 0 ? -1 : 1) / (half.magnitude + (1 + half * half).squareRoot())
        let cosine = 1 / (1 + tangent * tangent).squareRoot()
        rotate(&columns, p * n, q * n, n, cosine, cosine * tangent)
        rotate(&right, p * n, q * n, n, cosine, cosine * tangent)
      }
    }
    return hasRotated
  }

  private static func products(
    _ values: [Double], _ p: Int, _ q: Int, _ n: Int
  ) -> (Double, Double, Double) {
    var (alpha, beta, gamma) = (0.0, 0.0, 0.0)
    for k in 0..<n {
      let (x, y) = (values[p + k], values[q + k])
      alpha += x * x
      beta += y * y
      gamma += x * y
    }
    return (alpha, beta, gamma)
  }

  private static func rotate(
    _ values: inout [Double], _ p: Int, _ q: Int, _ n: Int, _ cosine: Double, _ sine: Double
  ) {
    for k in 0..<n {
      let (x, y) = (values[p + k], values[q + k])
      values[p + k] = cosine * x - sine * y
      values[q + k] = sine * x + cosine * y
    }
  }

  private static func finish(
    _ columns: [Double], _ right: [Double], _ n: Int, scale: Double
  ) -> Result {
    var values = [Double](repeating: 0, count: n)
    var left = [Double](repeating: 0, count: n * n)
    var missing: [Int] = []
    for index in 0..<n {
      let length = products(columns, index * n, index * n, n).0.squareRoot()
      values[index] = length
      guard length > 1e-12 * scale.squareRoot() else {
        values[index] = 0
        missing.append(index)
        continue
      }
      for k in 0..<n { left[index * n + k] = columns[index * n + k] / length }
    }
    // Directions that the matrix says nothing about: the axes, less what is there already.
    var axis = 0
    for index in missing {
      while axis < n {
        var vector = [Double](repeating: 0, count: n)
        vector[axis] = 1
        axis += 1
        // Twice is enough (Giraud et al. 2005).
        for _ in 0..<2 {
          for other in 0..<n where other != index {
            var along = 0.0
            for k in 0..<n { along += vector[k] * left[other * n + k] }
            for k in 0..<n { vector[k] -= along * left[other * n + k] }
          }
        }
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard length > 0.5 / Double(n).squareRoot() else { continue }
        for k in 0..<n { left[index * n + k] = vector[k] / length }
        break
      }
    }
    return Result(left: left, values: values, right: right)
  }
}

/// Eigenvalues and eigenvectors of a small symmetric matrix by cyclic Jacobi rotations (Golub and Van
/// Loan, Matrix Computations, section 8.5). Plain arithmetic in a fixed order, so that the bits are the
/// same on every processor; LAPACK's are not.
package enum JacobiEigen {
  /// What was found.
  package struct Result {
    /// The eigenvalues, largest first.
    package var values: [Double]
    /// The eigenvectors of unit length, row i the one of value i.
    package var vectors: [[Double]]
  }

  /// Decomposes a symmetric matrix.
  package static func decompose(_ matrix: [[Double]]) -> Result {
    let n = matrix.count
    var a = matrix
    var v = [[Double]](repeating: [Double](repeating: 0, count: n), count: n)
    for row in 0..<n { v[row][row] = 1 }
    let scale = a.joined().reduce(0) { $0 + $1 * $1 }
    for _ in 0..<60 {
      var rest = 0.0
      for row in 0..<n {
        for value in a[row][..<row] { rest += value * value }
      }
      if rest <= 1e-30 * scale { break }
      for p in 0..<n {
        for q in p + 1..<max(p + 1, n) where a[p][q] != 0 { rotate(&a, &v, p, q) }
      }
    }
    let values: [Double] = (0..<n).map { a[$0][$0] }
    let order = values.indices.sorted { (one: Int, other: Int) -> Bool in
      if values[one] != values[other] { return values[one] > values[other] }
      return one < other
    }
    return Result(values: order.map { values[$0] }, vectors: order.map { v[$0] })
  }

  /// Makes entry p, q zero; the rows of `v` are the rotations so far.
  private static func rotate(_ a: inout [[Double]], _ v: inout [[Double]], _ p: Int, _ q: Int) {
    let half = (a[q][q] - a[p][p]) / (2 * a[p][q])
    let tangent = (half < 0 ? -1 : 1) / (half.magnitude + (1 + half * half).squareRoot())
    let cosine = 1 / (1 + tangent * tangent).squareRoot()
    let sine = tangent * cosine
    for k in a.indices {
      let (x, y) = (a[p][k], a[q][k])
      a[p][k] = cosine * x - sine * y
      a[q][k] = sine * x + cosine * y
    }
    for k in a.indices {
      let (x, y) = (a[k][p], a[k][q])
      a[k][p] = cosine * x - sine * y
      a[k][q] = sine * x + cosine * y
    }
    for k in a.indices {
      let (x, y) = (v[p][k], v[q][k])
      v[p][k] = cosine * x - sine * y
      v[q][k] = sine * x + cosine * y
    }
  }
}

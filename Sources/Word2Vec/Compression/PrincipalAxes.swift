import WordtoolCore

/// The eigenvectors of a matrix of second moments, that of the largest value first, by plain arithmetic in
/// one order.
struct PrincipalAxes {
  /// The eigenvalues, falling.
  let values: [Double]
  /// [n, n], row i the eigenvector of value i; its number of largest magnitude is positive.
  let vectors: [Double]

  /// Decomposes a symmetric matrix without negative eigenvalues.
  ///
  /// - Complexity: O(n³).
  init(of matrix: [Double], _ n: Int, stop: StopFlag) throws {
    let found = try JacobiSVD.decompose(matrix, order: n, stop: stop)
    let order = found.values.indices.sorted {
      found.values[$0] != found.values[$1] ? found.values[$0] > found.values[$1] : $0 < $1
    }
    values = order.map { found.values[$0] }
    vectors = order.flatMap { index -> [Double] in
      let vector = Array(found.left[index * n..<(index + 1) * n])
      let largest = vector.max { $0.magnitude < $1.magnitude } ?? 0
      return largest < 0 ? vector.map { -$0 } : vector
    }
  }
}

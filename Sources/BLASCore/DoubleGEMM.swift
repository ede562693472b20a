import COpenBLAS
import WordtoolCore

/// Matrix products in double precision, for what is computed once and must be exact: covariances and
/// the transforms made of them.
package enum DoubleGEMM {
  /// Columns of a Gram matrix that are computed together. Fixed, so that the sums do not depend on
  /// the number of threads.
  private static let piece = 192

  /// Adds x^T x to a symmetric matrix, of which only column <= row is kept up to date.
  ///
  /// - Parameters:
  ///   - x: [rows, columns], row-major.
  ///   - sum: [columns, columns].
  ///   - threads: how many threads share the pieces; the result does not depend on it.
  package static func addGram(
    of x: UnsafeBufferPointer<Double>, rows: Int, columns: Int, into sum: inout [Double],
    threads: Int
  ) throws {
    precondition(x.count >= rows * columns && sum.count == columns * columns)
    guard rows > 0, columns > 0 else { return }
    BLASLibrary.useCallersThreadOnly()
    let pieces = (columns + piece - 1) / piece
    try unsafe sum.withUnsafeMutableBufferPointer { sum in
      let shared = unsafe Gram(x: x, sum: sum)
      let workers = min(threads, pieces)
      try Workers.run(count: workers) { worker in
        // Later pieces are longer: dealt out like cards, everybody gets some of each.
        for number in stride(from: worker, to: pieces, by: workers) {
          let first = number * piece
          let end = min(first + piece, columns)
          // SAFETY: both matrices have the extents checked above, and each piece writes the rows
          // first ..< end of the sum, which no other piece touches.
          unsafe cblas_dgemm(
            CblasRowMajor, CblasTrans, CblasNoTrans, blasint(end - first), blasint(end),
            blasint(rows), 1, shared.x.baseAddress.map { unsafe $0 + first }, blasint(columns),
            shared.x.baseAddress, blasint(columns), 1,
            shared.sum.baseAddress.map { unsafe $0 + first * columns }, blasint(columns))
        }
      }
    }
  }

  /// Sendable: the pieces read `x` and write different rows of `sum`.
  @safe private struct Gram: @unchecked Sendable {
    let x: UnsafeBufferPointer<Double>
    let sum: UnsafeMutableBufferPointer<Double>
  }

  /// The product of a transposed matrix and another: a^T b.
  ///
  /// - Parameters:
  ///   - a: [inner, rows], row-major.
  ///   - b: [inner, columns], row-major.
  /// - Returns: [rows, columns].
  package static func multiply(
    transposed a: [Double], _ b: [Double], rows: Int, columns: Int, inner: Int
  ) -> [Double] {
    precondition(a.count == inner * rows && b.count == inner * columns)
    var product = [Double](repeating: 0, count: rows * columns)
    guard rows > 0, columns > 0, inner > 0 else { return product }
    BLASLibrary.useCallersThreadOnly()
    // SAFETY: the three matrices have the extents checked above.
    unsafe cblas_dgemm(
      CblasRowMajor, CblasTrans, CblasNoTrans, blasint(rows), blasint(columns), blasint(inner), 1,
      a, blasint(rows), b, blasint(columns), 0, &product, blasint(columns))
    return product
  }
}

import COpenBLAS
import WordtoolCore

/// Eigenvalues and eigenvectors of a symmetric matrix, by LAPACK's divide and conquer.
package enum SymmetricEigen {
  /// What was found.
  package struct Result: Sendable {
    /// The eigenvalues, smallest first.
    package let values: [Double]
    /// The eigenvectors of unit length, row i the one of value i. Of each, the component of largest
    /// magnitude (the first of equals) is positive, so that the sign is no accident.
    package let vectors: [Double]
  }

  /// The largest order. Memory sets it: the matrix and LAPACK's work space of 1 + 6n + 2n² values
  /// are 9.6 GB here. (LAPACK's 32-bit integers would hold that length up to an order of 32,766.)
  package static let maximumOrder = 20_000

  /// Decomposes a matrix of order n.
  ///
  /// - Parameters:
  ///   - matrix: [n, n]; only the triangle with column <= row is read.
  ///   - order: n, 1 to ``maximumOrder``.
  /// - Throws: `WordtoolError` of kind `diverged` when a value is not finite or LAPACK does not
  ///   converge.
  /// - Complexity: O(n³) and about three times the matrix in memory.
  package static func decompose(_ matrix: [Double], order n: Int) throws -> Result {
    precondition((1...maximumOrder).contains(n), "a matrix of order \(n)")
    precondition(matrix.count == n * n, "\(matrix.count) values for a matrix of order \(n)")
    guard matrix.allSatisfy(\.isFinite) else {
      throw WordtoolError(.diverged, found: "a matrix with values that are not finite")
    }
    BLASLibrary.useCallersThreadOnly()
    var vectors = matrix
    var values = [Double](repeating: 0, count: n)
    var (size, workCount, indexCount, status) = (
      blasint(n), blasint(1 + 6 * n + 2 * n * n), blasint(3 + 5 * n), blasint(0)
    )
    var work = [Double](repeating: 0, count: Int(workCount))
    var indices = [blasint](repeating: 0, count: Int(indexCount))
    // What is row-major here is column-major there, so the lower triangle is the upper one.
    var (job, triangle) = (CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "U")))
    // SAFETY: all arrays have the lengths that LAPACK's documentation asks for.
    unsafe dsyevd_(
      &job, &triangle, &size, &vectors, &size, &values, &work, &workCount, &indices, &indexCount,
      &status)
    guard status == 0 else {
      throw WordtoolError(
        .diverged, found: "no eigenvalues of a matrix of order \(n): LAPACK's status is \(status)")
    }
    for row in 0..<n {
      var largest = row * n
      for place in row * n..<(row + 1) * n
      where vectors[place].magnitude > vectors[largest].magnitude {
        largest = place
      }
      guard vectors[largest] < 0 else { continue }
      for place in row * n..<(row + 1) * n { vectors[place] = -vectors[place] }
    }
    return Result(values: values, vectors: vectors)
  }
}

import BLASCore
package import Networks

/// The largest singular value of a matrix: how much longer it can make a vector.
package enum SpectralNorm {
  /// Finds it by power iteration on Aᵀ A in double precision (Golub and Van Loan, section 8.2).
  ///
  /// The first vector is random but for its seed. Ends when a step changes the value by less than
  /// one part in 10^10, or after 10,000 steps.
  package static func of<Scalar: NetworkScalar>(_ matrix: MatrixView<Scalar>) -> Double {
    guard matrix.rows > 0, matrix.columns > 0 else { return 0 }
    let rows = (0..<matrix.rows).map { row in
      (0..<matrix.columns).map { Double(matrix[row, $0]) }
    }
    var source = RandomSource(seed: 1, RandomStream.spectralNorm.rawValue)
    var vector = (0..<matrix.columns).map { _ in Double(source.nextUnitFloat()) - 0.5 }
    normalize(&vector)
    var value = 0.0
    for _ in 0..<10_000 {
      let image = rows.map { row in zip(row, vector).reduce(0.0) { $0 + $1.0 * $1.1 } }
      vector = [Double](repeating: 0, count: matrix.columns)
      for (row, factor) in zip(rows, image) {
        for column in vector.indices { vector[column] += factor * row[column] }
      }
      let new = normalize(&vector).squareRoot()
      if abs(new - value) <= 1e-10 * new { return new }
      value = new
    }
    return value
  }

  /// Makes a vector's length 1 and returns what it was.
  @discardableResult
  private static func normalize(_ vector: inout [Double]) -> Double {
    let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    if length > 0 { for index in vector.indices { vector[index] /= length } }
    return length
  }
}

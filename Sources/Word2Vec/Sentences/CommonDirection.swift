import WordtoolCore

/// The direction that the rows of a matrix share most: its first right singular vector, by power
/// iteration on X^T X (Golub and Van Loan, Matrix Computations, section 8.2). Sums are taken over fixed
/// pieces in a fixed order, so the bits depend neither on the threads nor on the processor.
enum CommonDirection {
  /// Rows that lie one after another.
  ///
  /// Sendable: they are only read.
  @safe struct Matrix: @unchecked Sendable {
    let values: UnsafeBufferPointer<Float>
    let count: Int
    let dimension: Int
  }

  private static let iterations = 200
  private static let piece = 1024

  /// The direction, of length 1; nil for rows that are all zero. Its largest component is positive.
  static func find(in matrix: Matrix, threads: Int, stop: StopFlag) throws -> [Double]? {
    // Begun at the sum of all rows: what they share is what does not cancel out.
    var direction = try product(matrix, nil, threads: threads)
    if direction.allSatisfy({ $0 == 0 }) { direction[0] = 1 }
    guard normalize(&direction) else { return nil }
    for _ in 0..<iterations {
      if stop.isRaised {
        throw WordtoolError(.interrupted, found: "the search was stopped before its end")
      }
      var next = try product(matrix, direction, threads: threads)
      guard normalize(&next) else { return nil }
      let change = zip(next, direction).reduce(0) { max($0, ($1.0 - $1.1).magnitude) }
      direction = next
      if change < 1e-10 { break }
    }
    let largest = direction.max { $0.magnitude < $1.magnitude } ?? 0
    return largest < 0 ? direction.map { -$0 } : direction
  }

  /// A vector less its part along a direction; zeros where nothing but rounding would be left.
  static func remove(_ direction: [Double], from vector: [Float]) -> [Float] {
    let along = zip(direction, vector).reduce(0) { $0 + $1.0 * Double($1.1) }
    let rest = zip(direction, vector).map { Double($1) - along * $0 }
    let length = rest.reduce(0) { $0 + $1 * $1 }
    return length <= 1e-12 * along * along ? rest.map { _ in 0 } : rest.map { Float($0) }
  }

  private static func normalize(_ vector: inout [Double]) -> Bool {
    let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard length > 0, length.isFinite else { return false }
    for column in vector.indices { vector[column] /= length }
    return true
  }

  /// X^T (X v), or without `v` the sum of all rows.
  private static func product(
    _ matrix: Matrix, _ vector: [Double]?, threads: Int
  ) throws -> [Double] {
    let dimension = matrix.dimension
    let parts = Locked<[Int: [Double]]>([:])
    try VectorStorage.inPieces(of: matrix.count, size: piece, threads: threads) { range in
      var sum = [Double](repeating: 0, count: dimension)
      for row in range {
        let start = row * dimension
        var factor = 1.0
        if let vector {
          factor = 0
          for column in 0..<dimension {
            factor += unsafe vector[column] * Double(matrix.values[start + column])
          }
        }
        for column in 0..<dimension {
          sum[column] += unsafe factor * Double(matrix.values[start + column])
        }
      }
      let result = sum
      parts.withLock { $0[range.lowerBound] = result }
    }
    var total = [Double](repeating: 0, count: dimension)
    let found = parts.withLock { $0 }
    for first in found.keys.sorted() {
      for (column, value) in (found[first] ?? []).enumerated() { total[column] += value }
    }
    return total
  }
}

import BLASCore

/// The mean and the covariance of vectors that come in blocks. Everything is in double precision:
/// directions of little variance are what whitening blows up.
struct CovarianceSum {
  /// Values in a vector.
  let dimension: Int
  /// Vectors seen.
  private(set) var count = 0
  /// The mean of the first block, taken from all vectors so that little cancels at the end.
  private var shift: [Double] = []
  private var sums: [Double]
  private var products: [Double]

  init(dimension: Int) {
    self.dimension = dimension
    sums = [Double](repeating: 0, count: dimension)
    products = [Double](repeating: 0, count: dimension * dimension)
  }

  /// Adds the rows of a block [rows, dimension], which is changed.
  mutating func add(_ block: inout [Double], rows: Int, threads: Int) throws {
    guard rows > 0 else { return }
    if shift.isEmpty {
      shift = [Double](repeating: 0, count: dimension)
      for row in 0..<rows {
        for column in 0..<dimension { shift[column] += block[row * dimension + column] }
      }
      for column in 0..<dimension { shift[column] /= Double(rows) }
    }
    for row in 0..<rows {
      for column in 0..<dimension {
        let value = block[row * dimension + column] - shift[column]
        block[row * dimension + column] = value
        sums[column] += value
      }
    }
    try unsafe block.withUnsafeBufferPointer {
      try unsafe DoubleGEMM.addGram(
        of: $0, rows: rows, columns: dimension, into: &products, threads: threads)
    }
    count += rows
  }

  /// The mean.
  var mean: [Double] { zip(shift, sums).map { $0 + $1 / Double(count) } }

  /// The covariance [dimension, dimension], divided by the count; the sums are used up.
  consuming func covariance() -> [Double] {
    var result = products
    products = []
    for row in 0..<dimension {
      for column in 0...row {
        let value =
          result[row * dimension + column] / Double(count)
          - sums[row] / Double(count) * (sums[column] / Double(count))
        result[row * dimension + column] = value
        result[column * dimension + row] = value
      }
    }
    return result
  }
}

import BLASCore
import WordtoolCore

/// What is taken out of vectors, and the axes along which their values stay.
struct VectorSpace {
  /// [D], or empty: taken from every vector.
  private var mean: [Double] = []
  /// Directions of length 1 that are taken out after it.
  private var removed: [[Double]] = []
  /// [D', D]: the axes of the values that stay; empty for all values as they are.
  private var axes: [[Double]] = []
  private let dimension: Int

  /// Rows whose second moments are summed as floats; sums of pieces are doubles.
  private static let piece = 4096

  init(
    _ table: FloatTable, _ options: CompressionOptions, threads: Int, stop: StopFlag
  ) throws {
    dimension = table.columns
    let kernels = try KernelTable.selected()
    if let top = options.allButTheTop {
      mean = [Double](repeating: 0, count: dimension)
      for row in 0..<table.rows {
        for column in 0..<dimension {
          unsafe mean[column] += Double(table.base[row * dimension + column])
        }
      }
      mean = mean.map { $0 / Double(max(1, table.rows)) }
      if top > 0 {
        let moment = try moment(of: table, isUnit: false, kernels, threads)
        removed = try Self.axes(moment, dimension, count: top, stop)
      }
    }
    if let count = options.principalAxes {
      let moment = try moment(of: table, isUnit: true, kernels, threads)
      axes = try Self.axes(moment, dimension, count: count, stop)
    }
  }

  private static func axes(
    _ moment: [Double], _ n: Int, count: Int, _ stop: StopFlag
  ) throws -> [[Double]] {
    let found = try PrincipalAxes(of: moment, n, stop: stop)
    return (0..<count).map { Array(found.vectors[$0 * n..<($0 + 1) * n]) }
  }

  /// A row without what is taken out.
  private func cleaned(_ table: FloatTable, row: Int) -> [Double] {
    var values = (0..<dimension).map { unsafe Double(table.base[row * dimension + $0]) }
    if !mean.isEmpty { for column in values.indices { values[column] -= mean[column] } }
    for direction in removed {
      var along = 0.0
      for column in values.indices { along += values[column] * direction[column] }
      for column in values.indices { values[column] -= along * direction[column] }
    }
    return values
  }

  /// The second moments of cleaned rows, of length 1 if asked for: [D, D].
  private func moment(
    of table: FloatTable, isUnit: Bool, _ kernels: KernelTable, _ threads: Int
  ) throws -> [Double] {
    var sum = [Double](repeating: 0, count: dimension * dimension)
    for first in stride(from: 0, to: table.rows, by: Self.piece) {
      let some = FloatTable(rows: min(Self.piece, table.rows - first), columns: dimension)
      try VectorStorage.inPieces(of: some.rows, size: 256, threads: threads) { range in
        for row in range {
          let values = cleaned(table, row: first + row)
          let length = isUnit ? values.reduce(0) { $0 + $1 * $1 }.squareRoot() : 1
          for column in 0..<dimension where length > 0 {
            unsafe some.base[row * dimension + column] = Float(values[column] / length)
          }
        }
      }
      let product = try some.transposedTimes(some, kernels: kernels, threads: threads)
      for place in sum.indices { unsafe sum[place] += Double(product.base[place]) }
    }
    return sum
  }

  /// The squared lengths of cleaned rows.
  func lengths(of table: FloatTable) -> [Double] {
    (0..<table.rows).map { cleaned(table, row: $0).reduce(0) { $0 + $1 * $1 } }
  }

  /// The values that stay.
  func apply(to table: FloatTable, threads: Int) throws -> FloatTable {
    if mean.isEmpty && axes.isEmpty { return table }
    let width = axes.isEmpty ? dimension : axes.count
    let result = FloatTable(rows: table.rows, columns: width)
    try VectorStorage.inPieces(of: table.rows, size: 256, threads: threads) { range in
      for row in range {
        let values = cleaned(table, row: row)
        for place in 0..<width {
          var value = 0.0
          if axes.isEmpty {
            value = values[place]
          } else {
            for column in 0..<dimension { value += axes[place][column] * values[column] }
          }
          unsafe result.base[row * width + place] = Float(value)
        }
      }
    }
    return result
  }
}

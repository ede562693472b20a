package import WordtoolCore

/// The rows of words and n-grams as they stand in a fastText model, at any address.
package protocol SubwordMatrix: Sendable {
  var rowCount: Int { get }
  var dimension: Int { get }

  /// Adds a row to a vector, value by value, as fastText does.
  func add(row: Int, to sum: UnsafeMutablePointer<Float>)
}

/// A matrix of a fastText model.
package protocol FastTextMatrix: SubwordMatrix {
  /// The inner product of a row and a vector, summed up as fastText does.
  func dot(row: Int, with vector: UnsafePointer<Float>) -> Float
}

extension SubwordMatrix {
  /// The values of a row.
  package func values(ofRow row: Int) -> [Float] {
    var values = [Float](repeating: 0, count: dimension)
    unsafe values.withUnsafeMutableBufferPointer {
      if let base = $0.baseAddress { unsafe add(row: row, to: base) }
    }
    return values
  }
}

/// Floats, row after row.
///
/// Sendable: the bytes of a file that its owner keeps mapped are only read.
@safe package struct DenseMatrix: FastTextMatrix, @unchecked Sendable {
  package let rowCount: Int
  package let dimension: Int
  private let values: UnsafeRawPointer?

  /// - Parameter name: for messages: `input matrix`.
  package init(_ reader: inout BinaryFields, name: String) throws {
    let rows = try reader.int64("rows of the \(name)")
    let columns = try reader.int64("columns of the \(name)")
    guard rows == 0 || columns <= FastTextHeader.maximumDimension else {
      throw reader.error(
        "\(columns) columns of the \(name)", expected: "at most \(FastTextHeader.maximumDimension)",
        remedy: "the file is damaged")
    }
    let start = try reader.matrix(rows, columns, byteCount: 4, name)
    rowCount = Int(rows)
    dimension = Int(columns)
    unsafe values = reader.bytes.baseAddress.map { unsafe $0 + start }
  }

  /// Floats that are known to be there.
  package init(rows: Int, columns: Int, values: UnsafeRawPointer?) {
    rowCount = rows
    dimension = columns
    unsafe self.values = values
  }

  package func add(row: Int, to sum: UnsafeMutablePointer<Float>) {
    guard let values = unsafe values.map({ unsafe $0 + row * dimension * 4 }) else { return }
    for column in 0..<dimension {
      unsafe sum[column] += values.loadUnaligned(fromByteOffset: 4 * column, as: Float.self)
    }
  }

  package func dot(row: Int, with vector: UnsafePointer<Float>) -> Float {
    guard let values = unsafe values.map({ unsafe $0 + row * dimension * 4 }) else { return 0 }
    var sum: Float = 0
    for column in 0..<dimension {
      unsafe sum +=
        values.loadUnaligned(fromByteOffset: 4 * column, as: Float.self) * vector[column]
    }
    return sum
  }
}

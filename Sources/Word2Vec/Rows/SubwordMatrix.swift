import BLASCore
import WordtoolCore

/// The rows of words and n-grams as they stand in a fastText model, at any address.
protocol SubwordMatrix: Sendable {
  var rowCount: Int { get }
  var dimension: Int { get }

  /// Adds a row to a vector, value by value, as fastText does.
  func add(row: Int, to sum: UnsafeMutablePointer<Float>)
}

/// Floats, row after row.
///
/// Sendable: the bytes of a file that its owner keeps mapped are only read.
@safe struct DenseMatrix: SubwordMatrix, @unchecked Sendable {
  let rowCount: Int
  let dimension: Int
  private let values: UnsafeRawPointer?

  init(_ reader: inout BinaryFields) throws {
    let rows = try reader.int64("rows of the input matrix")
    let columns = try reader.int64("columns of the input matrix")
    let start = try reader.matrix(rows, columns, byteCount: 4, "input matrix")
    rowCount = Int(rows)
    dimension = Int(columns)
    unsafe values = reader.bytes.baseAddress.map { unsafe $0 + start }
  }

  /// Floats that are known to be there.
  init(rows: Int, columns: Int, values: UnsafeRawPointer?) {
    rowCount = rows
    dimension = columns
    unsafe self.values = values
  }

  func add(row: Int, to sum: UnsafeMutablePointer<Float>) {
    guard let values = unsafe values.map({ unsafe $0 + row * dimension * 4 }) else { return }
    for column in 0..<dimension {
      unsafe sum[column] += values.loadUnaligned(fromByteOffset: 4 * column, as: Float.self)
    }
  }
}

/// The rows of a trainer.
struct RowMatrix: SubwordMatrix {
  let rows: RowStorage
  var rowCount: Int { rows.rowCount }
  var dimension: Int { rows.dimension }

  func add(row: Int, to sum: UnsafeMutablePointer<Float>) {
    let values = unsafe rows.base + row * rows.stride
    for column in 0..<dimension { unsafe sum[column] += values[column] }
  }
}

/// Rows as codes of a product quantizer (Jégou, Douze and Schmid: Product Quantization for Nearest
/// Neighbor Search, TPAMI 2011): a row is cut into parts, a part is one of 256 centroids, and all
/// may be times a length that is quantized as well.
///
/// Sendable: as ``DenseMatrix``.
@safe struct QuantizedMatrix: SubwordMatrix, @unchecked Sendable {
  let rowCount: Int
  let dimension: Int
  /// [rows, parts]
  private let codes: UnsafeRawPointer?
  private let quantizer: Quantizer
  /// [rows], and the quantizer of lengths.
  private let lengths: (codes: UnsafeRawPointer, quantizer: Quantizer)?

  init(_ reader: inout BinaryFields) throws {
    let hasLengths = try reader.byte("flag of lengths") != 0
    let rows = try reader.int64("rows of the input matrix")
    let columns = try reader.int64("columns of the input matrix")
    let codeCount = try reader.int32("number of codes")
    let start = try reader.matrix(Int64(codeCount), 1, byteCount: 1, "codes")
    quantizer = try Quantizer(&reader)
    var lengthStart: Int?
    var lengthQuantizer = quantizer
    if hasLengths {
      lengthStart = try reader.matrix(rows, 1, byteCount: 1, "codes of lengths")
      lengthQuantizer = try Quantizer(&reader)
    }
    let (expected, isTooMany) = rows.multipliedReportingOverflow(by: Int64(quantizer.partCount))
    guard rows >= 0, !isTooMany, expected == Int64(codeCount),
      columns == Int64(quantizer.dimension), !hasLengths || lengthQuantizer.dimension == 1
    else {
      throw reader.error(
        "\(codeCount) codes of \(quantizer.partCount) parts for a matrix of \(rows) x \(columns)",
        expected: "a code for each part of each row", remedy: "the file is damaged")
    }
    rowCount = Int(rows)
    dimension = quantizer.dimension
    let base = unsafe reader.bytes.baseAddress
    unsafe codes = base.map { unsafe $0 + start }
    if let start = unsafe base, let lengthStart {
      unsafe lengths = (start + lengthStart, lengthQuantizer)
    } else {
      unsafe lengths = nil
    }
  }

  func add(row: Int, to sum: UnsafeMutablePointer<Float>) {
    guard let codes = unsafe codes else { return }
    var length: Float = 1
    if let lengths = unsafe lengths {
      let code = unsafe lengths.codes.load(fromByteOffset: row, as: UInt8.self)
      length = unsafe lengths.quantizer.centroid(part: 0, code: code).first ?? 1
    }
    for part in 0..<quantizer.partCount {
      let code = unsafe codes.load(
        fromByteOffset: row * quantizer.partCount + part, as: UInt8.self)
      let first = part * quantizer.partWidth
      for (place, value) in quantizer.centroid(part: part, code: code).enumerated() {
        unsafe sum[first + place] += length * value
      }
    }
  }

  /// 256 centroids for each part of a row.
  private struct Quantizer {
    let dimension: Int
    let partCount: Int
    let partWidth: Int
    /// Part by part; the last part's centroids may be shorter.
    private let centroids: [Float]

    init(_ reader: inout BinaryFields) throws {
      dimension = try reader.int32("dimension of a quantizer")
      partCount = try reader.int32("parts of a quantizer")
      partWidth = try reader.int32("width of a part")
      let lastWidth = try reader.int32("width of the last part")
      guard (1...VectorStorage.maximumDimension).contains(dimension),
        (1...dimension).contains(partCount), (1...dimension).contains(partWidth),
        (1...partWidth).contains(lastWidth),
        (partCount - 1) * partWidth + lastWidth == dimension
      else {
        throw reader.error(
          "a quantizer of \(partCount) parts of \(partWidth), the last of \(lastWidth), "
            + "for \(dimension, "value")",
          expected: "parts that make up a row", remedy: "the file is damaged")
      }
      let start = try reader.matrix(Int64(dimension), 256, byteCount: 4, "centroids")
      let bytes = unsafe reader.bytes
      centroids = (0..<dimension * 256).map {
        unsafe bytes.loadUnaligned(fromByteOffset: start + 4 * $0, as: Float.self)
      }
    }

    func centroid(part: Int, code: UInt8) -> ArraySlice<Float> {
      let isLast = part == partCount - 1
      let width = isLast ? dimension - part * partWidth : partWidth
      let start = part * 256 * partWidth + Int(code) * width
      return centroids[start..<start + width]
    }
  }
}

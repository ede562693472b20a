package import WordtoolCore

/// Rows as codes of a product quantizer (Jégou, Douze and Schmid: Product Quantization for Nearest
/// Neighbor Search, TPAMI 2011): a row is cut into parts, a part is one of 256 centroids, and all
/// may be times a length that is quantized as well.
///
/// Sendable: as ``DenseMatrix``.
@safe package struct QuantizedMatrix: FastTextMatrix, @unchecked Sendable {
  package let rowCount: Int
  package let dimension: Int
  /// [rows, parts]
  private let codes: UnsafeRawPointer?
  private let quantizer: ProductQuantizer
  /// [rows], and the quantizer of lengths.
  private let lengths: (codes: UnsafeRawPointer, quantizer: ProductQuantizer)?

  /// - Parameter name: for messages: `input matrix`.
  package init(_ reader: inout BinaryFields, name: String) throws {
    let hasLengths = try reader.byte("flag of lengths") != 0
    let rows = try reader.int64("rows of the \(name)")
    let columns = try reader.int64("columns of the \(name)")
    let codeCount = try reader.int32("number of codes")
    let start = try reader.matrix(Int64(codeCount), 1, byteCount: 1, "codes")
    quantizer = try ProductQuantizer(&reader)
    var lengthStart: Int?
    var lengthQuantizer = quantizer
    if hasLengths {
      lengthStart = try reader.matrix(rows, 1, byteCount: 1, "codes of lengths")
      lengthQuantizer = try ProductQuantizer(&reader)
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

  package func add(row: Int, to sum: UnsafeMutablePointer<Float>) {
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

  package func dot(row: Int, with vector: UnsafePointer<Float>) -> Float {
    guard let codes = unsafe codes else { return 0 }
    var sum: Float = 0
    for part in 0..<quantizer.partCount {
      let code = unsafe codes.load(
        fromByteOffset: row * quantizer.partCount + part, as: UInt8.self)
      let first = part * quantizer.partWidth
      for (place, value) in quantizer.centroid(part: part, code: code).enumerated() {
        unsafe sum += vector[first + place] * value
      }
    }
    guard let lengths = unsafe lengths else { return sum }
    let code = unsafe lengths.codes.load(fromByteOffset: row, as: UInt8.self)
    return unsafe sum * (lengths.quantizer.centroid(part: 0, code: code).first ?? 1)
  }
}

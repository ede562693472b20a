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
  private let codes: UnsafePointer<UInt8>?
  private let quantizer: ProductQuantizer
  /// [rows], and the quantizer of lengths.
  private let lengths: (codes: UnsafePointer<UInt8>, quantizer: ProductQuantizer)?

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
    let base = unsafe reader.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe codes = base.map { unsafe $0 + start }
    if let start = unsafe base, let lengthStart {
      unsafe lengths = (start + lengthStart, lengthQuantizer)
    } else {
      unsafe lengths = nil
    }
  }

  package func add(row: Int, to sum: UnsafeMutablePointer<Float>) {
    guard let codes = unsafe codes(ofRow: row) else { return }
    unsafe quantizer.add(codes: codes, times: length(ofRow: row) ?? 1, to: sum)
  }

  package func dot(row: Int, with vector: UnsafePointer<Float>) -> Float {
    guard let codes = unsafe codes(ofRow: row) else { return 0 }
    let product = unsafe quantizer.dot(codes: codes, with: vector)
    return length(ofRow: row).map { product * $0 } ?? product
  }

  private func codes(ofRow row: Int) -> UnsafePointer<UInt8>? {
    unsafe codes.map { unsafe $0 + row * quantizer.partCount }
  }

  /// nil where lengths are not separate.
  private func length(ofRow row: Int) -> Float? {
    guard let lengths = unsafe lengths else { return nil }
    return unsafe lengths.quantizer.centroid(part: 0, code: lengths.codes[row]).first ?? 1
  }
}

import FastTextFiles
import WordtoolCore

/// Rows as codes of finalfusion's product quantizers: parts of one width, of up to 256 centroids, which a
/// rotation may follow (Ge, He, Ke and Sun: Optimized Product Quantization, CVPR 2013), times the length
/// of the row.
///
/// Sendable: as ``DenseMatrix``.
@safe struct FinalfusionCodes: SubwordMatrix, @unchecked Sendable {
  let rowCount: Int
  private let quantizer: ProductQuantizer
  /// [rows], or nil for lengths of 1.
  private let lengths: UnsafeRawPointer?
  /// [rows, parts]
  private let codes: UnsafePointer<UInt8>?

  var dimension: Int { quantizer.dimension }

  init(_ reader: inout BinaryFields) throws {
    let hasProjection = try reader.int32("flag of a projection") != 0
    let hasLengths = try reader.int32("flag of lengths") != 0
    let partCount = try reader.int32("parts of a row")
    let dimension = try reader.int32("values of a row")
    let centroidCount = try reader.int32("number of centroids")
    let rows = try reader.int64("number of rows")
    try FinalfusionStorage.expect(1, &reader)
    try FinalfusionStorage.expect(10, &reader)
    guard (1...VectorStorage.maximumDimension).contains(dimension),
      (1...dimension).contains(partCount), dimension % partCount == 0,
      (1...256).contains(centroidCount)
    else {
      throw reader.error(
        "\(partCount) parts with \(centroidCount) centroids for \(dimension, "value")",
        expected: "parts that make up a row, and at most 256 centroids",
        remedy: "the file is damaged")
    }
    try FinalfusionStorage.pad(&reader)
    let projection =
      hasProjection
      ? try Self.floats(&reader, dimension, dimension, "projection") : []
    let centroids = try Self.floats(&reader, dimension, centroidCount, "centroids")
    quantizer = ProductQuantizer(
      dimension: dimension, partCount: partCount, centroidCount: centroidCount,
      centroids: centroids, rotation: projection)
    let base = unsafe reader.bytes.baseAddress
    if hasLengths {
      let start = try reader.matrix(rows, 1, byteCount: 4, "lengths")
      unsafe lengths = base.map { unsafe $0 + start }
    } else {
      unsafe lengths = nil
    }
    let start = try reader.matrix(rows, Int64(partCount), byteCount: 1, "codes")
    unsafe codes = base.map { unsafe ($0 + start).assumingMemoryBound(to: UInt8.self) }
    rowCount = Int(rows)
    let last = UInt8(clamping: centroidCount - 1)
    if centroidCount < 256,
      unsafe reader.bytes[start..<start + rowCount * partCount].contains(where: { $0 > last })
    {
      throw reader.error(
        "codes beyond \(last)", expected: "\(centroidCount) centroids",
        remedy: "the file is damaged")
    }
  }

  private static func floats(
    _ reader: inout BinaryFields, _ rows: Int, _ columns: Int, _ name: String
  ) throws -> [Float] {
    let start = try reader.matrix(Int64(rows), Int64(columns), byteCount: 4, name)
    let bytes = unsafe reader.bytes
    return (0..<rows * columns).map {
      unsafe bytes.loadUnaligned(fromByteOffset: start + 4 * $0, as: Float.self)
    }
  }

  func add(row: Int, to sum: UnsafeMutablePointer<Float>) {
    guard let codes = unsafe codes else { return }
    let length = unsafe lengths?.loadUnaligned(fromByteOffset: 4 * row, as: Float.self) ?? 1
    unsafe quantizer.withRow(codes + row * quantizer.partCount) { values in
      for column in 0..<dimension { unsafe sum[column] += length * values[column] }
    }
  }
}

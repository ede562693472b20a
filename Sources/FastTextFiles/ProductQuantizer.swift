package import WordtoolCore

/// 256 centroids for each part of a row.
package struct ProductQuantizer: Sendable {
  /// Values of a row.
  package let dimension: Int
  /// Pieces that a row is cut into.
  package let partCount: Int
  /// Values of a piece; the last may have fewer.
  package let partWidth: Int
  /// Part by part; the last part's centroids may be shorter.
  let centroids: [Float]

  /// Centroids part by part, 256 for each.
  init(dimension: Int, partWidth: Int, centroids: [Float]) {
    self.dimension = dimension
    self.partWidth = partWidth
    partCount = (dimension + partWidth - 1) / partWidth
    self.centroids = centroids
  }

  /// Reads from the number of values on.
  package init(_ reader: inout BinaryFields) throws {
    dimension = try reader.int32("dimension of a quantizer")
    partCount = try reader.int32("parts of a quantizer")
    partWidth = try reader.int32("width of a part")
    let lastWidth = try reader.int32("width of the last part")
    guard (1...FastTextHeader.maximumDimension).contains(dimension),
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

  /// The values that a code of a part stands for.
  package func centroid(part: Int, code: UInt8) -> ArraySlice<Float> {
    let isLast = part == partCount - 1
    let width = isLast ? dimension - part * partWidth : partWidth
    let start = part * 256 * partWidth + Int(code) * width
    return centroids[start..<start + width]
  }

  /// Adds the row that codes stand for, times a length, to a vector, as fastText does.
  ///
  /// - Parameters:
  ///   - codes: one for each part.
  ///   - sum: [dimension]
  func add(codes: UnsafePointer<UInt8>, times length: Float, to sum: UnsafeMutablePointer<Float>) {
    for part in 0..<partCount {
      let first = part * partWidth
      for (place, value) in unsafe centroid(part: part, code: codes[part]).enumerated() {
        unsafe sum[first + place] += length * value
      }
    }
  }

  /// The inner product of the row that codes stand for and a vector [dimension], summed up as fastText
  /// does.
  func dot(codes: UnsafePointer<UInt8>, with vector: UnsafePointer<Float>) -> Float {
    var sum: Float = 0
    for part in 0..<partCount {
      let first = part * partWidth
      for (place, value) in unsafe centroid(part: part, code: codes[part]).enumerated() {
        unsafe sum += vector[first + place] * value
      }
    }
    return sum
  }

  /// Bytes of the quantizer in a file.
  static func byteCount(dimension: Int) -> Int { 4 * 4 + 256 * 4 * dimension }
}

import WordtoolCore

/// The UCI set of digits: a line an image, 64 values of 0 to 16 and the digit, with commas; lines
/// that begin with `#` are comments.
package enum OptdigitsFile {
  static let shape = ImageShape(height: 8, width: 8, channels: 1)
  static let largest = 16

  /// Reads a whole file.
  package static func dataset(_ bytes: [UInt8], path: String) throws -> ImageDataset {
    var values: [UInt8] = []
    var labels: [Int32] = []
    let size = shape.valueCount
    let lines = unsafe LineReader(
      try TextSource(ByteSource(bytes: bytes, path: path)), maximumLength: 1 << 20)
    while let line = try unsafe lines.next({ unsafe Array($0) }) {
      if line.first == UInt8(ascii: "#") || line.allSatisfy({ $0 <= 0x20 }) { continue }
      func fail(_ found: String, _ expected: String) -> WordtoolError {
        WordtoolError(
          .badData, path: path, at: .line(lines.number), found: found, expected: expected)
      }
      let fields = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
      guard fields.count == size + 1 else {
        throw fail("\(fields.count, "value")", "\(size + 1): 64 pixels and the digit")
      }
      for (column, field) in fields.enumerated() {
        let limit = column < size ? largest : 9
        guard let number = UInt8(String(decoding: field, as: UTF8.self)), number <= limit else {
          throw fail(
            "'\(String(decoding: field.prefix(20), as: UTF8.self))' in column \(column + 1)",
            "0 to \(limit)")
        }
        if column < size { values.append(number) } else { labels.append(Int32(number)) }
      }
    }
    guard !labels.isEmpty else {
      throw WordtoolError(.badData, path: path, found: "no image", expected: "at least one line")
    }
    return ImageDataset(
      path: path, classNames: (0...9).map(String.init), labels: labels, shape: shape,
      storage: .records(
        bytes: values, start: 0, stride: size, isInterleaved: false, largest: Float(largest)))
  }
}

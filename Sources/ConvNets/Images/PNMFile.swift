import WordtoolCore

/// Netpbm's grey and colour images: P2 and P3 in text, P5 and P6 in bytes.
///
/// A value is divided by the file's largest value, 1 to 65535; two bytes a value, high byte first,
/// when that is above 255. A file holds one image; what follows it is refused.
struct PNMFile {
  private let bytes: [UInt8]
  private let path: String
  private var offset = 2

  static func matches(_ bytes: some Collection<UInt8>) -> Bool {
    let start = Array(bytes.prefix(3))
    return start.count == 3 && start[0] == UInt8(ascii: "P")
      && [50, 51, 53, 54].contains(start[1]) && (isSpace(start[2]) || start[2] == comment)
  }

  /// Decodes a whole file, which ``matches(_:)`` said yes to.
  ///
  /// - Throws: `WordtoolError` of kind `badData`.
  static func decode(_ bytes: [UInt8], path: String) throws -> Image {
    var file = PNMFile(bytes: bytes, path: path)
    return try file.image()
  }

  /// The file for an image: P5 with one plane, P6 with three.
  static func encode(_ image: Image) -> [UInt8] {
    precondition(image.channels == 1 || image.channels == 3, "PNM of \(image.shape)")
    let header = "P\(image.channels == 1 ? 5 : 6)\n\(image.width) \(image.height)\n255\n"
    return Array(header.utf8) + image.bytes
  }

  private init(bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
  }

  private static let comment = UInt8(ascii: "#")

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

  private func failure(_ found: String, _ expected: String) -> WordtoolError {
    WordtoolError(.badData, path: path, at: .byte(offset), found: found, expected: expected)
  }

  /// The next whole number of the text, over white space and comments.
  private mutating func number(_ what: String, limit: Int = 1 << 31) throws -> Int {
    while offset < bytes.count {
      if bytes[offset] == Self.comment {
        while offset < bytes.count, bytes[offset] != 10, bytes[offset] != 13 { offset += 1 }
      } else if Self.isSpace(bytes[offset]) {
        offset += 1
      } else {
        break
      }
    }
    guard offset < bytes.count else { throw failure("the end of the file", what) }
    var value = 0
    let start = offset
    while offset < bytes.count, (48...57).contains(bytes[offset]) {
      value = value * 10 + Int(bytes[offset] - 48)
      guard value <= limit else { throw failure("a number above \(limit)", what) }
      offset += 1
    }
    guard offset > start else { throw failure("byte \(bytes[offset])", what) }
    return value
  }

  private mutating func image() throws -> Image {
    let isText = bytes[1] < UInt8(ascii: "5")
    let channels = bytes[1] == UInt8(ascii: "2") || bytes[1] == UInt8(ascii: "5") ? 1 : 3
    let width = try number("the width")
    let height = try number("the height")
    let largest = try number("the largest value, 1 to 65535", limit: 65535)
    guard largest > 0 else { throw failure("a largest value of 0", "1 to 65535") }
    guard let shape = ImageShape(ofFile: height, width, channels) else {
      throw ImageBytes.impossibleShape(path, height: height, width: width, channels: channels)
    }
    let size = isText ? 1 : largest > 255 ? 2 : 1
    if !isText {
      guard offset < bytes.count, Self.isSpace(bytes[offset]) else {
        throw failure("no white space", "one byte of it before the pixels")
      }
      offset += 1
    }
    let left = bytes.count - offset
    // In text every value takes a digit and, but for the last, a space.
    let needed = isText ? 2 * shape.valueCount - 1 : size * shape.valueCount
    guard left >= needed else {
      throw failure("\(left, "byte") for \(shape)", "\(needed): the file is truncated")
    }
    var image = Image(shape: shape, filledWith: 0)
    let area = shape.planeCount
    try unsafe image.withMutableValues { values in
      for place in 0..<area {
        for channel in 0..<channels {
          let value: Int
          if isText {
            value = try number("a value", limit: 65535)
          } else if size == 2 {
            value = Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
            offset += 2
          } else {
            value = Int(bytes[offset])
            offset += 1
          }
          guard value <= largest else { throw failure("a value of \(value)", "at most \(largest)") }
          unsafe values[channel * area + place] = Float(value) / Float(largest)
        }
      }
    }
    while isText, offset < bytes.count, Self.isSpace(bytes[offset]) { offset += 1 }
    guard offset == bytes.count else {
      throw failure("\(bytes.count - offset, "byte") after the image", "none")
    }
    return image
  }
}

/// Bytes as printable characters, the way byte-level vocabularies are written down.
///
/// Bytes that are printable in Latin-1 stand for themselves; the 68 others become the characters
/// from U+0100 on, in their order. A space is `Ġ`, a line end `Ċ`. After Radford et al. 2019.
public enum ByteLevel {
  /// The character of each byte.
  public static let characters: [Unicode.Scalar] = {
    var next: UInt32 = 0x100
    return (0..<256).map { byte in
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return Unicode.Scalar(UInt8(byte))
      default:
        defer { next += 1 }
        return Unicode.Scalar(next) ?? "\u{FFFD}"
      }
    }
  }()

  private static let bytes: [UInt8?] = {
    var table = [UInt8?](repeating: nil, count: 0x144)
    for (byte, character) in characters.enumerated() {
      table[Int(character.value)] = UInt8(byte)
    }
    return table
  }()

  /// The text that stands for some bytes.
  public static func text(_ bytes: some Sequence<UInt8>) -> String {
    var text = ""
    for byte in bytes { text.unicodeScalars.append(characters[Int(byte)]) }
    return text
  }

  /// The bytes that a text stands for, or nil when one of its characters stands for none.
  public static func bytes(_ text: String) -> [UInt8]? {
    var result: [UInt8] = []
    for scalar in text.unicodeScalars {
      guard scalar.value < 0x144, let byte = bytes[Int(scalar.value)] else { return nil }
      result.append(byte)
    }
    return result
  }
}

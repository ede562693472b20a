/// Bytes as text of the alphabet of RFC 4648.
enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// Four letters for three bytes; `=` fills up the last four.
  static func text(of bytes: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var at = 0
    while at + 3 <= bytes.count {
      let three = Int(bytes[at]) << 16 | Int(bytes[at + 1]) << 8 | Int(bytes[at + 2])
      text.append(alphabet[three >> 18])
      text.append(alphabet[three >> 12 & 63])
      text.append(alphabet[three >> 6 & 63])
      text.append(alphabet[three & 63])
      at += 3
    }
    let rest = bytes.count - at
    if rest > 0 {
      let three = Int(bytes[at]) << 16 | (rest > 1 ? Int(bytes[at + 1]) << 8 : 0)
      text.append(alphabet[three >> 18])
      text.append(alphabet[three >> 12 & 63])
      text.append(rest > 1 ? alphabet[three >> 6 & 63] : UInt8(ascii: "="))
      text.append(UInt8(ascii: "="))
    }
    return text
  }
}

import WordtoolCore

/// SentencePiece's table of what stands for which characters: `precompiled_charsmap`.
///
/// A number of bytes, a double-array trie of that many, then texts that end in a zero byte; the trie's
/// values are where they begin. A cluster of characters of less than six bytes is looked up as one,
/// and its characters one by one when it, or what begins it, is not there.
struct CharacterMap: Sendable {
  private let units: [UInt32]
  private let texts: [UInt8]

  /// - Throws: `WordtoolError` of kind `badData`.
  init(base64: String) throws {
    guard let bytes = Self.decoded(base64), bytes.count >= 4 else {
      throw PieceTokenizer.refusal(
        "a precompiled_charsmap that is no base64", "one of SentencePiece")
    }
    let size =
      Int(bytes[0]) | Int(bytes[1]) << 8 | Int(bytes[2]) << 16 | Int(bytes[3]) << 24
    guard size % 4 == 0, size >= 4, size <= bytes.count - 4 else {
      throw PieceTokenizer.refusal(
        "a precompiled_charsmap with a trie of \(size) bytes in \(bytes.count)",
        "a whole number of units that it has")
    }
    units = (0..<size / 4).map { unit in
      (0..<4).reduce(0) { $0 | UInt32(bytes[4 + 4 * unit + $1]) << UInt32(8 * $1) }
    }
    texts = Array(bytes[(4 + size)...])
    guard String(validating: texts, as: UTF8.self) != nil else {
      throw PieceTokenizer.refusal("a precompiled_charsmap with texts that are not UTF-8", "UTF-8")
    }
  }

  /// Changes a text.
  func apply(_ text: inout PieceText) {
    var string = ""
    string.unicodeScalars.append(contentsOf: text.scalars)
    var result: [Unicode.Scalar] = []
    var isFirst = true
    func add(_ others: [Unicode.Scalar]) {
      if isFirst, others.isEmpty { text.startsText = false }
      isFirst = false
      result += others
    }
    for cluster in string {
      if cluster.utf8.count < 6, let other = self[Array(cluster.utf8)] {
        add(other)
      } else {
        for scalar in cluster.unicodeScalars {
          add(self[Array(String(Character(scalar)).utf8)] ?? [scalar])
        }
      }
    }
    text.scalars = result
  }

  /// What stands for the shortest start of some bytes that is in the trie.
  private subscript(bytes: [UInt8]) -> [Unicode.Scalar]? {
    func offset(_ unit: UInt32) -> Int { Int((unit >> 10) << ((unit & 0x200) >> 6)) }
    var place = offset(units[0])
    for byte in bytes {
      if byte == 0 { return nil }
      place ^= Int(byte)
      guard place < units.count, units[place] & 0x8000_00FF == UInt32(byte) else { return nil }
      let unit = units[place]
      place ^= offset(unit)
      if unit >> 8 & 1 == 1 {
        guard place < units.count else { return nil }
        let start = Int(units[place] & 0x7FFF_FFFF)
        guard start < texts.count else { return nil }
        return Array(
          String(decoding: texts[start...].prefix { $0 != 0 }, as: UTF8.self).unicodeScalars)
      }
    }
    return nil
  }

  private static func decoded(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count / 4 * 3)
    var bits: UInt32 = 0
    var count = 0
    for byte in text.utf8.reversed().drop(while: { $0 == UInt8(ascii: "=") }).reversed() {
      let value: UInt8
      switch byte {
      case 0x41...0x5A: value = byte - 0x41
      case 0x61...0x7A: value = byte - 0x61 + 26
      case 0x30...0x39: value = byte - 0x30 + 52
      case UInt8(ascii: "+"): value = 62
      case UInt8(ascii: "/"): value = 63
      default: return nil
      }
      bits = bits << 6 | UInt32(value)
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    return bytes
  }
}

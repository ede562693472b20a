/// One thing that is wrong with a copy of a file.
public enum Damage: CaseIterable, Sendable {
  case bitFlip, byte, edgeByte, headerByte, cut, removal, doubling, splice, integer
  case number, swappedLines, lostLine, doubledLine, insertion, nesting, longPiece, separator

  /// What happens to text.
  public static let text: [Damage] = [
    .number, .number, .swappedLines, .lostLine, .doubledLine, .insertion, .nesting, .longPiece,
    .separator, .removal, .doubling, .splice, .byte,
  ]

  /// Numbers in text that a reader may believe.
  public static let numbers: [String] = [
    "0", "-0", "1", "-1", "00", "+5", "0.5", "1.", ".5", "255", "256", "65535", "65536", "1000000",
    "16777217", "268435456", "2147483646", "2147483647", "2147483648", "-2147483648", "4294967295",
    "4294967296", "4611686018427387904", "9223372036854775807", "-9223372036854775808",
    "9223372036854775808", "18446744073709551615", "99999999999999999999999", "1e9", "1e30",
    "-1e30",
    "3e38", "-3e38", "1e39", "1e300", "-1e300", "1e999", "1e-45", "1e-300", "1e", "0x10", "nan",
    "-nan", "inf", "-inf", "Infinity", "\u{661}\u{662}", "",
  ]

  /// Integers in bytes that a reader may believe.
  public static let integers: [Int] = [
    0, 1, -1, 2, 127, 128, 255, 256, 32_767, 32_768, 65_535, 65_536, 1 << 24, 1 << 28, 1 << 31 - 1,
    1 << 31, 1 << 32 - 1, 1 << 32, 1 << 40, 1 << 62, .max, .min,
  ]

  /// Bytes that do not belong into text: NUL, marks, what is not UTF-8, what a terminal obeys.
  public static let insertions: [[UInt8]] = [
    [0], [0xEF, 0xBB, 0xBF], [0xFF, 0xFE], [0xFE, 0xFF], [0x80], [0xC0, 0x80], [0xED, 0xA0, 0x80],
    [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], Array("\u{1B}[31mred\u{1B}[0m".utf8),
    Array("\u{1B}]0;title\u{7}".utf8), Array("\r\n".utf8), Array("\n\n".utf8), Array("\r".utf8),
    Array("\u{2028}".utf8), Array("\u{301}".utf8), Array("\u{FEFF}".utf8), Array("\"".utf8),
    Array("\\".utf8), Array("\\ud800".utf8), Array("\\u0000".utf8), Array("{}".utf8),
    Array("[]".utf8), Array("null".utf8), Array("#".utf8), Array("%".utf8), Array("</s>".utf8),
    Array("<unk>".utf8), Array("__label__".utf8),
  ]

  /// Does it at a place that is drawn.
  public func apply(to bytes: inout [UInt8], _ random: inout SeededGenerator) {
    guard !bytes.isEmpty else {
      bytes = Self.insertions.randomElement(using: &random) ?? []
      return
    }
    let place = Int.random(in: 0..<bytes.count, using: &random)
    let length = Int.random(in: 1...16, using: &random)
    let piece = place..<min(bytes.count, place + length)
    switch self {
    case .bitFlip: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case .byte: bytes[place] = UInt8.random(in: 0...255, using: &random)
    case .edgeByte: bytes[place] = [0, 0x7F, 0x80, 0xFF][length % 4]
    case .headerByte:
      bytes[place % min(32, bytes.count)] = UInt8.random(in: 0...255, using: &random)
    case .cut: bytes.removeLast(bytes.count - place)
    case .removal: bytes.removeSubrange(piece)
    case .doubling: bytes.insert(contentsOf: bytes[piece], at: place)
    case .splice:
      let other = Int.random(in: 0..<bytes.count, using: &random)
      let source = Array(bytes[other..<min(bytes.count, other + length)])
      bytes.replaceSubrange(piece, with: source)
    case .integer: Self.putInteger(in: &bytes, at: place, &random)
    case .number: Self.putNumber(in: &bytes, from: place, &random)
    case .swappedLines, .lostLine, .doubledLine: changeLines(&bytes, at: place, &random)
    case .insertion:
      bytes.insert(contentsOf: Self.insertions.randomElement(using: &random) ?? [], at: place)
    case .nesting:
      let depth = [2, 65, 600, 5_000].randomElement(using: &random) ?? 2
      let open = ["[", "{\"a\":", "(", "\""].randomElement(using: &random) ?? "["
      let text = Array(open.utf8)
      bytes.insert(contentsOf: (0..<depth * text.count).map { text[$0 % text.count] }, at: place)
    case .longPiece:
      let count = [50, 500, 5_000].randomElement(using: &random) ?? 50
      let text = Array(bytes[piece])
      bytes.insert(contentsOf: (0..<count).map { text[$0 % text.count] }, at: place)
    case .separator:
      let separators = Array(" \t,:;=|\n/".utf8)
      if let found = bytes[place...].firstIndex(where: separators.contains) {
        bytes[found] = separators.randomElement(using: &random) ?? 0
      }
    }
  }

  /// Puts an integer of 1, 2, 4 or 8 bytes in either order over what is there.
  private static func putInteger(
    in bytes: inout [UInt8], at place: Int, _ random: inout SeededGenerator
  ) {
    let size = [1, 2, 4, 8].randomElement(using: &random) ?? 4
    let isBig = Bool.random(using: &random)
    let value = integers.randomElement(using: &random) ?? 0
    // Where most formats have them.
    let start = Bool.random(using: &random) ? place : place / size * size
    for index in 0..<size where start + index < bytes.count {
      let shift = 8 * (isBig ? size - 1 - index : index)
      bytes[start + index] = UInt8(truncatingIfNeeded: value >> shift)
    }
  }

  /// Replaces the next number in the text.
  static func putNumber(
    in bytes: inout [UInt8], from place: Int, _ random: inout SeededGenerator
  ) {
    func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
    func isNumber(_ byte: UInt8) -> Bool { isDigit(byte) || byte == 0x2E || byte == 0x2D }
    guard var start = bytes[place...].firstIndex(where: isDigit) ?? bytes.firstIndex(where: isDigit)
    else { return }
    while start > 0, isNumber(bytes[start - 1]) { start -= 1 }
    let end = bytes[start...].firstIndex { !isNumber($0) } ?? bytes.count
    bytes.replaceSubrange(
      start..<end, with: Array((numbers.randomElement(using: &random) ?? "0").utf8))
  }

  private func changeLines(
    _ bytes: inout [UInt8], at place: Int, _ random: inout SeededGenerator
  ) {
    func line(_ place: Int) -> Range<Int> {
      let start = bytes[..<place].lastIndex(of: 10).map { $0 + 1 } ?? 0
      return start..<(bytes[place...].firstIndex(of: 10).map { $0 + 1 } ?? bytes.count)
    }
    let first = line(place)
    switch self {
    case .lostLine: bytes.removeSubrange(first)
    case .doubledLine: bytes.insert(contentsOf: bytes[first], at: first.lowerBound)
    default:
      let second = line(Int.random(in: 0..<bytes.count, using: &random))
      guard first.upperBound <= second.lowerBound else { return }
      let (a, b) = (Array(bytes[first]), Array(bytes[second]))
      bytes.replaceSubrange(second, with: a)
      bytes.replaceSubrange(first, with: b)
    }
  }
}

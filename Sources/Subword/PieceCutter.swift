import WordtoolCore

/// Finds the places of ``PreTokenizer`` over bytes of UTF-8: eight letters of ASCII at a time, kinds of
/// other characters from tables.
@safe package struct PieceCutter {
  private let text: UnsafePointer<UInt8>
  private let end: Int
  private let readable: Int
  private let kinds: CharacterKinds
  private let ascii: UnsafePointer<UInt8>

  private static var letter: UInt8 { PreTokenizer.Kind.letter.rawValue }
  private static var space: UInt8 { PreTokenizer.Kind.space.rawValue }
  private static var other: UInt8 { PreTokenizer.Kind.other.rawValue }

  /// - Parameters:
  ///   - text: `end` bytes of text.
  ///   - readable: how many bytes may be read, at least `end`; what lies behind the text has no effect.
  @inline(__always)
  package init(_ text: UnsafePointer<UInt8>, end: Int, readable: Int, kinds: CharacterKinds) {
    unsafe self.text = unsafe text
    self.end = end
    self.readable = readable
    self.kinds = kinds
    unsafe ascii = kinds.ascii
  }

  /// The end of the piece that begins at `start`, which is below the end of the text.
  @inline(__always)
  package func end(from start: Int) -> Int {
    // SAFETY: everything read lies below `end`, or below `readable` where eight bytes are looked at.
    let first = unsafe text[start] == 0x20 && start &+ 1 < end ? start &+ 1 : start
    if unsafe Self.isLetter(text[first]) {
      var at = first
      while at &+ 8 <= readable {
        let others = Self.others(
          UInt64(
            littleEndian: unsafe UnsafeRawPointer(text + at).loadUnaligned(as: UInt64.self)))
        if others == 0 {
          at &+= 8
          continue
        }
        at &+= others.trailingZeroBitCount >> 3
        if at >= end { return end }
        if unsafe text[at] < 0x80 { return at }
        return runEnd(of: Self.letter, from: at)
      }
      if at >= end { return end }
      return runEnd(of: Self.letter, from: at)
    }
    return otherEnd(start, first)
  }

  @inline(__always)
  private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

  /// The highest bit of each byte that is no letter of ASCII.
  @inline(__always)
  private static func others(_ eight: UInt64) -> UInt64 {
    let high: UInt64 = 0x8080_8080_8080_8080
    let lower = (eight | 0x2020_2020_2020_2020) & ~high
    // No byte carries into the next: each is below 0x80, and so are the numbers added, less 1.
    let fromA = lower &+ 0x1F1F_1F1F_1F1F_1F1F
    let behindZ = lower &+ 0x0505_0505_0505_0505
    return (~fromA | behindZ | eight) & high
  }

  /// The end of what is no word of letters of ASCII.
  @inline(never)
  private func otherEnd(_ start: Int, _ first: Int) -> Int {
    if unsafe text[start] == UInt8(ascii: "'"), let length = contraction(start) {
      return start + length
    }
    let (kind, length) = kind(at: first)
    if kind != Self.space { return runEnd(of: kind, from: first + length) }
    // White space: the last character stays behind for the piece that follows it, if one does.
    var at = start
    var last = start
    while at < end {
      let (next, length) = self.kind(at: at)
      if next != Self.space { break }
      last = at
      at += length
    }
    return at == end || last == start ? at : last
  }

  /// The end of the characters of a kind.
  private func runEnd(of kind: UInt8, from start: Int) -> Int {
    var at = start
    while at < end {
      let (next, length) = self.kind(at: at)
      if next != kind { break }
      at += length
    }
    return at
  }

  @inline(__always)
  private func kind(at: Int) -> (UInt8, length: Int) {
    let byte = unsafe text[at]
    if byte < 0x80 { return unsafe (ascii[Int(byte)], 1) }
    let length = unsafe UTF8Text.sequenceLength(text + at, available: end - at)
    if length < 1 { return (Self.other, 1) }
    var value = UInt32(byte) & (0x7F >> UInt32(length))
    for index in 1..<length { value = unsafe value << 6 | UInt32(text[at + index] & 0x3F) }
    return (kinds.kind(of: value), length)
  }

  /// The length of `'s`, `'t`, `'m`, `'d`, `'re`, `'ve`, `'ll` at a place.
  private func contraction(_ start: Int) -> Int? {
    guard start + 1 < end else { return nil }
    let next = unsafe text[start + 1]
    switch next {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"), UInt8(ascii: "l"):
      let last = next == UInt8(ascii: "l") ? next : UInt8(ascii: "e")
      return unsafe start + 2 < end && text[start + 2] == last ? 3 : nil
    default: return nil
    }
  }
}

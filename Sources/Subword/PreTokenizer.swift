/// Cuts text into the pieces that merges never cross, as GPT-2 does.
///
/// The pieces are those of the pattern
/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
/// found by hand from Unicode's general categories. They cover the text without gaps. A byte that
/// is no part of well-formed UTF-8 counts as a character that is neither letter, number nor space.
@safe struct PreTokenizer {
  private enum Class {
    case letter, number, space, other
  }

  private let text: UnsafeBufferPointer<UInt8>
  private var at = 0

  init(_ text: UnsafeBufferPointer<UInt8>) { unsafe self.text = unsafe text }

  /// The bytes of the next piece, or nil at the end.
  mutating func next() -> Range<Int>? {
    guard unsafe at < text.count else { return nil }
    let start = at
    if unsafe text[start] == UInt8(ascii: "'"), let length = contraction(start) {
      at = start + length
      return start..<at
    }
    var first = start
    if unsafe text[start] == 0x20, unsafe start + 1 < text.count { first += 1 }
    let (kind, length) = classify(first)
    if kind != .space {
      at = first + length
      while unsafe at < text.count {
        let (next, length) = classify(at)
        if next != kind { break }
        at += length
      }
      return start..<at
    }
    // White space: the last character stays behind for the piece that follows it, if one does.
    var end = start
    var last = start
    while unsafe end < text.count {
      let (next, length) = classify(end)
      if next != .space { break }
      last = end
      end += length
    }
    at = unsafe end == text.count || last == start ? end : last
    return start..<at
  }

  private func contraction(_ start: Int) -> Int? {
    guard unsafe start + 1 < text.count else { return nil }
    switch unsafe text[start + 1] {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"):
      return unsafe start + 2 < text.count && text[start + 2] == UInt8(ascii: "e") ? 3 : nil
    case UInt8(ascii: "l"):
      return unsafe start + 2 < text.count && text[start + 2] == UInt8(ascii: "l") ? 3 : nil
    default: return nil
    }
  }

  @inline(__always)
  private func classify(_ at: Int) -> (Class, length: Int) {
    let byte = unsafe text[at]
    if byte < 0x80 {
      if byte | 0x20 &- UInt8(ascii: "a") < 26 { return (.letter, 1) }
      if byte &- UInt8(ascii: "0") < 10 { return (.number, 1) }
      return (byte == 0x20 || byte &- 9 < 5 ? .space : .other, 1)
    }
    guard let (scalar, length) = decode(at) else { return (.other, 1) }
    switch scalar.value {
    case 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000:
      return (.space, length)
    default: break
    }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      return (.letter, length)
    case .decimalNumber, .letterNumber, .otherNumber: return (.number, length)
    default: return (.other, length)
    }
  }

  /// The scalar whose bytes begin at a place, or nil where they are not well-formed.
  private func decode(_ at: Int) -> (Unicode.Scalar, length: Int)? {
    let lead = unsafe text[at]
    let length: Int
    switch lead {
    case 0xC2...0xDF: length = 2
    case 0xE0...0xEF: length = 3
    case 0xF0...0xF4: length = 4
    default: return nil
    }
    guard unsafe at + length <= text.count else { return nil }
    var value = UInt32(lead) & (0x7F >> UInt32(length))
    for index in 1..<length {
      let byte = unsafe text[at + index]
      guard byte & 0xC0 == 0x80 else { return nil }
      value = value << 6 | UInt32(byte & 0x3F)
    }
    // Forms longer than needed are not well-formed; surrogates make no scalar.
    guard value >= (length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000),
      let scalar = Unicode.Scalar(value)
    else { return nil }
    return (scalar, length)
  }
}

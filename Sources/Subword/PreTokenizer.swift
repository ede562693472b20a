import WordtoolCore

/// Cuts text into the pieces that merges never cross, as GPT-2 does.
///
/// The pieces are those of the pattern
/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
/// found by hand from Unicode's general categories. They cover the text without gaps. A byte that
/// is no part of well-formed UTF-8 counts as a character that is neither letter, number nor space.
///
/// This is the plain definition; ``PieceCutter`` finds the same places sooner, and tests compare them.
@safe package struct PreTokenizer {
  /// What the pattern tells characters apart by.
  enum Kind: UInt8 {
    case letter, number, space, other
  }

  private let text: UnsafeBufferPointer<UInt8>
  private var at = 0

  /// Begins at the begin of a text, which must outlive this.
  package init(_ text: UnsafeBufferPointer<UInt8>) { unsafe self.text = unsafe text }

  /// The bytes of the next piece, or nil at the end.
  package mutating func next() -> Range<Int>? {
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

  private func classify(_ at: Int) -> (Kind, length: Int) {
    guard let scalar = unsafe UTF8Text.scalar(in: text, at: at).flatMap(Unicode.Scalar.init)
    else { return (.other, 1) }
    return (Self.kind(of: scalar), UTF8.width(scalar))
  }

  /// What a character is: white space and Unicode's general categories decide.
  static func kind(of scalar: Unicode.Scalar) -> Kind {
    switch scalar.value {
    case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F,
      0x3000:
      return .space
    default: break
    }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      return .letter
    case .decimalNumber, .letterNumber, .otherNumber: return .number
    default: return .other
    }
  }
}

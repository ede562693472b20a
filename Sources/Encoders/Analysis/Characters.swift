/// The classes of characters that text vectorizers cut by, and lower case in context.
///
/// They are those of Python's `re` and `str`, which scikit-learn's vectorizers work with, so that
/// features agree: a word character is a letter, anything with a numeric value, or `_`; combining
/// marks are none.
enum Characters {
  /// `\w`.
  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return asciiWord[Int(scalar.value)] }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .decimalNumber, .letterNumber:
      return true
    default: return scalar.properties.numericType != nil
    }
  }

  /// `\s`: the white space, separators and line ends of bidirectional text.
  static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F,
      0x205F, 0x3000:
      true
    default: false
    }
  }

  /// Which ASCII characters are word characters.
  static let asciiWord: [Bool] = (0..<128).map { value in
    let byte = UInt8(value)
    return byte == UInt8(ascii: "_") || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
      || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 && byte | 0x20 == byte
      || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
  }

  /// Appends the lower case of well-formed UTF-8, by Unicode's full mapping for no locale in
  /// particular, with the final sigma where it belongs.
  static func appendLowercase(
    _ text: UnsafeBufferPointer<UInt8>, to result: inout [UInt8]
  ) {
    result.reserveCapacity(result.count + text.count + text.count / 8)
    var at = 0
    while at < text.count {
      let byte = unsafe text[at]
      if byte < 0x80 {
        result.append(byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte)
        at += 1
        continue
      }
      let (scalar, length) = unsafe decode(text, at)
      if scalar.value == 0x3A3 {
        let isFinal = unsafe isCased(before: at, text) && !isCased(after: at + length, text)
        result.append(contentsOf: isFinal ? [0xCF, 0x82] : [0xCF, 0x83])
      } else if scalar.properties.changesWhenLowercased {
        result.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
      } else {
        for index in at..<at + length { unsafe result.append(text[index]) }
      }
      at += length
    }
  }

  /// The scalar at a place of well-formed UTF-8, and its length in bytes.
  @inline(__always)
  static func decode(
    _ text: UnsafeBufferPointer<UInt8>, _ at: Int
  ) -> (scalar: Unicode.Scalar, length: Int) {
    let lead = unsafe UInt32(text[at])
    if lead < 0x80 { return (Unicode.Scalar(UInt8(lead)), 1) }
    let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
    guard at + length <= text.count else { return ("\u{FFFD}", text.count - at) }
    var value = lead & (0x7F >> UInt32(length))
    for index in 1..<length { value = unsafe value << 6 | UInt32(text[at + index] & 0x3F) }
    return (Unicode.Scalar(value) ?? "\u{FFFD}", length)
  }

  /// Whether the nearest character before that is not ignored for case is a cased one.
  private static func isCased(before end: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var at = end
    while at > 0 {
      at -= 1
      while at > 0, unsafe text[at] & 0xC0 == 0x80 { at -= 1 }
      let properties = unsafe decode(text, at).scalar.properties
      if properties.isCaseIgnorable { continue }
      return properties.isCased
    }
    return false
  }

  /// Whether the nearest character behind that is not ignored for case is a cased one.
  private static func isCased(after start: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var at = start
    while at < text.count {
      let (scalar, length) = unsafe decode(text, at)
      at += length
      if scalar.properties.isCaseIgnorable { continue }
      return scalar.properties.isCased
    }
    return false
  }
}

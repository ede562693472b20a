/// What must not reach a terminal or a message as it is.
package enum ControlCharacters {
  /// The text with control characters written as `\u{1B}`: what comes from files and people must
  /// not move the cursor, change the title, hide what is printed or begin another line.
  package static func escaped(_ text: String) -> String {
    escaped(text, keepsLines: false)
  }

  /// The same for text of several lines: line feeds and tabs stay.
  package static func escapedInLines(_ text: String) -> String {
    escaped(text, keepsLines: true)
  }

  /// The same for bytes of such text, which may end inside of a character.
  package static func escapedInLines(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for place in 0..<bytes.count {
      // SAFETY: the place and the one before it are inside of the buffer.
      let byte = unsafe bytes[place]
      let isControl = byte < 0x20 && byte != 0x0A && byte != 0x09 || byte == 0x7F
      // C1 controls are two bytes: C2 and the second of them.
      let isSecond =
        unsafe place > 0 && (0x80..<0xA0).contains(byte) && bytes[place - 1] == 0xC2
      if isControl || isSecond {
        if isSecond { result.removeLast() }
        result += "\\u{\(String(byte, radix: 16, uppercase: true))}".utf8
      } else {
        result.append(byte)
      }
    }
    return result
  }

  /// The first control character of a text that is no white space: nobody types one, and what comes
  /// after it may never have been seen by who sent it. nil where there is none.
  ///
  /// - Returns: the place of the character, counted in Unicode scalars from 1, and the character.
  package static func first(in text: String) -> (place: Int, scalar: Unicode.Scalar)? {
    // C1 controls begin with C2: most texts need not be read as scalars.
    guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F || $0 == 0xC2 }) else { return nil }
    for (place, scalar) in text.unicodeScalars.enumerated()
    where scalar.properties.generalCategory == .control && !scalar.properties.isWhitespace {
      return (place + 1, scalar)
    }
    return nil
  }

  /// A control character by its number: `the control character U+0000`.
  package static func name(of scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "the control character U+" + String(repeating: "0", count: 4 - digits.count) + digits
  }

  private static func escaped(_ text: String, keepsLines: Bool) -> String {
    guard text.unicodeScalars.contains(where: { isUnsafe($0, keepsLines: keepsLines) }) else {
      return text
    }
    var result = ""
    for scalar in text.unicodeScalars {
      if isUnsafe(scalar, keepsLines: keepsLines) {
        result += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// C0 and C1 controls, and the marks that end lines or turn the direction of all text after them.
  private static func isUnsafe(_ scalar: Unicode.Scalar, keepsLines: Bool) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A: !keepsLines
    case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}

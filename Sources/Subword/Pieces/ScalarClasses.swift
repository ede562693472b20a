/// Characters as the `tokenizers` library sees them.
///
/// Some of its tables are those of an old Unicode: characters that came later belong to no class there
/// and so to none here.
enum ScalarClasses {
  /// Unicode's White_Space.
  static func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }

  /// A character of words for regular expressions: UTS #18, `\w`.
  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    let value = scalar.value
    if value < 0x80 {
      return value | 0x20 &- 0x61 < 26 || value &- 0x30 < 10 || value == 0x5F
    }
    if value == 0x200C || value == 0x200D || scalar.properties.isAlphabetic { return true }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
      return true
    default: return false
    }
  }

  /// A number of any kind.
  static func isNumeric(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .decimalNumber, .letterNumber, .otherNumber: true
    default: false
    }
  }

  /// Punctuation as BERT has it: that of Unicode 8 and every sign of ASCII.
  static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    let value = scalar.value
    if value < 0x80 {
      return 0x21...0x2F ~= value || 0x3A...0x40 ~= value || 0x5B...0x60 ~= value
        || 0x7B...0x7E ~= value
    }
    switch scalar.properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      return isOlder(scalar, than: 9)
    // Signs that became something else since.
    default: return value == 0x166D || value == 0x111C9
    }
  }

  /// A mark without room of its own, of Unicode 8.
  static func isNonspacingMark(_ scalar: Unicode.Scalar) -> Bool {
    guard scalar.value >= 0x300 else { return false }
    if scalar.properties.generalCategory == .nonspacingMark {
      // Letters then, or signs.
      if scalar.value == 0x1885 || scalar.value == 0x1886 || scalar.value == 0x111C9 {
        return false
      }
      return isOlder(scalar, than: 9)
    }
    return scalar.value == 0x1734
  }

  /// A mark of any kind, of Unicode 9.
  static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    guard scalar.value >= 0x300 else { return false }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark:
      return scalar.value != 0x111C9 && isOlder(scalar, than: 10)
    default: return scalar.value == 0x1CF2 || scalar.value == 0x1CF3
    }
  }

  /// What BERT drops from text: controls that are no white space, formats of Unicode 8, private
  /// characters, U+0000 and U+FFFD.
  static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D: return false
    case 0, 0xFFFD: return true
    case 0x20..<0x7F: return false
    default: break
    }
    switch scalar.properties.generalCategory {
    case .control, .privateUse: return true
    case .format: return isOlder(scalar, than: 9)
    default: return false
    }
  }

  /// An ideograph of the blocks that BERT sets blanks around.
  static func isIdeograph(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    // From 2B820 to 2B91F nothing, by a slip that models have learnt with.
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
      0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }

  /// Whether a character is there since before a version of Unicode.
  static func isOlder(_ scalar: Unicode.Scalar, than version: Int) -> Bool {
    scalar.properties.age.map { $0.major < version } ?? false
  }
}

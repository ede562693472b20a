/// How wide text is on a terminal.
package enum TerminalCells {
  /// How many cells a terminal gives the text: two for each wide character, none for marks that
  /// stand on others.
  package static func count(in text: String) -> Int {
    text.reduce(0) { $0 + count(of: $1) }
  }

  /// The cells of one character.
  private static func count(of character: Character) -> Int {
    let scalars = character.unicodeScalars
    // A picture takes two cells, however many scalars it is made of.
    if scalars.contains(where: { $0.properties.isEmojiPresentation || $0.value == 0xFE0F }) {
      return 2
    }
    return scalars.reduce(0) { $0 + cells(of: $1) }
  }

  /// The start of a text that fits, with an ellipsis for what is left out.
  ///
  /// - Parameter limit: at least 1.
  package static func shortened(_ text: String, to limit: Int) -> String {
    guard count(in: text) > limit else { return text }
    var result = ""
    var used = 1
    for character in text {
      used += count(of: character)
      if used > limit { break }
      result.append(character)
    }
    return result + "…"
  }

  private static func cells(of scalar: Unicode.Scalar) -> Int {
    if scalar.value < 0x300 { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    // Vowels and finals of Hangul stand on the consonant before them.
    if (0x1160...0x11FF).contains(scalar.value) || (0xD7B0...0xD7FB).contains(scalar.value) {
      return 0
    }
    return wide.contains { $0.contains(scalar.value) } ? 2 : 1
  }

  /// Blocks whose characters are wide or full width (Unicode Standard Annex 11).
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF,
    0x4E00...0x9FFF, 0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
    0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x17000...0x18CFF, 0x1AFF0...0x1B2FF,
    0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD,
  ]
}

import WordtoolCore

/// Text on a terminal: how wide it is, and what must not reach it.
package enum TerminalText {
  /// The text as ``ControlCharacters`` has it.
  package static func escaped(_ text: String) -> String { ControlCharacters.escaped(text) }

  /// The text as it is where a program reads it, and without control characters on a terminal, which
  /// would obey them.
  static func shown(_ text: String) -> String {
    StandardOutput.isTerminal ? escaped(text) : text
  }

  /// How many cells a terminal gives the text: two for each wide character, none for marks that
  /// stand on others.
  package static func cells(in text: String) -> Int {
    text.reduce(0) { count, character in
      // A picture takes two cells, however many scalars it is made of.
      let isPicture = character.unicodeScalars.contains { $0.properties.isEmojiPresentation }
      return count + (isPicture ? 2 : character.unicodeScalars.reduce(0) { $0 + cells(of: $1) })
    }
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

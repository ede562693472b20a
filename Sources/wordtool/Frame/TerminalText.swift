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

  /// How many cells a terminal gives the text.
  package static func cells(in text: String) -> Int { TerminalCells.count(in: text) }

  /// The text in lines of some width, broken at blanks; a word that is wider stays whole.
  ///
  /// - Parameter columns: nil for no limit: one line.
  package static func wrapped(_ text: String, columns: Int?) -> [String] {
    guard let columns, cells(in: text) > columns else { return [text] }
    var lines: [String] = []
    var line = ""
    var width = 0
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      let cells = cells(in: String(word))
      if !line.isEmpty, width + 1 + cells > columns {
        lines.append(line)
        (line, width) = ("", 0)
      }
      width += cells + (line.isEmpty ? 0 : 1)
      line += (line.isEmpty ? "" : " ") + word
    }
    return lines + [line]
  }
}

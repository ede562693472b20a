/// Columns of text for a person.
enum TextTable {
  /// The rows with the first column flush left, the others flush right, two spaces between.
  static func aligned(_ rows: [[String]]) -> String {
    let rows = rows.map { $0.map(TerminalText.escaped) }
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? TerminalText.cells(in: $0[column]) : 0 }.max() ?? 0
    }
    return rows.map { row in
      row.enumerated().map { column, cell in
        cell.padded(to: widths[column], onLeft: column > 0)
      }.joined(separator: "  ") + "\n"
    }.joined()
  }
}

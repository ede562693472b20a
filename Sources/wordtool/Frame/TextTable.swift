import WordtoolCore

/// Columns of text for a person.
package enum TextTable {
  /// The rows in columns, two spaces between.
  ///
  /// - Parameters:
  ///   - rows: the first may be the names of the columns.
  ///   - left: how many columns stand flush left; the others stand flush right.
  ///   - shrinking: the columns that are shortened with an ellipsis where the rows are wider than
  ///     `width`, none of which holds numbers but under its name; the widest gives way first.
  ///   - width: cells of a line; nil for no limit.
  package static func aligned(
    _ rows: [[String]], left: Int = 1, shrinking: [Int] = [0],
    width: Int? = StandardOutput.columns
  ) -> String {
    let rows = rows.map { $0.map(TerminalText.escaped) }
    let columns = rows.map(\.count).max() ?? 0
    var widths = (0..<columns).map { widest($0, of: rows[...]) }
    if let width {
      // A number is never shortened, the name over it may be.
      let floors = (0..<columns).map { column in
        column < left ? min(widths[column], shortest) : max(3, widest(column, of: rows.dropFirst()))
      }
      var excess = widths.reduce(0, +) + 2 * max(0, columns - 1) - width
      while excess > 0 {
        let candidates = shrinking.filter { $0 < columns && widths[$0] > floors[$0] }
        guard let column = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
        widths[column] -= 1
        excess -= 1
      }
    }
    return rows.map { row in
      row.enumerated().map { column, cell in
        TerminalCells.shortened(cell, to: max(1, widths[column]))
          .padded(to: widths[column], onLeft: column >= left)
      }.joined(separator: "  ") + "\n"
    }.joined()
  }

  /// Cells that a column of text keeps.
  private static let shortest = 8

  private static func widest(_ column: Int, of rows: ArraySlice<[String]>) -> Int {
    rows.map { column < $0.count ? TerminalText.cells(in: $0[column]) : 0 }.max() ?? 0
  }
}

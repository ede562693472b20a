/// Dots on a terminal: each cell is a braille letter with 2 x 4 dots.
struct BrailleCanvas {
  let columns: Int
  let rows: Int
  private var dots: [UInt8]
  /// What was drawn last in each cell, by the number of its colour.
  private var colors: [Int?]
  /// Letters that stand in place of dots.
  private var letters: [Int: Character] = [:]

  /// The bits of a cell's dots, by row and column.
  private static let bits: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]

  /// An empty canvas of so many cells, at least one each way.
  init(columns: Int, rows: Int) {
    self.columns = max(1, columns)
    self.rows = max(1, rows)
    dots = Array(repeating: 0, count: self.columns * self.rows)
    colors = Array(repeating: nil, count: self.columns * self.rows)
  }

  /// A dot; both coordinates are shares 0 ... 1 of the canvas, from the left and from below.
  mutating func dot(_ point: (x: Double, y: Double), color: Int) {
    let column = Int((point.x * Double(2 * columns - 1)).rounded())
    let row = Int(((1 - point.y) * Double(4 * rows - 1)).rounded())
    guard (0..<2 * columns).contains(column), (0..<4 * rows).contains(row) else { return }
    let cell = row / 4 * columns + column / 2
    dots[cell] |= Self.bits[row % 4][column % 2]
    colors[cell] = color
  }

  /// A straight line.
  ///
  /// - Parameter isDashed: whether two of four dots are left out.
  mutating func line(
    from start: (x: Double, y: Double), to end: (x: Double, y: Double), color: Int, isDashed: Bool
  ) {
    let steps = Int(
      max(
        abs(end.x - start.x) * Double(2 * columns), abs(end.y - start.y) * Double(4 * rows)
      ).rounded(.up))
    for step in 0...max(1, steps) where !isDashed || step % 4 < 2 {
      let share = Double(step) / Double(max(1, steps))
      dot(
        (start.x + (end.x - start.x) * share, start.y + (end.y - start.y) * share), color: color)
    }
  }

  /// A letter in the cell of a point, in the next free one below or above where there is one already.
  mutating func letter(_ letter: Character, at point: (x: Double, y: Double), color: Int) {
    let column = min(columns - 1, max(0, Int(point.x * Double(columns))))
    let row = min(rows - 1, max(0, Int((1 - point.y) * Double(rows))))
    for distance in 0..<rows {
      for place in [row + distance, row - distance] where (0..<rows).contains(place) {
        let cell = place * columns + column
        if letters[cell] != nil { continue }
        letters[cell] = letter
        colors[cell] = color
        return
      }
    }
  }

  /// One row of cells.
  ///
  /// - Parameter paint: puts a colour on what has one.
  func text(row: Int, paint: (String, Int) -> String) -> String {
    (0..<columns).map { column in
      let cell = row * columns + column
      guard let color = colors[cell] else { return " " }
      let letter =
        letters[cell]
        ?? Unicode.Scalar(0x2800 + UInt32(dots[cell])).map(Character.init) ?? " "
      return paint(String(letter), color)
    }.joined()
  }
}

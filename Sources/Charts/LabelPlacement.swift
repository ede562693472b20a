/// Puts names beside points so that no two of them overlap (after the greedy method of Christensen, Marks
/// and Shieber 1995: the best free place of a few, the most important name first).
package struct LabelPlacement {
  /// Where a name is written.
  package struct Place {
    package var x: Double
    package var baseline: Double
    /// Whether a line leads to it, and where that ends.
    package var hasLine: Bool
    package var anchorX: Double
    package var anchorY: Double
  }

  private typealias Box = (left: Double, top: Double, right: Double, bottom: Double)

  private let bounds: Box
  private let points: [(x: Double, y: Double)]
  private var boxes: [Box] = []
  /// Boxes and points by the cells of a grid that they touch.
  private var boxesByCell: [Int: [Int]] = [:]
  private var pointsByCell: [Int: [Int]] = [:]

  private static let cell = 32.0

  package init(
    bounds: (left: Double, top: Double, right: Double, bottom: Double),
    points: [(x: Double, y: Double)]
  ) {
    self.bounds = bounds
    self.points = points
    for (index, point) in points.enumerated() {
      for key in Self.cells((point.x, point.y, point.x, point.y)) {
        pointsByCell[key, default: []].append(index)
      }
    }
  }

  /// Finds a place and keeps it; nil when there is none.
  ///
  /// - Parameters:
  ///   - reach: how far from its point the name may stand, at the end of a line.
  ///   - coversPoints: whether it may stand on other points where nothing else is free.
  package mutating func place(
    _ size: (width: Double, height: Double), at point: Int, reach: Double, coversPoints: Bool
  ) -> Place? {
    let (x, y) = points[point]
    let (width, height) = size
    let near = 7.0
    // Right, left, above, below, and between them.
    var starts: [(x: Double, y: Double, isFar: Bool)] = [
      (x + near, y - height / 2, false), (x - near - width, y - height / 2, false),
      (x - width / 2, y - near - height, false), (x - width / 2, y + near, false),
      (x + 4, y - height - 3, false), (x + 4, y + 3, false), (x - width - 4, y - height - 3, false),
      (x - width - 4, y + 3, false),
    ]
    // 16 directions by half angles of known sines, so that no library decides a pixel.
    let sines = [0, 0.3827, 0.7071, 0.9239, 1, 0.9239, 0.7071, 0.3827]
    for radius in stride(from: 24.0, through: reach, by: 14) {
      for turn in 0..<16 {
        let sine = turn < 8 ? sines[turn] : -sines[turn - 8]
        let quarter = (turn + 4) % 16
        let cosine = quarter < 8 ? sines[quarter] : -sines[quarter - 8]
        let (middleX, middleY) = (x + radius * cosine, y - radius * sine)
        starts.append((cosine < 0 ? middleX - width : middleX, middleY - height / 2, true))
      }
    }
    for coversPoints in coversPoints ? [false, true] : [false] {
      for start in starts {
        let box: Box = (start.x, start.y, start.x + width, start.y + height)
        guard isFree(box, of: point, coversPoints: coversPoints) else { continue }
        keep(box)
        let anchor = start.x > x ? start.x - 1 : (start.x + width < x ? start.x + width + 1 : x)
        return Place(
          x: start.x, baseline: start.y + 0.82 * height, hasLine: start.isFar, anchorX: anchor,
          anchorY: start.y + height / 2)
      }
    }
    return nil
  }

  private func isFree(_ box: Box, of point: Int, coversPoints: Bool) -> Bool {
    guard box.left >= bounds.left, box.top >= bounds.top, box.right <= bounds.right,
      box.bottom <= bounds.bottom
    else { return false }
    for key in Self.cells(box) {
      for index in boxesByCell[key] ?? [] {
        let other = boxes[index]
        if box.left < other.right + 2, other.left < box.right + 2, box.top < other.bottom + 1,
          other.top < box.bottom + 1
        {
          return false
        }
      }
      guard !coversPoints else { continue }
      for index in pointsByCell[key] ?? [] where index != point {
        let (x, y) = points[index]
        if x > box.left - 3, x < box.right + 3, y > box.top - 3, y < box.bottom + 3 { return false }
      }
    }
    return true
  }

  private mutating func keep(_ box: Box) {
    for key in Self.cells(box) { boxesByCell[key, default: []].append(boxes.count) }
    boxes.append(box)
  }

  /// The cells that a box with a little room around it touches.
  private static func cells(_ box: Box) -> [Int] {
    let columns = Int((box.left - 3) / cell)...Int((box.right + 3) / cell)
    let rows = Int((box.top - 3) / cell)...Int((box.bottom + 3) / cell)
    return rows.flatMap { row in columns.map { row << 16 | $0 & 0xFFFF } }
  }
}

/// How wide text is about, in any common sans-serif font.
package enum TextWidth {
  /// In units of the font's size; rather too much than too little.
  package static func ems(_ text: String) -> Double {
    text.unicodeScalars.reduce(0) { $0 + width($1) }
  }

  /// The text, or as much of it as has room before an ellipsis.
  static func shortened(_ text: String, toEms limit: Double) -> String {
    guard ems(text) > limit else { return text }
    var (short, used) = ("", ems("…"))
    for letter in text {
      used += ems(String(letter))
      if used > limit { break }
      short.append(letter)
    }
    return short + "…"
  }

  private static func width(_ letter: Unicode.Scalar) -> Double {
    switch letter {
    case "i", "j", "l", "I", ".", ",", "'", ":", ";", "|", "!": return 0.32
    case "f", "t", "r", "-", "(", ")", "[", "]", "/", " ": return 0.42
    case "m", "w", "M", "W", "@", "%": return 0.95
    default: break
    }
    if letter.properties.generalCategory == .nonspacingMark { return 0 }
    // From Hangul and CJK on, letters are as wide as they are high.
    if letter.value >= 0x1100, letter.value <= 0x115F || letter.value >= 0x2E80 { return 1.05 }
    return letter.properties.isUppercase ? 0.76 : 0.62
  }
}

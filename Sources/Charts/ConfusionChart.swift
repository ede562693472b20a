/// A picture of a confusion matrix, as SVG, and in letters for a terminal.
///
/// Rows are what is true, columns what was given. The colour of a cell is its share of the row, by the
/// square root, so that rare mistakes are seen: blue on the diagonal, where both agree, vermilion beside it.
public struct ConfusionChart: Sendable {
  /// What stands above the picture.
  public var title: String
  /// What stands below the title, in smaller letters.
  public var subtitle = ""
  /// The names of the labels, of rows and columns alike.
  public var labels: [String]
  /// How often: [true label][label that was given].
  public var counts: [[Int]]
  /// What is counted: `texts`.
  public var unit: String
  /// Whether it is drawn light on dark.
  public var isDark = false

  /// The most labels of a picture; beyond fifty its cells have colours only.
  public static let mostLabels = 200

  /// A picture of a matrix.
  ///
  /// - Precondition: there are as many rows and columns as labels.
  public init(title: String, labels: [String], counts: [[Int]], unit: String) {
    precondition(
      counts.count == labels.count && counts.allSatisfy { $0.count == labels.count },
      "\(counts.count) rows for \(labels.count) labels")
    self.title = title
    self.labels = labels
    self.counts = counts
    self.unit = unit
  }

  private static let margin = 24.0
  /// Names longer than so many ems are shortened.
  private static let longestName = 14.0

  /// How large cells and letters are, by the number of labels.
  private var style: (cell: Double, name: Double, number: Double?, showsShare: Bool) {
    switch labels.count {
    case ...12: (48, 13, 13, true)
    case ...25: (32, 12, 11, false)
    case ...50: (21, 11, 8.5, false)
    default: (11, 9.5, nil, false)
    }
  }

  private func total(_ row: Int) -> Int { counts[row].reduce(0, +) }

  /// The share of a row that a cell has; 0 of an empty one.
  private func share(_ row: Int, _ column: Int, of total: Int) -> Double {
    total == 0 ? 0 : Double(counts[row][column]) / Double(total)
  }

  /// The picture as text.
  public func svg() -> String {
    let theme = isDark ? Theme.dark : Theme.light
    let (cell, nameSize, _, _) = style
    let names = labels.map { TextWidth.shortened($0, toEms: Self.longestName) }
    let longest = (names.map(TextWidth.ems).max() ?? 0) * nameSize
    let left = Self.margin + 30 + longest + 10
    let top = subtitle.isEmpty ? 70.0 : 112.0
    let side = Double(labels.count) * cell
    let totals = labels.indices.map { NumberText.grouped(total($0)) }
    let totalWidth = ([unit] + totals).map(TextWidth.ems).reduce(0, max) * nameSize + 16
    let width = max(
      left + side + max(totalWidth, longest * 0.75) + Self.margin,
      max(TextWidth.ems(title) * 21, TextWidth.ems(subtitle) * 14) + 2 * Self.margin,
      Self.keyWidth + 2 * Self.margin)
    let below = longest * 0.75 + 22
    var picture = SVGWriter(
      width: width, height: top + side + below + 40, background: theme.background, ink: theme.ink)
    picture.text(title, x: Self.margin, y: 36, "font-size=\"20\" font-weight=\"bold\"")
    picture.text(subtitle, x: Self.margin, y: 60, "fill=\"\(theme.pale)\"")
    drawKey(&picture, y: top - 34, theme)
    for row in labels.indices {
      let middle = top + (Double(row) + 0.5) * cell + nameSize * 0.35
      let small = "font-size=\"\(SVGWriter.number(nameSize))\""
      picture.text(names[row], x: left - 8, y: middle, "text-anchor=\"end\" \(small)")
      picture.text(
        totals[row], x: left + side + 10, y: middle, "fill=\"\(theme.pale)\" \(small)")
      for column in labels.indices {
        draw(row, column, &picture, x: left + Double(column) * cell, y: top + Double(row) * cell)
      }
      picture.slantedText(
        names[row], x: left + (Double(row) + 0.5) * cell - nameSize * 0.25, y: top + side + 10,
        small)
    }
    picture.text(
      unit, x: left + side + 10, y: top - 8,
      "fill=\"\(theme.pale)\" font-size=\"\(SVGWriter.number(nameSize))\"")
    picture.verticalText("true", x: Self.margin + 8, y: top + side / 2)
    picture.text(
      "given", x: left + side / 2, y: top + side + below + 18, "text-anchor=\"middle\"")
    return picture.text
  }

  private func draw(
    _ row: Int, _ column: Int, _ picture: inout SVGWriter, x: Double, y: Double
  ) {
    let (cell, _, numberSize, showsShare) = style
    let count = counts[row][column]
    let share = share(row, column, of: total(row))
    let shade = shade(isRight: row == column)
    picture.rectangle(
      x: x, y: y, width: cell - 1, height: cell - 1,
      "fill=\"\(shade.color(depth: share.squareRoot()))\"",
      title: count == 0
        ? nil
        : "\(labels[row]) → \(labels[column]): \(NumberText.grouped(count)), \(NumberText.percent(share)) of "
          + "\(NumberText.grouped(total(row)))")
    guard let numberSize, count > 0 else { return }
    let ink = "text-anchor=\"middle\" fill=\"\(shade.ink(depth: share.squareRoot()))\""
    let middle = y + (cell - 1) / 2
    picture.text(
      Self.short(count, ems: (cell - 3) / numberSize), x: x + (cell - 1) / 2,
      y: middle + (showsShare ? -1 : numberSize * 0.36),
      "font-size=\"\(SVGWriter.number(numberSize))\" \(ink)")
    guard showsShare else { return }
    picture.text(
      NumberText.percent(share), x: x + (cell - 1) / 2, y: middle + 13, "font-size=\"10\" \(ink)")
  }

  private static let keyWidth = 420.0

  /// Which colour stands for which share, right and wrong.
  private func drawKey(_ picture: inout SVGWriter, y: Double, _ theme: Theme) {
    var x = Self.margin
    let style = "font-size=\"12\" fill=\"\(theme.pale)\""
    for (name, isRight) in [("right", true), ("wrong", false)] {
      picture.text(name, x: x, y: y + 10, style)
      x += 42
      for share in [0.01, 0.1, 0.5, 1] {
        let shade = shade(isRight: isRight)
        picture.rectangle(
          x: x, y: y - 2, width: 38, height: 16,
          "fill=\"\(shade.color(depth: share.squareRoot()))\"")
        picture.text(
          NumberText.percent(share), x: x + 19, y: y + 10,
          "text-anchor=\"middle\" font-size=\"10\" fill=\"\(shade.ink(depth: share.squareRoot()))\""
        )
        x += 39
      }
      x += 18
    }
  }

  /// A count that has room, in thousands or millions where it has not.
  private static func short(_ count: Int, ems room: Double) -> String {
    var (value, unit) = (count, "")
    while TextWidth.ems("\(value)\(unit)") > room, unit != "G" {
      value = (value + 500) / 1000
      unit = unit.isEmpty ? "k" : unit == "k" ? "M" : "G"
    }
    return "\(value)\(unit)"
  }

  private func shade(isRight: Bool) -> Shade {
    Shade(hue: isRight ? .blue : .vermilion, isDark: isDark)
  }
}

extension ConfusionChart {
  /// The matrix in letters: a shade for each share of a row, · for none.
  ///
  /// Columns are numbered as the rows. Right answers are green and wrong ones red where there are
  /// colours, and in brackets where there are none.
  ///
  /// - Parameters:
  ///   - columns: cells of a line; a matrix that is wider stays so.
  ///   - colors: whether the colours of terminals (ECMA-48) may stand in it.
  public func letters(columns: Int, colors: Bool) -> String {
    let digits = "\(labels.count)".count
    let totals = labels.indices.map { NumberText.grouped(total($0)) }
    let most = ([unit] + totals).map(\.count).max() ?? 0
    let room = columns - digits - 2 - most - 2
    let isWide = room - 3 * labels.count >= 8 && !colors || room - 2 * labels.count >= 8
    let cell = isWide ? (colors ? 2 : 3) : 1
    let longest = labels.map(\.count).max() ?? 0
    let width = max(4, min(longest, room - cell * labels.count - 1))
    func padded(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    var lines: [String] = []
    let margin = String(repeating: " ", count: digits + 1 + width + 1)
    for place in (0..<digits).reversed() {
      let power = (0..<place).reduce(1) { power, _ in power * 10 }
      let heading = labels.indices.map { column in
        let number = column + 1
        let digit = number / power == 0 ? " " : "\(number / power % 10)"
        return padded(cell == 3 ? " " + digit : digit, cell)
      }.joined()
      lines.append(margin + heading + (place == 0 ? " " + unit : ""))
    }
    for row in labels.indices {
      let number = "\(row + 1)"
      let name = labels[row].count > width ? labels[row].prefix(width - 1) + "…" : labels[row][...]
      var line = String(repeating: " ", count: digits - number.count) + number + " "
      line += padded(String(name), width) + " "
      for column in labels.indices {
        line += letters(row, column, cell: cell, colors: colors)
      }
      lines.append(line + " " + totals[row])
    }
    return lines.map { line in
      var line = line
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }

  private func letters(_ row: Int, _ column: Int, cell: Int, colors: Bool) -> String {
    let share = share(row, column, of: total(row))
    let shades = ["░", "▒", "▓", "█"]
    let shade = share == 0 ? "·" : shades[min(3, Int(share.squareRoot() * 4))]
    if cell == 3 {
      return row == column ? "[\(shade)]" : " \(shade) "
    }
    let text = String(
      repeating: share == 0 && cell == 2 ? "· " : shade, count: share == 0 ? 1 : cell)
    guard colors, share > 0 else { return text }
    return "\u{1B}[\(row == column ? 32 : 31)m\(text)\u{1B}[0m"
  }
}

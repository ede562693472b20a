/// A picture of tables of numbers as coloured cells, one table below or beside the other, as SVG.
///
/// All tables have the same columns. A number that is not finite is drawn grey.
public struct HeatMap: Sendable {
  /// How numbers become colours.
  public enum Shades: Sendable {
    /// 0 is white, 1 is dark.
    case share
    /// Blue below 0, white at 0, red above; darkest at the limit of either sign, which is above 0.
    case signed(limit: Double)
  }

  /// One table.
  public struct Panel: Sendable {
    /// What stands above it.
    public var name: String
    /// Its numbers, row by row.
    public var rows: [[Double]]
    /// How they become colours.
    public var shades: Shades

    /// A table.
    public init(name: String, rows: [[Double]], shades: Shades) {
      self.name = name
      self.rows = rows
      self.shades = shades
    }
  }

  /// What stands above the picture.
  public var title: String
  /// What stands below the title, in smaller letters.
  public var subtitle = ""
  /// The names of the columns, written below each table.
  public var columnNames: [String]
  /// The names of the rows, written on the left.
  public var rowNames: [String]
  /// The tables.
  public var panels: [Panel] = []
  /// Tables beside one another; nil is 2 where there is more than one, and the columns are few.
  public var panelsInRow: Int?

  /// A picture without tables yet.
  public init(title: String, columnNames: [String], rowNames: [String]) {
    self.title = title
    self.columnNames = columnNames
    self.rowNames = rowNames
  }

  private static let cell = (width: 28.0, height: 14.0)
  private static let margin = 24.0
  /// What the name of a table and the key of its colours need, however few columns there are.
  private static let narrowest = 180.0
  private static let fontSize = 11.0
  /// Names longer than so many ems are shortened.
  private static let longestName = 9.0
  /// Two tables of so many columns stand beside one another.
  private static let fewColumns = 16

  private var inRow: Int {
    max(1, panelsInRow ?? (panels.count > 1 && columnNames.count <= Self.fewColumns ? 2 : 1))
  }

  /// The picture as text.
  public func svg() -> String {
    let names = columnNames.map { TextWidth.shortened($0, toEms: Self.longestName) }
    let below = (names.map(TextWidth.ems).max() ?? 0) * Self.fontSize
    let left = (rowNames.map(TextWidth.ems).max() ?? 0) * Self.fontSize + 8
    let panel = (
      width: left + max(Self.narrowest, Double(columnNames.count) * Self.cell.width),
      height: 44 + Double(rowNames.count) * Self.cell.height + below + 16
    )
    let lines = (panels.count + inRow - 1) / inRow
    let top = subtitle.isEmpty ? 52.0 : 76.0
    let columns = Double(min(inRow, max(1, panels.count)))
    let title = max(TextWidth.ems(title) * 20, TextWidth.ems(subtitle) * 14)
    var picture = SVGWriter(
      width: max(columns * (panel.width + Self.margin), title + Self.margin) + Self.margin,
      height: top + Double(lines) * panel.height + Self.margin)
    picture.text(self.title, x: Self.margin, y: 36, "font-size=\"20\" font-weight=\"bold\"")
    picture.text(subtitle, x: Self.margin, y: 60, "fill=\"#555555\"")
    for (place, table) in panels.enumerated() {
      draw(
        table, names, &picture,
        x: Self.margin + Double(place % inRow) * (panel.width + Self.margin) + left,
        y: top + Double(place / inRow) * panel.height)
    }
    return picture.text
  }

  private func draw(
    _ panel: Panel, _ names: [String], _ picture: inout SVGWriter, x: Double, y: Double
  ) {
    let (width, height) = Self.cell
    picture.text(panel.name, x: x, y: y + 18, "font-size=\"14\" font-weight=\"bold\"")
    drawKey(
      panel.shades, &picture,
      right: x + max(Self.narrowest, Double(columnNames.count) * width), y: y + 28)
    let first = y + 44
    for (row, values) in panel.rows.enumerated() {
      if row < rowNames.count {
        picture.text(
          rowNames[row], x: x - 6, y: first + Double(row) * height + height - 3.5,
          "text-anchor=\"end\" font-size=\"\(Int(Self.fontSize))\" fill=\"#555555\"")
      }
      for (column, value) in values.enumerated() {
        picture.rectangle(
          x: x + Double(column) * width, y: first + Double(row) * height, width: width - 1,
          height: height - 1, "fill=\"\(panel.shades.color(of: value))\"")
      }
    }
    let bottom = first + Double(panel.rows.count) * height
    for (column, name) in names.enumerated() {
      picture.slantedText(
        name, x: x + (Double(column) + 0.5) * width, y: bottom + 10,
        "font-size=\"\(Int(Self.fontSize))\"")
    }
  }

  /// The colours from the least to the largest number, with both numbers.
  private func drawKey(_ shades: Shades, _ picture: inout SVGWriter, right: Double, y: Double) {
    let steps = 16
    let width = 4.0
    let (low, high) = shades.ends
    let left = right - Double(steps) * width - 40
    for step in 0..<steps {
      let value = low + (high - low) * Double(step) / Double(steps - 1)
      picture.rectangle(
        x: left + Double(step) * width, y: y, width: width, height: 8,
        "fill=\"\(shades.color(of: value))\"")
    }
    let style = "font-size=\"10\" fill=\"#555555\""
    picture.text(Self.short(low), x: left - 4, y: y + 8, style + " text-anchor=\"end\"")
    picture.text(Self.short(high), x: left + Double(steps) * width + 4, y: y + 8, style)
  }

  /// With one decimal.
  private static func short(_ value: Double) -> String {
    SVGWriter.number(value).replacingMinus
  }
}

extension String {
  /// With the sign that print has for a hyphen.
  fileprivate var replacingMinus: String { hasPrefix("-") ? "−" + dropFirst() : self }
}

extension HeatMap.Shades {
  /// The numbers of the palest or darkest colours at both ends.
  var ends: (low: Double, high: Double) {
    switch self {
    case .share: (0, 1)
    case .signed(let limit): (-limit, limit)
    }
  }

  private typealias Color = (red: Double, green: Double, blue: Double)
  private static let white: Color = (250, 250, 248)
  // After Okabe and Ito 2008, darkened: blue and vermilion, which the colour-blind can tell apart.
  private static let positive: Color = (184, 62, 0)
  private static let negative: Color = (0, 84, 150)
  private static let dark: Color = (12, 66, 60)

  /// The colour of a number as #rrggbb; beyond the ends it is that of the end.
  func color(of value: Double) -> String {
    guard value.isFinite else { return "#bbbbbb" }
    switch self {
    case .share: return Self.mixed(Self.dark, min(1, max(0, value)))
    case .signed(let limit):
      let share = limit > 0 ? min(1, max(-1, value / limit)) : 0
      return Self.mixed(share < 0 ? Self.negative : Self.positive, share.magnitude)
    }
  }

  /// White with a share of another colour.
  private static func mixed(_ color: Color, _ share: Double) -> String {
    func part(_ from: Double, _ to: Double) -> String {
      let value = Int((from + (to - from) * share).rounded())
      return (value < 16 ? "0" : "") + String(value, radix: 16)
    }
    return "#" + part(white.red, color.red) + part(white.green, color.green)
      + part(white.blue, color.blue)
  }
}

/// A picture of the same points at several stages, a panel each, as SVG.
///
/// Both axes of a panel have one scale, and 0 is where they cross. A point keeps its colour in all panels.
public struct ScatterPanels: Sendable {
  /// The points at one stage.
  public struct Panel: Sendable {
    /// What stands above it.
    public var name: String
    /// The points.
    public var points: [(x: Double, y: Double)]
    /// Arrows from a point to another, such as axes.
    public var arrows: [(from: (x: Double, y: Double), to: (x: Double, y: Double))]
    /// What stands below it, line by line.
    public var notes: [String]

    /// A panel.
    public init(
      name: String, points: [(x: Double, y: Double)],
      arrows: [(from: (x: Double, y: Double), to: (x: Double, y: Double))] = [], notes: [String]
    ) {
      self.name = name
      self.points = points
      self.arrows = arrows
      self.notes = notes
    }
  }

  /// What stands above the picture.
  public var title: String
  /// What stands below the title, in smaller letters.
  public var subtitle = ""
  /// The panels, from left to right.
  public var panels: [Panel] = []
  /// The colour of each point, a number of the palette; those without one have the first.
  public var colors: [Int] = []
  /// Panels beside one another.
  public var panelsInRow = 4
  /// Whether it is drawn light on dark.
  public var isDark = false

  /// A picture without panels yet.
  public init(title: String) { self.title = title }

  private static let margin = 24.0
  private static let side = 236.0
  private static let gap = 20.0
  private static let line = 17.0

  /// The picture as text.
  public func svg() -> String {
    let theme = isDark ? Theme.dark : Theme.light
    let inRow = max(1, min(panelsInRow, panels.count))
    let rows = max(1, (panels.count + inRow - 1) / inRow)
    let notes = Double(panels.map(\.notes.count).max() ?? 0)
    let height = 30 + Self.side + notes * Self.line + 34
    let top = subtitle.isEmpty ? 56.0 : 80.0
    var picture = SVGWriter(
      width: max(
        Double(inRow) * (Self.side + Self.gap) - Self.gap,
        TextWidth.ems(title) * 21, TextWidth.ems(subtitle) * 14) + 2 * Self.margin,
      height: top + Double(rows) * height, background: theme.background, ink: theme.ink)
    picture.text(title, x: Self.margin, y: 36, "font-size=\"20\" font-weight=\"bold\"")
    picture.text(subtitle, x: Self.margin, y: 60, "fill=\"\(theme.pale)\"")
    for (number, panel) in panels.enumerated() {
      draw(
        panel, &picture, x: Self.margin + Double(number % inRow) * (Self.side + Self.gap),
        y: top + Double(number / inRow) * height, theme)
    }
    return picture.text
  }

  /// The least of some digits times a power of ten that is not below a value.
  private static func limit(_ value: Double) -> (value: Double, digit: Int, exponent: Int) {
    for exponent in -9...9 {
      for digit in [1, 2, 3, 4, 5, 6, 8] {
        var power = 1.0
        for _ in 0..<abs(exponent) { power *= 10 }
        let limit = exponent < 0 ? Double(digit) / power : Double(digit) * power
        if limit >= value { return (limit, digit, exponent) }
      }
    }
    return (1e10, 1, 10)
  }

  private func draw(
    _ panel: Panel, _ picture: inout SVGWriter, x: Double, y: Double, _ theme: Theme
  ) {
    picture.text(panel.name, x: x, y: y + 16, "font-size=\"15\" font-weight=\"bold\"")
    let top = y + 30
    let most = panel.points.reduce(1e-9) { reach, point in
      let largest = max(point.x.magnitude, point.y.magnitude)
      return largest.isFinite ? max(reach, largest) : reach
    }
    let limit = Self.limit(most)
    let (middle, half) = ((x: x + Self.side / 2, y: top + Self.side / 2), Self.side / 2)
    func place(_ point: (x: Double, y: Double)) -> (x: Double, y: Double) {
      // A rim of a twentieth keeps points inside.
      let scale = half / 1.05 / limit.value
      return (middle.x + point.x * scale, middle.y - point.y * scale)
    }
    picture.rectangle(
      x: x, y: top, width: Self.side, height: Self.side,
      "fill=\"none\" stroke=\"\(theme.grid)\"")
    let ink = "stroke=\"\(theme.grid)\""
    picture.line(x1: x, y1: middle.y, x2: x + Self.side, y2: middle.y, ink)
    picture.line(x1: middle.x, y1: top, x2: middle.x, y2: top + Self.side, ink)
    for (number, point) in panel.points.enumerated() where point.x.isFinite && point.y.isFinite {
      let spot = place(point)
      picture.circle(
        x: spot.x, y: spot.y, radius: 2,
        "fill=\"\(theme.color(number < colors.count ? colors[number] : 0))\" fill-opacity=\"0.7\"")
    }
    for arrow in panel.arrows {
      picture.arrow(from: place(arrow.from), to: place(arrow.to), color: theme.ink)
    }
    let mark = Scale.decimal(limit.digit, limit.exponent)
    let style = "font-size=\"11\" fill=\"\(theme.pale)\""
    let end = half / 1.05
    picture.text(
      mark, x: middle.x + end, y: top + Self.side + 14, style + " text-anchor=\"middle\"")
    picture.text("0", x: middle.x, y: top + Self.side + 14, style + " text-anchor=\"middle\"")
    picture.text(
      "−" + mark, x: middle.x - end, y: top + Self.side + 14, style + " text-anchor=\"middle\"")
    for (number, note) in panel.notes.enumerated() {
      picture.text(
        TextWidth.shortened(note, toEms: Self.side / 12.2), x: x,
        y: top + Self.side + 34 + Double(number) * Self.line, "font-size=\"12.5\"")
    }
  }
}

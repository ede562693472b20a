/// A picture of curves in panels, one below the other over a common axis, with a legend, as SVG; in
/// letters for a terminal.
///
/// A curve belongs to a series, such as one run of a training: all curves of a series have one colour.
/// Solid and broken lines are two parts of it, such as training and validation.
public struct CurveChart: Sendable {
  /// One curve.
  public struct Curve: Sendable {
    /// The number of its series, a place in ``CurveChart/series``.
    public var series: Int
    /// Its points from left to right; one whose height is not finite interrupts it.
    public var points: [(x: Double, y: Double)]
    /// Whether it is broken.
    public var isDashed: Bool

    /// A curve.
    public init(series: Int, points: [(x: Double, y: Double)], isDashed: Bool = false) {
      self.series = series
      self.points = points
      self.isDashed = isDashed
    }
  }

  /// Curves over the common axis.
  public struct Panel: Sendable {
    /// What its vertical axis shows.
    public var label: String
    /// Whether heights go by logarithms; what is not above 0 has no height then.
    public var isLogarithmic: Bool
    /// Its curves.
    public var curves: [Curve]

    /// A panel.
    public init(label: String, isLogarithmic: Bool = false, curves: [Curve]) {
      self.label = label
      self.isLogarithmic = isLogarithmic
      self.curves = curves
    }
  }

  /// What stands above the picture.
  public var title: String
  /// What stands below the title, in smaller letters.
  public var subtitle = ""
  /// What the common axis shows.
  public var xLabel: String
  /// Whether the marks of the common axis are whole numbers.
  public var hasWholePlaces = false
  /// The names of the series, in the order of the legend.
  public var series: [String] = []
  /// What solid and broken lines are, where there are both.
  public var parts: (solid: String, dashed: String) = ("training", "validation")
  /// The panels, the first at the top.
  public var panels: [Panel] = []
  /// Whether it is drawn light on dark.
  public var isDark = false

  /// A picture without panels yet.
  public init(title: String, xLabel: String) {
    self.title = title
    self.xLabel = xLabel
  }

  static let width = 960.0
  private static let left = 86.0
  private static let right = 730.0
  private static let legend = (left: 756.0, line: 26.0, height: 21.0)
  private static let gap = 34.0
  private static let bottom = 64.0
  /// The heights of one, of two and of more panels.
  private static func height(of count: Int) -> Double { count == 1 ? 440 : count == 2 ? 270 : 200 }
  /// Curves of fewer points have a mark at each.
  private static let fewPoints = 41
  /// Series beyond the colours of the theme are thinner.
  private static let colorCount = 7

  /// The common axis.
  var xScale: Scale {
    Scale(
      .linear, showing: Self.widened(panels.flatMap(\.curves).flatMap { $0.points.map(\.x) }),
      isWhole: hasWholePlaces)
  }

  /// The axis of a panel.
  func yScale(_ panel: Panel) -> any AxisScale {
    let values = panel.curves.flatMap { $0.points.map(\.y) }
    return panel.isLogarithmic
      ? LogarithmicScale(showing: values) : Scale(.linear, showing: Self.widened(values))
  }

  /// Values that differ: a single one gets neighbours, so that marks stand apart.
  private static func widened(_ values: [Double]) -> [Double] {
    let shown = values.filter(\.isFinite)
    guard let low = shown.min(), let high = shown.max(), low == high else { return shown }
    let reach = max(abs(low) / 2, 1e-6)
    return [low - reach, low + reach]
  }

  /// Whether there are lines of both kinds.
  var hasBothParts: Bool {
    let curves = panels.flatMap(\.curves)
    return curves.contains(where: \.isDashed) && curves.contains { !$0.isDashed }
  }

  /// The picture as text.
  public func svg() -> String {
    let theme = isDark ? Theme.dark : Theme.light
    let top = subtitle.isEmpty ? 60.0 : 84.0
    let height = Self.height(of: panels.count)
    let count = Double(max(1, panels.count))
    let legendRows = Double(series.count + (hasBothParts ? 3 : 0))
    let size = max(
      top + count * height + (count - 1) * Self.gap + Self.bottom,
      top + legendRows * Self.legend.height + 24)
    var picture = SVGWriter(
      width: Self.width, height: size, background: theme.background, ink: theme.ink)
    picture.text(
      TextWidth.shortened(title, toEms: (Self.width - Self.left - 24) / 21), x: Self.left, y: 36,
      "font-size=\"20\" font-weight=\"bold\"")
    picture.text(
      TextWidth.shortened(subtitle, toEms: (Self.width - Self.left - 24) / 14), x: Self.left, y: 60,
      "fill=\"\(theme.pale)\"")
    let x = xScale
    for (place, panel) in panels.enumerated() {
      let panelTop = top + Double(place) * (height + Self.gap)
      let frame = PlotFrame(
        left: Self.left, right: Self.right, top: panelTop, bottom: panelTop + height)
      draw(panel, x, &picture, frame, theme, isLast: place == panels.count - 1)
    }
    drawLegend(&picture, top: top + 10, theme)
    return picture.text
  }

  private func draw(
    _ panel: Panel, _ x: Scale, _ picture: inout SVGWriter, _ frame: PlotFrame, _ theme: Theme,
    isLast: Bool
  ) {
    let y = yScale(panel)
    func place(_ point: (x: Double, y: Double)) -> (x: Double, y: Double)? {
      guard let across = x.share(of: point.x), let up = y.share(of: point.y) else { return nil }
      return (
        frame.left + across * (frame.right - frame.left),
        frame.bottom - up * (frame.bottom - frame.top)
      )
    }
    for (value, label) in y.marks {
      guard let share = y.share(of: value) else { continue }
      let height = frame.bottom - share * (frame.bottom - frame.top)
      picture.line(
        x1: frame.left, y1: height, x2: frame.right, y2: height, "stroke=\"\(theme.grid)\"")
      picture.text(label, x: frame.left - 10, y: height + 5, "text-anchor=\"end\"")
    }
    picture.verticalText(panel.label, x: 24, y: (frame.top + frame.bottom) / 2)
    let ink = "stroke=\"\(theme.pale)\""
    picture.line(x1: frame.left, y1: frame.bottom, x2: frame.right, y2: frame.bottom, ink)
    for (value, label) in x.marks {
      guard let share = x.share(of: value) else { continue }
      let across = frame.left + share * (frame.right - frame.left)
      picture.line(x1: across, y1: frame.bottom, x2: across, y2: frame.bottom + 5, ink)
      if isLast {
        picture.text(label, x: across, y: frame.bottom + 22, "text-anchor=\"middle\"")
      }
    }
    if isLast {
      picture.text(
        xLabel, x: (frame.left + frame.right) / 2, y: frame.bottom + 46, "text-anchor=\"middle\"")
    }
    for curve in panel.curves {
      let points = curve.points.map(place)
      let color = theme.color(curve.series)
      picture.path(points, Self.stroke(color, curve.series, isDashed: curve.isDashed))
      guard points.count < Self.fewPoints else { continue }
      for point in points.compactMap(\.self) {
        picture.circle(
          x: point.x, y: point.y, radius: 3,
          curve.isDashed
            ? "fill=\"\(theme.background)\" stroke=\"\(color)\" stroke-width=\"1.5\""
            : "fill=\"\(color)\"")
      }
    }
  }

  private static func stroke(_ color: String, _ series: Int, isDashed: Bool) -> String {
    "fill=\"none\" stroke=\"\(color)\" stroke-width=\"\(series < colorCount ? "2.2" : "1")\" "
      + "stroke-linejoin=\"round\"\(isDashed ? " stroke-dasharray=\"6 4\"" : "")"
  }

  private func drawLegend(_ picture: inout SVGWriter, top: Double, _ theme: Theme) {
    let (left, line, height) = Self.legend
    var y = top
    func draw(_ name: String, _ stroke: String) {
      picture.path([(left, y), (left + line, y)], stroke)
      picture.text(
        TextWidth.shortened(name, toEms: (Self.width - left - line - 16) / 13),
        x: left + line + 8, y: y + 4.5, "font-size=\"13\"")
      y += height
    }
    for (number, name) in series.enumerated() {
      draw(name, Self.stroke(theme.color(number), number, isDashed: false))
    }
    guard hasBothParts else { return }
    y += height / 2
    draw(parts.solid, Self.stroke(theme.pale, 0, isDashed: false))
    draw(parts.dashed, Self.stroke(theme.pale, 0, isDashed: true))
  }
}

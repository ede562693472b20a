/// Something that is drawn between the axes. Bars, points and the like are one type each.
protocol Mark {
  /// The values that the vertical axis has to show.
  var values: [Double] { get }
  /// How many places it takes along the horizontal axis.
  var count: Int { get }
  /// Draws it.
  func draw(_ picture: inout SVGWriter, _ x: HorizontalAxis, _ y: VerticalAxis)
  /// Its name, the colour of that, and the value beside which it stands; nil for none.
  var name: (text: String, color: String, value: Double)? { get }
}

/// Colours that the colour-blind can tell apart (Okabe and Ito 2008).
enum Palette {
  private static let colors = [
    "#D55E00", "#E69F00", "#009E73", "#56B4E9", "#0072B2", "#CC79A7", "#555555",
  ]

  /// The colour with a number; they come again after the last.
  static func color(_ number: Int) -> String {
    let rest = number % colors.count
    return colors[rest < 0 ? rest + colors.count : rest]
  }
}

/// A level that is drawn across.
struct LevelMark: Mark {
  let value: Double
  let label: String

  var values: [Double] { [value] }
  var count: Int { 0 }
  var name: (text: String, color: String, value: Double)? { (label, "#777777", value) }

  func draw(_ picture: inout SVGWriter, _ x: HorizontalAxis, _ y: VerticalAxis) {
    guard let y = y.y(value) else { return }
    picture.line(
      x1: x.frame.left, y1: y, x2: x.frame.right, y2: y,
      "stroke=\"#888888\" stroke-dasharray=\"2 4\"")
  }
}

/// A line through values; those without a height or a place interrupt it.
struct LineMark: Mark {
  let line: LineChart.Line

  var values: [Double] { line.values }
  var count: Int { line.values.count }
  var name: (text: String, color: String, value: Double)? {
    line.values.last.map { (line.name, Palette.color(line.color), $0) }
  }

  func draw(_ picture: inout SVGWriter, _ x: HorizontalAxis, _ y: VerticalAxis) {
    let points = line.values.enumerated().map { index, value -> (x: Double, y: Double)? in
      guard let x = x.x(index), let y = y.y(value) else { return nil }
      return (x, y)
    }
    picture.path(
      points,
      "fill=\"none\" stroke=\"\(Palette.color(line.color))\" stroke-width=\"2.5\" "
        + "stroke-linejoin=\"round\"\(line.isDashed ? " stroke-dasharray=\"7 5\"" : "")")
  }
}

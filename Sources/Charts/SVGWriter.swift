/// Puts the elements of a picture together as SVG text.
struct SVGWriter {
  private var parts: [String] = []

  /// A picture of a size in pixels, on white unless told otherwise.
  init(width: Double, height: Double, background: String = "#ffffff", ink: String? = nil) {
    let (width, height) = (Self.number(width), Self.number(height))
    parts = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(height)\" "
        + "width=\"\(width)\" height=\"\(height)\" "
        + "font-family=\"Helvetica, Arial, DejaVu Sans, sans-serif\" font-size=\"14\""
        + (ink.map { " fill=\"\($0)\"" } ?? "") + ">",
      "<rect width=\"\(width)\" height=\"\(height)\" fill=\"\(background)\"/>",
    ]
  }

  /// The whole picture.
  var text: String { parts.joined(separator: "\n") + "\n</svg>\n" }

  /// Adds a straight line.
  mutating func line(x1: Double, y1: Double, x2: Double, y2: Double, _ attributes: String) {
    parts.append(
      "<line x1=\"\(Self.number(x1))\" y1=\"\(Self.number(y1))\" x2=\"\(Self.number(x2))\" "
        + "y2=\"\(Self.number(y2))\" \(attributes)/>")
  }

  /// Adds a line through points; nil lifts the pen.
  mutating func path(_ points: [(x: Double, y: Double)?], _ attributes: String) {
    var commands = ""
    var isDrawing = false
    for point in points {
      guard let point else {
        isDrawing = false
        continue
      }
      commands += "\(isDrawing ? "L" : "M")\(Self.number(point.x)) \(Self.number(point.y))"
      isDrawing = true
    }
    parts.append("<path d=\"\(commands)\" \(attributes)/>")
  }

  /// Adds a rectangle.
  ///
  /// - Parameter title: what a viewer shows of it where the mouse rests.
  mutating func rectangle(
    x: Double, y: Double, width: Double, height: Double, _ attributes: String,
    title: String? = nil
  ) {
    parts.append(
      "<rect x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" width=\"\(Self.number(width))\" "
        + "height=\"\(Self.number(height))\" \(attributes)"
        + (title.map { "><title>\(Self.escaped($0))</title></rect>" } ?? "/>"))
  }

  /// Adds a disc.
  mutating func circle(x: Double, y: Double, radius: Double, _ attributes: String) {
    parts.append(
      "<circle cx=\"\(Self.number(x))\" cy=\"\(Self.number(y))\" r=\"\(Self.number(radius))\" "
        + "\(attributes)/>")
  }

  /// Adds an arrow whose head ends just before a point.
  mutating func arrow(
    from start: (x: Double, y: Double), to end: (x: Double, y: Double), color: String
  ) {
    let (dx, dy) = (end.x - start.x, end.y - start.y)
    let length = (dx * dx + dy * dy).squareRoot()
    guard length > 16 else { return }
    let (ux, uy) = (dx / length, dy / length)
    let tip = (x: end.x - 6 * ux, y: end.y - 6 * uy)
    let foot = (x: tip.x - 9 * ux, y: tip.y - 9 * uy)
    path(
      [(start.x + 6 * ux, start.y + 6 * uy), foot],
      "fill=\"none\" stroke=\"\(color)\" stroke-width=\"1.4\"")
    path(
      [tip, (foot.x - 4 * uy, foot.y + 4 * ux), (foot.x + 4 * uy, foot.y - 4 * ux), tip],
      "fill=\"\(color)\"")
  }

  /// Adds text.
  mutating func text(_ text: String, x: Double, y: Double, _ attributes: String) {
    markup(Self.escaped(text), x: x, y: y, attributes)
  }

  /// Adds text that is markup already.
  mutating func markup(_ markup: String, x: Double, y: Double, _ attributes: String) {
    parts.append(
      "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" \(attributes)>\(markup)</text>")
  }

  /// Adds text that is read from below to above, its middle at a point.
  mutating func verticalText(_ text: String, x: Double, y: Double) {
    parts.append(
      "<text transform=\"translate(\(Self.number(x)) \(Self.number(y))) rotate(-90)\" "
        + "text-anchor=\"middle\">\(Self.escaped(text))</text>")
  }

  /// Adds text that goes down to the right by 45 degrees, its beginning at a point.
  mutating func slantedText(_ text: String, x: Double, y: Double, _ attributes: String) {
    parts.append(
      "<text transform=\"translate(\(Self.number(x)) \(Self.number(y))) rotate(45)\" \(attributes)>"
        + "\(Self.escaped(text))</text>")
  }

  /// A coordinate with one decimal; what is far outside of any picture stands at its limit.
  static func number(_ value: Double) -> String {
    guard !value.isNaN else { return "0" }
    let tenths = Int((min(1e9, max(-1e9, value)) * 10).rounded())
    let rest = abs(tenths % 10)
    return (tenths < 0 ? "-" : "") + "\(abs(tenths) / 10)" + (rest == 0 ? "" : ".\(rest)")
  }

  static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, letter in
      switch letter {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      // XML has no control characters.
      case _ where letter.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }:
        result += "\u{FFFD}"
      default: result.append(letter)
      }
    }
  }
}

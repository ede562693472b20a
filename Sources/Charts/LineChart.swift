import Libc

/// A picture of lines over a common axis, as SVG.
public struct LineChart: Sendable {
  /// One line.
  public struct Line: Sendable {
    /// Its name, written at its right end.
    public var name: String
    /// Its values at 0, 1, 2 …, or at ``LineChart/places``.
    public var values: [Double]
    /// Which colour of the palette; lines that belong together share one.
    public var color: Int
    /// Whether it is broken.
    public var isDashed = false

    /// A line.
    public init(name: String, values: [Double], color: Int, isDashed: Bool = false) {
      self.name = name
      self.values = values
      self.color = color
      self.isDashed = isDashed
    }
  }

  /// What stands above the picture.
  public var title: String
  /// What stands below the title, in smaller letters.
  public var subtitle = ""
  /// What the horizontal axis shows.
  public var xLabel: String
  /// What the vertical axis shows.
  public var yLabel: String
  /// Where on the horizontal axis the values of each line belong; empty for 0, 1, 2 …
  public var places: [Double] = []
  /// Whether the vertical axis shows powers of ten.
  public var isLogarithmic = false
  /// A level that is drawn across, with its name.
  public var level: (value: Double, name: String)?
  /// The lines.
  public var lines: [Line] = []

  /// A picture without lines yet.
  public init(title: String, xLabel: String, yLabel: String) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
  }

  /// Colours that the colour-blind can tell apart (Okabe and Ito 2008).
  private static let palette = [
    "#D55E00", "#E69F00", "#009E73", "#56B4E9", "#0072B2", "#CC79A7", "#555555",
  ]
  private static let size = (width: 960.0, height: 600.0)
  private static let frame = (left: 86.0, right: 748.0, top: 84.0, bottom: 536.0)
  /// Powers of ten beyond which nothing is drawn.
  private static let exponents = -30...30

  /// The picture as text.
  public func svg() -> String {
    var parts = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 960 600\" width=\"960\" "
        + "height=\"600\" font-family=\"Helvetica, Arial, DejaVu Sans, sans-serif\" "
        + "font-size=\"14\">",
      "<rect width=\"960\" height=\"600\" fill=\"#ffffff\"/>",
      text(title, x: Self.frame.left, y: 36, attributes: "font-size=\"20\" font-weight=\"bold\""),
      text(subtitle, x: Self.frame.left, y: 60, attributes: "fill=\"#555555\""),
    ]
    parts += verticalAxis() + horizontalAxis()
    if let level, let y = y(level.value) {
      parts.append(
        "<line x1=\"\(n(Self.frame.left))\" y1=\"\(n(y))\" x2=\"\(n(Self.frame.right))\" "
          + "y2=\"\(n(y))\" stroke=\"#888888\" stroke-dasharray=\"2 4\"/>")
    }
    for line in lines {
      parts.append(path(line))
    }
    parts += names()
    return parts.joined(separator: "\n") + "\n</svg>\n"
  }

  // MARK: Scales

  /// The lowest and the highest value of the vertical axis: exponents where it is logarithmic.
  private var range: (low: Double, high: Double) {
    guard isLogarithmic else { return (0, 1) }
    let all = lines.flatMap(\.values) + [level?.value].compactMap { $0 }
    let shown = all.filter { $0 > 0 && $0.isFinite }.map { log10($0) }
    let low = shown.min().map { Int($0.rounded(.down)) } ?? -1
    let high = shown.max().map { Int($0.rounded(.up)) } ?? 0
    return (
      Double(max(Self.exponents.lowerBound, low)),
      Double(min(Self.exponents.upperBound, max(high, low + 1)))
    )
  }

  /// The height of a value, or nil where it has none.
  private func y(_ value: Double) -> Double? {
    guard value.isFinite else { return nil }
    let (low, high) = range
    var place = value
    if isLogarithmic { place = value > 0 ? log10(value) : low }
    let share = (min(high, max(low, place)) - low) / (high - low)
    return Self.frame.bottom - share * (Self.frame.bottom - Self.frame.top)
  }

  private var lastPlace: Double {
    places.last ?? Double(max(1, (lines.map(\.values.count).max() ?? 2) - 1))
  }

  private func x(_ index: Int) -> Double {
    let place = places.isEmpty ? Double(index) : places[index]
    return Self.frame.left + place / lastPlace * (Self.frame.right - Self.frame.left)
  }

  // MARK: Axes

  private func verticalAxis() -> [String] {
    let (low, high) = range
    var marks: [(value: Double, label: String)] = []
    if isLogarithmic {
      let step = max(1, Int(((high - low) / 9).rounded(.up)))
      for exponent in Int(low)...Int(high) where exponent % step == 0 {
        marks.append(
          (
            pow(10, Double(exponent)),
            "10<tspan dy=\"-6\" font-size=\"11\">\(exponent < 0 ? "−" : "")\(abs(exponent))</tspan>"
          ))
      }
    } else {
      marks = (0...5).map { (Double($0) / 5, "\($0 * 20) %") }
    }
    var parts: [String] = []
    for (value, label) in marks {
      guard let y = y(value) else { continue }
      parts.append(
        "<line x1=\"\(n(Self.frame.left))\" y1=\"\(n(y))\" x2=\"\(n(Self.frame.right))\" "
          + "y2=\"\(n(y))\" stroke=\"#e4e4e4\"/>")
      parts.append(
        "<text x=\"\(n(Self.frame.left - 10))\" y=\"\(n(y + 5))\" text-anchor=\"end\">\(label)</text>"
      )
    }
    let middle = (Self.frame.top + Self.frame.bottom) / 2
    parts.append(
      "<text transform=\"translate(24 \(n(middle))) rotate(-90)\" text-anchor=\"middle\">"
        + "\(escaped(yLabel))</text>")
    return parts
  }

  private func horizontalAxis() -> [String] {
    var parts = [
      "<line x1=\"\(n(Self.frame.left))\" y1=\"\(n(Self.frame.bottom))\" "
        + "x2=\"\(n(Self.frame.right))\" y2=\"\(n(Self.frame.bottom))\" stroke=\"#333333\"/>"
    ]
    let step = [1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000].first { lastPlace / Double($0) <= 12 }
    let marks =
      places.isEmpty
      ? stride(from: 0, through: lastPlace, by: Double(step ?? 5000)).map { $0 } : places
    for mark in marks {
      let x = Self.frame.left + mark / lastPlace * (Self.frame.right - Self.frame.left)
      parts.append(
        "<line x1=\"\(n(x))\" y1=\"\(n(Self.frame.bottom))\" x2=\"\(n(x))\" "
          + "y2=\"\(n(Self.frame.bottom + 5))\" stroke=\"#333333\"/>")
      parts.append(
        "<text x=\"\(n(x))\" y=\"\(n(Self.frame.bottom + 22))\" text-anchor=\"middle\">"
          + "\(Int(mark))</text>")
    }
    parts.append(
      "<text x=\"\(n((Self.frame.left + Self.frame.right) / 2))\" y=\"580\" "
        + "text-anchor=\"middle\">\(escaped(xLabel))</text>")
    return parts
  }

  // MARK: Lines

  private func path(_ line: Line) -> String {
    var commands = ""
    var isDrawing = false
    for (index, value) in line.values.enumerated() {
      guard let y = y(value) else {
        isDrawing = false
        continue
      }
      commands += "\(isDrawing ? "L" : "M")\(n(x(index))) \(n(y))"
      isDrawing = true
    }
    return "<path d=\"\(commands)\" fill=\"none\" stroke=\"\(color(line))\" stroke-width=\"2.5\" "
      + "stroke-linejoin=\"round\"\(line.isDashed ? " stroke-dasharray=\"7 5\"" : "")/>"
  }

  private func color(_ line: Line) -> String {
    Self.palette[line.color % Self.palette.count]
  }

  /// The names of the lines beside their ends, pushed apart where they would overlap.
  private func names() -> [String] {
    let gap = 19.0
    var ends: [(name: String, color: String, end: Double, label: Double)] = []
    for line in lines {
      if let end = line.values.last.flatMap({ y($0) }) {
        ends.append((line.name, color(line), end, end))
      }
    }
    if let level, let end = y(level.value) { ends.append((level.name, "#777777", end, end)) }
    ends.sort { $0.end < $1.end }
    for index in ends.indices.dropFirst() {
      ends[index].label = max(ends[index].label, ends[index - 1].label + gap)
    }
    var limit = Self.frame.bottom
    for index in ends.indices.reversed() {
      ends[index].label = min(ends[index].label, limit)
      limit = ends[index].label - gap
    }
    return ends.flatMap { end in
      let left = Self.frame.right
      return [
        "<path d=\"M\(n(left + 2)) \(n(end.end))L\(n(left + 14)) \(n(end.label))"
          + "L\(n(left + 20)) \(n(end.label))\" fill=\"none\" stroke=\"\(end.color)\"/>",
        text(
          end.name, x: left + 24, y: end.label + 4.5,
          attributes: "fill=\"\(end.color)\" font-size=\"13\" font-weight=\"bold\""),
      ]
    }
  }

  // MARK: Text

  private func text(_ text: String, x: Double, y: Double, attributes: String) -> String {
    "<text x=\"\(n(x))\" y=\"\(n(y))\" \(attributes)>\(escaped(text))</text>"
  }

  /// A coordinate with one decimal.
  private func n(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    let rest = abs(tenths % 10)
    return (tenths < 0 ? "-" : "") + "\(abs(tenths) / 10)" + (rest == 0 ? "" : ".\(rest)")
  }

  private func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, letter in
      switch letter {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      default: result.append(letter)
      }
    }
  }
}

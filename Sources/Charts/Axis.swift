/// The rectangle that marks are drawn in, in pixels.
struct PlotFrame {
  var left: Double
  var right: Double
  var top: Double
  var bottom: Double
}

/// The vertical axis: a scale, its marks across the frame, and what it shows.
struct VerticalAxis {
  let scale: Scale
  let label: String
  let frame: PlotFrame

  /// The height of a value, or nil where it has none.
  func y(_ value: Double) -> Double? {
    scale.share(of: value).map { frame.bottom - $0 * (frame.bottom - frame.top) }
  }

  func draw(_ picture: inout SVGWriter) {
    for (value, label) in scale.marks {
      guard let y = y(value) else { continue }
      picture.line(x1: frame.left, y1: y, x2: frame.right, y2: y, "stroke=\"#e4e4e4\"")
      picture.markup(label, x: frame.left - 10, y: y + 5, "text-anchor=\"end\"")
    }
    picture.verticalText(label, x: 24, y: (frame.top + frame.bottom) / 2)
  }
}

/// The horizontal axis: places from 0 on.
struct HorizontalAxis {
  /// Where values belong; empty for 0, 1, 2 ...
  let places: [Double]
  /// The place at the right end, above 0.
  let last: Double
  let label: String
  let frame: PlotFrame

  /// An axis for so many values.
  init(places: [Double], count: Int, label: String, frame: PlotFrame) {
    self.places = places
    self.label = label
    self.frame = frame
    let end = places.last { $0.isFinite && $0 > 0 }
    last = places.isEmpty ? Double(max(1, count - 1)) : end ?? 1
  }

  /// Where the value with an index belongs; nil when it has no place.
  func x(_ index: Int) -> Double? {
    if places.isEmpty { return x(at: Double(index)) }
    return index < places.count && places[index].isFinite ? x(at: places[index]) : nil
  }

  private func x(at place: Double) -> Double {
    frame.left + place / last * (frame.right - frame.left)
  }

  func draw(_ picture: inout SVGWriter) {
    let ink = "stroke=\"#333333\""
    picture.line(x1: frame.left, y1: frame.bottom, x2: frame.right, y2: frame.bottom, ink)
    let step =
      [1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000].first { last / Double($0) <= 12 } ?? 5000
    let marks =
      places.isEmpty
      ? stride(from: 0, through: last, by: Double(step)).map { $0 }
      : places.filter { $0.magnitude < 1e15 }
    for mark in marks {
      let x = x(at: mark)
      picture.line(x1: x, y1: frame.bottom, x2: x, y2: frame.bottom + 5, ink)
      picture.text("\(Int(mark))", x: x, y: frame.bottom + 22, "text-anchor=\"middle\"")
    }
    picture.text(
      label, x: (frame.left + frame.right) / 2, y: frame.bottom + 44, "text-anchor=\"middle\"")
  }
}

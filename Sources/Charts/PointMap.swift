/// A picture of points with names that never overlap, as SVG.
public struct PointMap: Sendable {
  /// A point.
  public struct Point: Sendable {
    /// Where it is, in any unit.
    public var x: Double
    /// Where it is, upwards.
    public var y: Double
    /// What is written beside it.
    public var name: String
    /// Which colour of the palette.
    public var color = 0
    /// Whether its name is always written, and bold.
    public var isMain = false

    /// A point.
    public init(x: Double, y: Double, name: String, color: Int = 0, isMain: Bool = false) {
      self.x = x
      self.y = y
      self.name = name
      self.color = color
      self.isMain = isMain
    }
  }

  /// What stands above the picture.
  public var title: String
  /// What stands below the title, in smaller letters.
  public var subtitle = ""
  /// What the axes show; without them none are drawn, and one unit is as long in both directions.
  public var axes: (x: String, y: String)?
  /// The points; names of earlier ones are placed first.
  public var points: [Point] = []
  /// Arrows from point to point, by their numbers.
  public var arrows: [(from: Int, to: Int)] = []
  /// Width and height in pixels; nil is 960 by 720, and more for more than 60 points.
  public var size: (width: Double, height: Double)?
  /// Whether it is drawn light on dark.
  public var isDark = false

  /// A picture without points yet.
  public init(title: String) { self.title = title }

  /// The picture as text, and how many names found no room; their points are drawn all the same.
  public func svg() -> (text: String, omittedNames: Int) {
    let theme = isDark ? Theme.dark : Theme.light
    let scale = min(2.5, max(1, (Double(points.count) / 60).squareRoot()))
    let size = size ?? (width: (960 * scale).rounded(), height: (720 * scale).rounded())
    let frame = PlotFrame(
      left: axes == nil ? 24 : 70, right: size.width - 24, top: subtitle.isEmpty ? 56 : 80,
      bottom: size.height - (axes == nil ? 24 : 60))
    var picture = SVGWriter(
      width: size.width, height: size.height, background: theme.background, ink: theme.ink)
    picture.text(
      TextWidth.shortened(title, toEms: (size.width - 48) / 21), x: 24, y: 36,
      "font-size=\"20\" font-weight=\"bold\"")
    picture.text(
      TextWidth.shortened(subtitle, toEms: (size.width - 48) / 14), x: 24, y: 60,
      "fill=\"\(theme.pale)\"")
    let places = places(in: frame)
    if let axes { draw(axes, &picture, frame, theme) }
    for arrow in arrows {
      picture.arrow(from: places[arrow.from], to: places[arrow.to], color: theme.pale)
    }
    for (point, place) in zip(points, places) {
      picture.circle(
        x: place.x, y: place.y, radius: point.isMain ? 4 : 3,
        "fill=\"\(theme.color(point.color))\"")
    }
    var labels = LabelPlacement(
      bounds: (4, frame.top - 14, size.width - 4, size.height - 4), points: places)
    for point in points.indices.filter({ points[$0].isMain }) {
      draw(
        point, labels.place(nameSize(point), at: point, reach: 360, coversPoints: true), &picture,
        places, theme)
    }
    var omitted = 0
    for point in points.indices.filter({ !points[$0].isMain }) {
      let place = labels.place(nameSize(point), at: point, reach: 120, coversPoints: false)
      if place == nil { omitted += 1 }
      draw(point, place, &picture, places, theme)
    }
    return (picture.text, omitted)
  }

  private func nameSize(_ point: Int) -> (width: Double, height: Double) {
    let size = points[point].isMain ? 14.0 : 12.0
    return (TextWidth.ems(points[point].name) * size * (points[point].isMain ? 1.08 : 1), size)
  }

  private func draw(
    _ point: Int, _ place: LabelPlacement.Place?, _ picture: inout SVGWriter,
    _ places: [(x: Double, y: Double)], _ theme: Theme
  ) {
    guard let place else { return }
    let isMain = points[point].isMain
    if place.hasLine {
      picture.path(
        [places[point], (place.anchorX, place.anchorY)],
        "fill=\"none\" stroke=\"\(theme.pale)\" stroke-width=\"0.7\"")
    }
    picture.text(
      points[point].name, x: place.x, y: place.baseline,
      "fill=\"\(theme.color(points[point].color))\" font-size=\"\(isMain ? 14 : 12)\""
        + (isMain ? " font-weight=\"bold\"" : "")
        + " stroke=\"\(theme.background)\" stroke-width=\"3\" paint-order=\"stroke\"")
  }

  /// Where the points are drawn.
  private func places(in frame: PlotFrame) -> [(x: Double, y: Double)] {
    func range(_ values: [Double]) -> (low: Double, length: Double) {
      let low = values.min() ?? 0
      return (low, max((values.max() ?? 1) - low, 1e-12))
    }
    let (x, y) = (range(points.map(\.x)), range(points.map(\.y)))
    // Room for names at the edges.
    let margin = (x: 60.0, y: 24.0)
    let (width, height) = (
      frame.right - frame.left - 2 * margin.x, frame.bottom - frame.top - 2 * margin.y
    )
    var scale = (x: width / x.length, y: height / y.length)
    if axes == nil {
      let both = min(scale.x, scale.y)
      scale = (both, both)
    }
    let left = frame.left + margin.x + (width - scale.x * x.length) / 2
    let bottom = frame.bottom - margin.y - (height - scale.y * y.length) / 2
    return points.map { (left + ($0.x - x.low) * scale.x, bottom - ($0.y - y.low) * scale.y) }
  }

  private func draw(
    _ axes: (x: String, y: String), _ picture: inout SVGWriter, _ frame: PlotFrame, _ theme: Theme
  ) {
    let ink = "stroke=\"\(theme.pale)\""
    picture.line(x1: frame.left, y1: frame.bottom, x2: frame.right, y2: frame.bottom, ink)
    picture.line(x1: frame.left, y1: frame.top, x2: frame.left, y2: frame.bottom, ink)
    picture.text(
      axes.x, x: (frame.left + frame.right) / 2, y: frame.bottom + 34,
      "text-anchor=\"middle\" font-weight=\"bold\"")
    picture.verticalText(axes.y, x: 40, y: (frame.top + frame.bottom) / 2)
  }
}

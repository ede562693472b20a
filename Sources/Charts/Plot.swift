/// A picture of marks over axes: what all charts have in common.
struct Plot {
  var title: String
  var subtitle: String
  var xLabel: String
  var yLabel: String
  var places: [Double]
  var scale: ScaleKind
  /// In the order they are drawn.
  var marks: [any Mark]
  /// In the order in which their names are written where these are at one height.
  var named: [any Mark]

  private static let size = (width: 960.0, height: 600.0)
  private static let frame = PlotFrame(left: 86, right: 748, top: 84, bottom: 536)

  /// The picture as text.
  func svg() -> String {
    let frame = Self.frame
    let y = VerticalAxis(
      scale: Scale(scale, showing: marks.flatMap(\.values)), label: yLabel, frame: frame)
    let x = HorizontalAxis(
      places: places, count: marks.map(\.count).max() ?? 0, label: xLabel, frame: frame)
    var picture = SVGWriter(width: Self.size.width, height: Self.size.height)
    picture.text(title, x: frame.left, y: 36, "font-size=\"20\" font-weight=\"bold\"")
    picture.text(subtitle, x: frame.left, y: 60, "fill=\"#555555\"")
    y.draw(&picture)
    x.draw(&picture)
    for mark in marks { mark.draw(&picture, x, y) }
    drawNames(&picture, y)
    return picture.text
  }

  /// The names of the marks beside their ends, pushed apart where they would overlap.
  private func drawNames(_ picture: inout SVGWriter, _ y: VerticalAxis) {
    let gap = 19.0
    var ends: [(name: String, color: String, end: Double, label: Double)] = []
    for name in named.compactMap(\.name) {
      if let end = y.y(name.value) { ends.append((name.text, name.color, end, end)) }
    }
    ends.sort { $0.end < $1.end }
    for index in ends.indices.dropFirst() {
      ends[index].label = max(ends[index].label, ends[index - 1].label + gap)
    }
    var limit = Self.frame.bottom
    for index in ends.indices.reversed() {
      ends[index].label = min(ends[index].label, limit)
      limit = ends[index].label - gap
    }
    let left = Self.frame.right
    for end in ends {
      picture.path(
        [(left + 2, end.end), (left + 14, end.label), (left + 20, end.label)],
        "fill=\"none\" stroke=\"\(end.color)\"")
      picture.text(
        end.name, x: left + 24, y: end.label + 4.5,
        "fill=\"\(end.color)\" font-size=\"13\" font-weight=\"bold\"")
    }
  }
}

/// A network as the volumes of numbers that its layers make, in the order of the work, as SVG.
///
/// A volume is a box: rows upwards, columns into the picture, both by the square root of their number, and
/// its depth to the right, by the fourth root. The names stand below.
public struct VolumeDiagram: Sendable {
  /// What a layer makes.
  public struct Volume: Sendable {
    /// The layer's name.
    public var name: String
    /// What it does, broken in lines where it is long.
    public var layer: String
    /// Rows, columns and depth, each at least 1.
    public var extents: (rows: Int, columns: Int, depth: Int)
    /// What stands below its size, in small letters.
    public var note: String
    /// Which colour of the palette.
    public var color: Int

    /// A volume.
    public init(
      name: String, layer: String, extents: (rows: Int, columns: Int, depth: Int), note: String,
      color: Int
    ) {
      self.name = name
      self.layer = layer
      self.extents = extents
      self.note = note
      self.color = color
    }
  }

  /// What stands above the picture.
  public var title: String
  /// What stands below the title, in smaller letters.
  public var subtitle = ""
  /// The volumes, the image first.
  public var volumes: [Volume] = []
  /// Volumes beside one another.
  public var volumesInRow = 7

  /// A picture without volumes yet.
  public init(title: String) { self.title = title }

  private static let place = (width: 146.0, height: 214.0)
  private static let margin = 24.0
  /// The longest side of a face, and the longest depth.
  private static let longest = (side: 64.0, depth: 60.0)
  private static let shortest = 5.0
  /// What a side into the picture adds to the right and upwards, as shares of its length.
  private static let slant = (x: 0.35, y: 0.3)
  private static let lineCount = 3

  /// The picture as text.
  public func svg() -> String {
    let inRow = max(1, min(volumesInRow, volumes.count))
    let lines = max(1, (volumes.count + inRow - 1) / inRow)
    let top = subtitle.isEmpty ? 52.0 : 76.0
    var picture = SVGWriter(
      width: max(
        Double(inRow) * Self.place.width + 2 * Self.margin,
        max(TextWidth.ems(title) * 20, TextWidth.ems(subtitle) * 14) + 2 * Self.margin),
      height: top + Double(lines) * Self.place.height + Self.margin)
    picture.text(title, x: Self.margin, y: 36, "font-size=\"20\" font-weight=\"bold\"")
    picture.text(subtitle, x: Self.margin, y: 60, "fill=\"#555555\"")
    let most = volumes.reduce((side: 1, depth: 1)) {
      (max($0.side, $1.extents.rows, $1.extents.columns), max($0.depth, $1.extents.depth))
    }
    for (index, volume) in volumes.enumerated() {
      let x = Self.margin + Double(index % inRow) * Self.place.width
      let y = top + Double(index / inRow) * Self.place.height
      let middle = y + 62
      if index > 0 {
        // From the place before, or from beyond the left edge where a line begins.
        picture.arrow(from: (x - 20, middle), to: (x + 16, middle), color: "#999999")
      }
      let sides = Self.sides(volume, most)
      drawBox(
        sides, &picture, middle: (x + Self.place.width / 2 + 6, middle),
        color: Palette.color(volume.color))
      drawText(volume, &picture, x: x + Self.place.width / 2, y: y + 126)
    }
    return picture.text
  }

  /// Height, length into the picture and width of a box, in pixels.
  private static func sides(
    _ volume: Volume, _ most: (side: Int, depth: Int)
  ) -> (height: Double, into: Double, width: Double) {
    func side(_ count: Int) -> Double {
      max(shortest, (Double(count) / Double(most.side)).squareRoot() * longest.side)
    }
    let depth = (Double(volume.extents.depth) / Double(most.depth)).squareRoot().squareRoot()
    return (
      side(volume.extents.rows), side(volume.extents.columns),
      max(shortest, depth * longest.depth)
    )
  }

  private func drawBox(
    _ sides: (height: Double, into: Double, width: Double), _ picture: inout SVGWriter,
    middle: (x: Double, y: Double), color: String
  ) {
    let shift = (x: sides.into * Self.slant.x, y: sides.into * Self.slant.y)
    let left = middle.x - (sides.width + shift.x) / 2
    let bottom = middle.y + (sides.height + shift.y) / 2
    let (right, top) = (left + sides.width, bottom - sides.height)
    func face(_ points: [(x: Double, y: Double)], opacity: String) {
      picture.path(
        points + [points[0]],
        "fill=\"\(color)\" fill-opacity=\"\(opacity)\" stroke=\"#333333\" stroke-width=\"0.8\" "
          + "stroke-linejoin=\"round\"")
    }
    face([(left, bottom), (left, top), (right, top), (right, bottom)], opacity: "0.75")
    face(
      [
        (left, top), (left + shift.x, top - shift.y), (right + shift.x, top - shift.y),
        (right, top),
      ], opacity: "0.35")
    face(
      [
        (right, bottom), (right, top), (right + shift.x, top - shift.y),
        (right + shift.x, bottom - shift.y),
      ], opacity: "0.55")
  }

  private func drawText(_ volume: Volume, _ picture: inout SVGWriter, x: Double, y: Double) {
    let room = Self.place.width - 10
    let middle = "text-anchor=\"middle\" "
    picture.text(
      TextWidth.shortened(volume.name, toEms: room / 12.5), x: x, y: y,
      middle + "font-size=\"12\" font-weight=\"bold\"")
    let lines = Self.broken(volume.layer, toEms: room / 10.5, lines: Self.lineCount)
    for (index, line) in lines.enumerated() {
      picture.text(
        line, x: x, y: y + 15 + Double(index) * 13, middle + "font-size=\"10.5\" fill=\"#555555\"")
    }
    let below = y + 17 + Double(lines.count) * 13
    let (rows, columns, depth) = volume.extents
    picture.text("\(rows) × \(columns) × \(depth)", x: x, y: below, middle + "font-size=\"11\"")
    picture.text(
      volume.note, x: x, y: below + 14, middle + "font-size=\"10\" fill=\"#777777\"")
  }

  /// A text in lines that are broken at spaces; what has no room in the last one is cut off.
  private static func broken(_ text: String, toEms width: Double, lines: Int) -> [String] {
    var result: [String] = []
    for word in text.split(separator: " ") {
      if let last = result.last, TextWidth.ems(last + " " + word) <= width || result.count == lines
      {
        result[result.count - 1] = last + " " + word
      } else {
        result.append(String(word))
      }
    }
    return result.map { TextWidth.shortened($0, toEms: width) }
  }
}

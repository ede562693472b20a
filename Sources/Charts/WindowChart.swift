/// How a window moves over a grid of numbers and what it makes of them, as SVG: a frame for each place of the
/// window, with what has come out so far beside it.
///
/// It shows convolutions, whose weights stand small in the corners of the window, and pooling, which has none.
public struct WindowChart: Sendable {
  /// What stands above the picture.
  public var title: String
  /// What stands below the title, in smaller letters.
  public var subtitle = ""
  /// The numbers with their padding, row by row.
  public var input: [[String]]
  /// Rows and columns of padding above and on the left, below and on the right: drawn paler.
  public var padding: (top: Int, left: Int, bottom: Int, right: Int)
  /// Rows and columns of the window.
  public var window: (rows: Int, columns: Int)
  /// From one place of the window to the next.
  public var stride: Int
  /// The weights of the window; empty for pooling.
  public var weights: [[String]]
  /// What comes out, row by row.
  public var output: [[String]]
  /// Whether it is drawn light on dark.
  public var isDark = false

  /// Places that are drawn at most, the first ones.
  public static let mostFrames = 12

  /// A picture of a window at work.
  public init(
    title: String, input: [[String]],
    padding: (top: Int, left: Int, bottom: Int, right: Int) = (0, 0, 0, 0),
    window: (rows: Int, columns: Int), stride: Int, weights: [[String]] = [], output: [[String]]
  ) {
    self.title = title
    self.input = input
    self.padding = padding
    self.window = window
    self.stride = stride
    self.weights = weights
    self.output = output
  }

  private static let margin = 24.0
  private static let cell = 32.0
  private static let arrow = 56.0
  private static let gap = (x: 36.0, y: 30.0)
  private static let framesInRow = 3

  private typealias Place = (x: Double, y: Double)

  /// The picture as text.
  public func svg() -> String {
    let theme = isDark ? Theme.dark : Theme.light
    let columns = Double(input.first?.count ?? 0)
    let outputColumns = Double(output.first?.count ?? 0)
    let frame = (
      width: (columns + outputColumns) * Self.cell + Self.arrow,
      height: Double(max(input.count, output.count)) * Self.cell + 24
    )
    let places = output.indices.flatMap { row in output[row].indices.map { (row, $0) } }
    let shown = places.prefix(Self.mostFrames)
    // A row of frames is a row of what comes out, where that has few columns.
    let fit = Int(outputColumns) <= Self.framesInRow ? Int(outputColumns) : Self.framesInRow
    let inRow = max(1, min(fit, shown.count))
    let rows = (shown.count + inRow - 1) / inRow
    let top = subtitle.isEmpty ? 60.0 : 84.0
    let hasMore = shown.count < places.count
    var picture = SVGWriter(
      width: max(
        Double(inRow) * (frame.width + Self.gap.x) - Self.gap.x, TextWidth.ems(title) * 21,
        TextWidth.ems(subtitle) * 14) + 2 * Self.margin,
      height: top + Double(rows) * (frame.height + Self.gap.y) + (hasMore ? 20 : 0),
      background: theme.background, ink: theme.ink)
    picture.text(title, x: Self.margin, y: 36, "font-size=\"20\" font-weight=\"bold\"")
    picture.text(subtitle, x: Self.margin, y: 60, "fill=\"\(theme.pale)\"")
    for (number, place) in shown.enumerated() {
      draw(
        place, number: number, &picture,
        (
          Self.margin + Double(number % inRow) * (frame.width + Self.gap.x),
          top + Double(number / inRow) * (frame.height + Self.gap.y)
        ), theme)
    }
    if hasMore {
      picture.text(
        "the first \(shown.count) of \(places.count) places", x: Self.margin,
        y: top + Double(rows) * (frame.height + Self.gap.y), "fill=\"\(theme.pale)\"")
    }
    return picture.text
  }

  /// One place of the window.
  private func draw(
    _ place: (row: Int, column: Int), number: Int, _ picture: inout SVGWriter, _ corner: Place,
    _ theme: Theme
  ) {
    picture.text(
      "row \(place.row), column \(place.column)", x: corner.x, y: corner.y + 12,
      "font-size=\"12\" fill=\"\(theme.pale)\"")
    let grid = (x: corner.x, y: corner.y + 20)
    let (top, left) = (place.row * stride, place.column * stride)
    let rows = top..<top + window.rows
    let columns = left..<left + window.columns
    for (row, values) in input.enumerated() {
      for (column, value) in values.enumerated() {
        let isInside = rows.contains(row) && columns.contains(column)
        drawCell(
          value, &picture, at: grid, row: row, column: column, isDeep: isInside,
          isPale: isPadding(row, column), hasWeight: isInside && !weights.isEmpty, theme)
        guard isInside, !weights.isEmpty else { continue }
        picture.text(
          "×" + weights[row - top][column - left],
          x: grid.x + Double(column + 1) * Self.cell - 4,
          y: grid.y + Double(row + 1) * Self.cell - 4,
          "text-anchor=\"end\" font-size=\"9\" fill=\"\(theme.ink)\"")
      }
    }
    picture.rectangle(
      x: grid.x + Double(left) * Self.cell - 0.5, y: grid.y + Double(top) * Self.cell - 0.5,
      width: Double(window.columns) * Self.cell, height: Double(window.rows) * Self.cell,
      "fill=\"none\" stroke=\"\(theme.color(1))\" stroke-width=\"2.5\"")
    let width = Double(input.first?.count ?? 0) * Self.cell
    let result = (
      x: grid.x + width + Self.arrow,
      y: grid.y + Double(max(0, input.count - output.count)) / 2 * Self.cell
    )
    let middle = grid.y + Double(input.count) / 2 * Self.cell
    picture.arrow(
      from: (grid.x + width + 4, middle), to: (result.x - 2, middle), color: theme.pale)
    for (row, values) in output.enumerated() {
      for (column, value) in values.enumerated() {
        let order = row * values.count + column
        drawCell(
          order <= number ? value : "", &picture, at: result, row: row, column: column,
          isDeep: order == number, isPale: false, hasWeight: false, theme)
      }
    }
    picture.rectangle(
      x: result.x + Double(place.column) * Self.cell - 0.5,
      y: result.y + Double(place.row) * Self.cell - 0.5, width: Self.cell, height: Self.cell,
      "fill=\"none\" stroke=\"\(theme.color(1))\" stroke-width=\"2.5\"")
  }

  private func isPadding(_ row: Int, _ column: Int) -> Bool {
    row < padding.top || column < padding.left || row >= input.count - padding.bottom
      || column >= (input.first?.count ?? 0) - padding.right
  }

  private func drawCell(
    _ text: String, _ picture: inout SVGWriter, at corner: Place, row: Int, column: Int,
    isDeep: Bool, isPale: Bool, hasWeight: Bool, _ theme: Theme
  ) {
    let shade = Shade(hue: .vermilion, isDark: isDark)
    let (x, y) = (corner.x + Double(column) * Self.cell, corner.y + Double(row) * Self.cell)
    picture.rectangle(
      x: x, y: y, width: Self.cell - 1, height: Self.cell - 1,
      isPale && !isDeep
        ? "fill=\"none\" stroke=\"\(theme.grid)\" stroke-dasharray=\"3 3\""
        : "fill=\"\(shade.color(depth: isDeep ? 0.25 : 0))\"")
    let size = min(14, (Self.cell - 4) / max(1, TextWidth.ems(text)))
    picture.text(
      text, x: x + (Self.cell - 1) / 2, y: y + (hasWeight ? 16 : 20.5),
      "text-anchor=\"middle\" font-size=\"\(SVGWriter.number(size))\""
        + (isPale && !isDeep ? " fill=\"\(theme.pale)\"" : ""))
  }
}

/// The same words as one-hot columns and as dense ones, side by side, each with the similarities below, as
/// SVG.
///
/// On the left a word is a column with a single 1, in the row of its own that the vocabulary gives it; on the
/// right it is a column of numbers that all words share. Between one-hot columns each similarity is 0.
public struct EncodingChart: Sendable {
  /// One word.
  public struct Word: Sendable {
    /// What is written beside its column.
    public var name: String
    /// Its row among the words of the vocabulary, from 1 on.
    public var row: Int
    /// Its dense vector, of length 1.
    public var values: [Double]

    /// A word.
    public init(name: String, row: Int, values: [Double]) {
      self.name = name
      self.row = row
      self.values = values
    }
  }

  /// What stands above the picture.
  public var title: String
  /// What stands below the title, in smaller letters.
  public var subtitle = ""
  /// How many words the vocabulary has.
  public var vocabularySize: Int
  /// The words, at most ``mostWords``.
  public var words: [Word]
  /// Whether it is drawn light on dark.
  public var isDark = false

  /// The words that have room beside one another.
  public static let mostWords = 16

  /// A picture of words.
  public init(title: String, vocabularySize: Int, words: [Word]) {
    self.title = title
    self.vocabularySize = vocabularySize
    self.words = words
  }

  /// The cosine similarity of two words' dense vectors.
  public func similarity(_ first: Int, _ second: Int) -> Double {
    zip(words[first].values, words[second].values).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// The distance of two words' dense vectors.
  public func distance(_ first: Int, _ second: Int) -> Double {
    zip(words[first].values, words[second].values)
      .reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }

  private static let margin = 24.0
  private static let nameSize = 13.0
  private static let cell = (width: 44.0, height: 26.0)
  private static let gap = 48.0
  /// Longer names are shortened.
  private static let longestName = 9.0

  private typealias Place = (x: Double, y: Double)

  /// The picture as text.
  public func svg() -> String {
    let theme = isDark ? Theme.dark : Theme.light
    let names = words.map { TextWidth.shortened($0.name, toEms: Self.longestName) }
    let rows = words.map { "row \(NumberText.grouped($0.row))" }
    let left = (names + rows).map(TextWidth.ems).max().map { $0 * Self.nameSize + 10 } ?? 0
    let count = Double(words.count)
    let side = count * Self.cell.width
    // The last name of the columns reaches beyond them.
    let beyond = max(
      0, (names.map(TextWidth.ems).max() ?? 0) * Self.nameSize * 0.75 - Self.cell.width / 2)
    let half = left + max(side + beyond, 250)
    let below = (names.map(TextWidth.ems).max() ?? 0) * Self.nameSize * 0.75 + 20
    let columns = (count + 1) * Self.cell.height
    let top = subtitle.isEmpty ? 62.0 : 86.0
    let table = top + 50 + columns + below + 34
    let height = table + count * Self.cell.height + below + Self.margin
    var picture = SVGWriter(
      width: max(
        2 * half + Self.gap + 2 * Self.margin, TextWidth.ems(title) * 21 + 2 * Self.margin,
        TextWidth.ems(subtitle) * 14 + 2 * Self.margin),
      height: height, background: theme.background, ink: theme.ink)
    picture.text(title, x: Self.margin, y: 36, "font-size=\"20\" font-weight=\"bold\"")
    picture.text(subtitle, x: Self.margin, y: 60, "fill=\"\(theme.pale)\"")
    for isDense in [false, true] {
      let x = Self.margin + (isDense ? half + Self.gap : 0)
      drawHeading(&picture, (x, top + 14), theme, isDense: isDense)
      if isDense {
        drawDense(&picture, (x + left, top + 50), height: columns, theme)
      } else {
        drawOneHot(&picture, (x + left, top + 50), rows, theme)
      }
      drawNames(names, &picture, (x + left, top + 50 + columns))
      drawSimilarities(&picture, (x + left, table), names, theme, isDense: isDense)
      drawNames(names, &picture, (x + left, table + count * Self.cell.height))
    }
    return picture.text
  }

  private func drawHeading(
    _ picture: inout SVGWriter, _ place: Place, _ theme: Theme, isDense: Bool
  ) {
    picture.text(
      isDense ? "Dense" : "One-hot", x: place.x, y: place.y,
      "font-size=\"15\" font-weight=\"bold\"")
    let count = isDense ? words.first?.values.count ?? 0 : vocabularySize
    picture.text(
      isDense
        ? "\(count) numbers a word, which all words share"
        : "\(NumberText.grouped(count)) numbers a word, one of them 1",
      x: place.x, y: place.y + 20, "font-size=\"13\" fill=\"\(theme.pale)\"")
  }

  private func drawOneHot(
    _ picture: inout SVGWriter, _ place: Place, _ rows: [String], _ theme: Theme
  ) {
    let order = words.indices.sorted { words[$0].row < words[$1].row }
    let shade = Shade(hue: .vermilion, isDark: isDark)
    for (line, row) in order.enumerated() {
      let y = place.y + Double(line) * Self.cell.height
      picture.text(
        rows[row], x: place.x - 8, y: y + 17,
        "text-anchor=\"end\" font-size=\"12\" fill=\"\(theme.pale)\"")
      for column in words.indices {
        draw(
          row == column ? "1" : "0", depth: row == column ? 1 : 0, shade, &picture,
          (place.x + Double(column) * Self.cell.width, y))
      }
    }
    picture.text(
      "all other rows are 0", x: place.x, y: place.y + Double(words.count) * Self.cell.height + 17,
      "font-size=\"12\" fill=\"\(theme.pale)\"")
  }

  private func drawDense(
    _ picture: inout SVGWriter, _ place: Place, height: Double, _ theme: Theme
  ) {
    let count = words.first?.values.count ?? 0
    let limit = words.flatMap(\.values).reduce(0) { max($0, $1.magnitude) }
    let line = height / Double(max(1, count))
    for (column, word) in words.enumerated() {
      for (row, value) in word.values.enumerated() {
        let shade = Shade(hue: value < 0 ? .blue : .vermilion, isDark: isDark)
        picture.rectangle(
          x: place.x + Double(column) * Self.cell.width, y: place.y + Double(row) * line,
          width: Self.cell.width - 1, height: line,
          "fill=\"\(shade.color(depth: limit > 0 ? value.magnitude / limit : 0))\"")
      }
    }
    picture.text(
      "1", x: place.x - 8, y: place.y + 12,
      "text-anchor=\"end\" font-size=\"12\" fill=\"\(theme.pale)\"")
    picture.text(
      "\(count)", x: place.x - 8, y: place.y + height - 2,
      "text-anchor=\"end\" font-size=\"12\" fill=\"\(theme.pale)\"")
    picture.verticalText("red above 0, blue below", x: place.x - 34, y: place.y + height / 2)
  }

  private func drawSimilarities(
    _ picture: inout SVGWriter, _ place: Place, _ names: [String], _ theme: Theme, isDense: Bool
  ) {
    let distances = words.indices.flatMap { first in
      words.indices.filter { $0 > first }.map { distance(first, $0) }
    }
    let apart =
      isDense
      ? "distances \(NumberText.decimals(distances.min() ?? 0)) to \(NumberText.decimals(distances.max() ?? 0))"
      : "each distance √2 = 1.41"
    picture.text(
      "similarity (cosine); \(apart)", x: place.x, y: place.y - 12, "font-size=\"13\"")
    for row in words.indices {
      let y = place.y + Double(row) * Self.cell.height
      picture.text(
        names[row], x: place.x - 8, y: y + 17, "text-anchor=\"end\" font-size=\"13\"")
      for column in words.indices {
        let value = row == column ? 1 : isDense ? similarity(row, column) : 0
        draw(
          NumberText.decimals(value), depth: value.magnitude,
          Shade(hue: value < 0 ? .blue : .vermilion, isDark: isDark), &picture,
          (place.x + Double(column) * Self.cell.width, y))
      }
    }
  }

  private func drawNames(_ names: [String], _ picture: inout SVGWriter, _ place: Place) {
    for (column, name) in names.enumerated() {
      picture.slantedText(
        name, x: place.x + (Double(column) + 0.5) * Self.cell.width - 4, y: place.y + 10,
        "font-size=\"13\"")
    }
  }

  private func draw(
    _ text: String, depth: Double, _ shade: Shade, _ picture: inout SVGWriter, _ place: Place
  ) {
    picture.rectangle(
      x: place.x, y: place.y, width: Self.cell.width - 1, height: Self.cell.height - 1,
      "fill=\"\(shade.color(depth: depth))\"")
    picture.text(
      text, x: place.x + (Self.cell.width - 1) / 2, y: place.y + 17,
      "text-anchor=\"middle\" font-size=\"12\" fill=\"\(shade.ink(depth: depth))\"")
  }
}

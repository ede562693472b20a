/// Many small images as one picture with words below each, and lines below them all.
public struct LabelledSheet: Sendable {
  /// An image and what is written below it, a line each.
  public struct Cell: Sendable {
    /// The image, of 1 or 3 planes.
    public var image: Image
    /// The lines below it; what is wider than the cell is shortened.
    public var labels: [String]

    /// A cell.
    public init(_ image: Image, _ labels: String...) {
      self.image = image
      self.labels = labels
    }
  }

  /// The images.
  public var cells: [Cell]
  /// Images in a row.
  public var columns: Int
  /// What stands below the sheet, broken in lines at blanks; empty for none.
  public var caption: String

  /// A sheet of at least one image.
  public init(_ cells: [Cell], columns: Int, caption: String = "") {
    precondition(!cells.isEmpty && columns >= 1, "\(cells.count) cells in \(columns) columns")
    self.cells = cells
    self.columns = columns
    self.caption = caption
  }

  private static let gap = 6
  private static let background: Float = 1
  private static let ink: Float = 0
  /// Capitals in narrow cells, and in others.
  private static let heights: (narrow: Float, usual: Float) = (7, 9)
  private static let narrowCell = 64
  /// The least width of a sheet with a caption.
  private static let narrowestCaption = 240

  /// The picture.
  public func image() -> Image {
    let width = cells.map(\.image.width).max() ?? 1
    let height = cells.map(\.image.height).max() ?? 1
    let font = StrokeFont(
      height: width < Self.narrowCell ? Self.heights.narrow : Self.heights.usual)
    let captionFont = StrokeFont(height: Self.heights.usual)
    let lines = cells.map(\.labels.count).max() ?? 0
    let columns = min(columns, cells.count)
    let rows = (cells.count + columns - 1) / columns
    let rowHeight = height + Self.gap + (lines == 0 ? 0 : lines * font.lineHeight + 2)
    let gridWidth = columns * (width + Self.gap) + Self.gap
    let whole = max(gridWidth, caption.isEmpty ? 0 : Self.narrowestCaption)
    let captions = captionFont.wrapped(caption, to: whole - 2 * Self.gap)
    var sheet = Image(
      shape: ImageShape(
        height: rows * rowHeight + Self.gap
          + (captions.isEmpty ? 0 : captions.count * captionFont.lineHeight + Self.gap),
        width: whole, channels: cells.contains { $0.image.channels == 3 } ? 3 : 1),
      filledWith: Self.background)
    for (place, cell) in cells.enumerated() {
      let left = Self.gap + place % columns * (width + Self.gap)
      let top = Self.gap + place / columns * rowHeight
      let (image, indent) = (cell.image, (width - cell.image.width) / 2)
      sheet.place(image, row: top + height - image.height, column: left + indent)
      for (number, label) in cell.labels.enumerated() {
        font.draw(
          font.shortened(label, to: width), on: &sheet, x: left,
          top: top + height + 4 + number * font.lineHeight, ink: Self.ink)
      }
    }
    for (number, line) in captions.enumerated() {
      captionFont.draw(
        line, on: &sheet, x: Self.gap,
        top: rows * rowHeight + Self.gap + number * captionFont.lineHeight, ink: Self.ink)
    }
    return sheet
  }
}

extension Image {
  /// Puts an image onto this one, which has room for it; a grey one onto all planes.
  fileprivate mutating func place(_ image: Image, row: Int, column: Int) {
    for channel in 0..<channels {
      let source = min(channel, image.channels - 1)
      for y in 0..<image.height {
        for x in 0..<image.width { self[row + y, column + x, channel] = image[y, x, source] }
      }
    }
  }
}

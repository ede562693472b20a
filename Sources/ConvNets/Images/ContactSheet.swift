/// Many small images as one picture.
public enum ContactSheet {
  /// Lays images out row by row, each in the middle of a cell as large as the largest of them.
  ///
  /// - Parameters:
  ///   - images: at least one, of 1 or 3 planes each.
  ///   - columns: images in a row, at least 1.
  ///   - gap: pixels between cells and around them.
  ///   - magnification: every pixel becomes a square of so many pixels.
  ///   - background: the value between the images.
  public static func make(
    _ images: [Image], columns: Int, gap: Int = 2, magnification: Int = 1, background: Float = 1
  ) -> Image {
    precondition(!images.isEmpty && columns >= 1 && gap >= 0 && magnification >= 1)
    let height = (images.map(\.height).max() ?? 1) * magnification
    let width = (images.map(\.width).max() ?? 1) * magnification
    let channels = images.contains { $0.channels == 3 } ? 3 : 1
    let columns = min(columns, images.count)
    let rows = (images.count + columns - 1) / columns
    var sheet = Image(
      shape: ImageShape(
        height: rows * (height + gap) + gap, width: columns * (width + gap) + gap,
        channels: channels),
      filledWith: background)
    for (place, image) in images.enumerated() {
      precondition(image.channels == 1 || image.channels == 3, "\(image.shape) on a contact sheet")
      let large =
        magnification == 1
        ? image
        : image.resized(
          height: image.height * magnification, width: image.width * magnification, by: .nearest)
      let top = place / columns * (height + gap) + gap + (height - large.height) / 2
      let left = place % columns * (width + gap) + gap + (width - large.width) / 2
      for channel in 0..<channels {
        let source = min(channel, image.channels - 1)
        for row in 0..<large.height {
          for column in 0..<large.width {
            sheet[top + row, left + column, channel] = large[row, column, source]
          }
        }
      }
    }
    return sheet
  }

  /// An image in the size of a cell: a small one magnified by a whole factor, a large one shrunk, so
  /// that its longer side is at most `side` pixels.
  public static func fitted(_ image: Image, side: Int) -> Image {
    precondition(side >= 1, "a cell of \(side) pixels")
    let longest = max(image.height, image.width)
    if longest <= side {
      let factor = side / longest
      return image.resized(
        height: image.height * factor, width: image.width * factor, by: .nearest)
    }
    return image.resized(
      height: max(1, image.height * side / longest), width: max(1, image.width * side / longest))
  }
}

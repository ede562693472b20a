import WordtoolCore

extension FilterExplanation {
  /// A 4 x 4 image for pooling.
  public static let poolingImage = Image(
    shape: ImageShape(height: 4, width: 4, channels: 1),
    values: [
      1, 3, 2, 1,
      4, 6, 5, 0,
      7, 2, 9, 8,
      0, 1, 3, 4,
    ])

  /// The image and the result side by side, and which numbers each number of the result comes from.
  ///
  /// - Parameters:
  ///   - pooling: the window.
  ///   - image: one plane; every number of the result takes two lines.
  /// - Throws: as `ImageFilter.outputShape(for:)` does.
  public static func text(of pooling: ImagePooling, on image: Image) throws -> String {
    try OptionCheck.require(
      image.channels == 1, found: "an explanation on an image of \(image.shape)",
      expected: "one plane")
    let result = try pooling.apply(to: image)
    let (filter, window) = (pooling.filter, pooling.window)
    let margins = filter.margins
    let padded = filter.padded(image, channel: 0)
    var text =
      "A \(image.height) x \(image.width) image, \(pooling.kind.rawValue) pooling by "
      + "\(window) x \(window), stride \(filter.stride)"
    text += margins == (0, 0, 0, 0) ? "" : ", the border padded (\(filter.boundary.rawValue))"
    text += ", give a \(result.height) x \(result.width) map:\n\n"
    text += sideBySide(
      [
        grid(image.height, image.width) { image[$0, $1, 0] },
        grid(result.height, result.width) { result[$0, $1, 0] },
      ], marks: ["", "  →  "])
    for row in 0..<result.height {
      for column in 0..<result.width {
        let (top, left) = (row * filter.stride, column * filter.stride)
        text += "\nrow \(row), column \(column): the window lies on rows \(top - margins.top) to "
        text += "\(top - margins.top + window - 1) and columns \(left - margins.left) to "
        text += "\(left - margins.left + window - 1)\n"
        let values = padded[top..<top + window].flatMap { $0[left..<left + window] }
          .map { number($0) }
        text += "    \(pooling.kind.rawValue)(\(values.joined(separator: ", ")))"
        text += " = \(number(result[row, column, 0]))\n"
      }
    }
    return text
  }
}

import WordtoolCore

/// A filter at work on a small image, multiplication by multiplication.
public enum FilterExplanation {
  /// A 5 x 5 image of zeros and ones.
  public static let exampleImage = Image(
    shape: ImageShape(height: 5, width: 5, channels: 1),
    values: [
      1, 1, 1, 0, 0,
      0, 1, 1, 1, 0,
      0, 0, 1, 1, 1,
      0, 0, 1, 1, 0,
      0, 1, 1, 0, 0,
    ])

  /// A 3 x 3 filter that answers to an X.
  public static let exampleKernel = ImageKernel(
    name: "example", rows: [[1, 0, 1], [0, 1, 0], [1, 0, 1]])

  /// The image, the kernel and the result side by side, and how each number of the result comes
  /// about.
  ///
  /// - Parameters:
  ///   - filter: the filter.
  ///   - image: one plane; every number of the result takes as many lines as the kernel has rows,
  ///     so the image should be small.
  /// - Throws: as `ImageFilter.outputShape(for:)` does.
  public static func text(of filter: ImageFilter, on image: Image) throws -> String {
    try OptionCheck.require(
      image.channels == 1, found: "an explanation on an image of \(image.shape)",
      expected: "one plane")
    let result = try filter.apply(to: image)
    let kernel = filter.kernel
    let margins = filter.margins
    var text =
      "A \(image.height) x \(image.width) image, a \(kernel.height) x \(kernel.width) filter, "
      + "stride \(filter.stride)"
    text += margins == (0, 0, 0, 0) ? "" : ", the border padded (\(filter.boundary.rawValue))"
    text += ", give a \(result.height) x \(result.width) feature map:\n\n"
    text += sideBySide(
      [
        grid(image.height, image.width) { image[$0, $1, 0] },
        grid(kernel.height, kernel.width) { kernel[$0, $1] },
        grid(result.height, result.width) { result[$0, $1, 0] },
      ])
    for row in 0..<result.height {
      for column in 0..<result.width {
        let top = row * filter.stride - margins.top
        let left = column * filter.stride - margins.left
        text += "\nrow \(row), column \(column): the filter lies on rows \(top) to "
        text += "\(top + kernel.height - 1) and columns \(left) to \(left + kernel.width - 1)\n"
        for down in 0..<kernel.height {
          let products = (0..<kernel.width).map { right in
            let value = pixel(image, top + down, left + right, filter)
            return "\(number(value))·\(number(kernel[down, right], inProduct: true))"
          }
          text += down == 0 ? "    " : "  + "
          text += products.joined(separator: " + ")
          if down == kernel.height - 1 { text += " = \(number(result[row, column, 0]))" }
          text += "\n"
        }
      }
    }
    return text
  }

  private static func pixel(
    _ image: Image, _ row: Int, _ column: Int, _ filter: ImageFilter
  ) -> Float {
    guard let row = filter.boundary.index(row, count: image.height),
      let column = filter.boundary.index(column, count: image.width)
    else { return filter.constant }
    return image[row, column, 0]
  }

  /// A number with at most three decimals, negative factors in parentheses.
  package static func number(_ value: Float, inProduct: Bool = false) -> String {
    let thousandths = (Double(value) * 1000).rounded()
    guard abs(thousandths) < 1e15 else { return "\(value)" }
    let whole = Int(thousandths.magnitude)
    var text = "\(whole / 1000)"
    if whole % 1000 > 0 {
      var digits = String(String(1000 + whole % 1000).dropFirst())
      while digits.last == "0" { digits.removeLast() }
      text += "." + digits
    }
    guard thousandths < 0 else { return text }
    return inProduct ? "(-\(text))" : "-\(text)"
  }

  static func grid(
    _ height: Int, _ width: Int, _ value: (Int, Int) -> Float
  ) -> [String] {
    let cells = (0..<height).map { row in (0..<width).map { number(value(row, $0)) } }
    let longest = cells.joined().map(\.count).max() ?? 1
    return cells.map { row in
      row.map { String(repeating: " ", count: longest - $0.count) + $0 }.joined(separator: " ")
    }
  }

  static func sideBySide(
    _ grids: [[String]], marks: [String] = ["", "  *  ", "  =  "]
  ) -> String {
    let height = grids.map(\.count).max() ?? 0
    return (0..<height).map { line in
      var text = "  "
      for (place, grid) in grids.enumerated() {
        let blank = String(repeating: " ", count: grid[0].count)
        text += line == 0 ? marks[place] : String(repeating: " ", count: marks[place].count)
        text += line < grid.count ? grid[line] : blank
      }
      while text.last == " " { text.removeLast() }
      return text + "\n"
    }.joined()
  }
}

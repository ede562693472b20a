import Charts
import ConvNets

/// A filter or pooling at work on a few numbers, as a picture: a frame for each place of the window.
struct WindowDrawing {
  private let filter: ImageFilter
  private let image: Image
  private let result: Image
  private let name: String
  private let weights: [[String]]

  /// A filter on one plane.
  init(_ filter: ImageFilter, on image: Image) throws {
    self.filter = filter
    self.image = image
    result = try filter.apply(to: image)
    let kernel = filter.kernel
    name = "A \(kernel.height) x \(kernel.width) filter"
    weights = (0..<kernel.height).map { row in
      (0..<kernel.width).map { FilterExplanation.number(kernel[row, $0]) }
    }
  }

  /// Pooling on one plane.
  init(_ pooling: ImagePooling, on image: Image) throws {
    filter = pooling.filter
    self.image = image
    result = try pooling.apply(to: image)
    name =
      (pooling.kind == .max ? "Max" : "Average")
      + " pooling by \(pooling.window) x \(pooling.window)"
    weights = []
  }

  /// The picture.
  func chart(isDark: Bool) -> WindowChart {
    let margins = filter.margins
    let isPadded = margins != (0, 0, 0, 0)
    var chart = WindowChart(
      title: "\(name), stride \(filter.stride)"
        + (isPadded ? ", the border padded (\(filter.boundary.rawValue))" : ""),
      input: filter.padded(image, channel: 0).map { $0.map { FilterExplanation.number($0) } },
      padding: (margins.top, margins.left, margins.bottom, margins.right),
      window: (filter.kernel.height, filter.kernel.width), stride: filter.stride, weights: weights,
      output: (0..<result.height).map { row in
        (0..<result.width).map { FilterExplanation.number(result[row, $0, 0]) }
      })
    let padding = margins.top + margins.bottom
    let span = image.height + padding - filter.kernel.height
    chart.subtitle =
      "(\(image.height)\(isPadded ? " + \(padding)" : "") − \(filter.kernel.height)) / "
      + "\(filter.stride) + 1 = \(result.height) rows"
      + (span.isMultiple(of: filter.stride) ? "" : ", rounded down")
    chart.isDark = isDark
    return chart
  }
}

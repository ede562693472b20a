import WordtoolCore

/// A window slid over an image that keeps one number of those under it: the largest, or their mean.
///
/// It goes over every plane by itself. What lies beyond the border with padding is as with ``ImageFilter``;
/// a mean counts it too.
public struct ImagePooling: Sendable {
  /// What is kept.
  public enum Kind: String, CaseIterable, Sendable {
    /// The largest number.
    case max
    /// The mean.
    case average
  }

  /// What is kept.
  public var kind: Kind
  /// Where the window lies: a filter of its size, whose weights are those of the mean.
  public let filter: ImageFilter

  /// The most rows and columns of a window.
  public static let maximumWindow = 64

  /// Pooling by a square window.
  ///
  /// - Parameters:
  ///   - kind: what a window gives: its largest value or its mean.
  ///   - window: rows and columns, 1 to ``maximumWindow``.
  ///   - stride: pixels from one place to the next; nil for the window's size, so that none is seen twice.
  ///   - padding: how far windows reach over the edges.
  ///   - boundary: what is taken for the values there.
  ///   - constant: the value of ``Boundary/constant``.
  /// - Throws: `WordtoolError` of kind `usage` for a `window` out of range.
  public init(
    _ kind: Kind, window: Int, stride: Int? = nil, padding: ImageFilter.Padding = .valid,
    boundary: Boundary = .reflect, constant: Float = 0
  ) throws {
    try OptionCheck.require("window", window, in: 1...Self.maximumWindow)
    self.kind = kind
    let weight = 1 / Float(window * window)
    filter = ImageFilter(
      ImageKernel(
        name: "mean", rows: Array(repeating: Array(repeating: weight, count: window), count: window)
      ),
      stride: stride ?? window, padding: padding, boundary: boundary, constant: constant)
  }

  /// Rows and columns of the window.
  public var window: Int { filter.kernel.height }

  /// The image with a number for each place of the window. Means are summed in double precision.
  ///
  /// - Throws: as ``ImageFilter/outputShape(for:)`` does.
  /// - Complexity: O(output pixels · window²).
  public func apply(to image: Image) throws -> Image {
    let shape = try filter.outputShape(for: image.shape)
    let planes = (0..<image.channels).map { channel in
      let padded = filter.padded(image, channel: channel)
      var values: [Float] = []
      values.reserveCapacity(shape.planeCount)
      for row in 0..<shape.height {
        for column in 0..<shape.width {
          values.append(kept(of: padded, row: row, column: column))
        }
      }
      return values
    }
    return Image(shape: shape, values: Array(planes.joined()))
  }

  private func kept(of padded: [[Float]], row: Int, column: Int) -> Float {
    let (top, left) = (row * filter.stride, column * filter.stride)
    var largest = padded[top][left]
    var sum = 0.0
    for line in padded[top..<top + window] {
      for value in line[left..<left + window] {
        if value > largest { largest = value }
        sum += Double(value)
      }
    }
    return kind == .max ? largest : Float(sum / Double(window * window))
  }
}

extension ImageFilter {
  /// One plane of an image with what lies beyond its border, row by row.
  package func padded(_ image: Image, channel: Int) -> [[Float]] {
    let margins = margins
    let columns = (-margins.left..<image.width + margins.right).map {
      boundary.index($0, count: image.width)
    }
    return (-margins.top..<image.height + margins.bottom).map { row in
      guard let row = boundary.index(row, count: image.height) else {
        return Array(repeating: constant, count: columns.count)
      }
      return columns.map { $0.map { image[row, $0, channel] } ?? constant }
    }
  }
}

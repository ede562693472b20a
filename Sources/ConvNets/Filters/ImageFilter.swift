import WordtoolCore

/// A kernel slid over an image: every output pixel is the sum of the pixels under the kernel times
/// its weights.
///
/// That is correlation, which networks call convolution: the kernel is not turned. With stride 1
/// and padding `same` it is `scipy.ndimage.correlate` with the mode of the same name; turn the
/// kernel first (``ImageKernel/flipped``) for `scipy.ndimage.convolve`.
public struct ImageFilter: Sendable {
  /// How far beyond the border the kernel may reach.
  public enum Padding: Hashable, Sendable {
    /// Not at all: the output is smaller.
    case valid
    /// So far that with stride 1 the output is as large as the input; a kernel of even size reaches
    /// one further above and to the left.
    case same
    /// This many pixels on every side.
    case pixels(Int)
  }

  /// The weights.
  public var kernel: ImageKernel
  /// Pixels from one place of the kernel to the next, at least 1.
  public var stride: Int
  /// How far beyond the border the kernel may reach.
  public var padding: Padding
  /// What lies beyond the border.
  public var boundary: Boundary
  /// The value beyond the border with ``Boundary/constant``.
  public var constant: Float

  /// The most pixels of padding on a side.
  public static let maximumPadding = 4096

  /// A filter.
  public init(
    _ kernel: ImageKernel, stride: Int = 1, padding: Padding = .same,
    boundary: Boundary = .reflect, constant: Float = 0
  ) {
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.boundary = boundary
    self.constant = constant
  }

  /// Pixels of padding above, below, on the left and on the right.
  package var margins: (top: Int, bottom: Int, left: Int, right: Int) {
    switch padding {
    case .valid: return (0, 0, 0, 0)
    case .same:
      let (above, before) = (kernel.height / 2, kernel.width / 2)
      return (above, kernel.height - 1 - above, before, kernel.width - 1 - before)
    case .pixels(let count): return (count, count, count, count)
    }
  }

  /// The shape of the output: (extent + padding - kernel) / stride + 1 in each direction, rounded
  /// down.
  ///
  /// - Throws: `WordtoolError` of kind `usage` when the kernel does not fit into the padded image.
  public func outputShape(for shape: ImageShape) throws -> ImageShape {
    try OptionCheck.require("stride", stride, in: 1...Int(Int32.max))
    if case .pixels(let count) = padding {
      try OptionCheck.require("padding", count, in: 0...Self.maximumPadding)
    }
    let margins = margins
    let height = shape.height + margins.top + margins.bottom - kernel.height
    let width = shape.width + margins.left + margins.right - kernel.width
    guard height >= 0, width >= 0,
      let output = ImageShape(checking: height / stride + 1, width / stride + 1, shape.channels)
    else {
      throw WordtoolError(
        .usage,
        found: "a kernel of \(kernel.height) x \(kernel.width) on an image of \(shape)",
        expected: "one that fits", remedy: "pad the image")
    }
    return output
  }

  /// Filters every plane of an image. Sums are taken in double precision, in the kernel's order.
  ///
  /// - Throws: as ``outputShape(for:)`` does.
  /// - Complexity: O(output pixels · kernel weights).
  public func apply(to image: Image) throws -> Image {
    let shape = try outputShape(for: image.shape)
    let margins = margins
    let rows = (-margins.top..<image.height + margins.bottom).map {
      boundary.index($0, count: image.height) ?? -1
    }
    let columns = (-margins.left..<image.width + margins.right).map {
      boundary.index($0, count: image.width) ?? -1
    }
    // Kernels are often half zeros, which add nothing.
    let taps = (0..<kernel.height).flatMap { row in
      (0..<kernel.width).map { (row, $0, Double(kernel[row, $0])) }
    }.filter { $0.2 != 0 }
    let paddedWidth = columns.count
    var padded = [Float](repeating: constant, count: rows.count * paddedWidth)
    var result = Image(shape: shape, filledWith: 0)
    for channel in 0..<image.channels {
      let base = channel * image.shape.planeCount
      for (place, row) in rows.enumerated() where row >= 0 {
        for (target, column) in columns.enumerated() where column >= 0 {
          padded[place * paddedWidth + target] = image.values[base + row * image.width + column]
        }
      }
      unsafe result.withMutableValues { out in
        for row in 0..<shape.height {
          for column in 0..<shape.width {
            let corner = row * stride * paddedWidth + column * stride
            var sum = 0.0
            for (down, right, weight) in taps {
              sum += weight * Double(padded[corner + down * paddedWidth + right])
            }
            unsafe out[(channel * shape.height + row) * shape.width + column] = Float(sum)
          }
        }
      }
    }
    return result
  }
}

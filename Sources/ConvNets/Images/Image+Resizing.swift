extension Image {
  /// How values between the pixels are found when an image is resized.
  public enum Resampling: String, CaseIterable, Sendable {
    /// The nearest pixel.
    case nearest
    /// A triangle as wide as the larger of the two pixels, so that shrinking takes the mean of what
    /// falls together; the default of Pillow's and torchvision's `resize` with antialiasing.
    case bilinear
  }

  /// The image in another size. Corners stay corners: pixel centres are at halves.
  ///
  /// - Precondition: `height` and `width` are at least 1, and the result is no larger than
  ///   `ImageShape` allows.
  public func resized(
    height newHeight: Int, width newWidth: Int, by resampling: Resampling = .bilinear
  ) -> Image {
    if newHeight == height && newWidth == width { return self }
    let columns = Self.taps(from: width, to: newWidth, resampling)
    let rows = Self.taps(from: height, to: newHeight, resampling)
    let shape = ImageShape(height: newHeight, width: newWidth, channels: channels)
    var result = Image(shape: shape, filledWith: 0)
    var narrow = [Float](repeating: 0, count: height * newWidth)
    for channel in 0..<channels {
      let base = channel * self.shape.planeCount
      for row in 0..<height {
        for (column, tap) in columns.enumerated() {
          var sum = 0.0
          for (offset, weight) in tap.weights.enumerated() {
            sum += weight * Double(values[base + row * width + tap.start + offset])
          }
          narrow[row * newWidth + column] = Float(sum)
        }
      }
      unsafe result.withMutableValues { out in
        for (row, tap) in rows.enumerated() {
          let target = (channel * newHeight + row) * newWidth
          for column in 0..<newWidth {
            var sum = 0.0
            for (offset, weight) in tap.weights.enumerated() {
              sum += weight * Double(narrow[(tap.start + offset) * newWidth + column])
            }
            unsafe out[target + column] = Float(sum)
          }
        }
      }
    }
    return result
  }

  /// What one new pixel takes of the old ones along one axis.
  private struct Tap {
    var start: Int
    var weights: [Double]
  }

  private static func taps(from old: Int, to new: Int, _ resampling: Resampling) -> [Tap] {
    let scale = Double(old) / Double(new)
    return (0..<new).map { place in
      let centre = (Double(place) + 0.5) * scale
      guard resampling == .bilinear else {
        return Tap(start: min(old - 1, Int(centre)), weights: [1])
      }
      let support = max(1, scale)
      let start = max(0, Int((centre - support + 0.5).rounded(.down)))
      let end = max(start + 1, min(old, Int((centre + support + 0.5).rounded(.down))))
      let weights = (start..<end).map { max(0, 1 - abs((Double($0) + 0.5 - centre) / support)) }
      let sum = weights.reduce(0, +)
      return Tap(start: start, weights: weights.map { $0 / sum })
    }
  }

  /// The part of the image from a row and a column on.
  ///
  /// - Precondition: the part lies inside the image.
  public func cropped(row: Int, column: Int, height newHeight: Int, width newWidth: Int) -> Image {
    precondition(
      row >= 0 && column >= 0 && newHeight >= 1 && newWidth >= 1 && row + newHeight <= height
        && column + newWidth <= width,
      "a part of \(newHeight) x \(newWidth) at [\(row), \(column)] of an image of \(shape)")
    var part: [Float] = []
    part.reserveCapacity(newHeight * newWidth * channels)
    for channel in 0..<channels {
      for line in row..<row + newHeight {
        let start = (channel * height + line) * width + column
        part += values[start..<start + newWidth]
      }
    }
    return Image(
      shape: ImageShape(height: newHeight, width: newWidth, channels: channels), values: part)
  }
}

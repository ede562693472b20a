import WordtoolCore

/// Mean and standard deviation of each channel over the pixels of a whole set.
public struct ChannelStatistics: Hashable, Codable, Sendable {
  /// The mean of each channel.
  public let mean: [Float]
  /// The standard deviation of each channel.
  public let deviation: [Float]

  /// Keeps a channel that never varies from a division by zero; Keras's value.
  static let epsilon: Float = 1e-6

  /// Statistics that are known.
  ///
  /// - Throws: `WordtoolError` of kind `usage` for more or fewer deviations than means.
  public init(mean: [Float], deviation: [Float]) throws {
    try OptionCheck.require(
      mean.count == deviation.count, found: "\(deviation.count) deviations",
      expected: "\(mean.count), as many as means")
    self.mean = mean
    self.deviation = deviation
  }

  /// Looks at all pixels of some images of a set.
  ///
  /// - Parameters:
  ///   - set: the training set.
  ///   - indices: which images; all of them without.
  /// - Throws: `WordtoolError`: `badData` when the images have not equally many channels; what
  ///   reading throws.
  public init(of set: ImageDataset, indices: [Int]? = nil) throws {
    var sums: [Double] = []
    var squares: [Double] = []
    var count = 0.0
    for index in indices ?? Array(0..<set.count) {
      let image = try set.image(at: index)
      if sums.isEmpty {
        sums = [Double](repeating: 0, count: image.channels)
        squares = sums
      }
      guard image.channels == sums.count else {
        throw WordtoolError(
          .badData, path: set.name(at: index), found: "an image of \(image.channels) channels",
          expected: "\(sums.count) like those before")
      }
      let area = image.shape.planeCount
      for channel in sums.indices {
        for value in image.values[channel * area..<(channel + 1) * area] {
          sums[channel] += Double(value)
          squares[channel] += Double(value) * Double(value)
        }
      }
      count += Double(area)
    }
    let means = sums.map { $0 / count }
    try self.init(
      mean: means.map { Float($0) },
      deviation: zip(squares, means).map { Float(max(0, $0 / count - $1 * $1).squareRoot()) })
  }

  /// The image less the mean of each channel.
  public func center(_ image: Image) -> Image {
    image.mapChannels { value, channel in value - mean[channel] }
  }

  /// The image with each channel divided by its deviation.
  public func scale(_ image: Image) -> Image {
    image.mapChannels { value, channel in value / (deviation[channel] + Self.epsilon) }
  }
}

extension Image {
  fileprivate func mapChannels(_ transform: (Float, Int) -> Float) -> Image {
    let area = shape.planeCount
    var result = self
    unsafe result.withMutableValues { values in
      for place in values.indices {
        unsafe values[place] = unsafe transform(values[place], place / area)
      }
    }
    return result
  }

  private var mean: Double { values.reduce(0.0) { $0 + Double($1) } / Double(values.count) }

  /// The image less the mean of all its values.
  public func sampleCentered() -> Image {
    let mean = Float(mean)
    return map { $0 - mean }
  }

  /// The image divided by the standard deviation of all its values plus 1e-6.
  public func sampleScaled() -> Image {
    let mean = mean
    let variance = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    let deviation = Float((variance / Double(values.count)).squareRoot())
    return map { $0 / (deviation + ChannelStatistics.epsilon) }
  }
}

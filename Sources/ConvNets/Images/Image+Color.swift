import WordtoolCore

extension Image {
  /// The weights of red, green and blue in grey: ITU-R BT.601, as JPEG and Pillow use them.
  package static let grayWeights: [Float] = [0.299, 0.587, 0.114]

  /// The image in grey: weighed by BT.601 if it has three planes, itself if it has one.
  ///
  /// - Precondition: there are 1 or 3 planes.
  public func grayscale() -> Image {
    if channels == 1 { return self }
    precondition(channels == 3, "grey of an image of \(shape)")
    let area = shape.planeCount
    let weights = Self.grayWeights
    let grey = (0..<area).map { place in
      weights[0] * values[place] + weights[1] * values[area + place]
        + weights[2] * values[2 * area + place]
    }
    return Image(shape: ImageShape(height: height, width: width, channels: 1), values: grey)
  }

  /// - Throws: `WordtoolError` of kind `usage` unless an image can be made to have so many channels.
  static func requireColors(_ channels: Int) throws {
    try OptionCheck.require(
      channels == 1 || channels == 3, found: "`channels` is \(channels)",
      expected: "1 for grey or 3 for RGB")
  }

  /// The image with as many planes as asked: grey repeated, or colour made grey.
  ///
  /// - Parameters:
  ///   - channels: 1 or 3.
  ///   - path: the name of the image, for messages.
  /// - Throws: `WordtoolError`: `usage` for another number of channels, `badData` when the image has
  ///   neither 1 nor 3 planes.
  public func converted(toChannels channels: Int, path: String? = nil) throws -> Image {
    try Self.requireColors(channels)
    if channels == self.channels { return self }
    switch self.channels {
    case 1: return Image(planes: [self, self, self])
    case 3: return grayscale()
    default:
      throw WordtoolError(
        .badData, path: path, found: "an image of \(self.channels) channels", expected: "1 or 3")
    }
  }
}

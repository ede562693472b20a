/// An image as a matrix of numbers: height x width x channels.
///
/// Values are `Float`, 0 for black to 1 for full intensity when they come from a file; arithmetic
/// may leave that range, and nothing clamps until an image is written. They are stored plane by
/// plane, each plane row by row, which is how one image lies in a batch [N, C, H, W] of a network.
/// A file's 8-bit value v is v / 255 here, and ``bytes`` gives v back exactly.
public struct Image: Hashable, Sendable {
  /// The extents.
  public let shape: ImageShape
  /// The values, `shape.valueCount` of them, in the order [channel, row, column].
  public private(set) var values: [Float]

  /// An image of the values given.
  ///
  /// - Precondition: there are `shape.valueCount` values.
  public init(shape: ImageShape, values: [Float]) {
    precondition(
      values.count == shape.valueCount, "\(values.count) values for an image of \(shape)")
    self.shape = shape
    self.values = values
  }

  /// An image of one value everywhere.
  public init(shape: ImageShape, filledWith value: Float) {
    self.init(shape: shape, values: [Float](repeating: value, count: shape.valueCount))
  }

  /// An image of 8-bit values in the order [row, column, channel], as files hold them.
  ///
  /// - Precondition: there are `shape.valueCount` values.
  public init(shape: ImageShape, interleaved bytes: [UInt8]) {
    precondition(bytes.count == shape.valueCount, "\(bytes.count) bytes for an image of \(shape)")
    let (area, channels) = (shape.planeCount, shape.channels)
    let values = unsafe [Float](unsafeUninitializedCapacity: bytes.count) { values, count in
      for channel in 0..<channels {
        for place in 0..<area {
          unsafe values[channel * area + place] = Float(bytes[place * channels + channel]) / 255
        }
      }
      count = bytes.count
    }
    self.init(shape: shape, values: values)
  }

  /// Rows.
  public var height: Int { shape.height }
  /// Columns.
  public var width: Int { shape.width }
  /// Planes: 1 for grey, 3 for red, green and blue.
  public var channels: Int { shape.channels }

  /// One value.
  ///
  /// - Precondition: the place is inside the image.
  public subscript(row: Int, column: Int, channel: Int) -> Float {
    get { values[index(row, column, channel)] }
    set { values[index(row, column, channel)] = newValue }
  }

  private func index(_ row: Int, _ column: Int, _ channel: Int) -> Int {
    precondition(
      (0..<height).contains(row) && (0..<width).contains(column)
        && (0..<channels).contains(channel),
      "place [\(row), \(column), \(channel)] of an image of \(shape)")
    return (channel * height + row) * width + column
  }

  /// One plane as an image of its own.
  public func plane(_ channel: Int) -> Image {
    precondition((0..<channels).contains(channel), "plane \(channel) of an image of \(shape)")
    let area = shape.planeCount
    return Image(
      shape: ImageShape(height: height, width: width, channels: 1),
      values: Array(values[channel * area..<(channel + 1) * area]))
  }

  /// Images of the same height and width as the planes of one.
  ///
  /// - Precondition: there is at least one, and all have the same height and width.
  public init(planes: [Image]) {
    precondition(!planes.isEmpty, "an image without planes")
    let (height, width) = (planes[0].height, planes[0].width)
    for plane in planes {
      precondition(
        plane.height == height && plane.width == width,
        "planes of \(planes[0].shape) and \(plane.shape)")
    }
    self.init(
      shape: ImageShape(
        height: height, width: width, channels: planes.reduce(0) { $0 + $1.channels }),
      values: planes.flatMap(\.values))
  }

  /// Lends the values for change in place.
  package mutating func withMutableValues<Result>(
    _ body: (inout UnsafeMutableBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    try unsafe values.withUnsafeMutableBufferPointer { try unsafe body(&$0) }
  }

  /// Every value passed through a function.
  public func map(_ transform: (Float) -> Float) -> Image {
    Image(shape: shape, values: values.map(transform))
  }

  /// The values as 8 bits in the order [row, column, channel]: clamped to 0...1, times 255,
  /// rounded. A NaN becomes 0.
  public var bytes: [UInt8] {
    let (area, channels) = (shape.planeCount, shape.channels)
    return unsafe [UInt8](unsafeUninitializedCapacity: values.count) { bytes, count in
      for channel in 0..<channels {
        for place in 0..<area {
          unsafe bytes[place * channels + channel] = Self.byte(values[channel * area + place])
        }
      }
      count = values.count
    }
  }

  /// One value as 8 bits: clamped to 0...1, times 255, rounded; 0 for NaN.
  public static func byte(_ value: Float) -> UInt8 {
    guard value > 0 else { return 0 }
    return value >= 1 ? 255 : UInt8((value * 255).rounded())
  }
}

/// The extents of an image: rows, columns and planes.
public struct ImageShape: Hashable, Sendable {
  /// Rows, at least 1.
  public let height: Int
  /// Columns, at least 1.
  public let width: Int
  /// Planes, at least 1: 1 for grey, 3 for red, green and blue.
  public let channels: Int

  /// The most values one image may have: 1 GB of them.
  public static let maximumValueCount = 1 << 28

  /// A shape whose extents are known to be good.
  ///
  /// - Precondition: every extent is at least 1, and their product at most
  ///   ``maximumValueCount``.
  public init(height: Int, width: Int, channels: Int) {
    guard let shape = Self(checking: height, width, channels) else {
      preconditionFailure("an image of \(height) x \(width) x \(channels)")
    }
    self = shape
  }

  /// A shape as a file states it, or nil when an extent is below 1 or an image of it would have
  /// more than ``maximumValueCount`` values.
  package init?(checking height: Int, _ width: Int, _ channels: Int) {
    guard height >= 1, width >= 1, channels >= 1 else { return nil }
    let (area, overflow) = height.multipliedReportingOverflow(by: width)
    guard !overflow else { return nil }
    let (count, tooMany) = area.multipliedReportingOverflow(by: channels)
    guard !tooMany, count <= Self.maximumValueCount else { return nil }
    self.height = height
    self.width = width
    self.channels = channels
  }

  /// The most values that an image of a file may have, 44 million coloured pixels: a file of some
  /// kilobytes may promise more, and filters and networks have several copies of an image.
  package static let maximumFileValueCount = 1 << 27

  /// A shape as a picture file states it, or nil when an extent is below 1 or an image of it would
  /// have more than ``maximumFileValueCount`` values.
  init?(ofFile height: Int, _ width: Int, _ channels: Int) {
    self.init(checking: height, width, channels)
    if valueCount > Self.maximumFileValueCount { return nil }
  }

  /// Values in one plane.
  public var planeCount: Int { height * width }

  /// Values in all planes.
  public var valueCount: Int { height * width * channels }
}

extension ImageShape: CustomStringConvertible {
  /// Height x width x channels: `28 x 28 x 1`.
  public var description: String { "\(height) x \(width) x \(channels)" }
}

import BLASCore
public import WordtoolCore

/// Images with labels, by index.
///
/// Sets that come as one file (IDX, CIFAR, optdigits) stay in memory with one byte a value; the
/// images of a folder are decoded each time they are asked for, so such a set can be larger than
/// memory. A value of the type can be shared between threads.
public struct ImageDataset: Sendable {
  /// Which part of a set is meant, where it has two.
  public enum Part: String, CaseIterable, Sendable {
    /// The images to learn from.
    case train
    /// The images to be judged by.
    case test
  }

  /// Where the values are.
  enum Storage: Sendable {
    /// Records of `stride` bytes, each with an image at `offset`; a value v stands for
    /// v / `largest`.
    case records(bytes: [UInt8], start: Int, stride: Int, isInterleaved: Bool, largest: Float)
    /// A file for each image.
    case files([String])
  }

  /// Where the set came from, for messages.
  public let path: String
  /// The names of the classes, in the order of their numbers.
  public let classNames: [String]
  /// The number of each image's class.
  public let labels: [Int32]
  /// The shape that all images have, or nil where each file has its own.
  public let shape: ImageShape?
  /// What a folder holds beside the images and is passed over.
  public internal(set) var leftOut: [InputFiles.LeftOut] = []
  /// 1 or 3 where the images of files are to become grey or RGB whatever they are.
  var channels: Int?
  let storage: Storage

  init(
    path: String, classNames: [String], labels: [Int32], shape: ImageShape?, storage: Storage,
    channels: Int? = nil
  ) {
    self.path = path
    self.classNames = classNames
    self.labels = labels
    self.shape = shape
    self.storage = storage
    self.channels = channels
  }

  /// How many images there are.
  public var count: Int { labels.count }

  /// The name of one image, for messages: its file, or the set's with its number.
  public func name(at index: Int) -> String {
    if case .files(let files) = storage { return files[index] }
    return "\(path)[\(index)]"
  }

  /// One image.
  ///
  /// - Throws: `WordtoolError`: `usage` unless `index` is in 0 ..< ``count``; where the image is a file
  ///   that cannot be read or decoded, what that gives.
  public func image(at index: Int) throws -> Image {
    try OptionCheck.require(
      (0..<count).contains(index), found: "image \(index)", expected: "one of \(count)")
    switch storage {
    case .files(let files):
      return try Image(contentsOf: files[index], channels: channels)
    case .records(let bytes, let start, let stride, let isInterleaved, let largest):
      guard let shape else { preconditionFailure("records without a shape") }
      let offset = start + index * stride
      let (area, planes) = (shape.planeCount, shape.channels)
      var image = Image(shape: shape, filledWith: 0)
      unsafe image.withMutableValues { values in
        for channel in 0..<planes {
          for place in 0..<area {
            let source = isInterleaved ? place * planes + channel : channel * area + place
            unsafe values[channel * area + place] = Float(bytes[offset + source]) / largest
          }
        }
      }
      return try channels.map { try image.converted(toChannels: $0, path: path) } ?? image
    }
  }

  /// The number of a class.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` when there is no such class.
  public func label(ofClass name: String) throws -> Int32 {
    guard let number = classNames.firstIndex(of: name) else {
      throw WordtoolError(
        .unavailable, path: path, found: "no class '\(name)'",
        expected: "one of \(classNames.joined(separator: ", "))")
    }
    return Int32(number)
  }

  /// The set with its classes numbered as in another list, for instance that of a model.
  ///
  /// - Throws: `WordtoolError` of kind `badData` when an image has a class that is not in the list.
  public func relabelled(to names: [String]) throws -> ImageDataset {
    if names == classNames { return self }
    let numbers = classNames.map { names.firstIndex(of: $0) }
    let labels = try labels.map { label in
      guard let number = numbers[Int(label)] else {
        throw WordtoolError(
          .badData, path: path, found: "the unknown class '\(classNames[Int(label)])'",
          expected: "one of \(names.joined(separator: ", "))")
      }
      return Int32(number)
    }
    return ImageDataset(
      path: path, classNames: names, labels: labels, shape: shape, storage: storage,
      channels: channels)
  }

  /// The set with every image made grey (1) or RGB (3).
  ///
  /// - Throws: `WordtoolError` of kind `usage` for another number of channels.
  public func converted(toChannels channels: Int) throws -> ImageDataset {
    try Image.requireColors(channels)
    var copy = ImageDataset(
      path: path, classNames: classNames, labels: labels,
      shape: shape, storage: storage)
    copy.channels = channels
    return copy
  }

  /// The order of one epoch: 0 ..< `count`, shuffled as seed and epoch decide.
  public static func shuffledOrder(count: Int, seed: UInt64, epoch: Int) -> [Int] {
    var order = Array(0..<count)
    var random = RandomSource(seed: seed, UInt64(epoch))
    order.shuffle(using: &random)
    return order
  }
}

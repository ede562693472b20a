import WordtoolCore

/// What a model of images is, but for its numbers.
public struct ImageModelDescription: Hashable, Sendable {
  /// The network's name, `resnet-18`, or its layers as text.
  public var architecture: String
  /// The shape of one image of its input.
  public var inputShape: ImageShape
  /// The names of the classes, in the order of the outputs.
  public var classNames: [String]
  /// How images become its input.
  public var preprocessing: ImagePreprocessing
  /// The layers.
  package let graph: LayerGraph

  /// The most classes there may be.
  static let maximumClassCount = 1 << 20

  /// Builds the layers.
  ///
  /// - Parameters:
  ///   - architecture: the network's name, or its layers as text.
  ///   - inputShape: the shape of one image of its input.
  ///   - classNames: at least one name.
  ///   - preprocessing: how images become its input.
  /// - Throws: `WordtoolError`: `usage` when there is no such architecture, no class, or means and
  ///   deviations do not fit the channels; `badData` when it cannot take images of that shape.
  public init(
    architecture: String, inputShape: ImageShape, classNames: [String],
    preprocessing: ImagePreprocessing = ImagePreprocessing()
  ) throws {
    try OptionCheck.require(
      (1...Self.maximumClassCount).contains(classNames.count),
      found: "\(classNames.count) in `classNames`", expected: "1 to \(Self.maximumClassCount)")
    try preprocessing.requireSuits(channels: inputShape.channels)
    let network = try Architecture(architecture)
    self.architecture = network.name
    self.inputShape = inputShape
    self.classNames = classNames
    self.preprocessing = preprocessing
    graph = try network.graph(input: inputShape, classes: classNames.count)
  }

  /// The same for images of another size.
  ///
  /// - Throws: `WordtoolError` of kind `badData` when it cannot take such images.
  func resized(to size: Extent) throws -> ImageModelDescription {
    guard let shape = ImageShape(checking: size.height, size.width, inputShape.channels) else {
      throw WordtoolError(
        .badData, found: "an input of \(size.height) x \(size.width)", expected: "a smaller one")
    }
    return try ImageModelDescription(
      architecture: architecture, inputShape: shape, classNames: classNames,
      preprocessing: preprocessing)
  }
}

extension ImageModelDescription: Codable {
  private enum Key: String, CodingKey {
    case architecture, height, width, channels, classes, preprocessing
  }

  /// Reads a description and refuses one that no model can have.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    func fail(_ key: Key, _ found: String) -> DecodingError {
      DecodingError.dataCorruptedError(forKey: key, in: values, debugDescription: found)
    }
    let classNames = try values.decode([String].self, forKey: .classes)
    guard (1...Self.maximumClassCount).contains(classNames.count) else {
      throw fail(.classes, "\(classNames.count, "class")")
    }
    guard
      let shape = ImageShape(
        checking: try values.decode(Int.self, forKey: .height),
        try values.decode(Int.self, forKey: .width),
        try values.decode(Int.self, forKey: .channels))
    else { throw fail(.height, "an impossible shape") }
    let preprocessing = try values.decode(ImagePreprocessing.self, forKey: .preprocessing)
    guard preprocessing.suits(channels: shape.channels) else {
      throw fail(.preprocessing, "means or deviations that do not fit")
    }
    try self.init(
      architecture: try values.decode(String.self, forKey: .architecture), inputShape: shape,
      classNames: classNames, preprocessing: preprocessing)
  }

  /// Writes all but the layers, which follow from it.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(architecture, forKey: .architecture)
    try values.encode(inputShape.height, forKey: .height)
    try values.encode(inputShape.width, forKey: .width)
    try values.encode(inputShape.channels, forKey: .channels)
    try values.encode(classNames, forKey: .classes)
    try values.encode(preprocessing, forKey: .preprocessing)
  }
}

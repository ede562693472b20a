import WordtoolCore

/// How an image becomes the input of a network: its size, its colours and its scale.
///
/// The same is done in training, after the random changes, and wherever the model is used.
public struct ImagePreprocessing: Codable, Hashable, Sendable {
  /// What happens to an image of another size than the network's.
  public enum Fit: Hashable, Sendable {
    /// It is an error.
    case exact
    /// It is resized to the height and width of the input; its proportions change.
    case stretch
    /// It is resized until the network's input is this share of its shorter side, 0 to 1, and the
    /// middle is cut out. 0.875 is 224 of 256, the custom for ImageNet.
    case crop(share: Double)
  }

  /// What happens to an image of another size.
  public var fit = Fit.exact
  /// Whether grey images are made RGB and colour grey where the network wants it; otherwise the
  /// wrong number of channels is an error.
  public var convertsColors = false
  /// Whether the mean of each image is taken from it.
  public var centersSample = false
  /// Whether each image is divided by its standard deviation.
  public var scalesSample = false
  /// What is taken from each channel; empty for nothing.
  public var mean: [Float] = []
  /// What each channel is then divided by; empty for nothing.
  public var deviation: [Float] = []

  /// Images as they are, 0 to 1.
  public init() {}

  /// The means and deviations of ImageNet's channels that torchvision's weights were trained with.
  public static let imageNet: ImagePreprocessing = {
    var preprocessing = ImagePreprocessing()
    preprocessing.mean = [0.485, 0.456, 0.406]
    preprocessing.deviation = [0.229, 0.224, 0.225]
    return preprocessing
  }()

  /// Whether values are changed at all.
  public var isNormalizing: Bool {
    centersSample || scalesSample || !mean.isEmpty || !deviation.isEmpty
  }

  /// Whether it can belong to a network of so many input channels.
  func suits(channels: Int) -> Bool {
    func isFine(_ values: [Float]) -> Bool {
      (values.isEmpty || values.count == channels) && values.allSatisfy(\.isFinite)
    }
    return isFine(mean) && isFine(deviation) && deviation.allSatisfy { $0 > 0 }
  }

  /// - Throws: `WordtoolError` of kind `usage` unless it can belong to a network of so many channels.
  func requireSuits(channels: Int) throws {
    try OptionCheck.require(
      suits(channels: channels), found: "`mean` \(mean) and `deviation` \(deviation)",
      expected: "none, or finite numbers for \(channels) channels, deviations above 0")
  }

  /// The image in the network's size and colours; its values are not scaled yet.
  ///
  /// - Throws: `WordtoolError` of kind `badData` when size or channels are wrong and nothing says
  ///   what to do about it.
  public func fitted(_ image: Image, to shape: ImageShape) throws -> Image {
    var image = image
    if image.channels != shape.channels {
      guard convertsColors, shape.channels == 1 || shape.channels == 3 else {
        func name(_ channels: Int) -> String {
          channels == 1 ? "grey" : channels == 3 ? "RGB" : "of \(channels) channels"
        }
        throw WordtoolError(
          .badData, found: "an image that is \(name(image.channels))",
          expected: "\(name(shape.channels)), as the network was made for",
          remedy: [1, 3].contains(shape.channels) ? "`convertsColors` makes it so" : nil)
      }
      image = try image.converted(toChannels: shape.channels)
    }
    if (image.height, image.width) == (shape.height, shape.width) { return image }
    switch fit {
    case .exact:
      throw WordtoolError(
        .badData, found: "an image of \(image.shape)", expected: "\(shape)",
        remedy: "`fit` stretch or `fit` crop resizes it")
    case .stretch: return image.resized(height: shape.height, width: shape.width)
    case .crop(let share):
      let scale = max(
        Double(shape.height) / Double(image.height), Double(shape.width) / Double(image.width))
      func extent(_ size: Int, _ least: Int) -> Int {
        // A rounding error must not cost a pixel.
        max(least, Int(Double(size) * scale / share + 1e-6))
      }
      let height = extent(image.height, shape.height)
      let width = extent(image.width, shape.width)
      guard ImageShape(checking: height, width, shape.channels) != nil else {
        throw WordtoolError(
          .badData, found: "an image of \(image.shape)", expected: "one of less extreme proportions"
        )
      }
      func start(_ size: Int, _ part: Int) -> Int {
        Int((Double(size - part) / 2).rounded(.toNearestOrEven))
      }
      return image.resized(height: height, width: width).cropped(
        row: start(height, shape.height), column: start(width, shape.width),
        height: shape.height, width: shape.width)
    }
  }

  /// The image with its values centred and scaled.
  public func normalized(_ image: Image) -> Image {
    var result = centersSample ? image.sampleCentered() : image
    if scalesSample { result = result.sampleScaled() }
    if mean.isEmpty && deviation.isEmpty { return result }
    let area = image.shape.planeCount
    unsafe result.withMutableValues { values in
      for channel in 0..<image.channels {
        let offset = mean.isEmpty ? 0 : mean[channel]
        let scale = deviation.isEmpty ? 1 : deviation[channel]
        for place in channel * area..<(channel + 1) * area {
          unsafe values[place] = (values[place] - offset) / scale
        }
      }
    }
    return result
  }
}

extension ImagePreprocessing.Fit: Codable, CustomStringConvertible {
  /// Reads `exact`, `stretch`, `crop` or `crop=SHARE`; nil for anything else.
  public init?(_ text: String) {
    switch text {
    case "exact": self = .exact
    case "stretch": self = .stretch
    case "crop": self = .crop(share: 1)
    default:
      guard text.hasPrefix("crop="), let share = Double(text.dropFirst(5)), share >= 0.1,
        share <= 1
      else { return nil }
      self = .crop(share: share)
    }
  }

  /// The text that `init(_:)` reads.
  public var description: String {
    switch self {
    case .exact: "exact"
    case .stretch: "stretch"
    case .crop(share: 1): "crop"
    case .crop(let share): "crop=\(share)"
    }
  }

  /// Reads the text form.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let fit = Self(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: text)
    }
    self = fit
  }

  /// Writes the text form.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

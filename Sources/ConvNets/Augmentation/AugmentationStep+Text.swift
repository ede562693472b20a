import WordtoolCore

/// Steps as text, `rotation=15`: what a command takes and a model's file keeps.
extension AugmentationStep: CustomStringConvertible {
  /// The names of all steps with what they take, for help and messages.
  public static let grammar = """
    rotation=DEGREES, shift=SHARE, height-shift=SHARE, width-shift=SHARE, shear=DEGREES, \
    zoom=SHARE, horizontal-flip, vertical-flip, crop=HxW or crop=HxW+PADDING, \
    resized-crop=HxW or resized-crop=HxW:SMALLEST, resize=HxW, brightness=SHARE, contrast=SHARE, \
    saturation=SHARE, hue=TURN, grayscale=PROBABILITY, channel-shift=AMOUNT, lighting=DEVIATION, \
    noise=DEVIATION, cutout=PIXELS, sample-center, sample-scale, feature-center, feature-scale
    """

  /// Reads one step.
  ///
  /// - Throws: `WordtoolError` of kind `usage` when there is no such step or its number is out of
  ///   range.
  public init(parsing text: some StringProtocol) throws {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts[0].lowercased()
    let value = parts.count > 1 ? String(parts[1]) : nil
    func fail(_ expected: String) -> WordtoolError {
      WordtoolError(.usage, found: "the step '\(text)'", expected: expected)
    }
    func number(_ range: ClosedRange<Double>, default usual: Double? = nil) throws -> Double {
      guard let value else {
        if let usual { return usual }
        throw fail("\(name)= and a number")
      }
      guard let number = Double(value), range.contains(number) else {
        throw fail("\(name)= and a number from \(range.lowerBound) to \(range.upperBound)")
      }
      return number
    }
    func size(_ text: Substring) throws -> (height: Int, width: Int) {
      let extents = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
      guard extents.count == 2, let height = extents[0], let width = extents[1],
        (1...65536).contains(height), (1...65536).contains(width),
        height * width <= ImageShape.maximumValueCount / 4
      else { throw fail("\(name)= and a size such as 224x224") }
      return (height, width)
    }
    func plain(_ step: AugmentationStep) throws -> AugmentationStep {
      guard value == nil else { throw fail("\(name) without a number") }
      return step
    }
    switch name {
    case "rotation": self = .rotation(degrees: try number(0...360))
    case "shift":
      let share = try number(0...10)
      self = .shift(rows: share, columns: share)
    case "height-shift": self = .shift(rows: try number(0...10), columns: 0)
    case "width-shift": self = .shift(rows: 0, columns: try number(0...10))
    case "shear": self = .shear(degrees: try number(0...89))
    case "zoom": self = .zoom(share: try number(0...0.99))
    case "horizontal-flip": self = .horizontalFlip(probability: try number(0...1, default: 0.5))
    case "vertical-flip": self = .verticalFlip(probability: try number(0...1, default: 0.5))
    case "crop":
      let fields = (value ?? "").split(
        separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
      let extents = try size(fields[0])
      guard let padding = fields.count > 1 ? Int(fields[1]) : 0, (0...4096).contains(padding) else {
        throw fail("a padding from 0 to 4096")
      }
      self = .crop(height: extents.height, width: extents.width, padding: padding)
    case "resized-crop":
      let fields = (value ?? "").split(
        separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      let extents = try size(fields[0])
      guard let smallest = fields.count > 1 ? Double(fields[1]) : 0.08, smallest > 0, smallest <= 1
      else { throw fail("a smallest share of the area above 0 and at most 1") }
      self = .resizedCrop(height: extents.height, width: extents.width, smallest: smallest)
    case "resize":
      let extents = try size((value ?? "")[...])
      self = .resize(height: extents.height, width: extents.width)
    case "brightness": self = .brightness(share: try number(0...10))
    case "contrast": self = .contrast(share: try number(0...10))
    case "saturation": self = .saturation(share: try number(0...10))
    case "hue": self = .hue(turn: try number(0...0.5))
    case "grayscale", "greyscale": self = .grayscale(probability: try number(0...1, default: 0.1))
    case "channel-shift": self = .channelShift(limit: try number(0...1))
    case "lighting": self = .lighting(deviation: try number(0...10, default: 0.1))
    case "noise": self = .noise(deviation: try number(0...10))
    case "cutout":
      guard let pixels = Int(value ?? ""), (1...65536).contains(pixels) else {
        throw fail("cutout= and a number of pixels")
      }
      self = .cutout(size: pixels)
    case "sample-center": self = try plain(.sampleCenter)
    case "sample-scale": self = try plain(.sampleScale)
    case "feature-center": self = try plain(.featureCenter)
    case "feature-scale": self = try plain(.featureScale)
    default: throw fail("one of \(Self.grammar)")
    }
  }

  /// The text that ``init(parsing:)`` reads as this step.
  public var description: String {
    switch self {
    case .rotation(let degrees): "rotation=\(degrees)"
    case .shift(let rows, 0) where rows != 0: "height-shift=\(rows)"
    case .shift(0, let columns) where columns != 0: "width-shift=\(columns)"
    case .shift(let rows, let columns):
      rows == columns ? "shift=\(rows)" : "height-shift=\(rows),width-shift=\(columns)"
    case .shear(let degrees): "shear=\(degrees)"
    case .zoom(let share): "zoom=\(share)"
    case .horizontalFlip(let probability): "horizontal-flip=\(probability)"
    case .verticalFlip(let probability): "vertical-flip=\(probability)"
    case .crop(let height, let width, let padding): "crop=\(height)x\(width)+\(padding)"
    case .resizedCrop(let height, let width, let smallest):
      "resized-crop=\(height)x\(width):\(smallest)"
    case .resize(let height, let width): "resize=\(height)x\(width)"
    case .brightness(let share): "brightness=\(share)"
    case .contrast(let share): "contrast=\(share)"
    case .saturation(let share): "saturation=\(share)"
    case .hue(let turn): "hue=\(turn)"
    case .grayscale(let probability): "grayscale=\(probability)"
    case .channelShift(let limit): "channel-shift=\(limit)"
    case .lighting(let deviation): "lighting=\(deviation)"
    case .noise(let deviation): "noise=\(deviation)"
    case .cutout(let size): "cutout=\(size)"
    case .sampleCenter: "sample-center"
    case .sampleScale: "sample-scale"
    case .featureCenter: "feature-center"
    case .featureScale: "feature-scale"
    }
  }
}

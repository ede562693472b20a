import BLASCore
import WordtoolCore

/// One random change of an image.
public enum AugmentationStep: Hashable, Sendable {
  /// A turn by at most so many degrees, either way.
  case rotation(degrees: Double)
  /// A shift by at most so large a share of the height and of the width, either way.
  case shift(rows: Double, columns: Double)
  /// A shear by at most so many degrees, either way.
  case shear(degrees: Double)
  /// A zoom of height and width, each by a factor of 1 - share to 1 + share.
  case zoom(share: Double)
  /// Left and right exchanged, with a probability.
  case horizontalFlip(probability: Double)
  /// Top and bottom exchanged, with a probability.
  case verticalFlip(probability: Double)
  /// A part of that size from a random place, after a border of `padding` pixels was added.
  case crop(height: Int, width: Int, padding: Int)
  /// A part that has at least `smallest` of the area, at a random place and with an aspect of 3/4 to
  /// 4/3, resized to that size.
  case resizedCrop(height: Int, width: Int, smallest: Double)
  /// A new size. Not random.
  case resize(height: Int, width: Int)
  /// All values times a factor of 1 - share to 1 + share.
  case brightness(share: Double)
  /// The distance from the mean grey times such a factor.
  case contrast(share: Double)
  /// The distance of each pixel from its grey times such a factor.
  case saturation(share: Double)
  /// The hue turned by at most so large a share of the circle, either way.
  case hue(turn: Double)
  /// Colour taken away, with a probability.
  case grayscale(probability: Double)
  /// At most so much added to each channel or taken from it.
  case channelShift(limit: Double)
  /// Colours moved along the directions in which they vary, by normal amounts of that deviation.
  case lighting(deviation: Double)
  /// A normal number of that deviation added to every value.
  case noise(deviation: Double)
  /// A square of so many pixels covered with the constant, its centre anywhere.
  case cutout(size: Int)
  /// The mean of the image becomes 0. Not random.
  case sampleCenter
  /// The values are divided by their standard deviation (plus 1e-6). Not random.
  case sampleScale
  /// The mean of the training set is taken from each channel. Not random.
  case featureCenter
  /// Each channel is divided by its standard deviation in the training set (plus 1e-6). Not random.
  case featureScale

  /// Whether the step is one matrix, to be merged with its neighbours.
  var isAffine: Bool {
    switch self {
    case .rotation, .shift, .shear, .zoom: true
    default: false
    }
  }

  /// Whether the step takes values out of 0...1.
  var leavesUnitRange: Bool {
    switch self {
    case .sampleCenter, .sampleScale, .featureCenter, .featureScale: true
    default: false
    }
  }

  /// Whether the step keeps values in 0...1 by force.
  var needsUnitRange: Bool {
    switch self {
    case .brightness, .contrast, .saturation, .hue, .channelShift, .lighting, .noise: true
    default: false
    }
  }

  /// The matrix of an affine step for one image.
  func map(for shape: ImageShape, _ random: inout RandomSource) -> AffineMap {
    switch self {
    case .rotation(let degrees): return .rotation(degrees: random.nextSymmetric(degrees))
    case .shift(let rows, let columns):
      let down = random.nextSymmetric(rows) * Double(shape.height)
      return .shift(rows: down, columns: random.nextSymmetric(columns) * Double(shape.width))
    case .shear(let degrees): return .shear(degrees: random.nextSymmetric(degrees))
    case .zoom(let share):
      let rows = random.next(from: 1 - share, to: 1 + share)
      return .zoom(rows: rows, columns: random.next(from: 1 - share, to: 1 + share))
    default: preconditionFailure("\(self) is not affine")
    }
  }

  /// The image after a step that is not affine.
  func apply(
    to image: Image, _ random: inout RandomSource, in pipeline: Augmentation
  ) throws -> Image {
    func factor(_ share: Double) -> Float {
      Float(random.next(from: max(0, 1 - share), to: 1 + share))
    }
    switch self {
    case .rotation, .shift, .shear, .zoom: preconditionFailure("\(self) is affine")
    case .horizontalFlip(let probability):
      return random.nextUnit() < probability ? image.flippedHorizontally() : image
    case .verticalFlip(let probability):
      return random.nextUnit() < probability ? image.flippedVertically() : image
    case .crop(let height, let width, let padding):
      return try crop(image, height, width, padding, &random, pipeline)
    case .resizedCrop(let height, let width, let smallest):
      return resizedCrop(image, height, width, smallest, &random)
    case .resize(let height, let width): return image.resized(height: height, width: width)
    case .brightness(let share): return image.brightened(by: factor(share))
    case .contrast(let share): return image.contrasted(by: factor(share))
    case .saturation(let share): return image.saturated(by: factor(share))
    case .hue(let turn): return image.hueShifted(by: Float(random.nextSymmetric(turn)))
    case .grayscale(let probability):
      return random.nextUnit() < probability ? image.desaturated() : image
    case .channelShift(let limit):
      return image.shifted(
        byChannel: (0..<image.channels).map { _ in Float(random.nextSymmetric(limit)) })
    case .lighting(let deviation):
      let amounts = (0..<3).map { _ in random.nextNormal() * deviation }
      guard image.channels == 3 else { return image }
      return image.shifted(byChannel: pipeline.lighting.offsets(amounts))
    case .noise(let deviation):
      return image.map { min(1, max(0, $0 + Float(random.nextNormal() * deviation))) }
    case .cutout(let size):
      let row = random.nextIndex(below: image.height) - size / 2
      let column = random.nextIndex(below: image.width) - size / 2
      return image.covered(
        rows: row..<row + size, columns: column..<column + size, with: pipeline.constant)
    case .sampleCenter: return image.sampleCentered()
    case .sampleScale: return image.sampleScaled()
    case .featureCenter: return try pipeline.requireStatistics(for: image).center(image)
    case .featureScale: return try pipeline.requireStatistics(for: image).scale(image)
    }
  }

  private func crop(
    _ image: Image, _ height: Int, _ width: Int, _ padding: Int, _ random: inout RandomSource,
    _ pipeline: Augmentation
  ) throws -> Image {
    let boundary: Boundary
    switch pipeline.fill {
    case .constant: boundary = .constant
    case .nearest: boundary = .nearest
    case .reflect: boundary = .reflect
    case .wrap, .gridWrap: boundary = .wrap
    }
    let padded =
      padding > 0
      ? image.padded(by: padding, boundary: boundary, constant: pipeline.constant) : image
    guard padded.height >= height, padded.width >= width else {
      throw WordtoolError(
        .badData, found: "an image of \(image.shape)",
        expected: "at least \(height) x \(width) to crop, with \(padding) pixels of padding",
        remedy: "resize first")
    }
    let row = random.nextIndex(below: padded.height - height + 1)
    let column = random.nextIndex(below: padded.width - width + 1)
    return padded.cropped(row: row, column: column, height: height, width: width)
  }

  private func resizedCrop(
    _ image: Image, _ height: Int, _ width: Int, _ smallest: Double, _ random: inout RandomSource
  ) -> Image {
    let area = Double(image.height * image.width) * random.next(from: smallest, to: 1)
    // Aspects above and below 1 are as likely as each other.
    let aspect = random.next(from: 0.75, to: 4.0 / 3)
    let isTall = random.next() & 1 == 0
    let long = (area * max(aspect, 1 / aspect)).squareRoot()
    let short = area / long
    let partHeight = min(image.height, max(1, Int((isTall ? long : short).rounded())))
    let partWidth = min(image.width, max(1, Int((isTall ? short : long).rounded())))
    let row = random.nextIndex(below: image.height - partHeight + 1)
    let column = random.nextIndex(below: image.width - partWidth + 1)
    return image.cropped(row: row, column: column, height: partHeight, width: partWidth)
      .resized(height: height, width: width)
  }
}

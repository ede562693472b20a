import BLASCore
import WordtoolCore

/// Random changes that give a network more images than there are.
///
/// Steps are taken in order; rotation, shift, shear and zoom that stand next to each other become
/// one transform about the centre, so that pixels are interpolated once. What happens to an image
/// is decided by the seed, the epoch and the image's number, and by nothing else: not by the order
/// of the images, and not by how many threads work on them.
public struct Augmentation: Sendable {
  /// What is done, in this order.
  public var steps: [AugmentationStep]
  /// What lies beyond the border of a moved image.
  public var fill: FillMode
  /// The value there with a constant fill, and that of cut-out squares.
  public var constant: Float
  /// Two images of a batch are mixed by shares of the beta distribution with this parameter; 0 for
  /// none. See ``Mixup``.
  public var mixup: Double
  /// The directions of ``AugmentationStep/lighting(deviation:)``.
  public var lighting: ColorLighting
  /// What `feature-center` and `feature-scale` take from the training set.
  public var statistics: ChannelStatistics?

  /// A pipeline.
  public init(
    steps: [AugmentationStep], fill: FillMode = .nearest, constant: Float = 0, mixup: Double = 0,
    lighting: ColorLighting = .gray, statistics: ChannelStatistics? = nil
  ) {
    self.steps = steps
    self.fill = fill
    self.constant = constant
    self.mixup = mixup
    self.lighting = lighting
    self.statistics = statistics
  }

  /// Reads a list of steps between commas: `rotation=15,shift=0.1,horizontal-flip,mixup=0.2`.
  ///
  /// - Throws: `WordtoolError` of kind `usage` for the first step that is wrong.
  public init(parsing text: String) throws {
    self.init(steps: [])
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let fields = part.split(separator: "=", maxSplits: 1).map { String($0) }
      guard fields.first == "mixup" else {
        steps.append(try AugmentationStep(parsing: part))
        continue
      }
      guard fields.count == 2, let alpha = Double(fields[1]), alpha > 0, alpha <= 100 else {
        throw WordtoolError(
          .usage, found: "the step '\(part)'",
          expected: "mixup= and a parameter above 0 and at most 100")
      }
      mixup = alpha
    }
    let first = steps.firstIndex { $0.leavesUnitRange } ?? steps.count
    if let late = steps[first...].first(where: { $0.needsUnitRange }) {
      throw WordtoolError(
        .usage, found: "\(late) behind \(steps[first])",
        expected: "centring and scaling last: after them values are no longer within 0 to 1")
    }
  }

  /// The list that ``init(parsing:)`` reads as these steps.
  public var text: String {
    (steps.map(\.description) + (mixup > 0 ? ["mixup=\(mixup)"] : [])).joined(separator: ",")
  }

  /// Whether a step needs ``statistics``.
  public var needsStatistics: Bool {
    steps.contains { $0 == .featureCenter || $0 == .featureScale }
  }

  /// Whether a step needs ``lighting``.
  public var needsLighting: Bool {
    steps.contains { if case .lighting = $0 { true } else { false } }
  }

  /// One image, changed.
  ///
  /// - Parameters:
  ///   - image: the image.
  ///   - seed: decides all choices, with `epoch` and `index`.
  ///   - epoch: the number of the pass over the set.
  ///   - index: the number of the image in the set.
  /// - Throws: `WordtoolError`: `badData` when the image is too small for a crop, or has not as
  ///   many channels as the training set had; `usage` when statistics are needed and missing.
  public func apply(to image: Image, seed: UInt64, epoch: Int, index: Int) throws -> Image {
    var random = RandomSource(seed: seed, UInt64(epoch), UInt64(index))
    var result = image
    var place = 0
    while place < steps.count {
      if steps[place].isAffine {
        var map = AffineMap.identity
        while place < steps.count, steps[place].isAffine {
          map = map.after(steps[place].map(for: result.shape, &random))
          place += 1
        }
        result = result.transformed(
          by: map.centered(on: result.shape), fill: fill, constant: constant)
      } else {
        result = try steps[place].apply(to: result, &random, in: self)
        place += 1
      }
    }
    return result
  }

  /// The steps as what is done to the images of a batch.
  public func transform(seed: UInt64, epoch: Int) -> ImageDataset.Transform {
    { image, index in try apply(to: image, seed: seed, epoch: epoch, index: index) }
  }

  func requireStatistics(for image: Image) throws -> ChannelStatistics {
    guard let statistics else {
      throw WordtoolError(
        .usage, found: "feature-center or feature-scale without a training set",
        expected: "a set to take the mean and the deviation from")
    }
    guard statistics.mean.count == image.channels else {
      throw WordtoolError(
        .badData, found: "an image of \(image.channels) channels",
        expected: "\(statistics.mean.count) as in the training set")
    }
    return statistics
  }
}

import WordtoolCore

extension ImagePreprocessing {
  /// Where the scale of a network's input comes from.
  public enum Normalization: String, CaseIterable, Sendable {
    /// Values stay 0 to 1.
    case none
    /// Mean and deviation of each channel in the training set.
    case feature
    /// Mean and deviation of each image.
    case sample
    /// Mean and deviation of ImageNet's channels.
    case imagenet
  }

  /// The images of a folder that are looked at, evenly spread; those in memory are all looked at.
  private static let sampleCount = 2000

  /// Takes the scale from a set of images.
  ///
  /// - Parameters:
  ///   - normalization: where the scale comes from.
  ///   - set: the images, with the network's number of channels.
  ///   - indices: those to learn from.
  /// - Throws: what reading them throws.
  public mutating func learn(
    _ normalization: Normalization, from set: ImageDataset, indices: [Int]? = nil
  ) throws {
    switch normalization {
    case .none: break
    case .sample: (centersSample, scalesSample) = (true, true)
    case .imagenet:
      mean = Self.imageNet.mean
      deviation = Self.imageNet.deviation
    case .feature: try learn([.featureCenter, .featureScale], from: set, indices: indices)
    }
  }

  /// Takes over the steps of an augmentation that are not random: centring and scaling.
  ///
  /// - Throws: `WordtoolError`: `usage` when both samples and features are to be scaled; what
  ///   reading the set throws.
  public mutating func learn(
    _ steps: [AugmentationStep], from set: ImageDataset, indices: [Int]? = nil
  ) throws {
    centersSample = steps.contains(.sampleCenter)
    scalesSample = steps.contains(.sampleScale)
    let (centers, scales) = (steps.contains(.featureCenter), steps.contains(.featureScale))
    guard centers || scales else { return }
    guard !centersSample && !scalesSample else {
      throw WordtoolError(
        .usage, found: "centring or scaling both by sample and by feature", expected: "one of them")
    }
    let indices = indices ?? Array(0..<set.count)
    var step = 1
    if set.shape == nil { step = (indices.count + Self.sampleCount - 1) / Self.sampleCount }
    let sample = stride(from: 0, to: indices.count, by: step).map { indices[$0] }
    let statistics = try ChannelStatistics(of: set, indices: sample)
    mean = centers ? statistics.mean : []
    deviation = scales ? statistics.deviation.map { $0 + ChannelStatistics.epsilon } : []
  }
}

extension Augmentation {
  /// The random changes apart from the centring and scaling behind them.
  ///
  /// - Throws: `WordtoolError` of kind `usage` when a random change stands behind one of the latter.
  public func separated() throws -> (random: Augmentation, normalization: [AugmentationStep]) {
    var random = self
    let start = steps.firstIndex { $0.leavesUnitRange } ?? steps.count
    if let late = steps[start...].first(where: { !$0.leavesUnitRange }) {
      throw WordtoolError(
        .usage, found: "\(late) behind \(steps[start])", expected: "centring and scaling last")
    }
    random.steps = Array(steps[..<start])
    return (random, Array(steps[start...]))
  }

  /// Whether a step makes images of a size of its own.
  var setsSize: Bool {
    steps.contains {
      switch $0 {
      case .crop, .resizedCrop, .resize: true
      default: false
      }
    }
  }
}

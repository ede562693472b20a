import BLASCore
public import WordtoolCore

/// How the options of a fasttext classifier are searched for: fastText's `-autotune-validation`, by a
/// number of trials, so that the same search gives the same model, and a time only where one is given.
public struct FastTextSearchOptions: TrainingOptions {
  /// An option that is searched for.
  public enum Parameter: String, Codable, Hashable, Sendable, CaseIterable {
    /// The properties of these names in ``FastTextOptions`` and its ``NGramFeatureOptions``.
    case learningRate, epochs, orders, subwords, dimension, loss, bucketCount
    /// Of ``FastTextQuantizationOptions``, where the model is quantized.
    case partWidth
  }

  /// Models that are trained, 1 ... 100,000. The first is that of the options as they are given.
  public var trials = 30
  /// After so long no further trial begins, and one that runs is broken off and not counted; the first is
  /// trained to its end. Nil for no such limit. What is tried stays the same: only how much of it is tried
  /// depends on the machine.
  public var time: Duration?
  /// What is to become large.
  public var metric = ClassificationMetric.microF1
  /// Options that stay as they are given.
  public var kept: Set<Parameter> = []
  /// Decides what is tried.
  public var seed: UInt64 = 1

  /// Thirty trials for F1.
  public init() {}

  /// Checks every range.
  ///
  /// - Throws: `WordtoolError` of kind `usage` that names the property.
  public func validate() throws {
    try OptionCheck.require("trials", trials, in: 1...100_000)
    try OptionCheck.require(
      time.map { $0 > .zero } ?? true, found: "`time` is \(time ?? .zero)", expected: "above 0")
    try metric.validate()
  }
}

/// A model of a search.
public struct FastTextTrial: Codable, Hashable, Sendable {
  /// From 1 on.
  public var number: Int
  /// What it was trained with.
  public var options: FastTextOptions
  /// What was measured; nil where its training diverged or its model had no room in the size that is
  /// asked for.
  public var score: Double?
  /// Whether no trial before it was as good.
  public var isBest: Bool
}

/// What trials try, each drawn from a random stream of its own number.
///
/// The first third is drawn from everywhere; those after it are the best so far with some options
/// changed, less and less. Nothing depends on the time.
package struct FastTextSpace {
  /// The options that are given.
  let base: FastTextOptions
  let search: FastTextSearchOptions

  package init(base: FastTextOptions, search: FastTextSearchOptions) {
    self.base = base
    self.search = search
  }

  private static let rates = 0.05...2.0
  private static let epochs = 3.0...100.0
  private static let dimensions = 16.0...256.0
  private static let buckets = 10_000.0...2_000_000.0
  /// Values in a row of fastText's usual model.
  private static let usualDimension = 100
  /// How far trials go where they go on from the best.
  private static let widestRates = 0.001...10.0
  private static let widestEpochs = 1.0...200.0
  private static let widestDimensions = 4.0...1024.0
  private static let subwords: [ClosedRange<Int>?] = [
    nil, nil, nil, 1...3, 2...4, 2...5, 3...5, 3...6,
  ]

  private static let partWidths = [2, 4, 8, 16]
  /// Of a file whose size is limited; centroids, 256 floats for each value, take half of it at most.
  private static let bytesPerValue = 2 * 256 * 4

  /// The options of a trial, from 0.
  ///
  /// - Parameter best: those of the best trial before it.
  package func options(ofTrial number: Int, best: FastTextOptions) -> FastTextOptions {
    guard number > 0 else { return base }
    var random = RandomSource(seed: search.seed, FastTextStream.search, UInt64(number))
    let explored = (search.trials + 2) / 3
    if number < explored { return settled(anywhere(&random)) }
    // From a factor of e or so to one of a fifth of that.
    let share = Double(number - explored) / Double(max(1, search.trials - explored))
    return settled(near(best, reach: 1 - 0.8 * share, &random))
  }

  private var losses: [FastTextOptions.Loss] {
    // Both need what only a file of fastText's has, and know no weights of classes.
    base.keepsToFastText && base.classWeights == .uniform
      ? [.softmax, .softmax, .softmax, .oneVersusAll, .hierarchicalSoftmax, .negativeSampling]
      : [.softmax, .softmax, .oneVersusAll]
  }

  private func anywhere(_ random: inout RandomSource) -> FastTextOptions {
    var options = base
    options.learningRate = Self.rate(random.nextByLogarithm(in: Self.rates))
    options.epochs = Int(random.nextByLogarithm(in: Self.epochs).rounded())
    options.features.orders = 1...Int.random(in: 1...4, using: &random)
    options.subwords = Self.subwords.randomElement(using: &random) ?? nil
    options.dimension = Int(random.nextByLogarithm(in: Self.dimensions).rounded())
    options.loss = losses.randomElement(using: &random) ?? base.loss
    let buckets = Int(random.nextByLogarithm(in: Self.buckets).rounded())
    options.features.bucketCount = Bool.random(using: &random) ? buckets : nil
    if options.quantization != nil {
      options.quantization?.partWidth = Self.partWidths.randomElement(using: &random) ?? 2
    }
    return options
  }

  /// The best options with about half of them changed.
  private func near(
    _ best: FastTextOptions, reach: Double, _ random: inout RandomSource
  ) -> FastTextOptions {
    var options = best
    let anew = anywhere(&random)
    for parameter in FastTextSearchOptions.Parameter.allCases {
      let isChanged = Bool.random(using: &random)
      let factor = PortableMath.exp(reach * (random.nextUnit() + random.nextUnit() - 1))
      guard isChanged else { continue }
      switch parameter {
      case .learningRate:
        options.learningRate = Self.rate(
          Self.clamped(Double(best.learningRate) * factor, Self.widestRates))
      case .epochs:
        options.epochs = Int(
          Self.clamped(Double(best.epochs) * factor, Self.widestEpochs).rounded())
      case .orders:
        let longest = best.features.orders.upperBound + (factor < 1 ? -1 : 1)
        options.features.orders = 1...min(max(longest, 1), NGramFeatureOptions.maximumOrder)
      case .subwords: options.subwords = anew.subwords
      case .dimension:
        options.dimension = Int(
          Self.clamped(Double(best.dimension) * factor, Self.widestDimensions).rounded())
      case .loss: options.loss = anew.loss
      case .bucketCount: options.features.bucketCount = anew.features.bucketCount
      case .partWidth: options.quantization = anew.quantization
      }
    }
    return options
  }

  /// Options with those that stay as they are given, and those that the kind of model decides.
  private func settled(_ options: FastTextOptions) -> FastTextOptions {
    var options = options
    for parameter in search.kept {
      switch parameter {
      case .learningRate: options.learningRate = base.learningRate
      case .epochs: options.epochs = base.epochs
      case .orders: options.features.orders = base.features.orders
      case .subwords: options.subwords = base.subwords
      case .dimension: options.dimension = base.dimension
      case .loss: options.loss = base.loss
      case .bucketCount: options.features.bucketCount = base.features.bucketCount
      case .partWidth: options.quantization = base.quantization
      }
    }
    if !base.keepsToFastText {
      // Every n-gram has a row of its own.
      options.subwords = nil
      options.features.bucketCount = base.features.bucketCount
    }
    if let size = options.quantization?.size, !search.kept.contains(.dimension) {
      let most = max(Int(Self.widestDimensions.lowerBound), size / Self.bytesPerValue)
      options.dimension = min(options.dimension, most)
    }
    let hasNGrams = options.subwords != nil || options.features.orders.upperBound > 1
    if search.kept.contains(.bucketCount) { return options }
    if !hasNGrams { options.features.bucketCount = nil }
    // Fewer rows where they are long, so that no trial takes more memory than fastText's usual model.
    let most = Int(Self.buckets.upperBound)
    let room = most * Self.usualDimension / options.dimension
    if base.keepsToFastText, hasNGrams, room < most {
      options.features.bucketCount = min(options.features.bucketCount ?? most, room)
    }
    return options
  }

  // MARK: Numbers

  private static func clamped(_ value: Double, _ range: ClosedRange<Double>) -> Double {
    min(max(value, range.lowerBound), range.upperBound)
  }

  /// A learning rate of two digits, which is written shortly and read back the same.
  private static func rate(_ value: Double) -> Float {
    var scale = 1.0
    while value * scale < 10 { scale *= 10 }
    return Float((value * scale).rounded() / scale)
  }
}

public import Networks
public import WordtoolCore

/// How an image classifier is trained.
public struct ImageTrainingOptions: TrainingOptions {
  /// How the learning rate moves: with `LearningRateSchedule.step` it is divided by ``decay`` after
  /// each of ``decayEpochs``.
  public typealias Schedule = LearningRateSchedule

  /// Passes over the images.
  public var epochs = 10
  /// Images of a step.
  public var batch = 64
  /// The rule of the steps.
  public var optimizer = OptimizerOptions()
  /// The learning rate at the start.
  public var learningRate = 0.01
  /// How it moves.
  public var schedule = Schedule.cosine
  /// See ``Schedule``.
  public var decay = 10.0
  /// See `step`; counted from 1, rising.
  public var decayEpochs: [Int] = []
  /// Steps over which the rate rises from zero.
  public var warmup = 0
  /// The share of each target that is spread over all classes (Szegedy et al. 2016).
  public var labelSmoothing = 0.0
  /// Random changes of the images, as `Augmentation.init(parsing:)` reads them.
  public var augmentation = ""
  /// What lies beyond the border of a moved image.
  public var fill = FillMode.nearest
  /// The value there with a constant fill, and that of cut-out squares.
  public var constant: Float = 0
  /// The share of the images that is set aside to validate on, where no other images are given.
  public var validShare = 0.0
  /// Epochs without a better result on the validation images after which training ends; nil never.
  public var patience: Int?
  /// Training ends after so many steps, wherever that is; nil for no limit.
  public var maximumSteps: Int?
  /// Where all random choices come from.
  public var seed: UInt64 = 1

  private enum CodingKeys: String, CodingKey {
    case epochs, batch, optimizer
    // As in older checkpoints.
    case learningRate = "rate"
    case schedule, decay, decayEpochs, warmup, labelSmoothing, augmentation, fill, constant
    case validShare, patience, maximumSteps, seed
  }

  /// Ten epochs of SGD with momentum 0.9, batches of 64, a rate of 0.01 along a cosine.
  public init() { optimizer.momentum = 0.9 }

  /// - Throws: `WordtoolError` of kind `usage` that names the first property that is out of range.
  public func validate() throws {
    for (name, value, limit) in [
      ("epochs", epochs, TrainingLimits.epochs), ("batch", batch, TrainingLimits.batch),
      ("patience", patience ?? 1, TrainingLimits.epochs),
      ("maximumSteps", maximumSteps ?? 1, TrainingLimits.count),
    ] {
      try OptionCheck.require(name, value, in: 1...limit)
    }
    try OptionCheck.require("warmup", warmup, in: 0...TrainingLimits.count)
    for (name, value, rule) in [
      ("learningRate", learningRate, OptionCheck.Rule.positive), ("decay", decay, .positive),
      ("labelSmoothing", labelSmoothing, .share), ("validShare", validShare, .share),
      ("constant", Double(constant), .finite),
    ] {
      try OptionCheck.require(name, value, rule)
    }
    try OptionCheck.require(
      decayEpochs.allSatisfy { $0 >= 1 } && zip(decayEpochs, decayEpochs.dropFirst()).allSatisfy(<),
      found: "`decayEpochs` is \(decayEpochs)", expected: "rising numbers from 1")
    try optimizer.validate()
  }

  /// How the rate moves, with its numbers.
  var movement: TrainingSchedule { TrainingSchedule(schedule, decay: decay, warmup: warmup) }
}

extension FillMode: Codable {}

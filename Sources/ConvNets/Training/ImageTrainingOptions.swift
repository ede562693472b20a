public import Networks

/// How an image classifier is trained.
public struct ImageTrainingOptions: Codable, Hashable, Sendable {
  /// How the learning rate moves.
  public enum Schedule: String, Codable, Hashable, Sendable, CaseIterable {
    /// It stays.
    case constant
    /// Divided by `decay` after each of `decayEpochs`.
    case step
    /// Half a cosine, down to zero at the end of the last epoch (Loshchilov and Hutter 2017).
    case cosine
    /// Divided by `decay` after an epoch that was no better on the validation images.
    case plateau
  }

  /// Passes over the images.
  public var epochs = 10
  /// Images of a step.
  public var batch = 64
  /// The rule of the steps.
  public var optimizer = OptimizerOptions()
  /// The learning rate at the start.
  public var rate = 0.01
  /// How it moves.
  public var schedule = Schedule.cosine
  /// See ``Schedule``.
  public var decay = 10.0
  /// See ``Schedule/step``; counted from 1, rising.
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

  /// Ten epochs of SGD with momentum 0.9, batches of 64, a rate of 0.01 along a cosine.
  public init() { optimizer.momentum = 0.9 }
}

extension FillMode: Codable {}

import BLASCore
public import WordtoolCore

/// How GloVe's vectors are trained. The defaults are those of Stanford's tool but for the dimension,
/// which is this project's; they are the command line's.
public struct GloVeOptions: TrainingOptions {
  /// The number of values in a vector, 1 ... 4096.
  public var dimension = 100
  /// The largest distance between two words that occur together, 1 ... 100; a pair at distance d counts
  /// 1/d.
  public var windowRadius = 15
  /// Whether words near a word are those on its left alone, and not those on both sides.
  public var isLeftOnly = false
  /// The count from which on all pairs weigh the same, > 0: x_max of equation 9.
  public var maximumWeightCount = 100.0
  /// Below that count x, a pair weighs (x / maximumWeightCount)^weightExponent, 0 ... 1: α of
  /// equation 9.
  public var weightExponent = 0.75
  /// Passes over the co-occurrences, 1 ... 1,000,000.
  public var epochs = 25
  /// AdaGrad's step size, > 0.
  public var learningRate: Float = 0.05
  /// The largest size of the gradient of a vector's value in one step, > 0.
  public var gradientLimit: Float = 100
  /// Every random choice comes from it.
  public var seed: UInt64 = 1

  /// The defaults.
  public init() {}

  /// Checks every range.
  ///
  /// - Throws: `WordtoolError` of kind `usage` that names the property.
  public func validate() throws {
    try OptionCheck.require("dimension", dimension, in: 1...4096)
    try OptionCheck.require("windowRadius", windowRadius, in: 1...100)
    try OptionCheck.require("epochs", epochs, in: 1...1_000_000)
    try OptionCheck.require("maximumWeightCount", maximumWeightCount, .positive)
    try OptionCheck.require("weightExponent", weightExponent, .probability)
    try OptionCheck.require("learningRate", Double(learningRate), .positive)
    try OptionCheck.require("gradientLimit", Double(gradientLimit), .positive)
  }

  /// What a pair that occurs `count` times weighs, 0 ... 1: f of equation 9.
  func weight(ofCount count: Double) -> Double {
    let share = count / maximumWeightCount
    if share >= 1 { return 1 }
    // The usual exponent takes square roots only.
    return weightExponent == 0.75
      ? share.squareRoot() * share.squareRoot().squareRoot()
      : PortableMath.pow(share, weightExponent)
  }
}

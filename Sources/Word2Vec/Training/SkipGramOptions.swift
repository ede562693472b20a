public import WordtoolCore

/// How skip-gram vectors are trained. The defaults are the command line's.
public struct SkipGramOptions: TrainingOptions {
  /// The number of values in a vector, 1 ... 4096.
  public var dimension = 100
  /// The largest distance between a word and its context, 1 ... 100. Each word draws its own
  /// distance from 1 ... windowRadius, so that near words count more (Mikolov et al. 2013a).
  public var windowRadius = 5
  /// Noise words for each pair, 1 ... 64.
  public var negativeSamples = 5
  /// Noise words are drawn in proportion to count^noiseExponent, -4 ... 4 (Mikolov et al. 2013b).
  public var noiseExponent = 0.75
  /// A word of frequency f is kept with probability sqrt(t/f) + t/f; 0 keeps every word.
  public var subsampling = 1e-4
  /// Passes over the text, 1 ... 1,000,000.
  public var epochs = 5
  /// The step size at the start, > 0. It falls linearly with the words seen.
  public var learningRate: Float = 0.025
  /// The share of `learningRate` below which the step size does not fall, 0 ... 1.
  public var minimumLearningRateRatio: Float = 1e-4
  /// Every random choice comes from it.
  public var seed: UInt64 = 1

  /// The defaults.
  public init() {}

  /// Passes that suit a text of so many words, 5 ... 300.
  ///
  /// Vectors need many steps to leave the point where they begin, however short the text is: with 5
  /// passes over 100,000 words all of them still point the same way. Measured on three texts of 0.1 to
  /// 10 MB (`Benchmarks/small_texts.py`), correlations with human judgements stop rising at about
  /// 300 passes over 15,000 words, 100 over 50,000, 50 over 170,000, 20 to 50 over 500,000 and 20 over
  /// 1.6 million; 5 are right for 48 million. In between, passes fall with the square root:
  /// 5 √(48,000,000 / words).
  public static func epochs(forWords count: Int) -> Int {
    let passes = 5 * (48e6 / Double(max(1, count))).squareRoot()
    return min(300, max(5, Int(passes.rounded())))
  }

  /// Checks every range.
  ///
  /// - Throws: ``WordtoolError`` of kind `usage` that names the property.
  public func validate() throws {
    for (name, value, limit) in [
      ("dimension", dimension, 4096), ("windowRadius", windowRadius, 100),
      ("negativeSamples", negativeSamples, 64), ("epochs", epochs, 1_000_000),
    ] {
      try OptionCheck.require(name, value, in: 1...limit)
    }
    try OptionCheck.require(
      (-4...4).contains(noiseExponent), found: "`noiseExponent` is \(noiseExponent)",
      expected: "-4 to 4")
    try OptionCheck.require(
      (0...1).contains(subsampling), found: "`subsampling` is \(subsampling)",
      expected: "0 to 1, 0 keeps every word")
    try OptionCheck.require("learningRate", Double(learningRate), .positive)
    try OptionCheck.require(
      "minimumLearningRateRatio", Double(minimumLearningRateRatio), .probability)
  }
}

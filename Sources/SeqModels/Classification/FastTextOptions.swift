import Networks
public import WordtoolCore

/// How a classifier of averaged embeddings is trained.
public struct FastTextOptions: TrainingOptions {
  /// Which words and n-grams get an embedding.
  public var features: NGramFeatureOptions
  /// Values in an embedding, 1 ... 4096.
  public var dimension: Int
  /// The step size at the start, > 0; it falls to 0 in a straight line.
  public var learningRate: Float
  /// Passes over the texts, 1 ... 1,000,000.
  public var epochs: Int
  /// What becomes small in training.
  public enum Loss: String, Codable, Hashable, Sendable, CaseIterable {
    /// The probabilities of all labels add up to 1; of several labels a text has one in each pass.
    case softmax
    /// A yes-or-no question for each label, of which a text may have several.
    case oneVersusAll = "ova"
    /// The branches of a tree to one label, whose depth, not the number of labels, is the work; the
    /// probabilities add up to 1. Only with `keepsToFastText`.
    case hierarchicalSoftmax = "hs"
    /// The right label told from some that are drawn, which as many yes-or-no questions answer. Only with
    /// `keepsToFastText`.
    case negativeSampling = "ns"

    /// Whether fastText's files alone have room for it.
    public var needsFastTextFile: Bool { self == .hierarchicalSoftmax || self == .negativeSampling }
  }
  /// What becomes small.
  public var loss: Loss
  /// Labels that are drawn for each text, 1 ... 64, for ``Loss/negativeSampling``.
  public var negativeSamples = 5
  /// How much each label counts.
  public var classWeights: ClassWeights
  /// Decides the first embeddings and the order of the texts.
  public var seed: UInt64
  /// Whether words are cut, numbered and hashed as fastText does it, so that the model is written as
  /// fastText's `.bin` and means the same there: words between white space, `</s>` at the end of a text,
  /// n-grams by fastText's hash (without a number of buckets four for each n-gram of the text, at most
  /// 2,000,000). The rule of ``features`` is not looked at.
  public var keepsToFastText = false
  /// What labels begin with in the file that `keepsToFastText` is for; words that do are no words. It has
  /// characters, but no white space.
  public var labelPrefix = LabelledTextLayout.usualLabelPrefix
  /// The lengths of the n-grams of characters that a word's rows stand for as well, within 1 ... 100; nil
  /// for none. They are fastText's, so only with `keepsToFastText`, and share the rows that
  /// `bucketCount` says with the n-grams of words.
  ///
  /// Bojanowski, Grave, Joulin and Mikolov: Enriching Word Vectors with Subword Information, TACL 2017,
  /// section 3.2.
  public var subwords: ClosedRange<Int>?

  /// How rows become codes once they are trained, so that the model is fastText's `.ftz`; what is kept
  /// where rows are left out is trained further on the same text, with the passes and the rate of these
  /// options. Nil for a model of floats. Only with `keepsToFastText`.
  public var quantization: FastTextQuantizationOptions?

  /// fastText's defaults for tutorials: learning rate 0.5, 5 epochs, words and pairs.
  public init(
    features: NGramFeatureOptions = NGramFeatureOptions(minimumCount: 1), dimension: Int = 100,
    learningRate: Float = 0.5, epochs: Int = 5, loss: Loss = .softmax,
    classWeights: ClassWeights = .uniform, seed: UInt64 = 1
  ) {
    self.features = features
    self.dimension = dimension
    self.learningRate = learningRate
    self.epochs = epochs
    self.loss = loss
    self.classWeights = classWeights
    self.seed = seed
  }

  /// Passes that suit so many texts, 5 ... 100: 50,000 texts in all.
  ///
  /// Measured on AG News with `Benchmarks/small_classes.py`: the accuracy stops rising at about 50 to
  /// 100 passes over 100 and 300 texts, 50 over 1,000, 20 over 3,000 and 5 over 10,000. With 5 passes
  /// over 1,000 texts it is .41 instead of .76.
  public static func epochs(forTexts count: Int) -> Int {
    min(100, max(5, 50_000 / max(1, count)))
  }

  /// The most characters of an n-gram.
  private static let longestSubword = 100

  /// Checks every range. Class weights are checked against the labels of the text.
  ///
  /// - Throws: `WordtoolError` of kind `usage` that names the property.
  public func validate() throws {
    try OptionCheck.require("dimension", dimension, in: 1...4096)
    try OptionCheck.require("learningRate", Double(learningRate), .positive)
    try OptionCheck.require("epochs", epochs, in: 1...TrainingLimits.epochs)
    try features.validate()
    try OptionCheck.require(
      !keepsToFastText || features.orders.lowerBound == 1,
      found: "`orders` is \(features.orders) with `keepsToFastText`", expected: "orders from 1 on")
    try OptionCheck.require(
      features.characterOrders == nil, found: "`characterOrders` of a classifier of embeddings",
      expected: "nil, or `subwords` with `keepsToFastText`")
    _ = try LabelledTextLayout(labelPrefix: labelPrefix).labelMark()
    try OptionCheck.require("negativeSamples", negativeSamples, in: 1...64)
    if loss.needsFastTextFile {
      try OptionCheck.require(
        keepsToFastText, found: "`loss` is \(loss.rawValue) without `keepsToFastText`",
        expected: "softmax or ova")
      try OptionCheck.require(
        classWeights == .uniform, found: "`classWeights` with the `loss` \(loss.rawValue)",
        expected: "weights with softmax or ova")
    }
    if let quantization {
      try quantization.validate()
      try OptionCheck.require(
        keepsToFastText, found: "`quantization` without `keepsToFastText`",
        expected: "both, or a model of floats")
    }
    guard let subwords else { return }
    try OptionCheck.require(
      subwords.lowerBound >= 1 && subwords.upperBound <= Self.longestSubword,
      found: "`subwords` is \(subwords)", expected: "lengths from 1 to \(Self.longestSubword)")
    try OptionCheck.require(
      keepsToFastText, found: "`subwords` is \(subwords) without `keepsToFastText`",
      expected: "both, or words alone")
  }
}

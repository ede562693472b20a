import Networks
public import WordtoolCore

/// How a linear classifier of words and n-grams is trained.
public struct LinearClassifierOptions: TrainingOptions {
  /// What the number of times a feature occurs in a text counts.
  public enum Weighting: String, Codable, Hashable, Sendable, CaseIterable {
    /// 1 if it occurs.
    case binary
    /// As often as it occurs.
    case counts
    /// (1 + ln count) · (1 + ln((1 + n) / (1 + m))), m of n texts having the feature, in rows of
    /// length 1.
    case tfIdf = "tf-idf"
    /// 1 if it occurs, times the log ratio of the feature's share among the texts with the label
    /// and among those without, each count increased by 1.
    ///
    /// Wang and Manning: Baselines and Bigrams, ACL 2012.
    case naiveBayes = "nb"

    /// The cost that works well with it in logistic regression.
    public var defaultCost: Double { defaultCost(for: .logistic) }

    /// The cost that works well with it.
    public func defaultCost(for loss: Loss) -> Double {
      switch (self, loss) {
      case (.binary, .logistic): 0.2
      case (.counts, .logistic): 0.05
      case (.tfIdf, .logistic): 10
      case (.naiveBayes, .logistic): 0.5
      case (.binary, .squaredHinge): 0.003
      case (.counts, .squaredHinge): 0.005
      case (.tfIdf, .squaredHinge): 0.5
      case (.naiveBayes, .squaredHinge): 0.01
      }
    }
  }

  /// What a text costs whose score is on the wrong side or not far enough on the right one; with m the
  /// score times 1 for the label and -1 without it.
  public enum Loss: String, Codable, Hashable, Sendable, CaseIterable {
    /// ln(1 + exp(-m)): logistic regression, whose probabilities are meant as such.
    case logistic
    /// max(0, 1 - m)²: a support vector machine. The logistic function of its score stands for a
    /// probability, but no text of the training decides on its size.
    case squaredHinge = "squared-hinge"
  }

  /// Which words and n-grams count.
  public var features: NGramFeatureOptions
  /// What they count.
  public var weighting: Weighting
  /// What is made small.
  public var loss: Loss
  /// The factor of the loss against the penalty |w|²/2; nil takes the weighting's own for the loss.
  public var cost: Double?
  /// Passes end when no text's dual variable has a larger gradient than this.
  public var tolerance: Double
  /// Passes over the texts at most, 1 ... 1,000,000.
  public var epochs: Int
  /// How much each label counts.
  public var classWeights: ClassWeights
  /// Decides the order of the texts.
  public var seed: UInt64

  /// Words and pairs of words, weighted by the log ratio.
  public init(
    features: NGramFeatureOptions = NGramFeatureOptions(), weighting: Weighting = .naiveBayes,
    loss: Loss = .logistic, cost: Double? = nil, tolerance: Double = 0.1, epochs: Int = 200,
    classWeights: ClassWeights = .uniform, seed: UInt64 = 1
  ) {
    self.features = features
    self.weighting = weighting
    self.loss = loss
    self.cost = cost
    self.tolerance = tolerance
    self.epochs = epochs
    self.classWeights = classWeights
    self.seed = seed
  }

  /// Checks every range. Class weights are checked against the labels of the text.
  ///
  /// - Throws: `WordtoolError` of kind `usage` that names the property.
  public func validate() throws {
    try features.validate()
    try OptionCheck.require("cost", cost ?? 1, .positive)
    try OptionCheck.require("tolerance", tolerance, .positive)
    try OptionCheck.require("epochs", epochs, in: 1...TrainingLimits.epochs)
  }
}

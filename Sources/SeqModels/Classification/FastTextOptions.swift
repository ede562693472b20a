import WordtoolCore

/// How a classifier of averaged embeddings is trained.
public struct FastTextOptions: Codable, Hashable, Sendable {
  /// Which words and n-grams get an embedding.
  public var features: NGramFeatureOptions
  /// Values in an embedding, 1 ... 4096.
  public var dimension: Int
  /// The step size at the start, > 0; it falls to 0 in a straight line.
  public var learningRate: Float
  /// Passes over the texts, 1 ... 1,000,000.
  public var epochs: Int
  /// How much each label counts.
  public var classWeights: ClassWeights
  /// Decides the first embeddings and the order of the texts.
  public var seed: UInt64

  /// fastText's defaults for tutorials: learning rate 0.5, 5 epochs, words and pairs.
  public init(
    features: NGramFeatureOptions = NGramFeatureOptions(minimumCount: 1), dimension: Int = 100,
    learningRate: Float = 0.5, epochs: Int = 5, classWeights: ClassWeights = .uniform,
    seed: UInt64 = 1
  ) {
    self.features = features
    self.dimension = dimension
    self.learningRate = learningRate
    self.epochs = epochs
    self.classWeights = classWeights
    self.seed = seed
  }

  /// Hashed n-grams and words are numbered by an Int32 together.
  private static let largestBucketCount = 1_000_000_000

  /// Checks every range. Class weights are checked against the labels of the text.
  ///
  /// - Throws: `WordtoolError` of kind `usage` that names the property.
  public func validate() throws {
    func require(_ condition: Bool, _ property: String, _ value: Any, _ expected: String) throws {
      if !condition {
        throw WordtoolError(.usage, found: "`\(property)` is \(value)", expected: expected)
      }
    }
    try require((1...4096).contains(dimension), "dimension", dimension, "1 to 4096")
    try require(
      learningRate > 0 && learningRate.isFinite, "learningRate", learningRate, "a number above 0")
    try require((1...1_000_000).contains(epochs), "epochs", epochs, "1 to 1000000")
    let orders = features.orders
    try require(
      orders.lowerBound >= 1 && orders.upperBound <= NGramFeatureOptions.maximumOrder, "orders",
      orders, "orders from 1 to \(NGramFeatureOptions.maximumOrder)")
    try require(features.minimumCount >= 1, "minimumCount", features.minimumCount, "at least 1")
    if let buckets = features.bucketCount {
      try require(
        (1...Self.largestBucketCount).contains(buckets), "bucketCount", buckets,
        "1 to \(Self.largestBucketCount)")
    }
  }
}

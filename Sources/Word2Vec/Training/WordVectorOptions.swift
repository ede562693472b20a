public import WordtoolCore

/// How word vectors are trained. The defaults are the command line's, but for ``epochs``: the command takes
/// more for a short text, those of ``epochs(forWords:)``.
public struct WordVectorOptions: TrainingOptions {
  /// What is predicted from what.
  public enum Model: String, Codable, CaseIterable, Sendable {
    /// Each word near a word from that word alone (Mikolov et al. 2013a).
    case skipGram = "skipgram"
    /// A word from the mean of the words near it: continuous bag of words (Mikolov et al. 2013a).
    case cbow
    /// As ``skipGram``, by a table of words for each position of the window: which words are near, and
    /// where (Ling et al. 2015). With negative sampling and without subwords.
    case structuredSkipGram = "structured-skipgram"
  }

  /// What is predicted from what.
  public var model = Model.skipGram
  /// Whether words are predicted by a tree of choices between two, a Huffman tree of the words: one
  /// choice for each bit of a word's code (Mikolov et al. 2013a, Morin and Bengio 2005). Goes together
  /// with negative sampling or, with no negative samples, without it.
  public var hierarchicalSoftmax = false
  /// The n-grams of characters that words are made of besides themselves; nil for none.
  public var subwords: SubwordOptions?
  /// Whether what stands at each position of a window is weighted by a vector of the position, which is
  /// learnt, before it joins the mean; with CBOW only (Mikolov et al. 2018, equation 3).
  public var weighsPositions = false
  /// Whether every window reaches `windowRadius` words far, instead of a distance of its own.
  public var isWindowFixed = false
  /// The number of values in a vector, 1 ... 4096.
  public var dimension = 100
  /// The largest distance between a word and its context, 1 ... 100. Each word draws its own
  /// distance from 1 ... windowRadius, so that near words count more (Mikolov et al. 2013a).
  public var windowRadius = 5
  /// Noise words for each pair, 1 ... 64; 0 for none, with `hierarchicalSoftmax` only.
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
  /// Copies of the tables, 1 ... 64, each of which learns from a part of the text of its own; they are
  /// made one again and again. Each keeps as many threads busy as one table does
  /// (``WordVectorTrainer/largestUsefulThreadCount``) and takes as much memory. Their number decides the
  /// bytes of the result, as the seed does; that of the threads does not.
  public var replicas = 1
  /// Every random choice comes from it.
  public var seed: UInt64 = 1

  /// The defaults.
  public init() {}

  /// The defaults for a model: CBOW, which takes one step where skip-gram takes one for each pair,
  /// learns at 0.05.
  public init(model: Model) {
    self.model = model
    if model == .cbow { learningRate = 0.05 }
  }

  /// The loss of a pair while nothing is known, in nats: ln 2 for each choice between two.
  ///
  /// - Parameter pathLength: the mean length of a way down the tree.
  func guessingLoss(pathLength: Double) -> Double {
    0.6931471805599453 * choices(pathLength: pathLength)
  }

  /// Output rows that belong to words: one each, one for each position, or none.
  func wordRowCount(vocabularySize: Int) -> Int {
    if negativeSamples == 0 { return 0 }
    return vocabularySize * (model == .structuredSkipGram ? 2 * windowRadius : 1)
  }

  /// Rows of the input table that belong to words and their n-grams: those of words come first, but floret's
  /// table has none of them. The weights of positions follow.
  ///
  /// - Parameter index: how n-grams find their rows; nil without.
  func embeddingRowCount(vocabularySize: Int, _ index: NGramIndex?) -> Int {
    (index?.isFloret == true ? 0 : vocabularySize) + (index?.bucketCount ?? 0)
  }

  /// Weights of positions, each a row of the input table.
  var positionCount: Int { weighsPositions ? 2 * windowRadius : 0 }

  /// Rows of the output table: those of words, padding, and the inner nodes of the tree.
  func outputRowCount(vocabularySize: Int) -> Int {
    wordRowCount(vocabularySize: vocabularySize) + WindowGroups.paddingCount
      + (hierarchicalSoftmax ? vocabularySize - 1 : 0)
  }

  /// How many choices between two the prediction of a word is: itself and its noise, nodes of a tree.
  ///
  /// - Parameter pathLength: the mean length of a way down the tree.
  func choices(pathLength: Double) -> Double {
    (negativeSamples > 0 ? Double(1 + negativeSamples) : 0)
      + (hierarchicalSoftmax ? pathLength : 0)
  }

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
  /// - Throws: `WordtoolError` of kind `usage` that names the property.
  public func validate() throws {
    for (name, value, limit) in [
      ("dimension", dimension, 4096), ("windowRadius", windowRadius, 100),
      ("epochs", epochs, 1_000_000), ("replicas", replicas, 64),
    ] {
      try OptionCheck.require(name, value, in: 1...limit)
    }
    try OptionCheck.require(
      "negativeSamples", negativeSamples, in: (hierarchicalSoftmax ? 0 : 1)...64)
    try subwords?.validate()
    try OptionCheck.require(
      model != .structuredSkipGram || !hierarchicalSoftmax && subwords == nil,
      found: "the model \(model.rawValue) with `hierarchicalSoftmax` or `subwords`",
      expected: "negative sampling of words, which have a row for each position")
    try OptionCheck.require(
      model == .cbow || !weighsPositions,
      found: "`weighsPositions` with the model \(model.rawValue)",
      expected: "cbow, whose words of a window are weighted")
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

  private enum CodingKeys: String, CodingKey {
    case model, hierarchicalSoftmax, subwords, weighsPositions, isWindowFixed, dimension
    case windowRadius, negativeSamples, noiseExponent, subsampling, epochs, learningRate
    case minimumLearningRateRatio, replicas, seed
  }

  /// Reads options; what files of before the models and trees do not say is as it was then.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    model = try values.decodeIfPresent(Model.self, forKey: .model) ?? .skipGram
    hierarchicalSoftmax =
      try values.decodeIfPresent(Bool.self, forKey: .hierarchicalSoftmax) ?? false
    subwords = try values.decodeIfPresent(SubwordOptions.self, forKey: .subwords)
    weighsPositions = try values.decodeIfPresent(Bool.self, forKey: .weighsPositions) ?? false
    isWindowFixed = try values.decodeIfPresent(Bool.self, forKey: .isWindowFixed) ?? false
    dimension = try values.decode(Int.self, forKey: .dimension)
    windowRadius = try values.decode(Int.self, forKey: .windowRadius)
    negativeSamples = try values.decode(Int.self, forKey: .negativeSamples)
    noiseExponent = try values.decode(Double.self, forKey: .noiseExponent)
    subsampling = try values.decode(Double.self, forKey: .subsampling)
    epochs = try values.decode(Int.self, forKey: .epochs)
    learningRate = try values.decode(Float.self, forKey: .learningRate)
    minimumLearningRateRatio = try values.decode(Float.self, forKey: .minimumLearningRateRatio)
    replicas = try values.decodeIfPresent(Int.self, forKey: .replicas) ?? 1
    seed = try values.decode(UInt64.self, forKey: .seed)
  }

  /// Writes options; what is as it always was is left out, so that files stay the same.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    if model != .skipGram { try values.encode(model, forKey: .model) }
    if hierarchicalSoftmax { try values.encode(true, forKey: .hierarchicalSoftmax) }
    try values.encodeIfPresent(subwords, forKey: .subwords)
    if weighsPositions { try values.encode(true, forKey: .weighsPositions) }
    if isWindowFixed { try values.encode(true, forKey: .isWindowFixed) }
    try values.encode(dimension, forKey: .dimension)
    try values.encode(windowRadius, forKey: .windowRadius)
    try values.encode(negativeSamples, forKey: .negativeSamples)
    try values.encode(noiseExponent, forKey: .noiseExponent)
    try values.encode(subsampling, forKey: .subsampling)
    try values.encode(epochs, forKey: .epochs)
    try values.encode(learningRate, forKey: .learningRate)
    try values.encode(minimumLearningRateRatio, forKey: .minimumLearningRateRatio)
    if replicas != 1 { try values.encode(replicas, forKey: .replicas) }
    try values.encode(seed, forKey: .seed)
  }
}

extension WordVectorOptions.Model {
  /// Windows that are trained together, and share their noise.
  var windowsPerUnit: Int {
    switch self {
    case .skipGram: WindowGroups.windowsPerGroup
    case .cbow: BagGroups.cbowWindows
    case .structuredSkipGram: PositionGroups.windowsPerGroup
    }
  }
}

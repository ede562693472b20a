public import WordtoolCore

/// How vectors of documents are trained. The defaults are gensim's, but for the model, which is PV-DBOW.
public struct DocumentVectorOptions: TrainingOptions {
  /// What is predicted from what (Le and Mikolov 2014).
  public enum Model: String, Codable, CaseIterable, Sendable {
    /// Each word of a document from the document alone: distributed bag of words, section 2.3.
    case bagOfWords = "pv-dbow"
    /// A word from the mean of the document and the words near it: distributed memory, section 2.2.
    case memory = "pv-dm"
  }

  /// What is predicted from what.
  public var model = Model.bagOfWords
  /// Whether PV-DBOW trains vectors of words as well, by skip-gram among the words of a document; PV-DM
  /// always has vectors of words.
  public var trainsWords = false
  /// Whether words are predicted by a Huffman tree of choices between two (Mikolov et al. 2013a). Goes
  /// together with negative sampling or, with no negative samples, without it.
  public var hierarchicalSoftmax = false
  /// The number of values in a vector, 1 ... 4096.
  public var dimension = 100
  /// The largest distance between a word and its context, 1 ... 100; without effect where words have no
  /// vectors.
  public var windowRadius = 5
  /// Whether every window reaches `windowRadius` words far, instead of a distance of its own.
  public var isWindowFixed = false
  /// Noise words for each word that is predicted, 1 ... 64; 0 for none, with `hierarchicalSoftmax` only.
  public var negativeSamples = 5
  /// Noise words are drawn in proportion to count^noiseExponent, -4 ... 4 (Mikolov et al. 2013b).
  public var noiseExponent = 0.75
  /// A word of frequency f is kept with probability sqrt(t/f) + t/f; 0 keeps every word.
  public var subsampling = 1e-3
  /// Passes over the documents, 1 ... 1,000,000.
  public var epochs = 10
  /// The step size at the start, > 0. It falls linearly with the words seen.
  public var learningRate: Float = 0.025
  /// The share of `learningRate` below which the step size does not fall, 0 ... 1.
  public var minimumLearningRateRatio: Float = 4e-3
  /// Every random choice comes from it.
  public var seed: UInt64 = 1

  /// The defaults of a model.
  public init(model: Model = .bagOfWords) { self.model = model }

  /// Whether there are vectors of words.
  public var hasWords: Bool { trainsWords || model == .memory }

  /// Passes that suit documents of so many words together: as many as vectors of words need, and never
  /// fewer than 10, as a document's vector learns from its own words alone.
  public static func epochs(forWords count: Int) -> Int {
    max(10, WordVectorOptions.epochs(forWords: count))
  }

  /// How words are drawn: what documents have in common with vectors of words.
  var wordOptions: WordVectorOptions {
    var options = WordVectorOptions(model: hasWords && model == .bagOfWords ? .skipGram : .cbow)
    options.hierarchicalSoftmax = hierarchicalSoftmax
    options.isWindowFixed = isWindowFixed
    options.dimension = dimension
    options.windowRadius = windowRadius
    options.negativeSamples = negativeSamples
    options.noiseExponent = noiseExponent
    options.subsampling = subsampling
    options.epochs = epochs
    options.learningRate = learningRate
    options.minimumLearningRateRatio = minimumLearningRateRatio
    options.seed = seed
    return options
  }

  /// Checks every range.
  ///
  /// - Throws: `WordtoolError` of kind `usage` that names the property.
  public func validate() throws {
    try OptionCheck.require(
      !(trainsWords && model == .memory), found: "`trainsWords` for pv-dm",
      expected: "pv-dbow: pv-dm trains words in any case")
    // The properties have the same names and ranges there.
    try wordOptions.validate()
  }
}

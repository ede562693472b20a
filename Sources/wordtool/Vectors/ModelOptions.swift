import ArgumentParser
import Word2Vec
import WordtoolCore

/// What is trained, and how.
struct ModelOptions: ParsableArguments {
  /// The training objectives.
  enum Loss: String, CaseIterable, ExpressibleByArgument {
    /// Negative sampling.
    case ns
    /// Hierarchical softmax.
    case hs
    /// Both.
    case both = "hs+ns"

    var hasTree: Bool { self != .ns }
    var hasNoise: Bool { self != .hs }
  }

  @Option(
    help: ArgumentHelp(
      "skipgram predicts each word near a word from that word alone, structured-skipgram with a table for "
        + "each position as well, cbow a word from the mean of "
        + "all that are near it; glove fits the logarithms of how often words are near each other; "
        + "pv-dbow predicts each word of a document from the document, pv-dm a word from the mean of the "
        + "document and the words near it.", valueName: "name"))
  var model = EmbeddingModel.skipGram
  @Option(
    help: ArgumentHelp(
      "The objective: ns is negative sampling, hs hierarchical softmax, hs+ns the sum of both.",
      valueName: "name"))
  var loss: Loss = .ns
  @Option(help: ArgumentHelp("Values in a vector, 1 to 4096.", valueName: "n"))
  var dim = 100
  @Option(
    help: ArgumentHelp(
      "Words on each side that count as context, 1 to 100. (default: 5, for glove 15)",
      valueName: "n"))
  var window: Int?
  @Flag(help: "With glove, let the words on the left alone count as context.")
  var leftOnly = false
  @Option(
    help: ArgumentHelp(
      "With glove, pairs that occur as often as this or more all weigh the same. (default: 100)",
      valueName: "x"))
  var xMax: Double?
  @Option(
    help: ArgumentHelp(
      "With glove, pairs below --x-max weigh their count's share of it to this power, 0 to 1. "
        + "(default: 0.75)", valueName: "x"))
  var alpha: Double?
  @Flag(
    help: "With cbow, weight what stands at each position of a window by a vector that is learnt.")
  var positionWeights = false
  @Flag(help: "Let every window reach as far, instead of a distance drawn for each up to --window.")
  var fixedWindow = false
  @Option(
    help: ArgumentHelp("Noise words for each window, 1 to 64. (default: 5)", valueName: "n"))
  var negative: Int?
  @Option(
    help: ArgumentHelp(
      "Noise words are drawn by their count to this power, -4 to 4. (default: 0.75)",
      valueName: "x"))
  var noiseExponent: Double?
  @Option(
    help: ArgumentHelp(
      "Make words of their n-grams of so many characters as well, as fastText does: words that were "
        + "never seen then have vectors too. (default: no n-grams)", valueName: "min-max"))
  var subwords: SubwordRange?
  @Option(
    help: ArgumentHelp(
      "Rows that n-grams share. (default: four for each n-gram, at most 2,000,000, with --hash-count "
        + "50,000)", valueName: "n"))
  var buckets: Int?
  @Option(
    help: ArgumentHelp(
      "Give words no rows of their own, but them and their n-grams so many rows each of one small "
        + "table, 1 to 4, as floret does: for files that are small whatever the vocabulary. (default: "
        + "fastText's way)", valueName: "n"))
  var hashCount: Int?
  @Option(
    help: ArgumentHelp(
      "Words whose share of the text is above this are thinned out; 0 keeps all. (default: 1e-4, for "
        + "documents 1e-3)", valueName: "x"))
  var sample: Double?
  @Option(
    help: ArgumentHelp(
      "Passes over the text, at least 1; auto takes more for a shorter text, from 300 for 13,000 "
        + "words to 5 for 48 million, of documents to 10; 25 for glove.", valueName: "n"))
  var epochs = EpochCount.automatic
  @Option(
    help: ArgumentHelp(
      "The learning rate at the start; glove keeps it. (default: 0.025, for cbow and glove 0.05)",
      valueName: "x"))
  var lr: Float?
  @Option(
    help: ArgumentHelp(
      "The learning rate at the end, as a share of --lr. (default: 1e-4, for documents 4e-3)",
      valueName: "x"))
  var minLrRatio: Float?
  @Option(
    help: ArgumentHelp(
      "Copies of the model, 1 to 64, that learn from parts of the text of their own and are made one "
        + "again and again: work for as many times more threads, in as many times the memory. The "
        + "vectors depend on it, as they do on --seed.",
      valueName: "n"))
  var replicas = 1

  var optionRules: [OptionRule] {
    [
      OptionRule(
        [
          "--loss", "--fixed-window", "--negative", "--noise-exponent", "--sample",
          "--min-lr-ratio",
        ], need: EmbeddingModel.predictingNeed, isMet: model != .glove),
      OptionRule(
        ["--loss"], need: "a model with more than one, not --model structured-skipgram",
        isMet: model != .structuredSkipGram),
      OptionRule(
        ["--subwords", "--buckets", "--hash-count"], need: EmbeddingModel.oneOutputNeed,
        isMet: model.hasOneOutput),
      OptionRule(
        ["--replicas"], need: EmbeddingModel.wordNeed, isMet: model.predictsFromWords),
      OptionRule(["--position-weights"], need: "--model cbow", isMet: model == .cbow),
      OptionRule(
        ["--x-max", "--alpha", "--left-only"], need: "--model glove", isMet: model == .glove),
      OptionRule(
        ["--negative", "--noise-exponent"], need: "--loss ns or hs+ns", isMet: loss.hasNoise),
      OptionRule(["--buckets", "--hash-count"], need: "--subwords", isMet: subwords != nil),
    ]
  }

  /// What the options say of a training of words; the passes are for the size of the text to decide.
  func options(seed: UInt64) throws -> EmbeddingOptions {
    if model == .glove { return .gloVe(try gloVeOptions(seed: seed)) }
    return .predicting(try options(predicting: model.predicting ?? .skipGram, seed: seed))
  }

  private func gloVeOptions(seed: UInt64) throws -> GloVeOptions {
    var options = GloVeOptions()
    options.dimension = dim
    options.windowRadius = window ?? options.windowRadius
    options.isLeftOnly = leftOnly
    options.maximumWeightCount = xMax ?? options.maximumWeightCount
    options.weightExponent = alpha ?? options.weightExponent
    if case .fixed(let count) = epochs { options.epochs = count }
    options.learningRate = lr ?? options.learningRate
    options.seed = seed
    try options.validate()
    return options
  }

  private func options(
    predicting model: WordVectorOptions.Model, seed: UInt64
  ) throws -> WordVectorOptions {
    var options = WordVectorOptions(model: model)
    apply(to: &options, seed: seed)
    options.replicas = replicas
    options.weighsPositions = positionWeights
    if let subwords {
      var grams = SubwordOptions()
      (grams.shortest, grams.longest) = (subwords.shortest, subwords.longest)
      (grams.bucketCount, grams.hashCount) = (buckets, hashCount)
      options.subwords = grams
    }
    try options.validate()
    return options
  }
}

/// Lengths of n-grams of characters: `3-6` or `4`.
struct SubwordRange: ExpressibleByArgument {
  var shortest: Int
  var longest: Int

  init?(argument: String) {
    let parts = argument.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard (1...2).contains(parts.count), let first = parts[0], let last = parts[parts.count - 1],
      first >= 1, last >= first
    else { return nil }
    (shortest, longest) = (first, last)
  }
}

/// How often a text is passed over.
enum EpochCount: ExpressibleByArgument, CustomStringConvertible {
  /// By the number of its words.
  case automatic
  case fixed(Int)

  init?(argument: String) {
    if argument == "auto" {
      self = .automatic
    } else if let count = Int(argument) {
      self = .fixed(count)
    } else {
      return nil
    }
  }

  var description: String {
    switch self {
    case .automatic: "auto"
    case .fixed(let count): String(count)
    }
  }
}

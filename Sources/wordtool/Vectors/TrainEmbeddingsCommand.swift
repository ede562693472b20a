import ArgumentParser
import Tokenize
import Word2Vec
import WordtoolCore

/// `wordtool train-embeddings`: text in, vectors out.
struct TrainEmbeddingsCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "train-embeddings",
    abstract: "Make word vectors from text.",
    discussion: """
      TEXT is files and folders, plain or .gz, or '-'; without any the corpus that ships with \
      wordtool. The same text, seed and options give the same bytes, whatever the number of \
      threads and the processor.

      Without -o the vectors are the default from then on: nearest and the other commands ask them \
      where none are named, until others take their place. With -o they are so only under --default. \
      An interrupted run leaves an older output as it was; with --checkpoint \
      it can be continued, and ends with the bytes of an unbroken run.

      Example:
        wordtool train-embeddings wiki-*.txt.gz -o wiki.safetensors
        wordtool train-embeddings wiki.txt --subwords 3-6 -o wiki.bin
        zcat big.gz | wordtool train-embeddings - --dim 300 --epochs 3 -o big.bin \\
            --json
      """,
    aliases: ["skipgram"])

  @Argument(
    help: ArgumentHelp(
      "Text files and folders, plain or .gz; '-' is standard input. (default: the atlas corpus)",
      valueName: "text"), completion: .file())
  var texts: [String] = []

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Where the vectors go. (default: $XDG_DATA_HOME/wordtool/vectors/NAME.safetensors)",
      valueName: "vectors"), completion: .file())
  var output: String?

  @Flag(
    name: .customLong("default"), inversion: .prefixedNo,
    help: "Ask these vectors from now on where none are named. (default: without -o)")
  var isDefault: Bool?

  @Option(
    help: ArgumentHelp(
      "The format: \(WordVectors.Format.writable.map(\.rawValue).joined(separator: ", ")). "
        + "(default: \(WordVectors.Format.suffixHelp))",
      valueName: "name"))
  var format: WordVectors.Format?

  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Vocabulary") var vocabulary: VocabularyOptions
  @OptionGroup(title: "Text") var text: TextOptions
  @OptionGroup(title: "Phrases") var phrases: PhraseTrainingOptions

  @Option(
    help: ArgumentHelp(
      "Also write the context vectors (the output side of the network).", valueName: "file"),
    completion: .file())
  var saveContext: String?

  @OptionGroup(title: "Checkpoints") var checkpoints: CheckpointOptions

  @OptionGroup(title: "Going on") var beginning: BeginningOptions

  @Option(
    help: ArgumentHelp(
      "Keep the numbers of the words in memory up to this size, in a temporary file above: 512M, "
        + "4G, 50%. (default: 50%)", valueName: "limit"))
  var memory: MemorySize?

  @Option(
    help: ArgumentHelp(
      "What the text is called, to be stored with the vectors. (default: the names of the files)",
      valueName: "name"))
  var corpusName: String?

  @Option(
    help: ArgumentHelp(
      "The licence of the text, to be stored with the vectors.", valueName: "text"))
  var licence: String?

  @OptionGroup var common: TrainingRunOptions

  var optionRules: [OptionRule] {
    // A name that stands for no format is refused elsewhere.
    let format = (try? self.format(of: output ?? "")) ?? .safetensors
    return text.optionRules + model.optionRules + phrases.optionRules + beginning.optionRules + [
      OptionRule(
        ["--checkpoint-every"], need: "--checkpoint or --resume", isMet: checkpoints.folder != nil),
      OptionRule(
        ["--min-count", "--max-vocab"], need: "words that are counted, not to --vocab",
        isMet: vocabulary.vocab == nil),
      OptionRule(
        ["--phrases"], need: "words that are counted, not to --vocab",
        isMet: vocabulary.vocab == nil),
      OptionRule(
        ["--init"], need: "a training from its start, not to --resume without --freeze",
        isMet: checkpoints.resume == nil || beginning.freeze != nil),
      OptionRule(
        ["--freeze"], need: "words that are rows of their own, not --subwords",
        isMet: model.subwords == nil),
      OptionRule(
        ["--update"], need: "words that are counted, not to --vocab",
        isMet: vocabulary.vocab == nil),
      OptionRule(
        ["--update-context"], need: "--loss ns or hs+ns", isMet: model.loss.hasNoise),
      OptionRule(
        ["--corpus-name", "--licence"], need: "--format safetensors or safetensors-int8",
        isMet: format == .safetensors || format == .safetensorsInt8),
      OptionRule(["--save-context"], need: "--loss ns or hs+ns", isMet: model.loss.hasNoise),
    ]
  }

  /// The format of a file of vectors: with n-grams, `.bin` is fastText's, which holds them.
  func format(of path: String) throws -> WordVectors.Format {
    if let format { return format }
    let named = try WordVectors.Format(forPath: path)
    return model.subwords != nil && named == .word2vecBinary ? .fastTextModel : named
  }

  func validate() throws {
    if isDefault == true, output == "-" {
      throw ValidationError("--default and --output - exclude each other")
    }
  }

  func run() throws {
    try TrainingSession.run(EmbeddingTraining(self))
  }
}

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
      "skipgram predicts each word near a word from that word alone, cbow a word from the mean of "
        + "all that are near it.", valueName: "name"))
  var model: WordVectorOptions.Model = .skipGram
  @Option(
    help: ArgumentHelp(
      "The objective: ns is negative sampling, hs hierarchical softmax, hs+ns the sum of both.",
      valueName: "name"))
  var loss: Loss = .ns
  @Option(help: ArgumentHelp("Values in a vector, 1 to 4096.", valueName: "n"))
  var dim = 100
  @Option(
    help: ArgumentHelp("Words on each side that count as context, 1 to 100.", valueName: "n"))
  var window = 5
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
      "Rows that n-grams share. (default: four for each n-gram, at most 2,000,000)", valueName: "n")
  )
  var buckets: Int?
  @Option(
    help: ArgumentHelp(
      "Words whose share of the text is above this are thinned out; 0 keeps all.", valueName: "x")
  )
  var sample = 1e-4
  @Option(
    help: ArgumentHelp(
      "Passes over the text, at least 1; auto takes more for a shorter text, from 300 for 13,000 "
        + "words to 5 for 48 million.", valueName: "n"))
  var epochs = EpochCount.automatic
  @Option(
    help: ArgumentHelp(
      "The learning rate at the start. (default: 0.025, for cbow 0.05)", valueName: "x"))
  var lr: Float?
  @Option(
    help: ArgumentHelp("The learning rate at the end, as a share of --lr.", valueName: "x"))
  var minLrRatio: Float = 1e-4

  var optionRules: [OptionRule] {
    [
      OptionRule(
        ["--negative", "--noise-exponent"], need: "--loss ns or hs+ns", isMet: loss.hasNoise),
      OptionRule(["--buckets"], need: "--subwords", isMet: subwords != nil),
    ]
  }

  /// What the options say of the training; the passes are for the size of the text to decide.
  func options(seed: UInt64) throws -> WordVectorOptions {
    var options = WordVectorOptions(model: model)
    options.hierarchicalSoftmax = loss.hasTree
    options.negativeSamples = loss.hasNoise ? negative ?? options.negativeSamples : 0
    options.dimension = dim
    options.windowRadius = window
    options.isWindowFixed = fixedWindow
    options.noiseExponent = noiseExponent ?? options.noiseExponent
    options.subsampling = sample
    if case .fixed(let count) = epochs { options.epochs = count }
    options.learningRate = lr ?? options.learningRate
    options.minimumLearningRateRatio = minLrRatio
    options.seed = seed
    if let subwords {
      var grams = SubwordOptions()
      (grams.shortest, grams.longest) = (subwords.shortest, subwords.longest)
      grams.bucketCount = buckets
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

/// Which words get a vector.
struct VocabularyOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Leave out words that occur less often.", valueName: "n"))
  var minCount = 5
  @Option(help: ArgumentHelp("Keep the n most frequent words. (default: all)", valueName: "n"))
  var maxVocab: Int?
  @Option(
    help: ArgumentHelp(
      "Take the words and counts from a file of 'word count' lines instead of the text.",
      valueName: "file"), completion: .file())
  var vocab: String?
  @Option(
    help: ArgumentHelp("Write the words and their counts.", valueName: "file"), completion: .file())
  var saveVocab: String?

  func validate() throws {
    try OptionCheck.whole([
      ("--min-count", minCount, 1 ... .max), ("--max-vocab", maxVocab, 1 ... .max),
    ])
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

import ArgumentParser
import SeqModels
import WordtoolCore

/// `wordtool train-classifier`: labelled text in, a model that names the label of a text out.
struct TrainClassifierCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "train-classifier",
    abstract: "Make a model that names the class of a text.",
    discussion: """
      FILE has a text and its label a line or row, plain or .gz: words that begin with __label__ \
      (as for fastText, also several a line), TSV, CSV or JSON lines. Which column is which is found \
      out as the options below say. bag-of-words is logistic regression over words and word n-grams; \
      fasttext is the mean of their embeddings and softmax; rnn, lstm and gru are recurrent networks \
      over the words, pooled to one set of features. fasttext with an output that ends in .bin is \
      written as fastText's own file: words are cut at white space then and n-grams hashed, so that \
      fastText gives the same answers; .ftz is such a file made small, as quantize makes it. The same text, seed and options give the same \
      bytes, whatever the number of threads.

      Example:
        wordtool train-classifier reviews.tsv -o reviews.model --test test.tsv
        wordtool train-classifier cooking.train -o cooking.model --model fasttext \\
            --epochs 25
        wordtool train-classifier reviews.tsv -o lstm.model --model lstm \\
            --embeddings wiki.safetensors
        wordtool train-classifier cooking.train -o cooking.bin --model fasttext \\
            --autotune cooking.valid --autotune-trials 50
        wordtool train-classifier cooking.train -o cooking.ftz --model fasttext \\
            --size 1M --autotune cooking.valid
      """)

  /// The models that can be trained.
  enum Model: String, CaseIterable, ExpressibleByArgument {
    case bagOfWords = "bag-of-words"
    case fasttext, rnn, lstm, gru

    /// The recurrent cell; nil of models without one.
    var cell: RecurrentCell? { TrainTaggerCommand.Cell(rawValue: rawValue)?.cell }
  }

  @Argument(
    help: ArgumentHelp("Files of labelled text; '-' is standard input.", valueName: "file"),
    completion: .file())
  var files: [String]

  @Option(help: ArgumentHelp("The model.", valueName: "name"))
  var model: Model = .bagOfWords

  @Option(
    help: ArgumentHelp(
      "Measure the accuracy on this labelled text in the end; recurrent models after each pass, and "
        + "keep the best.", valueName: "file"), completion: .file())
  var valid: String?

  @Option(
    help: ArgumentHelp("Measure the accuracy on this one too.", valueName: "file"),
    completion: .file())
  var test: String?

  @Option(
    help: ArgumentHelp(
      "Make the probabilities say how often the model is right on the text of --valid: by temperature, "
        + "one number for all, or isotonic, a rising function for each label, for a thousand texts and more.",
      valueName: "name"))
  var calibrate: Calibration.Method?

  @OptionGroup(title: "Labelled text") var layout: LayoutOptions
  @OptionGroup(title: "Words") var words: WordOptions

  @Option(
    help: ArgumentHelp(
      "Word n-grams that count: one order or a range, 1 to 5.", valueName: "orders"))
  var ngrams = OrderRange(1...2)

  @Option(
    help: ArgumentHelp(
      "Leave out words and n-grams that occur less often. (default: 2, fasttext 1)",
      valueName: "n"))
  var minCount: Int?

  @Option(
    help: ArgumentHelp(
      "Hash n-grams of two words and more, and those of characters, into this many numbers. (default: "
        + "keep all apart, for a .bin or .ftz four for each, at most 2000000)",
      valueName: "n"))
  var buckets: Int?

  @Option(
    help: ArgumentHelp(
      "Make words of their n-grams of so many characters as well, as fastText does, for a fasttext "
        + "model written as .bin or .ftz: words that were never seen say something then. (default: no n-grams)",
      valueName: "min-max"))
  var subwords: SubwordRange?

  @OptionGroup(title: "Model bag-of-words") var linear: LinearModelOptions
  @Option(
    help: ArgumentHelp(
      "Values in an embedding of fasttext, rnn, lstm and gru, 1 to 4096.", valueName: "n"))
  var dim = 100

  @Option(
    help: ArgumentHelp(
      "What is made small. bag-of-words: logistic, or squared-hinge, a support vector machine. "
        + "fasttext: softmax (one label a text); ova, one-vs-all: a yes-or-no question "
        + "for each label; for a .bin or .ftz also hs, hierarchical softmax, and ns, negative sampling, which "
        + "take less time for many labels. (default: logistic, fasttext softmax)",
      valueName: "name"))
  var loss: ClassifierLoss?

  @Option(
    help: ArgumentHelp(
      "Labels drawn for each text with --loss ns, 1 to 64. (default: 5)", valueName: "n"))
  var negative: Int?

  @OptionGroup(title: "Training") var steps: StepOptions<ClassifierDefaults>
  @OptionGroup(title: "Models rnn, lstm and gru") var recurrent: RecurrentModelOptions

  @Option(
    help: ArgumentHelp(
      "How much each class counts: balanced, or LABEL=WEIGHT apart by commas or blanks. (default: all "
        + "texts the same)",
      valueName: "weights"))
  var classWeights: ClassWeightList?

  @OptionGroup(title: "An .ftz of fasttext") var quantized: QuantizedOutputOptions
  @OptionGroup(title: "Search for the options of fasttext") var search: AutotuneOptions
  @OptionGroup var memory: TrainingMemoryOption
  @OptionGroup var output: ModelOutputOptions
  @OptionGroup var common: TrainingRunOptions

  func validate() throws {
    try OptionCheck.whole([
      ("--min-count", minCount, 1 ... .max), ("--buckets", buckets, 1...1 << 30),
      ("--dim", dim, 1...4096), ("--negative", negative, 1...64),
    ])
  }

  /// Whether the model is written as fastText's own file.
  var isFastTextFile: Bool {
    model == .fasttext && (isQuantized || FileSuffix(of: output.output).name == "bin")
  }

  /// Whether that file is a quantized one.
  var isQuantized: Bool { model == .fasttext && FileSuffix(of: output.output).name == "ftz" }

  var optionRules: [OptionRule] {
    let recurrentModels = "--model rnn, lstm or gru"
    let (isLinear, isRecurrent) = (model == .bagOfWords, model.cell != nil)
    return layout.optionRules + words.optionRules + search.optionRules(isMet: model == .fasttext)
      + [
        OptionRule(
          ["--lowercase", "--no-lowercase", "--kinds", "--locale", "--normalize"],
          need: "another output than fastText's .bin or .ftz, where words are cut at white space",
          isMet: !isFastTextFile),
        OptionRule(
          ["--subwords"], need: "--model fasttext and an output that ends in .bin or .ftz",
          isMet: isFastTextFile),
        OptionRule(["--calibrate"], need: "--valid", isMet: valid != nil),
        OptionRule(
          ["--memory"], need: "a training whose options are known, not to --autotune",
          isMet: search.autotune == nil),
        OptionRule(
          ["--calibrate"],
          need: "another output than fastText's .bin or .ftz, which has no room for it",
          isMet: !isFastTextFile),
        OptionRule(allOf: LinearModelOptions.self, need: "--model bag-of-words", isMet: isLinear),
        OptionRule(
          ["--ngrams", "--buckets"], need: "--model bag-of-words or fasttext", isMet: !isRecurrent),
        OptionRule(
          ["--loss"], need: "--model bag-of-words or fasttext", isMet: !isRecurrent),
        OptionRule(
          ["--loss"], need: "one of --model bag-of-words: logistic or squared-hinge",
          isMet: !isLinear || loss?.ofFastText == nil),
        OptionRule(
          ["--loss"], need: "one of --model fasttext: softmax, ova, hs or ns",
          isMet: model != .fasttext || loss?.ofLinear == nil),
        OptionRule(
          ["--loss"], need: "an output that ends in .bin or .ftz, for hs and ns",
          isMet: isFastTextFile || !isSampled),
        OptionRule(
          allOf: QuantizedOutputOptions.self,
          need: "--model fasttext and an output that ends in .ftz", isMet: isQuantized),
        OptionRule(["--negative"], need: "--loss ns", isMet: loss == .ns),
        OptionRule(["--class-weights"], need: "--loss softmax or ova", isMet: !isSampled),
        OptionRule(
          ["--dim", "--lr"], need: "--model fasttext, rnn, lstm or gru", isMet: !isLinear),
        OptionRule(allOf: RecurrentModelOptions.self, need: recurrentModels, isMet: isRecurrent),
        OptionRule(["--batch", "--clip", "--patience"], need: recurrentModels, isMet: isRecurrent),
      ] + recurrent.shape.rules(hasValid: valid != nil)
  }

  /// Whether the loss leaves out most labels of a text.
  private var isSampled: Bool { loss?.ofFastText?.needsFastTextFile == true }

  func run() throws {
    try TrainingSession.run(ClassifierTrainingRun(self))
  }
}

/// What the training of a classifier makes small.
enum ClassifierLoss: String, CaseIterable, ExpressibleByArgument {
  case logistic
  case squaredHinge = "squared-hinge"
  case softmax, ova, hs, ns

  /// As a linear classifier knows it.
  var ofLinear: LinearClassifierOptions.Loss? { LinearClassifierOptions.Loss(rawValue: rawValue) }
  /// As a classifier of averaged embeddings knows it.
  var ofFastText: FastTextOptions.Loss? { FastTextOptions.Loss(rawValue: rawValue) }
}

/// What only the linear model has.
struct LinearModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What an occurrence counts: binary, counts, tf-idf, or nb (log ratio of the classes).",
      valueName: "name"))
  var weighting: LinearClassifierOptions.Weighting = .naiveBayes

  @Option(
    help: ArgumentHelp(
      "The factor of the loss against the penalty; more fits the training text closer. (default: "
        + LinearClassifierOptions.Weighting.allCases.map { weighting in
          "\(weighting.rawValue) "
            + LinearClassifierOptions.Loss.allCases.map {
              NumberFormat.short(weighting.defaultCost(for: $0))
            }.joined(separator: " and ")
        }.joined(separator: ", ") + ", with --loss logistic and squared-hinge)",
      valueName: "x"))
  var cost: Double?

  @Option(
    help: ArgumentHelp(
      "Count n-grams of so many characters inside of words as well, with the ends of the word, 1 to 16. "
        + "(default: none)", valueName: "min-max"))
  var charNgrams: SubwordRange?

  func validate() throws {
    try OptionCheck.positive([("--cost", cost)])
    try OptionCheck.whole([("--char-ngrams", charNgrams?.longest, 1...16)])
  }
}

/// What classifiers have of their own in the options of all trainings.
enum ClassifierDefaults: OptimizationDefaults {
  static let epochsHelp =
    "Passes over the texts. (default: 5; more for few texts: fasttext for less than 10,000, up to "
    + "100, rnn, lstm and gru for less than 6,000, up to 50; bag-of-words until it stands still, at "
    + "most 200)"
  static let rateHelp =
    "The learning rate at the start. (default: fasttext 0.5, rnn, lstm and gru 0.001)"
  static let batchHelp = "Texts in a step of rnn, lstm and gru."
  static let patienceHelp =
    "End rnn, lstm and gru after n passes without a better accuracy on --valid. (default: never)"
  static let batch = 32
  static let clip = 5.0
}

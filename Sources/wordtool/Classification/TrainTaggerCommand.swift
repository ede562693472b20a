import ArgumentParser
import SeqModels

/// `wordtool train-tagger`: words with tags in, a model that tags words out.
struct TrainTaggerCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "train-tagger",
    abstract: "Make a model that gives every word of a sentence a tag.",
    discussion: """
      FILE has a word and its tag a line and a blank line between sentences, plain or .gz: CoNLL-U \
      (ten columns between tabs; FORM and UPOS are read), or columns between tabs or spaces, the \
      first with the word and the last with the tag, as in CoNLL-2003. The model is a recurrent \
      network with softmax at every word. The same text, seed and options give the same bytes, \
      whatever the number of threads.

      Example:
        wordtool train-tagger train.conll -o pos.model --valid dev.conll \\
            --embeddings wiki.safetensors
      """)

  @Argument(
    help: ArgumentHelp("Files of tagged words; '-' is standard input.", valueName: "file"),
    completion: .file())
  var files: [String]

  @Option(help: ArgumentHelp("The recurrent cell: rnn, lstm or gru.", valueName: "name"))
  var model: Cell = .lstm

  /// The cells that can be trained.
  enum Cell: String, CaseIterable, ExpressibleByArgument {
    case rnn, lstm, gru

    /// What the library calls it.
    var cell: RecurrentCell {
      switch self {
      case .rnn: .rnnTanh
      case .lstm: .lstm
      case .gru: .gru
      }
    }
  }

  @Option(
    help: ArgumentHelp(
      "Measure the accuracy on these tagged words after each pass, and keep the best.",
      valueName: "file"), completion: .file())
  var valid: String?

  @Option(
    help: ArgumentHelp("Measure the accuracy on these in the end.", valueName: "file"),
    completion: .file())
  var test: String?

  @Flag(inversion: .prefixedNo, help: "Lower-case the words.")
  var lowercase = true

  @Option(
    help: ArgumentHelp(
      "Words that occur less often share one embedding, unless --embeddings has them.",
      valueName: "n"))
  var minCount = 2

  @Option(help: ArgumentHelp("Values in an embedding, 1 to 4096.", valueName: "n"))
  var dim = 100

  @OptionGroup var shape: RecurrentShapeOptions
  @OptionGroup var steps: StepOptions<TaggerDefaults>

  @Flag(help: "Read the sentence from its start alone, not from its end as well.")
  var forwardOnly = false

  @Option(
    help: ArgumentHelp(
      "How much each tag counts: balanced, or TAG=WEIGHT apart by commas or blanks. (default: all words "
        + "the same)",
      valueName: "weights"))
  var classWeights: ClassWeightList?

  @OptionGroup var output: ModelOutputOptions
  @OptionGroup(title: "Tagged words") var layout: TaggedTextOptions
  @OptionGroup var common: TrainingRunOptions

  func validate() throws {
    try OptionCheck.whole([("--min-count", minCount, 1 ... .max), ("--dim", dim, 1...4096)])
  }

  var optionRules: [OptionRule] { shape.rules(hasValid: valid != nil) }

  func run() throws { try TrainingSession.run(TaggerTraining(self)) }
}

/// What taggers have of their own in the options of all trainings.
enum TaggerDefaults: OptimizationDefaults {
  static let epochsHelp = "Passes over the sentences. (default: 10)"
  static let rateHelp = "The learning rate at the start. (default: 0.001)"
  static let batchHelp = "Sentences in a step."
  static let patienceHelp =
    "End after n passes without a better accuracy on --valid. (default: never)"
  static let batch = 32
  static let clip = 5.0
}

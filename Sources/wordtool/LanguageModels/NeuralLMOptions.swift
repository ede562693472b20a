public import ArgumentParser
import Networks
public import SeqModels

extension RecurrentCell: ExpressibleByArgument {}
extension WeightInitialization: ExpressibleByArgument {}
extension LearningRateSchedule: ExpressibleByArgument {}
extension NeuralTrainingOptions.LossAverage: ExpressibleByArgument {}

/// The shape of a neural language model.
struct NeuralShapeOptions: ParsableArguments {
  enum Softmax: String, CaseIterable, ExpressibleByArgument {
    case full, adaptive
  }

  @Option(
    help: ArgumentHelp(
      "Recurrent units: rnn-tanh, rnn-relu, lstm or gru.", valueName: "name"))
  var cell: RecurrentCell = .lstm

  @Option(help: ArgumentHelp("Recurrent layers.", valueName: "n"))
  var layers = 2

  @Option(help: ArgumentHelp("Units of a layer.", valueName: "n"))
  var hidden = 200

  @Option(help: ArgumentHelp("Values of a token's embedding.", valueName: "n"))
  var embedding = 200

  @Option(
    help: ArgumentHelp("Project an LSTM's outputs to n values. (default: none)", valueName: "n"))
  var projection: Int?

  @Flag(help: "Let an LSTM's gates see the cell.")
  var peepholes = false

  @Flag(help: "Use the embeddings as the weights of the softmax too.")
  var tied = false

  @Option(
    help: ArgumentHelp("Tokens that a fixed window or a bag of words sees.", valueName: "n"))
  var window = 5

  @Flag(help: "A fixed window over one-hot tokens instead of embeddings.")
  var oneHot = false

  @Option(
    help: ArgumentHelp(
      "full, or adaptive: clusters by frequency, quicker with many tokens.", valueName: "name"))
  var softmax: Softmax = .full

  @Option(
    help: ArgumentHelp(
      "Where the clusters of the adaptive softmax begin, apart by commas or blanks: 2000,10000. "
        + "(default: a fifth and three fifths of the tokens, at most 4000 and 20000)",
      valueName: "n,n"))
  var cutoffs: String?

  func validate() throws {
    let sizes = 1...1 << 16
    try OptionCheck.whole([
      ("--layers", layers, sizes), ("--hidden", hidden, sizes), ("--embedding", embedding, sizes),
      ("--window", window, sizes), ("--projection", projection, sizes),
    ])
    if tied, softmax == .adaptive {
      throw ValidationError("--tied and --softmax adaptive exclude each other")
    }
    if tied, oneHot {
      throw ValidationError("--tied and --one-hot exclude each other: there are no embeddings")
    }
  }

  /// Which options of a network have an effect.
  func rules(of model: TrainLMCommand.Model, hasEmbeddings: Bool) -> [OptionRule] {
    [
      OptionRule(
        ["--cell", "--layers", "--projection", "--peepholes"], need: "--model recurrent",
        isMet: model == .recurrent),
      OptionRule(["--projection", "--peepholes"], need: "--cell lstm", isMet: cell == .lstm),
      OptionRule(
        ["--hidden"], need: "--model recurrent or fixed-window", isMet: model != .bagOfWords),
      OptionRule(
        ["--window"], need: "--model fixed-window or bag-of-words", isMet: model != .recurrent),
      OptionRule(["--one-hot"], need: "--model fixed-window", isMet: model == .fixedWindow),
      OptionRule(
        ["--embedding", "--embeddings", "--freeze-embeddings"], need: "a network without --one-hot",
        isMet: !oneHot),
      OptionRule(["--cutoffs"], need: "--softmax adaptive", isMet: softmax == .adaptive),
    ]
  }

  /// The cutoffs for a vocabulary of that size.
  func resolvedCutoffs(vocabulary: Int) throws -> [Int] {
    guard softmax == .adaptive else { return [] }
    guard let cutoffs else {
      let bounds = [min(4_000, vocabulary / 5), min(20_000, vocabulary * 3 / 5)]
      return Array(Set(bounds.filter { $0 >= 1 && $0 < vocabulary })).sorted()
    }
    let numbers = cutoffs.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    let values = numbers.compactMap(\.self)
    guard values.count == numbers.count, !values.isEmpty, values.allSatisfy({ $0 >= 1 }),
      zip(values, values.dropFirst()).allSatisfy(<), (values.last ?? 0) < vocabulary
    else {
      throw ValidationError(
        "--cutoffs is '\(cutoffs)', expected rising numbers below the \(vocabulary) tokens")
    }
    return values
  }
}

/// What language models have of their own in the options of all trainings.
enum LanguageModelDefaults: OptimizerDefaults {
  static let epochsHelp =
    "Passes over the text. (default: 13; with --resume as many as before)"
  static let rateHelp = "The learning rate. (default: 1 for sgd, 0.1 for adagrad, else 0.001)"
  static let batchHelp = "Parts of the text that are read side by side."
  static let patienceHelp = "End after n epochs without gain on --valid. (default: never)"
  static let batch = 20
  static let clip = 5.0
  static let momentum = 0.0
  static let decay = 2.0
}

/// How a neural language model is trained.
struct NeuralTrainingArguments: ParsableArguments {
  @OptionGroup var optimizer: OptimizerArguments<LanguageModelDefaults>

  @Option(help: ArgumentHelp("Steps that gradients go back through.", valueName: "n"))
  var bptt = 35

  @Flag(
    help: ArgumentHelp(
      "Draw each step's length around --bptt, and around half of it one time in twenty; with "
        + "--loss-average tokens the rate is scaled by the length."))
  var bpttJitter = false

  @Option(
    help: ArgumentHelp("Cut each gradient to ± this value. (default: not)", valueName: "x"))
  var clipValue: Double?

  @Option(
    help: ArgumentHelp(
      "What a step's loss is divided by: its tokens (the mean; lr and clip as in PyTorch's "
        + "examples), or the parts of the batch (the sum over the steps).",
      valueName: "name"))
  var lossAverage: NeuralTrainingOptions.LossAverage = .sequences

  @Option(
    help: ArgumentHelp(
      "How the rate moves: constant, plateau (divided by --decay after an epoch that did not help "
        + "on --valid), step (divided by --decay after each epoch from --decay-after on), cosine "
        + "(down to 0), linear (down to a tenth).",
      valueName: "name"))
  var schedule: LearningRateSchedule = .plateau

  @Option(
    help: ArgumentHelp("The last epoch with the first rate, for --schedule step.", valueName: "n"))
  var decayAfter = 4

  @Option(
    help: ArgumentHelp(
      "The share of values left out between layers and before the softmax.", valueName: "p"))
  var dropout = 0.0

  @Option(
    help: ArgumentHelp(
      "The share left out of the embeddings' values. (default: as --dropout)", valueName: "p"))
  var dropoutInput: Double?

  @Option(
    help: ArgumentHelp(
      "The share left out before the softmax. (default: as --dropout)", valueName: "p"))
  var dropoutOutput: Double?

  @Option(help: ArgumentHelp("The share of words left out whole.", valueName: "p"))
  var dropoutWords = 0.0

  @Option(
    help: ArgumentHelp("The share of recurrent weights left out.", valueName: "p"))
  var dropoutRecurrent = 0.0

  @Flag(help: "One dropout mask for all steps of a piece (variational dropout).")
  var dropoutLocked = false

  @Option(
    help: ArgumentHelp("Activation regularisation: alpha, on the outputs.", valueName: "x"))
  var activationPenalty = 0.0

  @Option(
    help: ArgumentHelp(
      "Temporal activation regularisation: beta, on their change.", valueName: "x"))
  var temporalPenalty = 0.0

  @Option(
    name: .customLong("init"),
    help: ArgumentHelp(
      "How recurrent weights begin: uniform, glorot, orthogonal or identity (with --cell rnn-relu: "
        + "IRNN).",
      valueName: "name"))
  var initialization: WeightInitialization = .uniform

  @Option(
    help: ArgumentHelp(
      "Uniform weights begin between ± x. (default: 0.1, recurrent ones 1/sqrt(hidden))",
      valueName: "x"))
  var initRange: Double?

  @Option(help: ArgumentHelp("Added to the forget gates' bias at the start.", valueName: "x"))
  var forgetBias = 0.0

  @Option(
    help: ArgumentHelp(
      "After n epochs without gain on --valid, keep and measure the mean of the weights: NT-ASGD. "
        + "(default: never)",
      valueName: "n"))
  var averageAfter: Int?

  func validate() throws {
    try OptionCheck.whole([
      ("--bptt", bptt, 1...1 << 20), ("--decay-after", decayAfter, 1 ... .max),
      ("--average-after", averageAfter, 1 ... .max),
    ])
    try OptionCheck.shares([
      ("--dropout", dropout), ("--dropout-input", dropoutInput),
      ("--dropout-output", dropoutOutput), ("--dropout-words", dropoutWords),
      ("--dropout-recurrent", dropoutRecurrent),
    ])
    try OptionCheck.positive([("--clip-value", clipValue), ("--init-range", initRange)])
    try OptionCheck.notNegative([
      ("--activation-penalty", activationPenalty), ("--temporal-penalty", temporalPenalty),
    ])
  }

  /// Which options of the training have an effect.
  func rules(
    of model: TrainLMCommand.Model, _ shape: NeuralShapeOptions, hasValid: Bool
  ) -> [OptionRule] {
    let dropouts = [
      dropout, dropoutInput ?? dropout, dropoutOutput ?? dropout, dropoutWords, dropoutRecurrent,
    ]
    return [
      OptionRule(
        ["--dropout", "--dropout-output"], need: "--model recurrent or fixed-window",
        isMet: model != .bagOfWords),
      OptionRule(
        [
          "--dropout-input", "--dropout-words", "--dropout-recurrent", "--dropout-locked",
          "--activation-penalty", "--temporal-penalty", "--init", "--forget-bias",
        ], need: "--model recurrent", isMet: model == .recurrent),
      OptionRule(["--forget-bias"], need: "--cell lstm", isMet: shape.cell == .lstm),
      OptionRule(
        ["--dropout-locked"], need: "a share that is left out: --dropout and the like",
        isMet: dropouts.contains { $0 > 0 }),
      OptionRule(["--decay-after"], need: "--schedule step", isMet: schedule == .step),
      OptionRule(
        ["--patience", "--average-after"] + (schedule == .plateau ? ["--schedule"] : []),
        need: "a training with --valid", isMet: hasValid),
    ] + optimizer.rules(of: schedule, hasValid: hasValid)
  }

  /// The options of the library.
  func options(seed: UInt64) -> NeuralTrainingOptions {
    var options = NeuralTrainingOptions()
    let (steps, method) = (optimizer.steps, optimizer.optimizer)
    if let epochs = steps.epochs { options.epochs = epochs }
    options.batch = steps.batch
    options.bptt = bptt
    if bpttJitter { options.hasJitter = true }
    options.optimizer = optimizer.options
    options.optimizer.clipValue = clipValue
    options.learningRate = steps.lr ?? (method == .sgd ? 1 : method == .adagrad ? 0.1 : 0.001)
    options.lossAverage = lossAverage
    options.schedule = schedule
    options.decay = optimizer.decay
    options.decayAfter = decayAfter
    options.warmup = optimizer.warmup
    options.dropout.betweenLayers = dropout
    options.dropout.input = dropoutInput ?? dropout
    options.dropout.output = dropoutOutput ?? dropout
    options.dropout.words = dropoutWords
    options.dropout.recurrentWeights = dropoutRecurrent
    options.dropout.isLocked = dropoutLocked
    options.activationPenalty = activationPenalty
    options.temporalPenalty = temporalPenalty
    options.initialization = initialization
    options.initialRange = initRange
    options.forgetBias = forgetBias
    options.patience = steps.patience
    options.averagingAfter = averageAfter
    options.maximumSteps = optimizer.maxSteps
    options.seed = seed
    return options
  }
}

public import ArgumentParser
public import Networks

extension OptimizerOptions.Method: ExpressibleByArgument {}

/// What one kind of training has of its own in the options that all share.
protocol OptimizationDefaults {
  /// What `--epochs` passes over, and how often by default.
  static var epochsHelp: String { get }
  /// The learning rate by default, in words.
  static var rateHelp: String { get }
  /// What a step sees.
  static var batchHelp: String { get }
  /// What `--patience` looks at.
  static var patienceHelp: String { get }
  static var batch: Int { get }
  static var clip: Double { get }
}

/// Passes, steps and when to end, of every network that is trained.
struct StepOptions<Defaults: OptimizationDefaults>: ParsableArguments {
  @Option(help: ArgumentHelp(Defaults.epochsHelp, valueName: "n"))
  var epochs: Int?

  @Option(help: ArgumentHelp(Defaults.rateHelp, valueName: "x"))
  var lr: Double?

  @Option(help: ArgumentHelp(Defaults.batchHelp, valueName: "n"))
  var batch = Defaults.batch

  @Option(help: ArgumentHelp("Scale gradients down to this norm; 0 does not.", valueName: "x"))
  var clip = Defaults.clip

  @Option(help: ArgumentHelp(Defaults.patienceHelp, valueName: "n"))
  var patience: Int?

  func validate() throws {
    try OptionCheck.whole([
      ("--epochs", epochs, OptionCheck.epochs), ("--batch", batch, 1...1 << 20),
      ("--patience", patience, 1 ... .max),
    ])
    try OptionCheck.positive([("--lr", lr)])
    try OptionCheck.notNegative([("--clip", clip)])
  }

  /// The norm to clip to.
  var clipNorm: Double? { clip > 0 ? clip : nil }
}

/// What a training with a choice of optimisers has of its own.
protocol OptimizerDefaults: OptimizationDefaults {
  static var momentum: Double { get }
  static var decay: Double { get }
}

/// The optimiser and its rate, of language models and networks for images.
struct OptimizerArguments<Defaults: OptimizerDefaults>: ParsableArguments {
  @OptionGroup var steps: StepOptions<Defaults>

  @Option(help: ArgumentHelp("sgd, adagrad, rmsprop, adam or adamw.", valueName: "name"))
  var optimizer: OptimizerOptions.Method = .sgd

  @Option(help: ArgumentHelp("The share of the last step that sgd keeps.", valueName: "x"))
  var momentum = Defaults.momentum

  @Flag(help: "Nesterov's momentum.")
  var nesterov = false

  @Option(help: ArgumentHelp("Weight decay; apart from the gradient for adamw.", valueName: "x"))
  var weightDecay = 0.0

  @Option(help: ArgumentHelp("What the rate is divided by.", valueName: "x"))
  var decay = Defaults.decay

  @Option(help: ArgumentHelp("Steps over which the rate rises from zero.", valueName: "n"))
  var warmup = 0

  @Option(help: ArgumentHelp("End after n steps. (default: no limit)", valueName: "n"))
  var maxSteps: Int?

  func validate() throws {
    try OptionCheck.whole([
      ("--max-steps", maxSteps, 1 ... .max), ("--warmup", warmup, 0 ... .max),
    ])
    try OptionCheck.shares([("--momentum", momentum)])
    try OptionCheck.positive([("--decay", decay)])
    try OptionCheck.notNegative([("--weight-decay", weightDecay)])
  }

  /// Which of these have an effect.
  ///
  /// - Parameter hasValid: whether there is something held out, which a plateau is seen on.
  func rules(of schedule: LearningRateSchedule, hasValid: Bool) -> [OptionRule] {
    [
      OptionRule(["--momentum", "--nesterov"], need: "--optimizer sgd", isMet: optimizer == .sgd),
      OptionRule(["--nesterov"], need: "--momentum above 0", isMet: momentum > 0),
      OptionRule(
        ["--decay"], need: "--schedule step, or plateau with held-out examples",
        isMet: schedule == .step || schedule == .plateau && hasValid),
    ]
  }

  /// The options of the library.
  var options: OptimizerOptions {
    var options = OptimizerOptions()
    options.method = optimizer
    options.momentum = momentum
    options.isNesterov = nesterov
    options.weightDecay = weightDecay
    options.clipNorm = steps.clipNorm
    if optimizer == .rmsprop { options.beta2 = 0.99 }
    return options
  }
}

/// `--checkpoint` and `--resume` of trainings that keep their state in a file.
struct CheckpointFileOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Save the state of the training here after each epoch and when interrupted.",
      valueName: "file"), completion: .file())
  var checkpoint: String?

  @Option(
    help: ArgumentHelp(
      "Go on from a checkpoint, with the same input: its options count, others are refused, but "
        + "--epochs may be more.",
      valueName: "file"), completion: .file())
  var resume: String?
}

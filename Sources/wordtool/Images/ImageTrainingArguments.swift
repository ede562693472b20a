public import ArgumentParser
public import ConvNets
import Networks

extension ImagePreprocessing.Normalization: ExpressibleByArgument {}

/// What trainings on images have of their own in the options of all trainings.
enum ImageTrainingDefaults: OptimizerDefaults {
  static let epochsHelp =
    "Passes over the images. (default: 10; with --resume as many as before)"
  static let rateHelp = "The learning rate. (default: 0.01 for sgd and adagrad, else 0.001)"
  static let batchHelp = "Images of a step."
  static let patienceHelp =
    "End after n epochs without a better result on the validation images. (default: never)"
  static let batch = 64
  static let clip = 0.0
  static let momentum = 0.9
  static let decay = 10.0
}

/// How a network is trained on images.
struct ImageTrainingArguments: ParsableArguments {
  @OptionGroup var optimizer: OptimizerArguments<ImageTrainingDefaults>

  @Option(
    help: ArgumentHelp(
      "How the rate moves: constant, step (divided by --decay after each of --decay-epochs), cosine "
        + "(down to 0), linear (down to a tenth), plateau (divided by --decay after an epoch that was "
        + "no better on the validation images).",
      valueName: "name"))
  var schedule: ImageTrainingOptions.Schedule = .cosine

  @Option(
    help: ArgumentHelp(
      "After which epochs, for --schedule step, apart by commas or blanks: 30,60.",
      valueName: "n,n"))
  var decayEpochs: EpochList?

  @Option(
    help: ArgumentHelp("The share of each target that is spread over all classes.", valueName: "x"))
  var labelSmoothing = 0.0

  @Option(
    help: ArgumentHelp(
      "Random changes of the images, apart by commas or blanks, as 'image augment' shows them; centring and scaling at the "
        + "end are done wherever the model is used, too. (default: none)",
      valueName: "list"))
  var augment: String?

  @OptionGroup var border: FillOptions

  @Option(
    help: ArgumentHelp(
      "The scale of the input: feature takes mean and deviation of each channel from the images, "
        + "sample from each image, imagenet from ImageNet. (default: feature; none with --whiten, "
        + "or with centring or scaling in --augment)",
      valueName: "feature|sample|imagenet|none"))
  var normalize: ImagePreprocessing.Normalization?

  @Option(
    help: ArgumentHelp(
      "Whiten the images with the transform of this file, which 'image whiten' saved.",
      valueName: "file"), completion: .file())
  var whiten: String?

  @Option(
    help: ArgumentHelp(
      "Set this share of the images aside to validate on, without --valid.", valueName: "x"))
  var validShare = 0.0

  func validate() throws {
    try OptionCheck.shares([
      ("--label-smoothing", labelSmoothing), ("--valid-share", validShare),
    ])
    if (schedule == .step) != (decayEpochs != nil) {
      throw ValidationError("--schedule step and --decay-epochs belong together")
    }
    if whiten != nil, normalize.map({ $0 != .none }) ?? false {
      throw ValidationError("--whiten and --normalize exclude each other")
    }
  }

  /// Which of these have an effect.
  func rules(hasValid: Bool) -> [OptionRule] {
    optimizer.rules(of: schedule, hasValid: hasValid) + [
      OptionRule(
        ["--patience"] + (schedule == .plateau ? ["--schedule"] : []),
        need: "a training with --valid or --valid-share", isMet: hasValid),
      OptionRule(["--fill", "--constant"], need: "--augment", isMet: augment != nil),
    ] + border.rules(steps: augment ?? "")
  }

  /// The options of the library; `augmentation` without centring and scaling.
  func options(augmentation: String, seed: UInt64) -> ImageTrainingOptions {
    var options = ImageTrainingOptions()
    let (steps, method) = (optimizer.steps, optimizer.optimizer)
    if let epochs = steps.epochs { options.epochs = epochs }
    options.batch = steps.batch
    options.optimizer = optimizer.options
    options.learningRate = steps.lr ?? (method == .sgd || method == .adagrad ? 0.01 : 0.001)
    options.schedule = schedule
    options.decay = optimizer.decay
    options.decayEpochs = decayEpochs?.epochs ?? []
    options.warmup = optimizer.warmup
    options.labelSmoothing = labelSmoothing
    options.augmentation = augmentation
    options.fill = border.fill
    options.constant = border.constant
    options.validShare = validShare
    options.patience = steps.patience
    options.maximumSteps = optimizer.maxSteps
    options.seed = seed
    return options
  }
}

/// Rising numbers of epochs between commas.
struct EpochList: ExpressibleByArgument {
  var epochs: [Int]

  init?(argument: String) {
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    epochs = numbers.compactMap(\.self)
    guard epochs.count == numbers.count, !epochs.isEmpty, epochs.allSatisfy({ $0 >= 1 }),
      zip(epochs, epochs.dropFirst()).allSatisfy(<)
    else { return nil }
  }
}

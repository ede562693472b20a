public import ArgumentParser
public import ConvNets
import Networks

extension ImagePreprocessing.Normalization: ExpressibleByArgument {}

/// How a network is trained on images.
struct ImageTrainingArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Passes over the images. (default: 10; with --resume as many as before)", valueName: "n"))
  var epochs: Int?

  @Option(help: ArgumentHelp("Images of a step.", valueName: "n"))
  var batch = 64

  @Option(
    help: ArgumentHelp("sgd, adagrad, rmsprop, adam or adamw.", valueName: "name"))
  var optimizer: OptimizerOptions.Method = .sgd

  @Option(
    help: ArgumentHelp(
      "The learning rate. (default: 0.01 for sgd and adagrad, else 0.001)", valueName: "x"))
  var lr: Double?

  @Option(
    help: ArgumentHelp("The share of the last step that sgd keeps.", valueName: "x"))
  var momentum = 0.9

  @Flag(help: "Nesterov's momentum.")
  var nesterov = false

  @Option(help: ArgumentHelp("Weight decay; apart from the gradient for adamw.", valueName: "x"))
  var weightDecay = 0.0

  @Option(
    help: ArgumentHelp("Scale gradients down to this norm; 0 does not.", valueName: "x"))
  var clip = 0.0

  @Option(
    help: ArgumentHelp(
      "How the rate moves: constant, step (divided by --decay after each of --decay-epochs), cosine "
        + "(down to 0), plateau (divided by --decay after an epoch that was no better on the "
        + "validation images).",
      valueName: "name"))
  var schedule: ImageTrainingOptions.Schedule = .cosine

  @Option(help: ArgumentHelp("What the rate is divided by.", valueName: "x"))
  var decay = 10.0

  @Option(
    help: ArgumentHelp("After which epochs, for --schedule step: 30,60.", valueName: "n,n"))
  var decayEpochs: EpochList?

  @Option(help: ArgumentHelp("Steps over which the rate rises from zero.", valueName: "n"))
  var warmup = 0

  @Option(
    help: ArgumentHelp("The share of each target that is spread over all classes.", valueName: "x"))
  var labelSmoothing = 0.0

  @Option(
    help: ArgumentHelp(
      "Random changes of the images, as 'image augment' shows them; centring and scaling at the "
        + "end are done wherever the model is used, too. (default: none)",
      valueName: "list"))
  var augment: String?

  @Option(
    help: ArgumentHelp(
      "What lies beyond the border of a moved image.",
      valueName: "constant|nearest|reflect|wrap|grid-wrap"))
  var fill: FillMode = .nearest

  @Option(
    help: ArgumentHelp(
      "The value, 0 to 1, of a constant border and of cut-out squares.", valueName: "x"))
  var constant: Float = 0

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
      valueName: "file"))
  var whiten: String?

  @Option(
    help: ArgumentHelp(
      "Set this share of the images aside to validate on, without --valid.", valueName: "x"))
  var validShare = 0.0

  @Option(
    help: ArgumentHelp(
      "End after n epochs without a better result on the validation images. (default: never)",
      valueName: "n"))
  var patience: Int?

  @Option(help: ArgumentHelp("End after n steps. (default: no limit)", valueName: "n"))
  var maxSteps: Int?

  func validate() throws {
    for (name, value, limit) in [
      ("epochs", epochs ?? 1, 1_000_000), ("batch", batch, 1 << 16),
      ("patience", patience ?? 1, .max),
      ("max-steps", maxSteps ?? 1, .max),
    ] where !(1...limit).contains(value) {
      throw ValidationError(
        "--\(name) is \(value), expected \(limit == .max ? "at least 1" : "1 to \(limit)")")
    }
    for (name, value) in [
      ("momentum", momentum), ("label-smoothing", labelSmoothing), ("valid-share", validShare),
    ] where !(value >= 0 && value < 1) {
      throw ValidationError("--\(name) is \(value), expected 0 to below 1")
    }
    for (name, value) in [("lr", lr ?? 1), ("decay", decay)]
    where !(value > 0 && value.isFinite) {
      throw ValidationError("--\(name) is \(value), expected a number above 0")
    }
    for (name, value) in [("clip", clip), ("weight-decay", weightDecay)]
    where !(value >= 0 && value.isFinite) {
      throw ValidationError("--\(name) is \(value), expected at least 0")
    }
    if warmup < 0 { throw ValidationError("--warmup is \(warmup), expected at least 0") }
    if nesterov, momentum == 0 { throw ValidationError("--nesterov needs --momentum") }
    if !constant.isFinite { throw ValidationError("--constant is \(constant), expected a number") }
    if (schedule == .step) != (decayEpochs != nil) {
      throw ValidationError("--schedule step and --decay-epochs belong together")
    }
    if whiten != nil, normalize.map({ $0 != .none }) ?? false {
      throw ValidationError("--whiten and --normalize exclude each other")
    }
  }

  /// The options of the library; `augmentation` without centring and scaling.
  func options(augmentation: String, seed: UInt64) -> ImageTrainingOptions {
    var options = ImageTrainingOptions()
    if let epochs { options.epochs = epochs }
    options.batch = batch
    options.optimizer.method = optimizer
    options.optimizer.momentum = momentum
    options.optimizer.isNesterov = nesterov
    options.optimizer.weightDecay = weightDecay
    options.optimizer.clipNorm = clip > 0 ? clip : nil
    if optimizer == .rmsprop { options.optimizer.beta2 = 0.99 }
    options.rate = lr ?? (optimizer == .sgd || optimizer == .adagrad ? 0.01 : 0.001)
    options.schedule = schedule
    options.decay = decay
    options.decayEpochs = decayEpochs?.epochs ?? []
    options.warmup = warmup
    options.labelSmoothing = labelSmoothing
    options.augmentation = augmentation
    options.fill = fill
    options.constant = constant
    options.validShare = validShare
    options.patience = patience
    options.maximumSteps = maxSteps
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

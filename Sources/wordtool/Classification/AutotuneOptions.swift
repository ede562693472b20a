import ArgumentParser
import SeqModels
import WordtoolCore

/// `--autotune` and what belongs to it.
struct AutotuneOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Search for the options of fasttext that are not given: train one model after another, measure "
        + "each on this labelled text, and write the best.", valueName: "file"),
    completion: .file())
  var autotune: String?

  @Option(
    help: ArgumentHelp(
      "Models to train for --autotune; the same number and --seed give the same model. (default: 30)",
      valueName: "n"))
  var autotuneTrials: Int?

  @Option(
    help: ArgumentHelp(
      "End the search after so many seconds, if --autotune-trials have not ended it; how many trials "
        + "there are then depends on the machine, what they try does not. (default: never)",
      valueName: "s"))
  var autotuneTime: Double?

  @Option(
    help: ArgumentHelp(
      "What --autotune measures: f1, macro-f1, f1:LABEL, or precision@recall=X, the largest precision "
        + "where so much is found. (default: f1)", valueName: "name"))
  var autotuneMetric: ClassificationMetric?

  func validate() throws {
    try OptionCheck.whole([("--autotune-trials", autotuneTrials, 1...100_000)])
    try OptionCheck.positive([("--autotune-time", autotuneTime)])
    if let autotuneTime, autotuneTime > 1e9 {
      throw ValidationError("--autotune-time is \(autotuneTime), expected at most 1e9 seconds")
    }
  }

  /// - Parameter isMet: whether the model is one whose options are searched for.
  func optionRules(isMet: Bool) -> [OptionRule] {
    [
      OptionRule(["--autotune"], need: "--model fasttext", isMet: isMet),
      OptionRule(
        ["--autotune-trials", "--autotune-time", "--autotune-metric"], need: "--autotune",
        isMet: autotune != nil),
    ]
  }
}

extension TrainClassifierCommand {
  /// What is searched for: all that is not given.
  var searchOptions: FastTextSearchOptions {
    var options = FastTextSearchOptions()
    options.trials = search.autotuneTrials ?? options.trials
    options.time = search.autotuneTime.map { .seconds($0) }
    options.metric = search.autotuneMetric ?? options.metric
    options.seed = common.seed
    let given = GivenOptions(Array(CommandLine.arguments.dropFirst()))
    let spellings: [FastTextSearchOptions.Parameter: String] = [
      .learningRate: "--lr", .epochs: "--epochs", .orders: "--ngrams", .subwords: "--subwords",
      .dimension: "--dim", .loss: "--loss", .bucketCount: "--buckets", .partWidth: "--dsub",
    ]
    options.kept = Set(spellings.filter { given.contains($0.value) }.keys)
    return options
  }

  /// The options of a trial as they are written: `--lr 0.4`.
  func arguments(of trial: FastTextOptions) -> [String] {
    let orders = trial.features.orders
    var arguments = [
      "--lr", "\(trial.learningRate)", "--epochs", "\(trial.epochs)", "--ngrams",
      "\(orders.lowerBound)-\(orders.upperBound)", "--dim", "\(trial.dimension)", "--loss",
      trial.loss.rawValue,
    ]
    if let subwords = trial.subwords {
      arguments += ["--subwords", "\(subwords.lowerBound)-\(subwords.upperBound)"]
    }
    if let buckets = trial.features.bucketCount { arguments += ["--buckets", "\(buckets)"] }
    if let quantization = trial.quantization {
      arguments += ["--dsub", "\(quantization.partWidth)"]
    }
    return arguments
  }
}

/// What a search came to; the names are a contract.
struct AutotuneAnswer: Encodable {
  var metric: String
  var score: Double
  /// Trials that were made, and which of them was the best.
  var trials: Int
  var trial: Int
  /// The command that trains the same model without a search.
  var command: String

  /// nil of a model whose options were not searched for.
  init?(_ classifier: TextClassifier, _ command: TrainClassifierCommand) {
    guard let trials = classifier.training?.trials, let best = trials.last(where: \.isBest),
      let score = best.score
    else { return nil }
    metric = command.searchOptions.metric.description
    self.score = score
    self.trials = trials.count
    trial = best.number
    self.command = RepeatedCommand.line(
      CommandLine.arguments,
      without: ["--autotune", "--autotune-trials", "--autotune-time", "--autotune-metric"],
      options: command.arguments(of: best.options))
  }

  var lines: [(String, String)] {
    [
      (metric, NumberFormat.fixed(score, 4)), ("best trial", "\(trial) of \(trials)"),
      ("again by", command),
    ]
  }
}

extension TrainingSession {
  /// Shows a trial of a search and notes it in the metrics.
  func tell(_ trial: FastTextTrial, _ command: TrainClassifierCommand) {
    tell(
      trial.number, score: trial.score, isBest: trial.isBest,
      options: command.arguments(of: trial.options))
  }
}

import ArgumentParser
import SeqModels
import WordtoolCore

/// One run of `train-classifier`.
struct ClassifierTrainingRun: Training {
  private let command: TrainClassifierCommand
  let files: TrainingFiles
  var common: TrainingRunOptions { command.common }

  /// What is learnt from and measured on.
  struct Texts {
    var examples: TrainingExamples<LabelledText>
    /// What options are searched for on.
    var tuning: LabelledText?
  }

  struct Summary: TrainingSummary {
    var model: String
    var parameters: Int
    var epochs: Int
    var examples: Int
    var seconds: Double
    var examplesPerSecond: Double
    @Nullable var validAccuracy: Double?
    @Nullable var testAccuracy: Double?
    var calibration: CalibrationAnswer?
    /// Of a search for options.
    var autotune: AutotuneAnswer?
    /// Of the texts that were learnt from, as far as they stood in tables.
    var tables: [LabelledText.Table]?
    var labels: [String]
    var threads: Int
    var seed: UInt64

    var lines: [(String, String)] {
      let figures = [
        ("labels", NumberFormat.grouped(labels.count)),
        ("parameters", NumberFormat.grouped(parameters)),
        ("passes", NumberFormat.grouped(epochs)),
        ("seconds", NumberFormat.fixed(seconds, 2)),
      ]
      return [("texts", NumberFormat.grouped(examples))] + columns + figures
        + Self.measured(
          ["valid accuracy": validAccuracy, "test accuracy": testAccuracy], decimals: 4)
        + (calibration.map { [("calibration", $0.phrase)] } ?? [])
        + (autotune?.lines ?? [])
    }

    /// What was taken for text and label, where the tables do not differ.
    private var columns: [(String, String)] {
      guard let first = tables?.first, let columns = first.columns,
        tables?.allSatisfy({ ($0.text, $0.label) == (first.text, first.label) }) == true
      else { return [] }
      return [("columns", columns)]
    }
  }

  init(_ command: TrainClassifierCommand) {
    self.command = command
    files = TrainingFiles(
      output: command.output.output, inputs: command.files,
      references: [
        command.valid, command.test, command.search.autotune, command.recurrent.shape.embeddings,
      ],
      metrics: command.common.metrics)
  }

  func read(_ session: TrainingSession) throws -> Texts {
    session.progress.update(
      Progress.Moment(phase: "reading", fraction: nil, count: 0, unit: "texts"))
    return try Texts(
      examples: TrainingExamples(
        command.files, valid: command.valid, test: command.test, read: command.layout.read),
      tuning: command.search.autotune.map { try command.layout.read([$0]) })
  }

  func train(_ texts: Texts, _ session: TrainingSession) throws -> TextClassifier {
    var classifier = try classifier(of: texts, session)
    if let method = command.calibrate, let valid = texts.examples.valid {
      classifier = try classifier.calibrated(
        on: valid, by: method, threads: common.threads.count, stop: session.stop)
    }
    guard let training = classifier.training else { return classifier }
    if training.emptyCount > 0 {
      StandardError.warn(
        "\(training.emptyCount) of \(NumberFormat.counted(texts.examples.train.count, "text")) "
          + (training.emptyCount == 1
            ? "has no word that counts; it teaches " : "have no word that counts; they teach ")
          + "nothing but how frequent the label is")
    }
    ClassificationWarnings.tell(lossShare: training.lossShare, of: "texts")
    if command.loss == .squaredHinge, command.calibrate == nil {
      StandardError.warn(
        "scores of a support vector machine say which label, not how likely it is: --valid FILE "
          + "--calibrate temperature makes probabilities of them")
    }
    if command.model == .bagOfWords, training.epochs == command.steps.epochs ?? 200 {
      StandardError.warn(
        "the weights still moved after \(training.epochs) passes; --epochs allows more, a smaller "
          + "--cost needs fewer")
    }
    return classifier
  }

  func write(_ classifier: TextClassifier, of _: Texts, to file: OutputFile) throws {
    try classifier.write(to: file)
  }

  func summarize(
    _ classifier: TextClassifier, of texts: Texts, _ session: TrainingSession
  ) throws -> Summary {
    let examples = texts.examples
    let (epochs, threads) = (classifier.training?.epochs ?? 0, common.threads.count)
    func accuracy(_ text: LabelledText?) throws -> Double? {
      try text.map {
        let report = try classifier.evaluate($0, threads: threads, stop: session.stop)
        ClassificationWarnings.tell(report)
        return report.accuracy
      }
    }
    return Summary(
      model: classifier.modelName, parameters: classifier.parameterCount, epochs: epochs,
      examples: examples.train.count, seconds: session.seconds,
      examplesPerSecond: Double(examples.train.count * epochs) / session.seconds,
      validAccuracy: try accuracy(examples.valid), testAccuracy: try accuracy(examples.test),
      calibration: classifier.calibration.map(CalibrationAnswer.init),
      autotune: AutotuneAnswer(classifier, command),
      tables: examples.train.tables.isEmpty ? nil : examples.train.tables,
      labels: classifier.labels, threads: threads, seed: common.seed)
  }

  /// What makes the training smaller.
  private var remedy: String {
    let smaller =
      switch command.model {
      case .bagOfWords: "a larger `minimumCount`, fewer `ngrams`"
      case .fasttext: "a smaller `dimension`, a larger `minimumCount`, fewer `bucketCount`"
      case .rnn, .lstm, .gru: "smaller `hidden`, `batch` or `maximumLength`"
      }
    return "use \(smaller), fewer texts or more `memoryLimit`"
  }

  private func features(minimumCount: Int) -> NGramFeatureOptions {
    NGramFeatureOptions(
      rule: command.words.rule(), orders: command.ngrams.orders,
      minimumCount: command.minCount ?? minimumCount, bucketCount: command.buckets)
  }

  private func classifier(
    of texts: Texts, _ session: TrainingSession
  ) throws -> TextClassifier {
    let (text, valid) = (texts.examples.train, texts.examples.valid)
    let weights = command.classWeights?.weights ?? .uniform
    let (threads, stop) = (common.threads.count, session.stop)
    let progress = session.show(unit: "texts")
    let limit = command.memory.memory
    let memory: MemoryCheck = { estimate in
      try session.tell(estimate, limit: limit, remedy: remedy)
    }
    // Counting words takes more of it, which is known only then.
    if let limit { try MemoryEstimate.ofProcess().require(atMost: limit.bytes, remedy: remedy) }
    switch command.model {
    case .bagOfWords:
      var options = LinearClassifierOptions(
        features: features(minimumCount: 2), weighting: command.linear.weighting,
        loss: command.loss?.ofLinear ?? .logistic, cost: command.linear.cost,
        epochs: command.steps.epochs ?? 200, classWeights: weights, seed: common.seed)
      options.features.characterOrders = command.linear.charNgrams.map { $0.shortest...$0.longest }
      return try TextClassifier.train(
        on: text, options: options, threads: threads, stop: stop, progress: progress,
        memory: memory)
    case .fasttext:
      var options = FastTextOptions(
        features: features(minimumCount: 1), dimension: command.dim,
        learningRate: Float(command.steps.lr ?? 0.5),
        epochs: command.steps.epochs ?? FastTextOptions.epochs(forTexts: text.count),
        loss: command.loss?.ofFastText ?? .softmax, classWeights: weights, seed: common.seed)
      options.keepsToFastText = command.isFastTextFile
      options.labelPrefix = command.layout.prefix.labelPrefix ?? options.labelPrefix
      options.negativeSamples = command.negative ?? options.negativeSamples
      options.subwords = command.subwords.map { $0.shortest...$0.longest }
      if command.isQuantized {
        options.quantization = command.quantized.quantization(
          options, labelCount: text.labels.count)
      }
      guard let tuning = texts.tuning else {
        return try TextClassifier.train(
          on: text, options: options, threads: threads, stop: stop, progress: progress,
          memory: memory)
      }
      return try TextClassifier.train(
        on: text, valid: tuning, options: options, search: command.searchOptions,
        threads: threads, stop: stop, progress: progress
      ) { session.tell($0, command) }
    case .rnn, .lstm, .gru:
      var options = command.recurrent.options(
        rule: command.words.rule(), dimension: command.dim, steps: command.steps)
      if let cell = command.model.cell { options.recurrent.cell = cell }
      options.epochs =
        command.steps.epochs ?? SequenceTrainingOptions.epochs(forTexts: text.count)
      options.minimumCount = command.minCount ?? 2
      options.classWeights = weights
      options.seed = common.seed
      return try TextClassifier.train(
        on: text, options: options, pretrained: command.recurrent.shape.pretrained(), valid: valid,
        measured: [valid, texts.examples.test].compactMap(\.self), threads: threads, stop: stop,
        progress: progress, memory: memory)
    }
  }
}

/// How the probabilities of a model were changed.
struct CalibrationAnswer: Encodable {
  var method: String
  /// Above 1 for a model that was too sure; nil of other methods.
  @Nullable var temperature: Double?

  init(_ calibration: Calibration) {
    method = calibration.method.rawValue
    temperature = calibration.temperature
  }

  /// In words.
  var phrase: String {
    method + (temperature.map { " \(NumberFormat.fixed($0, 3))" } ?? "")
  }
}

/// What a training or a measurement has to say besides its figures.
enum ClassificationWarnings {
  /// Tells of a training that came to hardly more than how frequent each label is.
  ///
  /// - Parameters:
  ///   - share: the loss that is left, of that of guessing; nil where it is not known.
  ///   - examples: what more of would help.
  static func tell(lossShare share: Double?, of examples: String) {
    guard let share, share > 0.8 else { return }
    StandardError.warn(
      "little was learnt (\(NumberFormat.fixed(100 * share, 0)) % of the loss of guessing is left): "
        + "more --epochs, a larger --lr or more \(examples) help")
  }

  /// Tells of labels the model does not know and texts it knows nothing of.
  static func tell(_ report: ClassificationReport) {
    let unknown = report.unknownLabels
    if !unknown.isEmpty {
      let count = report.labels.filter { !$0.isKnown }.reduce(0) { $0 + $1.count }
      let names = unknown.prefix(5).joined(separator: ", ") + (unknown.count > 5 ? " ..." : "")
      StandardError.warn(
        "\(count) times a label that the model does not know, counted as wrong: \(names)")
    }
    if report.unknownTextCount > 0 {
      StandardError.warn(
        "\(report.unknownTextCount) of \(NumberFormat.counted(report.exampleCount, "text")) "
          + (report.unknownTextCount == 1
            ? "has no word that the model knows: the answer says nothing about it"
            : "have no word that the model knows: the answers say nothing about them"))
    }
  }
}

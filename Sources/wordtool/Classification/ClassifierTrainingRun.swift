import ArgumentParser
import SeqModels
import WordtoolCore

/// One run of `train-classifier`.
struct ClassifierTrainingRun: Training {
  private let command: TrainClassifierCommand
  let files: TrainingFiles
  var progress: ProgressOptions { command.common.progress }
  var json: Bool { command.common.json }

  /// Labelled text: to train on and to measure.
  struct Texts {
    var train: LabelledText
    var valid: LabelledText?
    var test: LabelledText?
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
    var labels: [String]
    var threads: Int
    var seed: UInt64

    var lines: [(String, String)] {
      [
        ("texts", NumberFormat.grouped(examples)),
        ("labels", NumberFormat.grouped(labels.count)),
        ("parameters", NumberFormat.grouped(parameters)),
        ("passes", NumberFormat.grouped(epochs)),
        ("seconds", NumberFormat.fixed(seconds, 2)),
      ] + ClassificationAnswer.lines(valid: validAccuracy, test: testAccuracy)
    }
  }

  init(_ command: TrainClassifierCommand) {
    self.command = command
    files = TrainingFiles(
      output: command.common.output, inputs: command.files,
      references: [command.valid, command.test, command.recurrent.shape.embeddings]
        .compactMap(\.self), metrics: command.common.metrics)
  }

  func read(_ session: TrainingSession) throws -> Texts {
    session.progress.update(
      Progress.Moment(phase: "reading", fraction: nil, count: 0, unit: "texts"))
    return Texts(
      train: try command.layout.read(command.files),
      valid: try command.valid.map { try command.layout.read([$0]) },
      test: try command.test.map { try command.layout.read([$0]) })
  }

  func train(_ texts: Texts, _ session: TrainingSession) throws -> ClassifierTraining {
    let training = try train(texts.train, valid: texts.valid, session)
    StandardError.warnOfReplacements(inTexts: training.replacedCount)
    if training.emptyCount > 0 {
      StandardError.warn(
        "\(training.emptyCount) of \(texts.train.count) texts have no word that counts; they teach "
          + "nothing but how frequent their label is")
    }
    if command.model == .bagOfWords, training.epochs == command.steps.epochs ?? 200 {
      StandardError.warn(
        "the weights still moved after \(training.epochs) passes; --epochs allows more, a smaller "
          + "--cost needs fewer")
    }
    return training
  }

  func write(_ training: ClassifierTraining, of _: Texts, to file: OutputFile) throws {
    try training.classifier.write(to: file)
  }

  func summarize(
    _ training: ClassifierTraining, of texts: Texts, _ session: TrainingSession
  ) throws -> Summary {
    let (classifier, threads) = (training.classifier, command.common.threads.count)
    func accuracy(_ text: LabelledText?) throws -> Double? {
      try text.map {
        let report = try classifier.evaluate($0, threads: threads, stop: session.stop)
        ClassificationWarnings.tell(report)
        return report.accuracy
      }
    }
    return Summary(
      model: classifier.modelName, parameters: classifier.parameterCount, epochs: training.epochs,
      examples: texts.train.count, seconds: session.seconds,
      examplesPerSecond: Double(texts.train.count * training.epochs) / session.seconds,
      validAccuracy: try accuracy(texts.valid), testAccuracy: try accuracy(texts.test),
      labels: classifier.labels, threads: threads, seed: command.common.seed)
  }

  private func features(minimumCount: Int) -> NGramFeatureOptions {
    NGramFeatureOptions(
      rule: command.words.rule, orders: command.ngrams.orders,
      minimumCount: command.minCount ?? minimumCount, bucketCount: command.buckets)
  }

  private func train(
    _ text: LabelledText, valid: LabelledText?, _ session: TrainingSession
  ) throws -> ClassifierTraining {
    let weights = command.classWeights?.weights ?? .uniform
    let (threads, stop) = (command.common.threads.count, session.stop)
    let progress = session.show(unit: "texts")
    switch command.model {
    case .bagOfWords:
      let options = LinearClassifierOptions(
        features: features(minimumCount: 2), weighting: command.linear.weighting,
        cost: command.linear.cost, maximumEpochs: command.steps.epochs ?? 200,
        classWeights: weights,
        seed: command.common.seed)
      return try TextClassifier.train(
        on: text, options: options, threads: threads, stop: stop, progress: progress)
    case .fasttext:
      let options = FastTextOptions(
        features: features(minimumCount: 1), dimension: command.dim,
        learningRate: Float(command.steps.lr ?? 0.5), epochs: command.steps.epochs ?? 5,
        classWeights: weights,
        seed: command.common.seed)
      return try TextClassifier.train(on: text, options: options, threads: threads, stop: stop) {
        progress(ClassifierProgress($0))
      }
    case .rnn, .lstm, .gru:
      var options = try command.recurrent.options(
        rule: command.words.rule, dimension: command.dim, steps: command.steps)
      options.recurrent.cell =
        command.model == .lstm ? .lstm : command.model == .gru ? .gru : .rnnTanh
      options.minimumCount = command.minCount ?? 2
      options.classWeights = weights
      options.seed = command.common.seed
      return try TextClassifier.train(
        on: text, options: options, valid: valid, threads: threads, stop: stop, progress: progress)
    }
  }
}

/// What a measurement has to say besides its figures.
enum ClassificationWarnings {
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
        "\(report.unknownTextCount) of \(report.exampleCount) texts have no word that the model "
          + "knows; it answers by the frequency of the labels")
    }
  }
}

extension StandardError {
  /// Tells how much of labelled text was not UTF-8, if any was not.
  static func warnOfReplacements(inTexts count: Int) {
    guard count > 0 else { return }
    warn("\(count) byte sequences are not UTF-8 and were replaced by U+FFFD")
  }
}

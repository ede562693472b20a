import ArgumentParser
import SeqModels
import WordtoolCore

/// One run of `train-classifier`, from the options to the summary.
struct ClassifierTrainingRun {
  private let command: TrainClassifierCommand
  private let stop = StopFlag()

  init(_ command: TrainClassifierCommand) { self.command = command }

  /// What is printed at the end; the names are a contract.
  struct Summary: Encodable {
    var model: String
    var parameters: Int
    var epochs: Int
    var examples: Int
    var seconds: Double
    var examplesPerSecond: Double
    var validAccuracy: Double?
    var testAccuracy: Double?
    var labels: [String]
    var threads: Int
    var seed: UInt64
  }

  private func features(minimumCount: Int) -> NGramFeatureOptions {
    NGramFeatureOptions(
      rule: command.words.rule, orders: command.ngrams.orders,
      minimumCount: command.minCount ?? minimumCount, bucketCount: command.buckets)
  }

  func run() throws {
    Interrupts.whenInterrupted(raise: stop)
    let file = try OutputFile(path: command.common.output)
    // Texts that are not there are told before the work, not after it.
    for path in [command.valid, command.test].compactMap({ $0 }) where path != "-" {
      _ = try ByteSource(path: path)
    }
    let metrics = try command.common.metrics.map { try ClassifierMetrics(path: $0) }
    let progress = command.common.progress.makeProgress()
    defer { progress.finish() }
    progress.update(Progress.Moment(phase: "reading", fraction: nil, count: 0, unit: "texts"))
    let text = try command.layout.read(command.files)
    let valid = try command.valid.map { try command.layout.read([$0]) }
    let test = try command.test.map { try command.layout.read([$0]) }
    let start = Environment.seconds()
    let training = try train(text, valid: valid) { moment in
      metrics?.add(moment, seconds: Environment.seconds() - start)
      progress.update(
        Progress.Moment(
          phase: "training", fraction: moment.fraction, count: moment.exampleCount, unit: "texts",
          loss: moment.loss, learningRate: moment.learningRate))
    }
    let seconds = Environment.seconds() - start
    progress.finish()
    StandardError.warnOfReplacements(inTexts: training.replacedCount)
    if training.emptyCount > 0 {
      StandardError.warn(
        "\(training.emptyCount) of \(text.count) texts have no word that counts; they teach nothing "
          + "but how frequent their label is")
    }
    if command.model == .bagOfWords, training.epochs == command.epochs ?? 200 {
      StandardError.warn(
        "the weights still moved after \(training.epochs) passes; --epochs allows more, a smaller "
          + "--cost needs fewer")
    }
    let classifier = training.classifier
    func accuracy(_ text: LabelledText?) throws -> Double? {
      try text.map {
        let report = try classifier.evaluate($0, threads: command.common.threads.count, stop: stop)
        ClassificationWarnings.tell(report)
        return report.accuracy
      }
    }
    let summary = Summary(
      model: classifier.modelName, parameters: classifier.parameterCount, epochs: training.epochs,
      examples: text.count, seconds: seconds,
      examplesPerSecond: Double(text.count * training.epochs) / max(seconds, 1e-9),
      validAccuracy: try accuracy(valid), testAccuracy: try accuracy(test),
      labels: classifier.labels, threads: command.common.threads.count, seed: command.common.seed)
    try classifier.write(to: file)
    metrics?.close()
    if command.common.json { return try JSONOutput.write(summary) }
    if command.common.output != "-" { try print(summary) }
  }

  private func train(
    _ text: LabelledText, valid: LabelledText?,
    progress: @escaping @Sendable (ClassifierProgress) -> Void
  ) throws -> ClassifierTraining {
    let weights = command.classWeights?.weights ?? .uniform
    let threads = command.common.threads.count
    switch command.model {
    case .bagOfWords:
      let options = BagOfWordsOptions(
        features: features(minimumCount: 2), weighting: command.linear.weighting,
        cost: command.linear.cost, maximumEpochs: command.epochs ?? 200, classWeights: weights,
        seed: command.common.seed)
      return try TextClassifier.train(
        on: text, options: options, threads: threads, stop: stop, progress: progress)
    case .fasttext:
      let options = FastTextOptions(
        features: features(minimumCount: 1), dimension: command.network.dim,
        learningRate: Float(command.network.lr ?? 0.5), epochs: command.epochs ?? 5,
        classWeights: weights,
        seed: command.common.seed)
      return try TextClassifier.train(on: text, options: options, threads: threads, stop: stop) {
        progress(ClassifierProgress($0))
      }
    case .rnn, .lstm, .gru:
      var options = try command.recurrent.options(
        rule: command.words.rule, dimension: command.network.dim)
      options.recurrent.cell =
        command.model == .lstm ? .lstm : command.model == .gru ? .gru : .rnnTanh
      options.minimumCount = command.minCount ?? 2
      options.learningRate = command.network.lr ?? options.learningRate
      options.epochs = command.epochs ?? options.epochs
      options.classWeights = weights
      options.seed = command.common.seed
      return try TextClassifier.train(
        on: text, options: options, valid: valid, threads: threads, stop: stop, progress: progress)
    }
  }

  private func print(_ summary: Summary) throws {
    var lines = [
      ("texts", NumberFormat.grouped(summary.examples)),
      ("labels", NumberFormat.grouped(summary.labels.count)),
      ("parameters", NumberFormat.grouped(summary.parameters)),
      ("passes", NumberFormat.grouped(summary.epochs)),
      ("seconds", NumberFormat.fixed(summary.seconds, 2)),
    ]
    if let value = summary.validAccuracy {
      lines.append(("valid accuracy", NumberFormat.fixed(value, 4)))
    }
    if let value = summary.testAccuracy {
      lines.append(("test accuracy", NumberFormat.fixed(value, 4)))
    }
    lines.append(("model", command.common.output))
    try StandardOutput.shared.writePairs(lines)
  }
}

extension ClassifierTrainingRun.Summary {
  private enum Key: String, CodingKey {
    case model, parameters, epochs, examples, seconds, examplesPerSecond, validAccuracy
    case testAccuracy, labels, threads, seed
  }

  /// All names are always there; what was not measured is null.
  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(model, forKey: .model)
    try values.encode(parameters, forKey: .parameters)
    try values.encode(epochs, forKey: .epochs)
    try values.encode(examples, forKey: .examples)
    try values.encode(seconds, forKey: .seconds)
    try values.encode(examplesPerSecond, forKey: .examplesPerSecond)
    try values.encode(validAccuracy, forKey: .validAccuracy)
    try values.encode(testAccuracy, forKey: .testAccuracy)
    try values.encode(labels, forKey: .labels)
    try values.encode(threads, forKey: .threads)
    try values.encode(seed, forKey: .seed)
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

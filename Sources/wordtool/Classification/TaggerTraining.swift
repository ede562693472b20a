import SeqModels
import Tokenize
import WordtoolCore

/// One run of `train-tagger`.
struct TaggerTraining: Training {
  private let command: TrainTaggerCommand
  let files: TrainingFiles
  var progress: ProgressOptions { command.common.progress }
  var json: Bool { command.common.json }

  /// Tagged words: to train on and to measure.
  struct Texts {
    var train: TaggedText
    var valid: TaggedText?
    var test: TaggedText?
  }

  struct Summary: TrainingSummary {
    var model: String
    var parameters: Int
    var epochs: Int
    var sentences: Int
    var words: Int
    var seconds: Double
    var wordsPerSecond: Double
    @Nullable var validAccuracy: Double?
    @Nullable var testAccuracy: Double?
    var labels: [String]
    var threads: Int
    var seed: UInt64

    var lines: [(String, String)] {
      [
        ("sentences", NumberFormat.grouped(sentences)),
        ("words", NumberFormat.grouped(words)),
        ("tags", NumberFormat.grouped(labels.count)),
        ("passes", NumberFormat.grouped(epochs)),
        ("seconds", NumberFormat.fixed(seconds, 2)),
      ] + ClassificationAnswer.lines(valid: validAccuracy, test: testAccuracy)
    }
  }

  init(_ command: TrainTaggerCommand) {
    self.command = command
    files = TrainingFiles(
      output: command.common.output, inputs: command.files,
      references: [command.valid, command.test, command.shape.embeddings].compactMap(\.self),
      metrics: command.common.metrics)
  }

  func read(_ session: TrainingSession) throws -> Texts {
    func text(_ paths: [String]) throws -> TaggedText {
      var text = TaggedText()
      for path in paths { try text.append(contentsOf: path) }
      return text
    }
    return Texts(
      train: try text(command.files), valid: try command.valid.map { try text([$0]) },
      test: try command.test.map { try text([$0]) })
  }

  func train(_ texts: Texts, _ session: TrainingSession) throws -> SequenceTagger.Training {
    var options = try command.shape.options(
      rule: TokenizerRule(
        segmentation: .whitespace, normalization: .nfc, lowercase: command.lowercase),
      dimension: command.dim, steps: command.steps)
    options.recurrent.cell =
      command.model == .lstm ? .lstm : command.model == .gru ? .gru : .rnnTanh
    options.recurrent.isBidirectional = !command.forwardOnly
    options.minimumCount = command.minCount
    options.learningRate = command.steps.lr ?? 0.001
    options.epochs = command.steps.epochs ?? 10
    options.classWeights = command.classWeights?.weights ?? .uniform
    options.seed = command.common.seed
    return try SequenceTagger.train(
      on: texts.train, options: options, valid: texts.valid, threads: command.common.threads.count,
      stop: session.stop, progress: session.show(unit: "sentences"))
  }

  func write(_ training: SequenceTagger.Training, of _: Texts, to file: OutputFile) throws {
    try training.tagger.write(to: file)
  }

  func summarize(
    _ training: SequenceTagger.Training, of texts: Texts, _ session: TrainingSession
  ) throws -> Summary {
    let threads = command.common.threads.count
    let report = try texts.test.map { try training.tagger.evaluate($0, threads: threads) }
    if let report { ClassificationWarnings.tell(report) }
    return Summary(
      model: command.model.rawValue, parameters: training.tagger.parameterCount,
      epochs: training.epochs, sentences: texts.train.sentences.count,
      words: texts.train.wordCount, seconds: session.seconds,
      wordsPerSecond: Double(texts.train.wordCount * training.epochs) / session.seconds,
      validAccuracy: training.validAccuracy, testAccuracy: report?.accuracy,
      labels: training.tagger.tags, threads: threads, seed: command.common.seed)
  }
}

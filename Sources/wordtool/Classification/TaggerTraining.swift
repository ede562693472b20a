import SeqModels
import Tokenize
import WordtoolCore

/// One run of `train-tagger`.
struct TaggerTraining: Training {
  private let command: TrainTaggerCommand
  let files: TrainingFiles
  var common: TrainingRunOptions { command.common }

  typealias Texts = TrainingExamples<TaggedText>

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
      ]
        + Self.measured(
          ["valid accuracy": validAccuracy, "test accuracy": testAccuracy], decimals: 4)
    }
  }

  init(_ command: TrainTaggerCommand) {
    self.command = command
    files = TrainingFiles(
      output: command.output.output, inputs: command.files,
      references: [command.valid, command.test, command.shape.embeddings],
      metrics: command.common.metrics)
  }

  func read(_ session: TrainingSession) throws -> Texts {
    try Texts(command.files, valid: command.valid, test: command.test) { paths in
      try command.layout.read(paths)
    }
  }

  func train(_ texts: Texts, _ session: TrainingSession) throws -> SequenceTagger {
    var options = command.shape.options(
      rule: TokenizerRule(
        segmentation: .whitespace, normalization: .nfc, lowercase: command.lowercase),
      dimension: command.dim, steps: command.steps)
    options.recurrent.cell = command.model.cell
    options.recurrent.isBidirectional = !command.forwardOnly
    options.minimumCount = command.minCount
    options.learningRate = command.steps.lr ?? 0.001
    options.epochs = command.steps.epochs ?? 10
    options.classWeights = command.classWeights?.weights ?? .uniform
    options.seed = common.seed
    let tagger = try SequenceTagger.train(
      on: texts.train, options: options, pretrained: command.shape.pretrained(),
      valid: texts.valid, threads: common.threads.count, stop: session.stop,
      progress: session.show(unit: "sentences"))
    ClassificationWarnings.tell(lossShare: tagger.training?.lossShare, of: "sentences")
    return tagger
  }

  func write(_ tagger: SequenceTagger, of _: Texts, to file: OutputFile) throws {
    try tagger.write(to: file)
  }

  func summarize(
    _ tagger: SequenceTagger, of texts: Texts, _ session: TrainingSession
  ) throws -> Summary {
    let (epochs, threads) = (tagger.training?.epochs ?? 0, common.threads.count)
    let report = try texts.test.map { try tagger.evaluate($0, threads: threads) }
    if let report { ClassificationWarnings.tell(report) }
    return Summary(
      model: command.model.rawValue, parameters: tagger.parameterCount,
      epochs: epochs, sentences: texts.train.sentences.count,
      words: texts.train.wordCount, seconds: session.seconds,
      wordsPerSecond: Double(texts.train.wordCount * epochs) / session.seconds,
      validAccuracy: tagger.training?.validAccuracy, testAccuracy: report?.accuracy,
      labels: tagger.tags, threads: threads, seed: common.seed)
  }
}

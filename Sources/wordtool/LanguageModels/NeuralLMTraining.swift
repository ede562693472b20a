import ArgumentParser
import BLASCore
import Networks
import SeqModels
import Tokenize
import Word2Vec
import WordtoolCore

/// One run of `train-lm` for a neural model.
struct NeuralLMTraining: Training {
  private let command: TrainLMCommand
  let files: TrainingFiles
  var common: TrainingRunOptions { command.common }

  private static let bitsPerNat = 1 / PortableMath.log(2 as Double)

  /// A trainer and what it has to know besides.
  final class Trainer {
    let neural: NeuralTrainer
    let validIDs: [Int32]
    /// Of `--test`.
    let testIDs: [Int32]
    let tokensBefore: Int
    var last = NeuralTrainer.Report(.init())

    init(_ neural: NeuralTrainer, validIDs: [Int32], testIDs: [Int32]) {
      self.neural = neural
      self.validIDs = validIDs
      self.testIDs = testIDs
      tokensBefore = neural.tokensTrained
    }
  }

  /// One epoch.
  private struct Line: MetricsLine {
    var epoch: Int
    var steps: Int
    var tokens: Int
    var loss: Double
    var perplexity: Double
    var bitsPerToken: Double
    var validPerplexity: Double?
    var learningRate: Double
    var gradientNorm: Double
    var seconds: Double
    var position: Int { steps }
  }

  struct Summary: TrainingSummary {
    var parameters: Int
    var epochs: Int
    var seconds: Double
    var tokensPerSecond: Double
    @Nullable var validPerplexity: Double?
    @Nullable var testPerplexity: Double?
    var validBitsPerCharacter: Double?
    var testBitsPerCharacter: Double?
    var seed: UInt64
    var tokens: Int
    var vocabulary: Int
    var threads: Int
    var loss: Double

    var lines: [(String, String)] {
      [
        ("parameters", NumberFormat.grouped(parameters)),
        ("vocabulary", NumberFormat.grouped(vocabulary)),
        ("epochs", "\(epochs)"),
        ("seconds", NumberFormat.fixed(seconds, 1)),
        ("tokens a second", NumberFormat.grouped(Int(tokensPerSecond))),
      ] + Self.measured(["valid perplexity": validPerplexity], decimals: 2)
        + Self.measured(["valid bits per character": validBitsPerCharacter], decimals: 3)
        + Self.measured(["test perplexity": testPerplexity], decimals: 2)
        + Self.measured(["test bits per character": testBitsPerCharacter], decimals: 3)
    }
  }

  init(_ command: TrainLMCommand) {
    self.command = command
    files = TrainingFiles(
      output: command.output.output, inputs: command.texts,
      references: [command.valid, command.test, command.embeddings],
      metrics: command.common.metrics, state: command.state)
  }

  func train(_ trainer: Trainer, _ session: TrainingSession) throws -> NeuralLanguageModel {
    try trainer.neural.train(stop: session.stop) { report in
      try session.endEpoch(
        self, trainer, line: line(report, seconds: session.secondsSoFar), note: epochLine(report),
        measured: (report.validPerplexity, "perplexity of --valid"))
    } progress: { report in
      trainer.last = report
      session.progress.update(Progress.Moment(report, count: report.tokens, unit: "tokens"))
    }
  }

  func saveCheckpoint(of trainer: Trainer, to path: String) throws {
    try trainer.neural.writeCheckpoint(to: path)
  }

  func write(_ model: NeuralLanguageModel, of trainer: Trainer, to file: OutputFile) throws {
    try model.write(to: file)
  }

  func summarize(
    _ model: NeuralLanguageModel, of trainer: Trainer, _ session: TrainingSession
  ) throws -> Summary {
    /// Nats a token; nil where there is no such text.
    func measure(_ ids: [Int32], _ option: String) throws -> Double? {
      if ids.isEmpty { return nil }
      let sum = try model.logProbabilities(of: ids, stop: session.stop).reduce(0, +)
      let mean = -sum / Double(ids.count)
      try TrainingSession.requireFinite(PortableMath.exp(mean), "perplexity of \(option)")
      return mean
    }
    let valid = try measure(trainer.validIDs, "--valid")
    let test = try measure(trainer.testIDs, "--test")
    let bits = model.options.unit == .char ? Self.bitsPerNat : nil
    let (last, trained) = (trainer.last, trainer.neural.tokensTrained - trainer.tokensBefore)
    return Summary(
      parameters: model.parameterCount, epochs: last.epoch, seconds: session.seconds,
      tokensPerSecond: Double(trained) / session.seconds,
      validPerplexity: valid.map { PortableMath.exp($0) },
      testPerplexity: test.map { PortableMath.exp($0) },
      validBitsPerCharacter: bits.flatMap { bits in valid.map { $0 * bits } },
      testBitsPerCharacter: bits.flatMap { bits in test.map { $0 * bits } },
      seed: common.seed, tokens: last.tokens, vocabulary: model.vocabulary.count,
      threads: common.threads.count, loss: last.loss)
  }

  func read(_ session: TrainingSession) throws -> Trainer {
    let (stop, shape, training) = (session.stop, command.shape, command.training)
    let threads = common.threads.count
    if let resume = command.state.resume {
      var state = try FileKind.reading(resume, as: .languageModelCheckpoint) {
        try NeuralTrainer.Checkpoint(path: resume)
      }
      let usual = try TrainLMCommand.parse(["-", "-o", "-"])
      let count = state.vocabulary.count
      try ResumedOptions.check(
        Self.options(of: command, vocabulary: count),
        usual: Self.options(of: usual, vocabulary: count), kept: state.options, path: resume)
      try ResumedOptions.check(
        Self.trainingOptions(of: command), usual: Self.trainingOptions(of: usual),
        kept: state.training, path: resume)
      state.training.epochs = try ResumedOptions.epochs(
        given: training.optimizer.steps.epochs, kept: state.training.epochs, path: resume)
      let reader = try NeuralText(
        vocabulary: state.vocabulary, unit: state.options.unit, rule: state.options.rule,
        isStrict: command.text.input.strict, encoding: command.text.input.encoding)
      let ids = try reader.ids(of: command.text.input.files(command.texts), stop: stop)
      let (validIDs, testIDs) = (
        try measured(command.valid, reader, stop), try measured(command.test, reader, stop)
      )
      try tell(
        state.options, state.training, state.vocabulary, ids.count, validIDs, testIDs, session)
      return Trainer(
        try NeuralTrainer(resuming: state, ids: ids, validIDs: validIDs, threads: threads),
        validIDs: validIDs, testIDs: testIDs)
    }
    let texts = try command.text.input.files(command.texts)
    let counted = try NeuralText(
      counting: texts, unit: command.unit, rule: command.text.rule,
      minimumCount: command.minCount, maximumVocabulary: command.maxVocab,
      isStrict: command.text.input.strict, encoding: command.text.input.encoding, stop: stop)
    let vocabulary = counted.vocabulary
    var options = try Self.options(of: command, vocabulary: vocabulary.count)
    let rows = try pretrained(vocabulary, dimension: &options.embedding, session.progress)
    if shape.tied, options.embedding != options.featureCount {
      throw ValidationError(
        "--tied needs as many features as the embedding has values: \(options.featureCount) and "
          + "\(options.embedding)")
    }
    let (validIDs, testIDs) = (
      try measured(command.valid, counted, stop), try measured(command.test, counted, stop)
    )
    StandardError.warnOfReplacements(counted.replacedCount)
    let trainingOptions = Self.trainingOptions(of: command)
    try tell(
      options, trainingOptions, vocabulary, counted.ids.count, validIDs, testIDs, session)
    return Trainer(
      try NeuralTrainer(
        options, training: trainingOptions, vocabulary: vocabulary, ids: counted.ids,
        validIDs: validIDs, embeddings: rows, threads: threads),
      validIDs: validIDs, testIDs: testIDs)
  }

  /// Tells what the training holds, and refuses it, before anything is taken.
  private func tell(
    _ options: NeuralOptions, _ training: NeuralTrainingOptions,
    _ vocabulary: LanguageVocabulary, _ tokenCount: Int, _ validIDs: [Int32],
    _ testIDs: [Int32], _ session: TrainingSession
  ) throws {
    try session.tell(
      NeuralTrainer.memoryEstimate(
        of: options, training: training, vocabulary: vocabulary, tokenCount: tokenCount,
        measuredCount: max(validIDs.count, testIDs.count), keepsBest: !validIDs.isEmpty,
        isResumed: command.state.resume != nil, threads: common.threads.count),
      limit: command.memory,
      remedy: "use smaller `hidden`, `embedding` or `batch`, a smaller `maximumVocabulary` or more "
        + "`memoryLimit`")
  }

  /// The tokens of a text to measure on, read before the training: an empty one costs nothing then.
  private func measured(
    _ path: String?, _ reader: NeuralText, _ stop: StopFlag
  ) throws -> [Int32] {
    try path.map { try reader.measuredIDs(of: command.text.input.files([$0]), stop: stop) } ?? []
  }

  /// The shape of the model that a command line asks for.
  private static func options(of command: TrainLMCommand, vocabulary: Int) throws -> NeuralOptions {
    let shape = command.shape
    var options = NeuralOptions()
    if let kind = command.model.kind { options.kind = kind }
    options.recurrent.cell = shape.cell
    options.recurrent.layers = shape.layers
    options.recurrent.hidden = shape.hidden
    options.recurrent.projection = shape.projection
    options.recurrent.hasPeepholes = shape.peepholes
    options.embedding = shape.embedding
    options.window = shape.window
    options.isOneHot = shape.oneHot
    options.isTied = shape.tied
    options.cutoffs = try shape.resolvedCutoffs(vocabulary: vocabulary)
    options.unit = command.unit
    options.rule = command.text.rule
    return options
  }

  private static func trainingOptions(of command: TrainLMCommand) -> NeuralTrainingOptions {
    var options = command.training.options(seed: command.common.seed)
    options.hasFrozenEmbeddings = command.freezeEmbeddings
    return options
  }

  /// The rows of `--embeddings` for the tokens it knows.
  private func pretrained(
    _ vocabulary: LanguageVocabulary, dimension: inout Int, _ progress: Progress
  ) throws -> [Int32: [Float]] {
    guard let embeddings = command.embeddings else { return [:] }
    let vectors = try FileKind.reading(embeddings, as: .vectors) {
      try WordVectors(contentsOf: embeddings, options: .init(threads: common.threads.count))
    }
    dimension = vectors.dimension
    var rows: [Int32: [Float]] = [:]
    for id in 0..<Int32(vocabulary.count) {
      if let row = vectors.index(for: vocabulary.text(of: id)) {
        rows[id] = vectors.vector(at: row)
      }
    }
    if rows.isEmpty {
      throw WordtoolError(
        .badData, path: embeddings, found: "no vector for any token of the text",
        remedy: "see whether both were lower-cased and tokenized alike")
    }
    progress.note(
      "\(rows.count) of \(vocabulary.count, "token") \(rows.count == 1 ? "begins" : "begin") with "
        + "a vector of \(embeddings)")
    return rows
  }

  private func line(_ report: NeuralTrainer.Report, seconds: Double) -> Line {
    Line(
      epoch: report.epoch, steps: report.steps, tokens: report.tokens, loss: report.loss,
      perplexity: PortableMath.exp(report.loss), bitsPerToken: report.loss * Self.bitsPerNat,
      validPerplexity: report.validPerplexity, learningRate: report.learningRate,
      gradientNorm: report.gradientNorm, seconds: seconds)
  }

  private func epochLine(_ report: NeuralTrainer.Report) -> String {
    var text =
      "epoch \(report.epoch)  perplexity \(NumberFormat.fixed(PortableMath.exp(report.loss), 2))"
    if let valid = report.validPerplexity {
      text += "  valid \(NumberFormat.fixed(valid, 2))"
    }
    return text + "  learning rate \(report.learningRate)"
  }
}

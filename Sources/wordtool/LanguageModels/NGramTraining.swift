import SeqModels
import WordtoolCore

/// One run of `train-lm` for a model of n-grams.
struct NGramTraining: Training {
  private let command: TrainLMCommand
  let files: TrainingFiles
  var common: TrainingRunOptions { command.common }

  struct Summary: TrainingSummary {
    var parameters: Int
    var epochs: Int
    var seconds: Double
    var tokensPerSecond: Double
    @Nullable var validPerplexity: Double?
    @Nullable var testPerplexity: Double?
    var seed: UInt64
    var order: Int
    var tokens: Int
    var vocabulary: Int
    var ngrams: [Int]

    var lines: [(String, String)] {
      [
        ("tokens", NumberFormat.grouped(tokens)),
        ("vocabulary", NumberFormat.grouped(vocabulary)),
        ("n-grams", ngrams.map(NumberFormat.grouped).joined(separator: "  ")),
        ("seconds", NumberFormat.fixed(seconds, 2)),
      ]
        + Self.measured(
          ["valid perplexity": validPerplexity, "test perplexity": testPerplexity], decimals: 2)
    }
  }

  init(_ command: TrainLMCommand) {
    self.command = command
    let output = command.output.output
    files = TrainingFiles(
      output: output, kind: .nGrams(NGramModel.Format(forPath: output)), inputs: command.texts,
      references: [command.valid, command.test], metrics: nil)
  }

  /// The text is read as it is counted; those to be measured are looked at before it, but for pipes,
  /// which can be read once.
  func read(_ session: TrainingSession) throws {
    let reader = try SentenceReader(
      unit: command.unit, rule: command.text.rule, isStrict: command.text.input.strict,
      encoding: command.text.input.encoding)
    for path in [command.valid, command.test].compactMap(\.self) where InputFiles.isReadAgain(path)
    {
      try reader.requireTokens(in: command.text.input.files([path]), stop: session.stop)
    }
  }

  func train(_: Void, _ session: TrainingSession) throws -> NGramModel {
    var options = NGramOptions()
    options.order = command.order
    options.unit = command.unit
    options.rule = command.text.rule
    options.minimumCount = command.minCount
    options.maximumVocabulary = command.maxVocab
    options.isStrict = command.text.input.strict
    options.encoding = command.text.input.encoding
    let texts = try command.text.input.files(command.texts)
    let share = Self.readShare(of: texts)
    let model = try NGramModel.train(
      on: texts, options: options, threads: common.threads.count,
      memoryLimit: command.memory?.bytes ?? NGramModel.usualMemoryLimit, stop: session.stop
    ) {
      session.progress.update(
        Progress.Moment(phase: "reading", fraction: share(), count: $0.examples))
    }
    StandardError.warnOfReplacements(model.training?.replacedCount ?? 0)
    let discounts = model.training?.discounts ?? []
    let fallbacks = discounts.indices.filter { discounts[$0].areFallback }
    if !fallbacks.isEmpty {
      session.progress.note(
        "too few rare n-grams of order \(fallbacks.map { "\($0 + 1)" }.joined(separator: ", ")) to "
          + "estimate discounts; 0.5, 1 and 1.5 are used")
    }
    return model
  }

  /// What tells how much of some files has been read from now on, 0 ... 1, as they are stored; nil of pipes.
  private static func readShare(of paths: [String]) -> @Sendable () -> Double? {
    let sizes = paths.map { InputFiles.isRegular($0) ? Environment.byteCount(of: $0) : nil }
    let total = sizes.reduce(0) { $0 + ($1 ?? 0) }
    let before = Traffic.bytesRead
    guard total > 0, !sizes.contains(nil) else { return { nil } }
    return { min(1, Double(Traffic.bytesRead - before) / Double(total)) }
  }

  func write(_ model: NGramModel, of _: Void, to file: OutputFile) throws {
    try model.write(
      to: file, format: NGramModel.Format(forPath: file.path), threads: common.threads.count)
  }

  func summarize(
    _ model: NGramModel, of _: Void, _ session: TrainingSession
  ) throws -> Summary {
    func perplexity(_ path: String?) throws -> Double? {
      try path.map {
        let report = try model.perplexity(
          of: command.text.input.files([$0]), isStrict: command.text.input.strict,
          encoding: command.text.input.encoding, stop: session.stop)
        StandardError.warnOfReplacements(report.replacedCount)
        return report.perplexity
      }
    }
    let tokens = model.training?.tokenCount ?? 0
    return Summary(
      parameters: model.parameterCount, epochs: 1, seconds: session.seconds,
      tokensPerSecond: Double(tokens) / session.seconds,
      validPerplexity: try perplexity(command.valid), testPerplexity: try perplexity(command.test),
      seed: common.seed, order: command.order, tokens: tokens,
      vocabulary: model.vocabularyCount, ngrams: model.counts)
  }
}

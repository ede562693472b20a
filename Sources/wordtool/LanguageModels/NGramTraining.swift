import SeqModels
import WordtoolCore

/// One run of `train-lm` for a model of n-grams.
struct NGramTraining: Training {
  private let command: TrainLMCommand
  let files: TrainingFiles
  var progress: ProgressOptions { command.common.progress }
  var json: Bool { command.common.json }

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
      var lines = [
        ("tokens", NumberFormat.grouped(tokens)),
        ("vocabulary", NumberFormat.grouped(vocabulary)),
        ("n-grams", ngrams.map(NumberFormat.grouped).joined(separator: "  ")),
        ("seconds", NumberFormat.fixed(seconds, 2)),
      ]
      for (name, value) in [
        ("valid perplexity", validPerplexity), ("test perplexity", testPerplexity),
      ] {
        if let value { lines.append((name, NumberFormat.fixed(value, 2))) }
      }
      return lines
    }
  }

  init(_ command: TrainLMCommand) {
    self.command = command
    files = TrainingFiles(
      output: command.common.output, inputs: command.texts,
      references: [command.valid, command.test].compactMap(\.self))
  }

  /// Nothing is read before it is counted.
  func read(_ session: TrainingSession) {}

  func train(_: Void, _ session: TrainingSession) throws -> NGramTrainer {
    var options = NGramOptions()
    options.order = command.order
    options.unit = command.unit
    options.rule = command.text.rule
    options.minimumCount = command.minCount
    options.maximumVocabulary = command.maxVocab
    options.isStrict = command.text.strict
    let trained = try NGramTrainer(command.texts, options: options, stop: session.stop) { count in
      session.progress.update(Progress.Moment(phase: "reading", fraction: nil, count: count))
    }
    StandardError.warnOfReplacements(trained.replacedCount)
    let fallbacks = trained.discounts.indices.filter { trained.discounts[$0].areFallback }
    if !fallbacks.isEmpty {
      session.progress.note(
        "too few rare n-grams of order \(fallbacks.map { "\($0 + 1)" }.joined(separator: ", ")) to "
          + "estimate discounts; 0.5, 1 and 1.5 are used")
    }
    return trained
  }

  func write(_ trained: NGramTrainer, of _: Void, to file: OutputFile) throws {
    try trained.model.write(to: file)
  }

  func summarize(
    _ trained: NGramTrainer, of _: Void, _ session: TrainingSession
  ) throws -> Summary {
    func perplexity(_ path: String?) throws -> Double? {
      try path.map {
        try trained.model.perplexity(
          of: [$0], isStrict: command.text.strict, stop: session.stop
        ).perplexity
      }
    }
    return Summary(
      parameters: trained.model.parameterCount, epochs: 1, seconds: session.seconds,
      tokensPerSecond: Double(trained.tokenCount) / session.seconds,
      validPerplexity: try perplexity(command.valid), testPerplexity: try perplexity(command.test),
      seed: command.common.seed, order: command.order, tokens: trained.tokenCount,
      vocabulary: trained.model.vocabularyCount, ngrams: trained.model.counts)
  }
}

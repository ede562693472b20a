import ArgumentParser
import BLASCore
import SeqModels
import Tokenize
import Word2Vec
import WordtoolCore

/// What `train-lm` does for a neural model.
struct NeuralLMTraining {
  var texts: [String]
  var output: String
  var kind: NeuralOptions.Kind
  var unit: TextUnit
  var minCount: Int
  var maxVocab: Int?
  var valid: String?
  var test: String?
  var text: SentenceOptions
  var shape: NeuralShapeOptions
  var training: NeuralTrainingArguments
  var seed: UInt64
  var threads: Int
  var embeddings: String?
  var freezeEmbeddings: Bool
  var checkpoint: String?
  var resume: String?
  var metrics: String?
  var json: Bool
  var progress: ProgressOptions

  private static let bitsPerNat = 1 / PortableMath.log(2 as Double)

  /// One line of the metrics.
  private struct Line: Encodable {
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
  }

  struct Summary: Encodable {
    var parameters: Int
    var epochs: Int
    var seconds: Double
    var tokensPerSecond: Double
    var validPerplexity: Double?
    var testPerplexity: Double?
    var validBitsPerCharacter: Double?
    var testBitsPerCharacter: Double?
    var seed: UInt64
    var tokens: Int
    var vocabulary: Int
    var threads: Int
    var loss: Double

    private enum Key: String, CodingKey {
      case parameters, epochs, seconds, tokensPerSecond, validPerplexity, testPerplexity
      case validBitsPerCharacter, testBitsPerCharacter, seed, tokens, vocabulary, threads, loss
    }

    /// The names of the contract are always there; what was not measured is null.
    func encode(to encoder: any Encoder) throws {
      var values = encoder.container(keyedBy: Key.self)
      try values.encode(parameters, forKey: .parameters)
      try values.encode(epochs, forKey: .epochs)
      try values.encode(seconds, forKey: .seconds)
      try values.encode(tokensPerSecond, forKey: .tokensPerSecond)
      try values.encode(validPerplexity, forKey: .validPerplexity)
      try values.encode(testPerplexity, forKey: .testPerplexity)
      try values.encodeIfPresent(validBitsPerCharacter, forKey: .validBitsPerCharacter)
      try values.encodeIfPresent(testBitsPerCharacter, forKey: .testBitsPerCharacter)
      try values.encode(seed, forKey: .seed)
      try values.encode(tokens, forKey: .tokens)
      try values.encode(vocabulary, forKey: .vocabulary)
      try values.encode(threads, forKey: .threads)
      try values.encode(loss, forKey: .loss)
    }
  }

  func run() throws {
    let stop = StopFlag()
    Interrupts.whenInterrupted(raise: stop)
    let file = try OutputFile(path: output)
    let metricsFile = try metrics.map { try OutputFile(path: $0) }
    for path in [valid, test].compactMap({ $0 }) where path != "-" {
      _ = try ByteSource(path: path)
    }
    let progress = progress.makeProgress()
    defer { progress.finish() }
    let trainer = try makeTrainer(stop: stop)
    let start = Environment.seconds()
    var clock = 0.0
    var last = NeuralTrainer.Report()
    let tokensBefore = trainer.tokensTrained
    let model: NeuralLanguageModel
    do {
      var began = Environment.seconds()
      model = try trainer.run(stop: stop) { report in
        clock += Environment.seconds() - began
        if let metricsFile { try metricsFile.write(try line(report, clock: clock)) }
        if progress.isShown { progress.note(epochLine(report)) }
        if let path = checkpoint {
          try trainer.writeCheckpoint(to: OutputFile(path: path))
        }
        began = Environment.seconds()
      } progress: { report in
        last = report
        progress.update(
          Progress.Moment(
            phase: "training", fraction: report.fraction, count: report.tokens, unit: "tokens",
            loss: report.loss, learningRate: report.rate))
      }
    } catch let error as WordtoolError where error.kind == .interrupted {
      if let path = checkpoint {
        try trainer.writeCheckpoint(to: OutputFile(path: path))
        throw WordtoolError(
          .interrupted, found: error.found,
          remedy: "go on with --resume \(path); it was saved there")
      }
      throw error
    }
    progress.finish()
    let seconds = Environment.seconds() - start
    try model.write(to: file)
    try metricsFile?.commit()
    try report(
      model, seconds: seconds, trained: trainer.tokensTrained - tokensBefore, last: last,
      stop: stop)
  }

  private func makeTrainer(stop: StopFlag) throws -> NeuralTrainer {
    if let resume {
      var state = try NeuralTrainer.Checkpoint(path: resume)
      state.training.epochs = max(state.training.epochs, training.epochs ?? 1)
      let reader = try NeuralText(
        vocabulary: state.vocabulary, unit: state.options.unit, rule: state.options.rule,
        isStrict: text.strict)
      let ids = try reader.ids(of: texts, stop: stop)
      let validIDs = try valid.map { try reader.ids(of: [$0], stop: stop) } ?? []
      return try NeuralTrainer(
        resuming: state, ids: ids, validIDs: validIDs, threads: threads)
    }
    let counted = try NeuralText(
      counting: texts, unit: unit, rule: text.rule, minimumCount: minCount,
      maximumCount: maxVocab, isStrict: text.strict, stop: stop)
    let vocabulary = counted.vocabulary
    var options = NeuralOptions()
    options.kind = kind
    options.recurrent.cell = shape.cell
    options.recurrent.layers = shape.layers
    options.recurrent.hidden = shape.hidden
    options.recurrent.projection = shape.projection
    options.recurrent.hasPeepholes = shape.peepholes
    options.embedding = shape.embedding
    options.window = shape.window
    options.isOneHot = shape.oneHot
    options.isTied = shape.tied
    options.cutoffs = try shape.resolvedCutoffs(vocabulary: vocabulary.count)
    options.unit = unit
    options.rule = text.rule
    let rows = try pretrained(vocabulary, dimension: &options.embedding)
    if shape.tied, options.embedding != options.featureCount {
      throw ValidationError(
        "--tied needs as many features as the embedding has values: \(options.featureCount) and "
          + "\(options.embedding)")
    }
    let ids = try counted.ids(of: texts, stop: stop)
    let validIDs = try valid.map { try counted.ids(of: [$0], stop: stop) } ?? []
    if valid != nil, validIDs.isEmpty {
      throw WordtoolError(.badData, path: valid, found: "a text without tokens")
    }
    StandardError.warnOfReplacements(counted.replacedCount)
    var training = training.options(seed: seed)
    training.hasFrozenEmbeddings = freezeEmbeddings
    return try NeuralTrainer(
      options, training: training, vocabulary: vocabulary, ids: ids, validIDs: validIDs,
      embeddings: rows, threads: threads)
  }

  /// The rows of `--embeddings` for the tokens it knows.
  private func pretrained(
    _ vocabulary: LanguageVocabulary, dimension: inout Int
  ) throws -> [Int32: [Float]] {
    guard let embeddings else { return [:] }
    let vectors = try WordVectors(contentsOf: embeddings, options: .init(threads: threads))
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
    if progress.makeProgress().isShown {
      StandardError.note(
        "\(rows.count) of \(vocabulary.count) tokens begin with a vector of \(embeddings)")
    }
    return rows
  }

  private func line(_ report: NeuralTrainer.Report, clock: Double) throws -> String {
    try JSONOutput.line(
      Line(
        epoch: report.epoch, steps: report.steps, tokens: report.tokens, loss: report.loss,
        perplexity: PortableMath.exp(report.loss), bitsPerToken: report.loss * Self.bitsPerNat,
        validPerplexity: report.validPerplexity, learningRate: report.rate,
        gradientNorm: report.gradientNorm, seconds: clock)) + "\n"
  }

  private func epochLine(_ report: NeuralTrainer.Report) -> String {
    var text =
      "epoch \(report.epoch)  perplexity \(NumberFormat.fixed(PortableMath.exp(report.loss), 2))"
    if let valid = report.validPerplexity {
      text += "  valid \(NumberFormat.fixed(valid, 2))"
    }
    return text + "  learning rate \(report.rate)"
  }

  private func report(
    _ model: NeuralLanguageModel, seconds: Double, trained: Int, last: NeuralTrainer.Report,
    stop: StopFlag
  ) throws {
    let reader = try NeuralText(
      vocabulary: model.vocabulary, unit: model.options.unit, rule: model.options.rule,
      isStrict: text.strict)
    func measure(_ path: String?) throws -> (perplexity: Double, bits: Double)? {
      try path.map { path in
        let ids = try reader.ids(of: [path], stop: stop)
        let sum = try model.logProbabilities(of: ids, stop: stop).reduce(0, +)
        let mean = -sum / Double(max(1, ids.count))
        return (PortableMath.exp(mean), mean * Self.bitsPerNat)
      }
    }
    let validResult = try measure(valid)
    let testResult = try measure(test)
    let isChar = model.options.unit == .char
    let summary = Summary(
      parameters: model.parameterCount, epochs: last.epoch, seconds: seconds,
      tokensPerSecond: Double(trained) / max(seconds, 1e-9),
      validPerplexity: validResult?.perplexity, testPerplexity: testResult?.perplexity,
      validBitsPerCharacter: isChar ? validResult?.bits : nil,
      testBitsPerCharacter: isChar ? testResult?.bits : nil, seed: seed,
      tokens: last.tokens, vocabulary: model.vocabulary.count, threads: threads, loss: last.loss)
    if json { return try JSONOutput.write(summary) }
    if output == "-" { return }
    var lines = [
      ("parameters", NumberFormat.grouped(summary.parameters)),
      ("vocabulary", NumberFormat.grouped(summary.vocabulary)),
      ("epochs", "\(summary.epochs)"),
      ("seconds", NumberFormat.fixed(seconds, 1)),
      ("tokens a second", NumberFormat.grouped(Int(summary.tokensPerSecond))),
    ]
    for (name, result) in [("valid", validResult), ("test", testResult)] {
      guard let result else { continue }
      lines.append(("\(name) perplexity", NumberFormat.fixed(result.perplexity, 2)))
      if isChar {
        lines.append(("\(name) bits per character", NumberFormat.fixed(result.bits, 3)))
      }
    }
    lines.append(("model", output))
    try StandardOutput.shared.writePairs(lines)
  }
}

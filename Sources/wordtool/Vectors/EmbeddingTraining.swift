import ArgumentParser
import BLASCore
import Corpora
import Embedding
import Tokenize
import Word2Vec
import WordtoolCore

/// One run of `train-embeddings`, from the checks before to the summary after.
struct EmbeddingTraining {
  private let command: TrainEmbeddingsCommand
  private let options: SkipGramOptions
  private let stop = StopFlag()
  private let progress: Progress

  /// What is printed at the end; the names are a contract.
  struct Summary: Encodable {
    var tokens: Int
    var vocabulary: Int
    var dimension: Int
    var epochs: Int
    var seconds: Double
    var wordsPerSecond: Double
    var loss: Double
    var threads: Int
    var seed: UInt64
    var peakResidentBytes: Int
    var vectors: String
  }

  /// Checks the options.
  ///
  /// - Throws: ``WordtoolError`` of kind `usage`.
  init(_ command: TrainEmbeddingsCommand) throws {
    self.command = command
    var options = SkipGramOptions()
    options.dimension = command.model.dim
    options.windowRadius = command.model.window
    options.negativeSamples = command.model.negative
    options.noiseExponent = command.model.noiseExponent
    options.subsampling = command.model.sample
    options.epochs = command.model.epochs
    options.learningRate = command.model.lr
    options.minimumLearningRateRatio = command.model.minLrRatio
    options.seed = command.seed
    try options.validate()
    self.options = options
    progress = command.progress.makeProgress()
  }

  /// Reads, trains and writes.
  func run() throws {
    Interrupts.whenInterrupted(raise: stop)
    BLASLibrary.useCallersThreadOnly()
    defer { progress.finish() }
    let path = try command.output ?? DefaultVectors.pathForNewVectors(named: corpusName)
    do {
      try train(into: path)
    } catch var error as WordtoolError where error.kind == .interrupted && error.remedy == nil {
      if let folder = command.checkpoints.folder {
        error.remedy = "go on with --resume \(folder)"
      } else {
        error.remedy =
          path == "-" || !Environment.exists(path)
          ? "nothing was written" : "\(path) is as it was before"
      }
      throw error
    }
  }

  private func train(into path: String) throws {
    // All outputs are opened before the work, so that a bad path costs seconds and not hours.
    if let folder = command.checkpoints.resume {
      _ = try MappedFile(path: CheckpointOptions.file(in: folder))
    }
    if let folder = command.checkpoints.folder {
      try DefaultVectors.makeFolder(folder)
      _ = try OutputFile(path: CheckpointOptions.file(in: folder))
    }
    let file = try OutputFile(path: path)
    let format = command.format ?? WordVectors.Format(forPath: path)
    let contextFile = try command.saveContext.map { try OutputFile(path: $0) }
    if let path = command.vocabulary.saveVocab { _ = try OutputFile(path: path) }
    let metrics = try command.metrics.map { try MetricsFile(path: $0) }
    let kernels = try KernelTable.selected()

    let corpus = try readCorpus()
    if let path = command.vocabulary.saveVocab { try corpus.vocabulary.save(to: path) }
    let counts = corpus.vocabulary.counts
    let trainer = try SkipGramTrainer(options: options, counts: counts, kernels: kernels)
    try begin(trainer, corpus)
    let start = Environment.seconds()
    // Whatever ends the training, the lines that were measured are kept.
    defer { metrics?.close() }
    do {
      try trainer.train(
        on: corpus.ids, threads: command.threads.count, stop: stop,
        pausing: pausing(trainer, corpus)
      ) { moment in
        show(moment, metrics, since: start)
      }
    } catch let error as WordtoolError where error.kind == .interrupted {
      progress.finish()
      try saveCheckpoint(trainer, corpus)
      throw error
    }
    let seconds = max(Environment.seconds() - start, 1e-9)
    progress.finish()

    let metadata = try metadata(corpus)
    let vocabulary = corpus.vocabulary
    try trainer.wordVectors(vocabulary: vocabulary, metadata: metadata)
      .write(to: file, format: format, threads: command.threads.count)
    if let contextFile, let path = command.saveContext {
      try trainer.contextWordVectors(vocabulary: vocabulary, metadata: metadata)
        .write(
          to: contextFile, format: command.format ?? WordVectors.Format(forPath: path),
          threads: command.threads.count)
      try contextFile.commit()
    }
    try file.commit()
    if path != "-" && !path.hasPrefix("/dev/") { DefaultVectors.record(path) }
    try report(
      Summary(
        tokens: corpus.ids.tokenCount, vocabulary: vocabulary.count, dimension: options.dimension,
        epochs: options.epochs, seconds: seconds,
        wordsPerSecond: Double(corpus.ids.tokenCount * options.epochs) / seconds,
        loss: trainer.epochLosses.last ?? 0, threads: command.threads.count, seed: options.seed,
        peakResidentBytes: Environment.peakResidentBytes(), vectors: path))
  }

  // MARK: Reading

  private func readCorpus() throws -> TokenizedCorpus {
    let reader = CorpusReader(
      rule: try command.text.rule(),
      limits: VocabularyLimits(
        minimumCount: command.vocabulary.minCount, maximumSize: command.vocabulary.maxVocab),
      isStrict: command.text.strict, threadCount: command.threads.count,
      memoryLimit: command.memory?.bytes, encoding: command.text.encoding)
    let given = try command.vocabulary.vocab.map { try Self.readVocabulary($0) }
    let corpus = try withTexts { paths in
      try reader.read(paths, vocabulary: given, stop: stop, progress: progress.ofReading)
    }
    progress.finish()
    corpus.statistics.warnOfReplacements()
    return corpus
  }

  private static func readVocabulary(_ path: String) throws -> Vocabulary {
    let vocabulary = try Vocabulary(contentsOf: path)
    if let id = (0..<vocabulary.count).first(where: { vocabulary.count(at: $0) < 1 }) {
      throw WordtoolError(
        .badData, path: path, found: "the count 0 for '\(vocabulary.word(at: id))'",
        expected: "counts of at least 1")
    }
    return vocabulary
  }

  /// Calls `body` with the texts named, or with a file that holds the corpus that ships.
  private func withTexts<Result>(_ body: ([String]) throws -> Result) throws -> Result {
    guard command.texts.isEmpty else { return try body(command.texts) }
    let folder = Environment.value("TMPDIR") ?? "/tmp"
    return try TemporaryText.with(in: folder) { file in
      try Atlas.writeCorpus { try file.write($0) }
    } body: {
      try body([$0])
    }
  }

  /// What the text is called, for the metadata and for a file without a name.
  private var corpusName: String {
    if let name = command.corpusName { return name }
    if command.texts.isEmpty { return Atlas.name }
    let names = command.texts.map { path in
      if path == "-" { return "standard-input" }
      let last = path.split(separator: "/").last.map(String.init) ?? path
      return String(last.split(separator: ".").first ?? last[...])
    }
    return names.count == 1 ? names[0] : "\(names[0])-and-\(names.count - 1)-more"
  }

  // MARK: Training

  /// Where training starts: random vectors, those of a file, or a checkpoint.
  private func begin(_ trainer: SkipGramTrainer, _ corpus: TokenizedCorpus) throws {
    if let path = command.initial {
      let known = try trainer.initialize(
        from: WordVectors(contentsOf: path), vocabulary: corpus.vocabulary, path: path)
      StandardError.note(
        "\(NumberFormat.grouped(known)) of \(NumberFormat.grouped(trainer.vocabularySize)) words "
          + "begin with the vectors of \(path)")
    }
    if let folder = command.checkpoints.resume {
      try trainer.resume(fromCheckpoint: CheckpointOptions.file(in: folder), corpus: corpus)
    }
  }

  private func pausing(
    _ trainer: SkipGramTrainer, _ corpus: TokenizedCorpus
  ) -> TrainingPause? {
    guard command.checkpoints.folder != nil else { return nil }
    return .init(every: .seconds(command.checkpoints.checkpointEvery)) {
      try saveCheckpoint(trainer, corpus)
    }
  }

  private func saveCheckpoint(_ trainer: SkipGramTrainer, _ corpus: TokenizedCorpus) throws {
    guard let folder = command.checkpoints.folder else { return }
    try trainer.saveCheckpoint(to: CheckpointOptions.file(in: folder), corpus: corpus)
  }

  private func show(
    _ moment: TrainingProgress, _ metrics: MetricsFile?, since start: Double
  ) {
    progress.update(
      Progress.Moment(
        phase: "training", fraction: moment.fraction, count: moment.examples, loss: moment.loss,
        learningRate: moment.learningRate))
    metrics?.add(
      MetricsFile.Line(
        words: moment.examples, fraction: moment.fraction, epoch: moment.epoch, loss: moment.loss,
        learningRate: Float(moment.learningRate), seconds: Environment.seconds() - start))
  }

  // MARK: Writing

  private func metadata(_ corpus: TokenizedCorpus) throws -> [String: String] {
    typealias Key = WordVectors.MetadataKey
    let licence = command.licence ?? (command.texts.isEmpty ? Atlas.licence : nil)
    var metadata = [
      Key.tokenizerRule: try JSONOutput.line(corpus.rule),
      Key.trainingOptions: try JSONOutput.line(StoredOptions(options, command, corpus)),
      Key.corpusName: corpusName, Key.seed: String(options.seed),
      Key.wordtoolVersion: WordTool.version,
    ]
    if let licence { metadata[Key.corpusLicence] = licence }
    return metadata
  }

  /// The options that decide the bytes of the result; the number of threads does not.
  private struct StoredOptions: Encodable {
    var model: String
    var loss: String
    var skipGram: SkipGramOptions
    var minCount: Int
    var maxVocab: Int?
    var tokens: Int

    init(
      _ options: SkipGramOptions, _ command: TrainEmbeddingsCommand, _ corpus: TokenizedCorpus
    ) {
      model = command.model.model.rawValue
      loss = command.model.loss.rawValue
      skipGram = options
      minCount = command.vocabulary.minCount
      maxVocab = command.vocabulary.maxVocab
      tokens = corpus.ids.tokenCount
    }
  }

  private func report(_ summary: Summary) throws {
    // With the vectors on standard output the summary would spoil them.
    if summary.vectors == "-" { return }
    if command.json { return try JSONOutput.write(summary) }
    let lines = [
      ("vectors", summary.vectors),
      ("words", NumberFormat.grouped(summary.vocabulary)),
      ("dimension", String(summary.dimension)),
      ("tokens", "\(NumberFormat.grouped(summary.tokens)), \(summary.epochs) times"),
      ("training", NumberFormat.fixed(summary.seconds, 1) + " s"),
      ("words/s", NumberFormat.grouped(Int(summary.wordsPerSecond))),
      ("loss", NumberFormat.fixed(summary.loss, 4)),
      ("seed", String(summary.seed)),
      ("peak memory", NumberFormat.bytes(summary.peakResidentBytes)),
    ]
    for (name, value) in lines {
      try StandardOutput.shared.writeLine("\(name.padded(to: 11))  \(value)")
    }
  }
}

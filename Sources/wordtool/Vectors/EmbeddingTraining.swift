import ArgumentParser
import BLASCore
import Corpora
import Embedding
import Tokenize
import Word2Vec
import WordtoolCore

/// One run of `train-embeddings`.
struct EmbeddingTraining: Training {
  private let command: TrainEmbeddingsCommand
  private let options: SkipGramOptions
  private let format: WordVectors.Format
  let files: TrainingFiles
  var progress: ProgressOptions { command.progress }
  var json: Bool { command.json }

  /// A trainer and what it is trained on.
  struct Trainer {
    var skipGram: SkipGramTrainer
    var corpus: TokenizedCorpus
    /// Words that earlier runs of the same training have read.
    var wordsBefore = 0
  }

  struct Summary: TrainingSummary {
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

    static let outputName = "vectors"

    var lines: [(String, String)] {
      [
        ("words", NumberFormat.grouped(vocabulary)),
        ("dimension", String(dimension)),
        ("tokens", "\(NumberFormat.grouped(tokens)), \(epochs) times"),
        ("training", NumberFormat.fixed(seconds, 1) + " s"),
        ("words/s", NumberFormat.grouped(Int(wordsPerSecond))),
        ("loss", NumberFormat.fixed(loss, 4)),
        ("seed", String(seed)),
        ("peak memory", NumberFormat.bytes(peakResidentBytes)),
      ]
    }
  }

  /// One moment of the training.
  private struct Line: MetricsLine {
    var words: Int
    var fraction: Double
    var epoch: Int
    var loss: Double?
    var learningRate: Double
    var seconds: Double
    var position: Int { words }
  }

  /// Metrics have a line for each of so many parts of the work.
  private static let metricsLines = 200.0

  /// Checks the options.
  ///
  /// - Throws: ``WordtoolError`` of kind `usage`, or `cannotCreate` without a place for vectors
  ///   that have no name.
  init(_ command: TrainEmbeddingsCommand) throws {
    self.command = command
    var options = SkipGramOptions()
    options.dimension = command.model.dim
    options.windowRadius = command.model.window
    options.negativeSamples = command.model.negative
    options.noiseExponent = command.model.noiseExponent
    options.subsampling = command.model.sample
    if case .fixed(let count) = command.model.epochs { options.epochs = count }
    options.learningRate = command.model.lr
    options.minimumLearningRateRatio = command.model.minLrRatio
    options.seed = command.seed
    try options.validate()
    self.options = options
    let path =
      try command.output ?? DefaultVectors.pathForNewVectors(named: Self.corpusName(of: command))
    format = command.format ?? WordVectors.Format(forPath: path)
    let checkpoints = command.checkpoints
    if let folder = checkpoints.checkpoint { try DefaultVectors.makeFolder(folder) }
    files = TrainingFiles(
      output: path, inputs: command.texts,
      references: [command.vocabulary.vocab, command.initial].compactMap(\.self),
      metrics: command.metrics,
      extras: [command.saveContext, command.vocabulary.saveVocab].compactMap(\.self),
      checkpoint: checkpoints.folder.map {
        .init(path: CheckpointOptions.file(in: $0), name: $0)
      },
      resume: checkpoints.resume.map { CheckpointOptions.file(in: $0) })
  }

  func read(_ session: TrainingSession) throws -> Trainer {
    BLASLibrary.useCallersThreadOnly()
    let kernels = try KernelTable.selected()
    let corpus = try readCorpus(session)
    if let path = command.vocabulary.saveVocab { try corpus.vocabulary.save(to: path) }
    var options = options
    if case .automatic = command.model.epochs {
      let tokens = corpus.ids.tokenCount
      options.epochs = SkipGramOptions.epochs(forWords: tokens)
      if options.epochs > SkipGramOptions().epochs {
        session.progress.note(
          "\(NumberFormat.grouped(tokens)) words are few, so they are passed over "
            + "\(options.epochs) times; --epochs says otherwise")
      }
    }
    let trainer = try SkipGramTrainer(
      options: options, counts: corpus.vocabulary.counts, kernels: kernels)
    try begin(trainer, corpus)
    let chunkCount = Double(max(1, corpus.ids.count)) / Double(SkipGramTrainer.wordsPerChunk)
    let epochsBefore =
      Double(trainer.position.epoch) + Double(trainer.position.chunk) / chunkCount.rounded(.up)
    return Trainer(
      skipGram: trainer, corpus: corpus,
      wordsBefore: Int(epochsBefore * Double(corpus.ids.tokenCount)))
  }

  func train(_ trainer: Trainer, _ session: TrainingSession) throws -> WordVectors {
    let (skipGram, corpus) = (trainer.skipGram, trainer.corpus)
    var pausing: TrainingPause?
    if let checkpoint = files.checkpoint {
      pausing = .init(every: .seconds(command.checkpoints.checkpointEvery)) {
        try saveCheckpoint(of: trainer, to: checkpoint.path)
      }
    }
    try skipGram.train(
      on: corpus.ids, threads: command.threads.count, stop: session.stop, pausing: pausing
    ) { moment in
      show(moment, session)
    }
    let vectors = try skipGram.wordVectors(
      vocabulary: corpus.vocabulary, metadata: metadata(trainer))
    VectorSet.warnIfUntrained(vectors, named: files.output)
    return vectors
  }

  func saveCheckpoint(of trainer: Trainer, to path: String) throws {
    try trainer.skipGram.saveCheckpoint(to: path, corpus: trainer.corpus)
  }

  func write(_ vectors: WordVectors, of trainer: Trainer, to file: OutputFile) throws {
    try vectors.write(to: file, format: format, threads: command.threads.count)
    if let path = command.saveContext {
      let contextFile = try OutputFile(path: path)
      try trainer.skipGram.contextWordVectors(
        vocabulary: trainer.corpus.vocabulary, metadata: metadata(trainer)
      ).write(
        to: contextFile, format: contextFormat(path), threads: command.threads.count)
      try contextFile.commit()
    }
    try file.commit()
    if file.path != "-" && !file.path.hasPrefix("/dev/") { DefaultVectors.record(file.path) }
  }

  func summarize(
    _ vectors: WordVectors, of trainer: Trainer, _ session: TrainingSession
  ) -> Summary {
    let tokens = trainer.corpus.ids.tokenCount
    let epochs = trainer.skipGram.options.epochs
    return Summary(
      tokens: tokens, vocabulary: trainer.corpus.vocabulary.count, dimension: options.dimension,
      epochs: epochs, seconds: session.seconds,
      wordsPerSecond: Double(tokens * epochs - trainer.wordsBefore) / session.seconds,
      loss: trainer.skipGram.epochLosses.last ?? 0, threads: command.threads.count,
      seed: options.seed, peakResidentBytes: Environment.peakResidentBytes(),
      vectors: files.output)
  }

  private func contextFormat(_ path: String) -> WordVectors.Format {
    command.format ?? WordVectors.Format(forPath: path)
  }

  // MARK: Reading

  private func readCorpus(_ session: TrainingSession) throws -> TokenizedCorpus {
    let reader = CorpusReader(
      rule: try command.text.rule(),
      limits: VocabularyLimits(
        minimumCount: command.vocabulary.minCount, maximumSize: command.vocabulary.maxVocab),
      isStrict: command.text.strict, threadCount: command.threads.count,
      memoryLimit: command.memory?.bytes, encoding: command.text.encoding)
    let given = try command.vocabulary.vocab.map { try Self.readVocabulary($0) }
    let corpus = try withTexts { paths in
      try reader.read(
        paths, vocabulary: given, stop: session.stop, progress: session.progress.ofReading)
    }
    session.progress.finish()
    corpus.statistics.warnOfReplacements()
    // A word that the format cannot hold would throw the finished training away.
    for format in [format] + [command.saveContext].compactMap(\.self).map(contextFormat) {
      for id in 0..<corpus.vocabulary.count {
        try format.check(word: Array(corpus.vocabulary.word(at: id).utf8), at: id)
      }
    }
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
  private static func corpusName(of command: TrainEmbeddingsCommand) -> String {
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

  private func show(_ moment: TrainingProgress, _ session: TrainingSession) {
    session.progress.update(
      Progress.Moment(
        phase: "training", fraction: moment.fraction, count: moment.examples, loss: moment.loss,
        learningRate: moment.learningRate))
    session.metrics?.add(
      Line(
        words: moment.examples, fraction: moment.fraction, epoch: moment.epoch, loss: moment.loss,
        learningRate: moment.learningRate, seconds: session.secondsSoFar),
      step: Int(moment.fraction * Self.metricsLines))
  }

  // MARK: Metadata

  private func metadata(_ trainer: Trainer) throws -> [String: String] {
    let (options, corpus) = (trainer.skipGram.options, trainer.corpus)
    typealias Key = WordVectors.MetadataKey
    let licence = command.licence ?? (command.texts.isEmpty ? Atlas.licence : nil)
    var metadata = [
      Key.tokenizerRule: try JSONOutput.line(corpus.rule),
      Key.trainingOptions: try JSONOutput.line(StoredOptions(options, command, corpus)),
      Key.corpusName: Self.corpusName(of: command), Key.seed: String(options.seed),
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
}

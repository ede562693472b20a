import BLASCore
import Embedding
import Tokenize
import Word2Vec
import WordtoolCore

/// One run of `train-embeddings` that makes vectors of documents.
struct DocumentTraining: Training {
  let command: TrainEmbeddingsCommand
  private let options: DocumentVectorOptions
  let files: TrainingFiles
  var common: TrainingRunOptions { command.common }

  /// A trainer, and what earlier runs of the same training have done.
  struct Trainer {
    var model: DocumentVectorTrainer
    var wordsBefore = 0
  }

  struct Summary: TrainingSummary {
    var documents: Int
    var labels: Int
    var bytes: Int
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
    var model: String
    /// Whether words have vectors too.
    var hasWords: Bool

    var lines: [(String, String)] {
      [
        ("text", NumberFormat.bytes(bytes)),
        (
          "documents",
          NumberFormat.grouped(documents)
            + (labels > 0 ? " with \(NumberFormat.counted(labels, "label"))" : "")
        ),
        ("words", NumberFormat.grouped(vocabulary) + (hasWords ? "" : ", without vectors")),
        ("dimension", String(dimension)),
        ("tokens", "\(NumberFormat.grouped(tokens)), \(NumberFormat.counted(epochs, "time"))"),
        ("training", NumberFormat.fixed(seconds, 1) + " s"),
        ("words/s", NumberFormat.grouped(Int(wordsPerSecond))),
        ("loss", NumberFormat.fixed(loss, 4)),
        ("seed", String(seed)),
        ("peak memory", NumberFormat.bytes(peakResidentBytes)),
      ]
    }
  }

  /// Checks the options.
  ///
  /// - Throws: ``WordtoolError`` of kind `usage`.
  init(_ command: TrainEmbeddingsCommand, _ kind: DocumentVectorOptions.Model) throws {
    self.command = command
    options = try command.model.documentOptions(
      kind, trainsWords: command.documents.dbowWords, seed: command.common.seed)
    var files = TrainingFiles(
      output: command.output ?? "-", inputs: command.texts,
      references: [command.vocabulary.vocab], metrics: command.common.metrics)
    if let path = command.vocabulary.saveVocab { files.extras = [.init(path: path, kind: .text)] }
    try command.checkpoints.add(to: &files)
    self.files = files
  }

  func read(_ session: TrainingSession) throws -> Trainer {
    let kernels = try KernelTable.selected()
    let corpus = try DocumentCorpus(command, session)
    if let path = command.vocabulary.saveVocab { try corpus.vocabulary.write(to: path) }
    var options = options
    if case .automatic = command.model.epochs {
      options.epochs = DocumentVectorOptions.epochs(forWords: corpus.text.ids.tokenCount)
    }
    var estimate = options.memoryEstimate(on: corpus, threads: common.threads.count)
    if files.resume != nil {
      estimate.add("checkpoint", estimate["vectors"] + estimate["context vectors"])
    }
    try session.tell(
      estimate, limit: command.memory,
      remedy: "use a smaller `dimension`, a larger `minimumCount` or more `memoryLimit`")
    let trainer = try DocumentVectorTrainer(options: options, corpus: corpus, kernels: kernels)
    if let path = files.resume { try trainer.resume(fromCheckpoint: path) }
    let position = trainer.position
    let epochsBefore =
      Double(position.epoch) + Double(position.chunk) / Double(max(1, trainer.chunkCount))
    return Trainer(
      model: trainer, wordsBefore: Int(epochsBefore * Double(corpus.text.ids.tokenCount)))
  }

  func train(_ trainer: Trainer, _ session: TrainingSession) throws -> DocumentVectors {
    let model = trainer.model
    let pausing = command.checkpoints.pausing(files) { try saveCheckpoint(of: trainer, to: $0) }
    try model.train(threads: common.threads.count, stop: session.stop, pausing: pausing) {
      session.show($0)
    }
    if let loss = model.epochLosses.last, loss == 0 || loss > 0.98 * model.guessingLoss {
      StandardError.warn(
        "little was learnt: the loss is still that of guessing; more --epochs, a larger --lr or more "
          + "text help")
    }
    return try model.documentVectors(metadata: metadata(model))
  }

  func saveCheckpoint(of trainer: Trainer, to path: String) throws {
    try trainer.model.writeCheckpoint(to: path)
  }

  func write(_ model: DocumentVectors, of trainer: Trainer, to file: OutputFile) throws {
    try model.write(to: file)
  }

  func summarize(
    _ model: DocumentVectors, of trainer: Trainer, _ session: TrainingSession
  ) -> Summary {
    let corpus = trainer.model.corpus
    let tokens = corpus.text.ids.tokenCount
    let epochs = model.options.epochs
    return Summary(
      documents: corpus.count, labels: corpus.labels.names.count,
      bytes: corpus.text.statistics.byteCount, tokens: tokens, vocabulary: corpus.vocabulary.count,
      dimension: options.dimension, epochs: epochs, seconds: session.seconds,
      wordsPerSecond: Double(tokens * epochs - trainer.wordsBefore) / session.seconds,
      loss: trainer.model.epochLosses.last ?? 0, threads: common.threads.count, seed: options.seed,
      peakResidentBytes: Environment.peakResidentBytes(), model: files.output,
      hasWords: model.words != nil)
  }

  private func metadata(_ model: DocumentVectorTrainer) -> [String: String] {
    typealias Key = WordVectors.MetadataKey
    var metadata = [
      Key.corpusName: EmbeddingTraining.corpusName(of: command), Key.seed: String(options.seed),
      Key.wordtoolVersion: WordTool.version,
    ]
    if let licence = command.licence { metadata[Key.corpusLicence] = licence }
    return metadata
  }
}

extension ModelOptions {
  /// What the options say of a training of documents; the passes are for the size of the text to decide.
  func documentOptions(
    _ kind: DocumentVectorOptions.Model, trainsWords: Bool, seed: UInt64
  ) throws -> DocumentVectorOptions {
    var options = DocumentVectorOptions(model: kind)
    options.trainsWords = trainsWords
    apply(to: &options, seed: seed)
    try options.validate()
    return options
  }
}

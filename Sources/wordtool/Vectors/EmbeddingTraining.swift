import ArgumentParser
import BLASCore
import Corpora
import Embedding
import MessagePassing
import Tokenize
import Word2Vec
import WordtoolCore

/// One run of `train-embeddings`.
struct EmbeddingTraining: Training {
  let command: TrainEmbeddingsCommand
  /// The processes that train together; nil for this one alone.
  let ranks: (any Communicator)?
  private let options: EmbeddingOptions
  private let format: WordVectors.Format
  private let contextFormat: WordVectors.Format?
  let files: TrainingFiles
  var common: TrainingRunOptions { command.common }
  /// Whether the vectors are asked from now on when none are named.
  private var isDefault: Bool { command.isDefault ?? (command.output == nil) }

  /// A trainer and what it is trained on.
  final class Trainer {
    /// After a search that of its best trial.
    var model: any CorpusTrainer
    var options: EmbeddingOptions
    let corpus: TokenizedCorpus
    /// Words that earlier runs of the same training have read.
    let wordsBefore: Int
    /// What a search came to.
    var search: EmbeddingSearchAnswer?
    /// Words that were read for it.
    var wordsOfTrials = 0

    init(
      model: any CorpusTrainer, options: EmbeddingOptions, corpus: TokenizedCorpus, wordsBefore: Int
    ) {
      self.model = model
      self.options = options
      self.corpus = corpus
      self.wordsBefore = wordsBefore
    }
  }

  struct Summary: TrainingSummary {
    var files: Int
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
    var vectors: String
    var isDefault: Bool
    /// Of a search for options.
    var autotune: EmbeddingSearchAnswer?
    /// A word to ask for.
    var example: String?

    static let outputName = "vectors"

    var lines: [(String, String)] {
      [
        ("text", "\(NumberFormat.bytes(bytes)) in \(files) file\(files == 1 ? "" : "s")"),
        ("words", NumberFormat.grouped(vocabulary)),
        ("dimension", String(dimension)),
        ("tokens", "\(NumberFormat.grouped(tokens)), \(NumberFormat.counted(epochs, "time"))"),
        ("training", NumberFormat.fixed(seconds, 1) + " s"),
        ("words/s", NumberFormat.grouped(Int(wordsPerSecond))),
        ("loss", NumberFormat.fixed(loss, 4)),
        ("seed", String(seed)),
        ("peak memory", NumberFormat.bytes(peakResidentBytes)),
        ("default", isDefault ? "yes, asked from now on where none are named" : "no"),
      ] + (autotune?.lines ?? [])
        + (example.map { [("ask", "wordtool nearest \($0)" + place)] } ?? [])
    }

    /// How the vectors are named in a shell, where they have to be.
    private var place: String {
      if isDefault { return "" }
      let isPlain = vectors.allSatisfy {
        $0.isASCII && ($0.isLetter || $0.isNumber || "/._-+".contains($0))
      }
      return " -v " + (isPlain ? vectors : "'" + vectors.replacing("'", with: "'\\''") + "'")
    }
  }

  /// Checks the options.
  ///
  /// - Parameter ranks: the processes that train together; nil for this one alone.
  /// - Throws: ``WordtoolError`` of kind `usage`, or `cannotCreate` without a place for vectors
  ///   that have no name.
  init(_ command: TrainEmbeddingsCommand, _ ranks: (any Communicator)? = nil) throws {
    self.command = command
    self.ranks = ranks
    options = try command.model.options(seed: command.common.seed)
    if case .predicting(let options) = options {
      _ = try Replicas.local(of: options.replicas, on: ranks)
    }
    let path =
      try command.output ?? DefaultVectors.pathForNewVectors(named: Self.corpusName(of: command))
    format = try command.format(of: path)
    contextFormat = try command.saveContext.map { try command.contextFormat(of: $0) }
    var extras: [TrainingFiles.Output] = []
    if let path = command.saveContext, let contextFormat {
      extras.append(.init(path: path, kind: .vectors(contextFormat)))
      if let list = contextFormat.wordListPath(forPath: path) {
        extras.append(.init(path: list, kind: .list))
      }
    }
    if let list = format.wordListPath(forPath: path) {
      extras.append(.init(path: list, kind: .list))
    }
    if let path = command.vocabulary.saveVocab { extras.append(.init(path: path, kind: .text)) }
    var files = TrainingFiles(
      output: path, kind: .vectors(format), inputs: command.texts,
      references: [
        command.vocabulary.vocab, command.beginning.path, command.beginning.updateContext,
        command.search.autotune,
      ], metrics: command.common.metrics)
    files.extras = extras
    try command.checkpoints.add(to: &files)
    self.files = files
  }

  func read(_ session: TrainingSession) throws -> Trainer {
    if command.output == nil, Environment.exists(files.output) {
      session.progress.note(
        "\(files.output) is there and will be replaced; -o FILE or --corpus-name keep both")
    }
    let kernels = try KernelTable.selected()
    let known = try readBeginning()
    let corpus = try readCorpus(session, known)
    if let path = command.vocabulary.saveVocab, Ranks.isFirst {
      try corpus.vocabulary.write(to: path)
    }
    var options = options
    let tokens = corpus.ids.tokenCount
    if case .automatic = command.model.epochs, let more = options.withEpochs(forWords: tokens) {
      options = more
      session.progress.note(
        "\(NumberFormat.grouped(tokens)) words are few, so they are passed over "
          + "\(NumberFormat.counted(options.epochs, "time")); --epochs says otherwise")
    }
    let estimate = try memoryEstimate(options, corpus, known)
    try session.tell(
      estimate, limit: command.memory,
      remedy: "use a smaller `dimension`"
        + (command.vocabulary.vocab == nil ? ", a larger `minimumCount`" : "")
        + (command.model.subwords == nil ? "" : ", fewer `bucketCount`")
        + (command.model.replicas > 1 ? ", fewer `replicas`" : "") + " or more `memoryLimit`")
    let model = try makeTrainer(options, corpus, known, kernels, estimate)
    return Trainer(
      model: model, options: options, corpus: corpus,
      wordsBefore: Int(model.epochsDone(on: corpus) * Double(tokens)))
  }

  /// A trainer that stands where training begins.
  private func makeTrainer(
    _ options: EmbeddingOptions, _ corpus: TokenizedCorpus, _ known: WordVectors?,
    _ kernels: KernelTable, _ estimate: MemoryEstimate
  ) throws -> any CorpusTrainer {
    let model: any CorpusTrainer
    switch options {
    case .predicting(let options):
      let trainer = try WordVectorTrainer(
        options: options, vocabulary: corpus.vocabulary, kernels: kernels)
      trainer.communicator = ranks
      try begin(trainer, corpus, known)
      model = trainer
    case .gloVe(let options):
      let trainer = try GloVeTrainer(
        options: options, counts: corpus.vocabulary.counts, kernels: kernels)
      if command.memory != nil { trainer.memoryLimit = estimate[Self.countsName] }
      model = trainer
    }
    if let path = files.resume { try model.resume(fromCheckpoint: path, corpus: corpus) }
    return model
  }

  func train(_ trainer: Trainer, _ session: TrainingSession) throws -> WordVectors {
    let corpus = trainer.corpus
    if try !search(trainer, session) {
      let pausing = command.checkpoints.pausing(files) { try saveCheckpoint(of: trainer, to: $0) }
      if case .gloVe = trainer.options {
        session.progress.note("counting which words are near each other, before training")
      }
      let threads = common.threads.count
      let progress: (TrainingProgress) -> Void = { session.show($0) }
      if let trainer = trainer.model as? WordVectorTrainer {
        try trainer.train(
          onShareOf: corpus.ids, threads: threads, stop: session.stop, pausing: pausing,
          progress: progress)
      } else {
        try trainer.model.train(
          on: corpus.ids, threads: threads, stop: session.stop, pausing: pausing, progress: progress
        )
      }
    }
    let model = trainer.model
    let vectors = try model.wordVectors(
      vocabulary: corpus.vocabulary, rule: nil, metadata: metadata(trainer))
    if let loss = model.epochLosses.last, loss == 0 || loss > 0.98 * model.guessingLoss {
      StandardError.warn(
        loss == 0
          ? "no pair of words was trained: the vectors are those that training began with; give more "
            + "text, or --sample 0"
          : "little was learnt: the loss is still that of guessing; more --epochs, a larger --lr or "
            + "more text help")
    } else {
      VectorSet.warnIfUntrained(vectors, named: files.output)
    }
    return vectors
  }

  func saveCheckpoint(of trainer: Trainer, to path: String) throws {
    try trainer.model.writeCheckpoint(to: path, corpus: trainer.corpus)
  }

  func write(_ vectors: WordVectors, of trainer: Trainer, to file: OutputFile) throws {
    if vectors.makesUnknownWords, !vectors.keepsUnknownWords(in: format) {
      let others: WordVectors.Format = command.model.hashCount == nil ? .fastTextModel : .floret
      StandardError.note(
        "\(format.rawValue) cannot hold the n-grams of unknown words; safetensors and "
          + "\(others.rawValue) do")
    }
    if format == .floret, command.vocabulary.saveVocab == nil {
      StandardError.note(
        "\(format.rawValue) holds n-grams and no words: --save-vocab writes a list of them, which "
          + "--word-list names where words are looked for")
    }
    try vectors.write(to: file, format: format, threads: common.threads.count)
    if let path = command.saveContext {
      let contextFile = try OutputFile(path: path)
      try trainer.model.contextWordVectors(
        vocabulary: trainer.corpus.vocabulary, rule: nil, metadata: metadata(trainer)
      ).write(
        to: contextFile, format: contextFormat ?? format, threads: common.threads.count)
      try contextFile.commit()
    }
  }

  func summarize(
    _ vectors: WordVectors, of trainer: Trainer, _ session: TrainingSession
  ) -> Summary {
    if isDefault, case .file? = try? OutputTarget(files.output) {
      DefaultVectors.record(files.output)
    }
    let tokens = trainer.corpus.ids.tokenCount
    let epochs = trainer.options.epochs
    let statistics = trainer.corpus.statistics
    return Summary(
      files: statistics.fileCount, bytes: statistics.byteCount, tokens: tokens,
      vocabulary: trainer.corpus.vocabulary.count, dimension: trainer.options.dimension,
      epochs: epochs, seconds: session.seconds,
      wordsPerSecond: Double(
        trainer.search == nil ? tokens * epochs - trainer.wordsBefore : trainer.wordsOfTrials)
        / session.seconds,
      loss: trainer.model.epochLosses.last ?? 0, threads: common.threads.count,
      seed: options.seed, peakResidentBytes: Environment.peakResidentBytes(),
      vectors: files.output, isDefault: isDefault, autotune: trainer.search,
      // A table of floret's has no words that could be near.
      example: format == .floret ? nil : Self.example(trainer.corpus.vocabulary))
  }

  /// A word to ask for: frequent, but not one of the first, which say little; letters alone, which
  /// mean nothing to a shell.
  private static func example(_ vocabulary: Vocabulary) -> String? {
    let first = min(100, vocabulary.count / 4)
    let words = (first..<vocabulary.count).lazy.map { vocabulary.word(at: $0) }
      .filter { $0.allSatisfy(\.isLetter) }
    // Words that only join others are short in most languages.
    return words.prefix(200).enumerated().max {
      ($0.element.count, $1.offset) < ($1.element.count, $0.offset)
    }?.element
  }

  // MARK: Reading

  private func readCorpus(
    _ session: TrainingSession, _ known: WordVectors?
  ) throws -> TokenizedCorpus {
    let limits = VocabularyLimits(
      minimumCount: command.vocabulary.minCount, maximumSize: command.vocabulary.maxVocab)
    let rule = try command.text.rule()
    let phrases = try command.phrases.options(rule: rule)
    var reader = CorpusReader(
      rule: rule,
      // Phrases are looked for among all words, and known ones stay however rare they are.
      limits: phrases == nil && command.beginning.update == nil
        ? limits : VocabularyLimits(minimumCount: 1),
      isStrict: command.text.strict, threads: common.threads.count,
      memoryLimit: command.memory?.text, encoding: command.text.encoding,
      wordLimit: command.memory?.words)
    // Phrases are counted, and words added to those of vectors, with all of the text at hand.
    if phrases == nil, command.beginning.update == nil { reader.communicator = ranks }
    let given = try command.vocabulary.vocab.map { try Self.readVocabulary($0) }
    var corpus = try withTexts { paths in
      try reader.read(
        paths, vocabulary: given, stop: session.stop, progress: session.progress.ofReading)
    }
    session.progress.finish()
    StandardError.warnOfReplacements(corpus.statistics.invalidSequenceCount)
    if let phrases {
      let (model, joined) = try PhraseModel.trainAndJoin(
        corpus, options: phrases,
        limits: command.beginning.update == nil ? limits : VocabularyLimits(minimumCount: 1),
        threads: common.threads.count, stop: session.stop)
      corpus = joined
      session.progress.note(
        "\(NumberFormat.grouped(model.phrases.count)) phrases were joined"
          + (model.phrases.isEmpty ? "; a lower --phrase-threshold joins more" : ""))
    }
    if let path = command.beginning.update, let known {
      let (all, count) = try corpus.adding(to: known, limits: limits, path: path)
      corpus = all
      StandardError.note(
        "\(NumberFormat.grouped(count)) words are new beside \(NumberFormat.grouped(known.count)) of "
          + path)
    }
    // A word that the format cannot hold would throw the finished training away.
    for format in [format, contextFormat].compactMap(\.self) {
      for id in 0..<corpus.vocabulary.count {
        try format.check(word: Array(corpus.vocabulary.word(at: id).utf8), at: id)
      }
    }
    return corpus
  }

  static func readVocabulary(_ path: String) throws -> Vocabulary {
    let vocabulary = try FileKind.reading(path, as: .vocabulary) {
      try Vocabulary(contentsOf: path)
    }
    if let id = (0..<vocabulary.count).first(where: { vocabulary.count(at: $0) < 1 }) {
      throw WordtoolError(
        .badData, path: path, found: "the count 0 for '\(vocabulary.word(at: id))'",
        expected: "counts of at least 1")
    }
    return vocabulary
  }

  /// Calls `body` with the texts named, or with a file that holds the corpus that ships.
  private func withTexts<Result>(_ body: ([String]) throws -> Result) throws -> Result {
    guard command.texts.isEmpty else { return try body(command.text.input.files(command.texts)) }
    let folder = Environment.value("TMPDIR") ?? "/tmp"
    return try TemporaryText.with(in: folder) { write in
      try Atlas.writeCorpus { try write($0) }
    } body: {
      try body([$0])
    }
  }

  /// What the text is called, for the metadata and for a file without a name.
  static func corpusName(of command: TrainEmbeddingsCommand) -> String {
    if let name = command.corpusName { return name }
    if command.texts.isEmpty { return Atlas.name }
    let names = command.texts.map { path in
      if path == "-" { return "standard-input" }
      let last = path.split(separator: "/").last.map(String.init) ?? path
      return String(last.split(separator: ".").first ?? last[...])
    }
    return names.count == 1 ? names[0] : "\(names[0])-and-\(names.count - 1)-more"
  }
}

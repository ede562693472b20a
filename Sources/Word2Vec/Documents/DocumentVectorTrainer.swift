public import BLASCore
public import Embedding
import Tokenize
public import WordtoolCore

/// Trains vectors of documents, the paragraph vectors of Le and Mikolov (Distributed Representations of
/// Sentences and Documents, ICML 2014): the same bytes for any number of threads.
///
/// PV-DBOW, with and without skip-gram of words beside it, and PV-DM with the mean; by negative sampling,
/// hierarchical softmax or both. A document is a line of the text, and has a row beside the rows of words.
/// `EmbeddingRun` is the engine; `DocumentGroups`, `WindowGroups` and `BagGroups` give it the
/// examples.
///
/// To get vectors from documents and nothing else, see ``DocumentVectors/train(on:options:threads:stop:progress:)``.
/// A trainer is for those who go on from checkpoints. It belongs to one caller at a time.
public final class DocumentVectorTrainer {
  /// The options, as validated.
  public let options: DocumentVectorOptions
  /// What is trained on.
  public let corpus: DocumentCorpus
  /// Where the training stands.
  public var position: EmbeddingPosition { state.position }
  /// The mean loss of a pair in each completed epoch, in nats.
  public var epochLosses: [Double] { state.epochLosses }
  /// The loss of a pair while nothing is known, in nats.
  public var guessingLoss: Double {
    options.wordOptions.guessingLoss(pathLength: sampling.paths?.meanLength ?? 0)
  }

  /// The input rows: words, where they have rows, then documents; the output rows: words where there is
  /// noise, padding, the inner nodes of a tree.
  package private(set) var tables: EmbeddingTables
  /// Where the training stands.
  private(set) var state = EmbeddingState()
  private let sampling: WindowGroups.Sampling
  private let kernels: KernelTable
  private let columns: ColumnGroups

  /// The input row of the first document.
  var documentRow: Int { options.hasWords ? corpus.vocabulary.count : 0 }

  /// Takes the memory and draws the initial vectors.
  ///
  /// - Parameters:
  ///   - options: checked by ``DocumentVectorOptions/validate()``.
  ///   - corpus: the documents.
  ///   - kernels: the SIMD kernels; any choice gives the same bytes.
  /// - Throws: `WordtoolError`: `usage` for an option out of range, `badData` for fewer than two words
  ///   or a count below 1, `unavailable` when there is not enough memory.
  public init(
    options: DocumentVectorOptions, corpus: DocumentCorpus, kernels: KernelTable = .fastest
  ) throws {
    try options.validate()
    let counts = corpus.vocabulary.counts
    guard counts.count >= 2 else {
      throw WordtoolError(
        .badData, found: "a vocabulary of \(counts.count, "word")",
        expected: "at least 2 to train on", remedy: "use more text or a smaller `minimumCount`")
    }
    if let word = counts.firstIndex(where: { $0 < 1 }) {
      throw WordtoolError(
        .badData, found: "the count \(counts[word]) of word \(word + 1)", expected: "at least 1")
    }
    self.options = options
    self.corpus = corpus
    self.kernels = kernels
    sampling = WindowGroups.Sampling(options: options.wordOptions, counts: counts)
    let layout = DocumentTableLayout(options: options, wordCount: counts.count)
    let inputs = layout.inputWords + corpus.count
    guard max(inputs, layout.outputCount) <= Int(Int32.max) - 8 else {
      throw WordtoolError(
        .usage, found: "\(inputs, "row") of words and documents",
        expected: "at most \(Int32.max - 8)")
    }
    tables = try EmbeddingTables(
      inputCount: inputs, outputCount: layout.outputCount, dimension: options.dimension)
    columns = ColumnGroups(blockCount: tables.input.blockCount)
    // As word vectors begin; output rows begin at zero.
    tables.drawInputs(
      within: 0.5 / Float(options.dimension), seed: options.seed,
      stream: WordVectorStream.initialVectors)
  }

  /// Trains to the end of the last epoch.
  ///
  /// - Parameters:
  ///   - threads: how many threads to use, at least 1.
  ///   - stop: looked at between chunks.
  ///   - pausing: work to be done now and then while no thread trains, such as a checkpoint.
  ///   - progress: called now and then on the caller's thread; an example is a word of the text.
  /// - Throws: `WordtoolError`: `usage` for less than one thread; `interrupted` when `stop` was raised,
  ///   with ``position`` as it is after the last whole chunk; `diverged` when the loss or a vector is no
  ///   longer finite or the loss runs away; `unavailable` when the system refuses threads or memory;
  ///   `inputOutput` when the file that the text is in fails.
  public func train(
    threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag(),
    pausing: TrainingPause? = nil, progress: ((TrainingProgress) -> Void)? = nil
  ) throws {
    try OptionCheck.requireThreads(threads)
    let control = TrainingControl(
      threads: threads, stop: stop, pausing: pausing, progress: progress)
    try corpus.text.ids.withIDs { text in
      try control.failure.rethrowing {
        if options.model == .memory {
          try trainMemory(text, control)
        } else if options.trainsWords {
          try trainWithWords(text, control)
        } else {
          try trainDocuments(text, control)
        }
      }
    }
    try tables.checkFinite(inputName: "vector of row", outputName: "output row")
  }

  /// PV-DBOW: rows of documents against rows of words.
  private func trainDocuments(_ text: TextIDs, _ control: TrainingControl) throws {
    let size = DocumentBatchSize(
      sampling: sampling, learningRate: options.learningRate)
    let source = try TextExamples(
      text: text, epochs: options.epochs, seed: options.seed,
      wordsPerChunk: DocumentGroups.wordsPerChunk, numbersLines: true,
      failure: control.failure
    ) { [sampling, documentRow] in
      DocumentGroups(
        sampling: sampling, size: size, documentRow: documentRow,
        wordCapacity: DocumentGroups.wordsPerChunk)
    }
    try run(source, rateShare: 1, control) {
      NegativeSampling<DocumentGroups>(
        tables: tables, kernels: kernels, groupsPerBatch: size.units,
        productsPerGroup: DocumentBatchSize.productsPerUnit(sampling), guessingLoss: guessingLoss)
    }
  }

  /// PV-DBOW beside skip-gram: rows of documents and of words against rows of words.
  private func trainWithWords(_ text: TextIDs, _ control: TrainingControl) throws {
    let perGroup = WindowGroups.windowsPerGroup
    let products = WindowGroups.productCapacity(
      windowRadius: options.windowRadius, negativeSamples: options.negativeSamples,
      hasPaths: sampling.paths != nil, hasDocuments: true)
    let size = BatchSize(
      length: text.count, lineEnds: corpus.text.ids.lineCount, sampling: sampling,
      windowsPerUnit: perGroup, productsPerUnit: products,
      learningRate: options.learningRate)
    let windows = DocumentBatchSize.windows(
      choices: sampling.choices, rows: 1, learningRate: options.learningRate)
    let groups =
      max(1, min(size.units, windows / perGroup))
      * ((sampling.noiseCount > 0 ? 1 : 0) + (sampling.paths == nil ? 0 : perGroup))
    let source = try TextExamples(
      text: text, epochs: options.epochs, seed: options.seed, numbersLines: true,
      failure: control.failure
    ) { [sampling, documentRow] in
      WindowGroups(
        sampling: sampling, batch: GroupBatches.Limits(groups: groups, repeats: size.mostRepeats),
        wordCapacity: TextChunks.wordsPerChunk, documentRow: documentRow)
    }
    try run(source, rateShare: size.rateShare, control) {
      NegativeSampling<WindowGroups>(
        tables: tables, kernels: kernels, groupsPerBatch: groups, productsPerGroup: products,
        guessingLoss: guessingLoss)
    }
  }

  /// PV-DM: means of rows of documents and words against rows of words.
  private func trainMemory(_ text: TextIDs, _ control: TrainingControl) throws {
    let perUnit = WordVectorOptions.Model.cbow.windowsPerUnit
    let products = BagGroups.productCapacity(
      model: .cbow, windowRadius: options.windowRadius, noiseCount: sampling.noiseCount,
      pieces: sampling.paths?.mostPieces ?? 0)
    let size = BatchSize(
      length: text.count, lineEnds: corpus.text.ids.lineCount, sampling: sampling,
      windowsPerUnit: perUnit,
      productsPerUnit: WindowGroups.productCapacity(
        windowRadius: options.windowRadius, negativeSamples: options.negativeSamples,
        hasPaths: sampling.paths != nil), learningRate: options.learningRate, stepsByPair: false)
    let windows = DocumentBatchSize.windows(
      choices: sampling.choices, rows: 1 + Double(options.windowRadius),
      learningRate: options.learningRate)
    let units = max(1, min(size.units, windows / perUnit))
    let source = try TextExamples(
      text: text, epochs: options.epochs, seed: options.seed, numbersLines: true,
      failure: control.failure
    ) { [sampling, documentRow] in
      BagGroups(
        model: .cbow, sampling: sampling, unitsPerBatch: units,
        mostRepeats: size.mostRepeats, subwords: nil, wordCapacity: TextChunks.wordsPerChunk,
        documentRow: documentRow)
    }
    try run(source, rateShare: size.rateShare, control) {
      BagNegativeSampling<BagGroups>(
        tables: tables, kernels: kernels, bagsPerBatch: units * perUnit,
        productsPerBatch: units * products, guessingLoss: guessingLoss)
    }
  }

  private func run<Chunk: TextChunk, Goal: Objective>(
    _ source: TextExamples<Chunk>, rateShare: Float, _ control: TrainingControl,
    goal: () throws -> Goal
  ) throws where Goal.Chunk == Chunk {
    let plan = EmbeddingRun<TextExamples<Chunk>, Goal>.Plan(
      epochs: options.epochs,
      decay: LinearDecay(
        start: rateShare * options.learningRate, floor: options.minimumLearningRateRatio),
      columns: columns, threads: control.threads)
    try EmbeddingRun.train(
      on: source, plan: plan, from: state, stop: control.stop, pause: control.pausing,
      progress: control.progress, keep: { state = $0 }
    ) {
      try tables.makeUnique()
      return try goal()
    }
  }

  // MARK: Checkpoints

  /// Numbers of the text between two places where training can be interrupted and resumed.
  public var wordsPerChunk: Int {
    options.hasWords ? TextChunks.wordsPerChunk : DocumentGroups.wordsPerChunk
  }

  /// Chunks of an epoch.
  public var chunkCount: Int {
    TextChunks.count(ofLength: corpus.text.ids.count, wordsPerChunk: wordsPerChunk)
  }

  /// What a checkpoint must fit.
  private var checkpoint: EmbeddingCheckpoint<DocumentVectorOptions> {
    EmbeddingCheckpoint(
      key: "wordtool_documents_state", name: "document vectors", options: options,
      epochs: options.epochs, chunkCount: chunkCount, vocabulary: corpus.fingerprint,
      textLength: corpus.text.ids.count)
  }

  /// Writes everything that is needed to go on with the very bytes of an unbroken run.
  ///
  /// - Parameter path: the checkpoint file, a safetensors file; replaced as a whole.
  /// - Throws: `WordtoolError`: `cannotCreate` or `inputOutput`.
  public func writeCheckpoint(to path: String) throws {
    try checkpoint.write(state, tables, to: path)
  }

  /// Continues where the run that wrote a checkpoint stopped.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, or `badData` when the file is damaged or belongs to
  ///   other options, another vocabulary or another text. The trainer is then as it was.
  public func resume(fromCheckpoint path: String) throws {
    try tables.makeUnique()
    state = try checkpoint.read(path, into: tables)
  }
}

/// Which rows the tables of a document model have.
struct DocumentTableLayout {
  /// Input rows of words, before those of documents; 0 where words have none.
  var inputWords: Int
  /// Output rows of words, the first; 0 without noise.
  var outputWords: Int
  /// Output rows of the inner nodes of a tree, the last; 0 without one.
  var nodes: Int

  init(options: DocumentVectorOptions, wordCount: Int) {
    inputWords = options.hasWords ? wordCount : 0
    outputWords = options.negativeSamples > 0 ? wordCount : 0
    nodes = options.hierarchicalSoftmax ? wordCount - 1 : 0
  }

  /// The output row of node 0: rows of zeros stand before it.
  var firstNode: Int { outputWords + WindowGroups.paddingCount }
  /// All output rows.
  var outputCount: Int { firstNode + nodes }
}

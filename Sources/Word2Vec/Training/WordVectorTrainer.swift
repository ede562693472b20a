public import BLASCore
public import Embedding
package import MessagePassing
public import Tokenize
public import WordtoolCore

/// Trains word vectors: the same bytes for any number of threads.
///
/// Skip-gram and CBOW with negative sampling, hierarchical softmax or both, with and without subwords.
/// Mikolov et al., Distributed Representations of Words and Phrases and their Compositionality,
/// NIPS 2013. The loss of a word w in the window of a centre c, with noise words n, is
/// -log sigma(v_w . u_c) - sum_n log sigma(-v_w . u_n); v are the vectors one keeps, u the context
/// vectors. With CBOW v_w is the mean of all words in the window, weighted by their positions or not
/// (Mikolov et al. 2018), with subwords that of a word and its n-grams; with hierarchical softmax the sum goes over the nodes on the way to c, -log sigma(+-v_w . u).
/// Differs from word2vec.c: exact sigma instead of a table, and noise words shared by a few consecutive
/// windows (`WindowGroups`, `BagGroups`).
///
/// Structured skip-gram (Ling et al. 2015) has context vectors for each position: `PositionGroups`.
///
/// `EmbeddingRun` is the engine and says how the same bytes come out; `TextExamples` gives it the
/// windows of the text, `NegativeSampling` and `BagNegativeSampling` what is done with them.
///
/// To get vectors from a corpus and nothing else, see `WordVectors.train`. A trainer is for those who
/// want its state on the way: checkpoints, context vectors, losses. It belongs to one task at a time.
public final class WordVectorTrainer: CorpusTrainer {
  /// The options, as validated.
  public let options: WordVectorOptions
  /// Words of the vocabulary.
  public let vocabularySize: Int
  /// The input rows: row i belongs to word i; with subwords, the rows that n-grams share follow. In
  /// floret's table (``SubwordOptions/hashCount``) there are no others than those. The weights of
  /// positions, if there are any, come last (``WordVectorOptions/weighsPositions``). Who holds them while
  /// training goes on keeps a snapshot; the trainer goes on with a copy.
  public var vectors: RowStorage { tables.input }
  /// The output rows: with negative sampling the context vectors of the words, with structured skip-gram
  /// those of each position from the left; then four rows of padding; with hierarchical softmax the inner
  /// nodes of the tree.
  public var contextVectors: RowStorage { tables.output }
  /// Where the training stands.
  public var position: EmbeddingPosition { state.position }
  /// The mean loss of a pair in each completed epoch, in nats.
  public var epochLosses: [Double] { state.epochLosses }
  /// The loss of a pair while nothing is known, in nats.
  public var guessingLoss: Double {
    options.guessingLoss(pathLength: sampling.paths?.meanLength ?? 0)
  }
  /// The words per chunk, between two places where training can be interrupted and resumed.
  public static var wordsPerChunk: Int { TextChunks.wordsPerChunk }

  var tables: EmbeddingTables
  var state = EmbeddingState()
  /// Whether each input row stays as it is, as far as there are any that do; empty when none does.
  var isFrozen: [Bool] = []
  /// What training begins with in the place of random rows, as far as it decides what can be frozen.
  struct Beginning {
    /// Whether the rows of n-grams are those of a file.
    var hasNGrams: Bool
    /// Whether the own row of each word is; nil where words have none.
    var words: [Bool]?
  }
  /// Nil for random rows.
  var beginning: Beginning?
  /// How replicas work; nil for one that is the tables themselves. The options decide it.
  package var replication: Replication?
  /// The ranks that train together, each with some of the replicas; nil for this process alone. All of them
  /// make the same calls of a trainer made of the same options and words.
  package var communicator: (any Communicator)?
  private let sampling: WindowGroups.Sampling
  private let kernels: KernelTable
  private let columns: ColumnGroups
  /// How n-grams find their rows, and the rows of each word; nil without subwords.
  let subwords: (index: NGramIndex, bags: SubwordBags)?
  /// Where the weights of positions are; nil without.
  private let positions: PositionWeights?
  /// The rows of each word; nil without subwords.
  package var subwordBags: SubwordBags? { subwords?.bags }
  /// Input rows that belong to one word each, the first: all words', or none.
  var ownRowCount: Int { subwords?.index.isFloret == true ? 0 : vocabularySize }

  /// Takes the memory and draws the initial vectors.
  ///
  /// - Parameters:
  ///   - options: checked by ``WordVectorOptions/validate()``; without subwords, which are made of words.
  ///   - counts: how often each word occurs, by ID; all above 0.
  ///   - kernels: the SIMD kernels; any choice gives the same bytes.
  /// - Throws: `WordtoolError`: `usage` for an option out of range, `badData` for fewer than two
  ///   words or a count below 1, `unavailable` when there is not enough memory.
  public convenience init(
    options: WordVectorOptions, counts: [Int64], kernels: KernelTable = .fastest
  ) throws {
    try OptionCheck.require(
      options.subwords == nil, found: "`subwords` and counts alone",
      expected: "a vocabulary, whose words have the n-grams")
    try self.init(options: options, counts: counts, vocabulary: nil, kernels: kernels)
  }

  /// Takes the memory and draws the initial vectors.
  ///
  /// - Parameters:
  ///   - options: checked by ``WordVectorOptions/validate()``.
  ///   - vocabulary: the words and how often each occurs.
  ///   - kernels: the SIMD kernels; any choice gives the same bytes.
  /// - Throws: as ``init(options:counts:kernels:)``.
  public convenience init(
    options: WordVectorOptions, vocabulary: Vocabulary, kernels: KernelTable = .fastest
  ) throws {
    try self.init(
      options: options, counts: vocabulary.counts, vocabulary: vocabulary, kernels: kernels)
  }

  private init(
    options: WordVectorOptions, counts: [Int64], vocabulary: Vocabulary?, kernels: KernelTable
  ) throws {
    try options.validate()
    let outputsPerWord =
      options.hierarchicalSoftmax ? 2 : max(1, options.wordRowCount(vocabularySize: 1))
    try TrainedText.check(counts: counts, most: Int(Int32.max) / outputsPerWord - 5)
    self.options = options
    self.kernels = kernels
    if options.replicas > 1 { replication = Replication(count: options.replicas) }
    vocabularySize = counts.count
    sampling = WindowGroups.Sampling(options: options, counts: counts)
    if let grams = options.subwords, let vocabulary {
      let index = grams.index(for: vocabulary)
      subwords = (index, SubwordBags(vocabulary, index: index))
    } else {
      subwords = nil
    }
    let rows = options.embeddingRowCount(vocabularySize: counts.count, subwords?.index)
    positions =
      options.weighsPositions
      ? PositionWeights(firstRow: rows, count: options.positionCount) : nil
    tables = try EmbeddingTables(
      inputCount: rows + options.positionCount,
      outputCount: options.outputRowCount(vocabularySize: counts.count),
      dimension: options.dimension)
    columns = ColumnGroups(blockCount: tables.input.blockCount)
    // Uniform in -1/2D ..< 1/2D as in word2vec.c, twice as wide with subwords as in fastText; output
    // rows begin at zero.
    let bound = (subwords == nil ? 0.5 : 1) / Float(options.dimension)
    tables.drawInputs(within: bound, seed: options.seed, stream: WordVectorStream.initialVectors)
    positions?.reset(in: tables.input)
  }

  /// The largest number of threads that can work at the same time at this dimension, with so many
  /// replicas.
  public var largestUsefulThreadCount: Int { columns.count * options.replicas }

  /// The bytes that replicas take beside the tables while training lasts; 0 without. Of ranks that train
  /// together, those of each.
  public var replicaByteCount: Int {
    guard let count = replication?.count else { return 0 }
    return Replicas.byteCount(of: tables, replicas: count / (communicator?.rankCount ?? 1)) ?? .max
  }

  /// Trains to the end of the last epoch.
  ///
  /// - Parameters:
  ///   - text: the text as word IDs; -1 ends a line, and no window crosses it.
  ///   - threads: how many threads to use, at least 1. More than
  ///     ``largestUsefulThreadCount`` are not started.
  ///   - stop: looked at between chunks.
  ///   - pausing: work to be done now and then while no thread trains, such as a checkpoint.
  ///   - progress: called now and then on the caller's thread; an example is a word of the text.
  /// - Throws: `WordtoolError`: `badData` for a text without words or with an ID that is no word's;
  ///   `usage` for less than one thread or a text that ends before ``position``; `interrupted` when
  ///   `stop` was raised, with ``position`` and the vectors as they are after the last whole chunk, with
  ///   replicas where they were equal last;
  ///   `diverged` when the loss or a vector is no longer finite or the loss runs away; `unavailable`
  ///   when the system refuses threads or memory.
  public func train(
    on text: Span<Int32>, threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag(),
    pausing: TrainingPause? = nil, progress: ((TrainingProgress) -> Void)? = nil
  ) throws {
    try unsafe text.withUnsafeBufferPointer {
      try unsafe train(
        onIDs: TextIDs($0), threads: threads, stop: stop, pausing: pausing, progress: progress)
    }
  }

  /// Trains to the end of the last epoch on the numbers of a tokenized text.
  ///
  /// Parameters and errors are those of the call on a span of IDs, and `inputOutput` when the file that
  /// they are in fails.
  public func train(
    on text: TokenIDs, threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag(),
    pausing: TrainingPause? = nil, progress: ((TrainingProgress) -> Void)? = nil
  ) throws {
    try text.withIDs {
      try train(onIDs: $0, threads: threads, stop: stop, pausing: pausing, progress: progress)
    }
  }

  /// Trains on a text of which each rank has read a part, as on the whole of it; all ranks call.
  ///
  /// - Parameter ids: what this rank has read. The other parameters are those of the other forms.
  /// - Throws: as the other forms; `usage` for ranks that cannot have equally many replicas, and for a
  ///   ``position`` where replicas are not equal.
  package func train(
    onShareOf ids: TokenIDs, threads: Int, stop: StopFlag, pausing: TrainingPause?,
    progress: ((TrainingProgress) -> Void)?
  ) throws {
    guard ids.held != nil, let communicator else {
      return try train(
        on: ids, threads: threads, stop: stop, pausing: pausing, progress: progress)
    }
    _ = try Replicas.local(of: options.replicas, on: communicator)
    guard let replication else { preconditionFailure("several ranks with one replica") }
    try OptionCheck.require(
      position.chunk % replication.chunksPerCycle == 0,
      found: "a training that stands at chunk \(position.chunk)",
      expected: "the beginning of a cycle of \(replication.chunksPerCycle)")
    let share = try TextShare(ids, replication, communicator)
    try unsafe share.withUnsafeBuffer {
      try unsafe train(
        onIDs: TextIDs($0), share: share, threads: threads, stop: stop, pausing: pausing,
        progress: progress)
    }
  }

  private func train(
    onIDs text: TextIDs, share: TextShare? = nil, threads: Int, stop: StopFlag,
    pausing: TrainingPause?, progress: ((TrainingProgress) -> Void)?
  ) throws {
    try OptionCheck.requireThreads(threads)
    // A short text has no chunks for some of the ranks.
    let isEmptyShare = share != nil && text.count == 0
    let found = isEmptyShare ? 0 : try TrainedText.check(text, vocabularySize: vocabularySize)
    let part = SharedText(ids: text, share: share, lineEnds: share?.lineEnds ?? found)
    let control = TrainingControl(
      threads: threads, stop: stop, pausing: pausing, progress: progress)
    try control.failure.rethrowing {
      if options.model == .structuredSkipGram {
        try trainPositions(part, control)
      } else if options.model == .skipGram, subwords == nil {
        try trainWindows(part, control)
      } else {
        try trainBags(part, control)
      }
    }
    try tables.checkFinite(
      inputName: ownRowCount > 0 ? "vector of word" : "row of n-grams",
      outputName: "context vector of word")
  }

  /// A text, or what one of several ranks trains on of it.
  private struct SharedText {
    let ids: TextIDs
    let share: TextShare?
    /// Line ends of the whole text.
    let lineEnds: Int
    /// Numbers of the whole text.
    var length: Int { share?.length ?? ids.count }
  }

  /// Skip-gram: rows of words against rows of words.
  private func trainWindows(_ text: SharedText, _ control: TrainingControl) throws {
    let products = WindowGroups.productCapacity(
      windowRadius: options.windowRadius, negativeSamples: options.negativeSamples,
      hasPaths: sampling.paths != nil)
    let size = BatchSize(
      length: text.length, lineEnds: text.lineEnds, sampling: sampling,
      windowsPerUnit: WindowGroups.windowsPerGroup,
      productsPerUnit: products, learningRate: options.learningRate)
    // A tree's ways are a group for each window, or more.
    let groups =
      size.units
      * ((sampling.noiseCount > 0 ? 1 : 0)
        + WindowGroups.windowsPerGroup * (sampling.paths == nil ? 0 : 1))
    let examples = try TextExamples(
      text: text.ids, share: text.share, epochs: options.epochs, seed: options.seed,
      failure: control.failure
    ) {
      [sampling] in
      WindowGroups(
        sampling: sampling,
        batch: GroupBatches.Limits(groups: groups, repeats: size.mostRepeats),
        wordCapacity: TextChunks.wordsPerChunk)
    }
    try run(on: examples, size, control) { tables, frozen in
      NegativeSampling<WindowGroups>(
        tables: tables, kernels: kernels, groupsPerBatch: groups, productsPerGroup: products,
        guessingLoss: guessingLoss, frozen: frozen)
    }
  }

  /// Structured skip-gram: rows of words against rows of words at positions.
  private func trainPositions(_ text: SharedText, _ control: TrainingControl) throws {
    let products = PositionGroups.productCapacity(negativeSamples: options.negativeSamples)
    let groupsPerUnit = 2 * options.windowRadius
    let size = BatchSize(
      length: text.length, lineEnds: text.lineEnds, sampling: sampling,
      windowsPerUnit: PositionGroups.windowsPerGroup,
      productsPerUnit: groupsPerUnit * products, learningRate: options.learningRate)
    let examples = try TextExamples(
      text: text.ids, share: text.share, epochs: options.epochs, seed: options.seed,
      failure: control.failure
    ) {
      [sampling, vocabularySize] in
      PositionGroups(
        sampling: sampling,
        batch: GroupBatches.Limits(
          groups: size.units * groupsPerUnit, repeats: size.mostRepeats),
        wordCount: vocabularySize, wordCapacity: TextChunks.wordsPerChunk)
    }
    try run(on: examples, size, control) { tables, frozen in
      NegativeSampling<PositionGroups>(
        tables: tables, kernels: kernels, groupsPerBatch: size.units * groupsPerUnit,
        productsPerGroup: products, guessingLoss: guessingLoss, frozen: frozen)
    }
  }

  /// CBOW, and skip-gram with subwords: means of rows against rows of words.
  private func trainBags(_ text: SharedText, _ control: TrainingControl) throws {
    let windows = options.model.windowsPerUnit
    let products = BagGroups.productCapacity(
      model: options.model, windowRadius: options.windowRadius, noiseCount: sampling.noiseCount,
      pieces: sampling.paths?.mostPieces ?? 0)
    let size = BatchSize(
      length: text.length, lineEnds: text.lineEnds, sampling: sampling,
      windowsPerUnit: windows,
      productsPerUnit: WindowGroups.productCapacity(
        windowRadius: options.windowRadius, negativeSamples: options.negativeSamples,
        hasPaths: sampling.paths != nil), learningRate: options.learningRate,
      stepsByPair: options.model != .cbow, rowSharing: rowSharing)
    let examples = try TextExamples(
      text: text.ids, share: text.share, epochs: options.epochs, seed: options.seed,
      failure: control.failure
    ) {
      [sampling, options, subwords] in
      BagGroups(
        model: options.model, sampling: sampling, unitsPerBatch: size.units,
        mostRepeats: size.mostRepeats, subwords: subwords?.bags,
        wordCapacity: TextChunks.wordsPerChunk,
        hasPositions: options.weighsPositions)
    }
    try run(on: examples, size, control) { tables, frozen in
      BagNegativeSampling<BagGroups>(
        tables: tables, kernels: kernels, bagsPerBatch: size.units * windows,
        productsPerBatch: size.units * products, guessingLoss: guessingLoss, frozen: frozen,
        positions: positions)
    }
  }

  /// How many of a pair's changes are expected to move the vector of another word by the rows that words
  /// share in a small table, as floret's is; in one of fastText's size that is not looked at.
  ///
  /// Of more than 65,536 rows a word's are rarely another's.
  private var rowSharing: Double {
    guard let subwords,
      subwords.index.isFloret || subwords.index.bucketCount <= 1 << 16
    else { return 0 }
    return subwords.bags.overlap(
      weights: sampling.keptCounts, rowCount: ownRowCount + subwords.index.bucketCount)
      * sampling.choices
  }

  /// Trains on examples with an objective for the tables, or with one for each replica of them.
  private func run<Chunk, Goal: ReplicableObjective>(
    on examples: TextExamples<Chunk>, _ size: BatchSize, _ control: TrainingControl,
    goal: (EmbeddingTables, FrozenRows?) -> Goal
  ) throws where Goal.Chunk == Chunk {
    let plan = EmbeddingRun<TextExamples<Chunk>, Goal>.Plan(
      epochs: options.epochs,
      decay: LinearDecay(
        start: size.rateShare * options.learningRate, floor: options.minimumLearningRateRatio),
      columns: columns, threads: control.threads)
    guard let replication else {
      _ = try Replicas.local(of: 1, on: communicator)
      return try EmbeddingRun.train(
        on: examples, plan: plan, from: state, stop: control.stop, pause: control.pausing,
        progress: control.progress, keep: { state = $0 }
      ) {
        try tables.makeUnique()
        return try goal(tables, frozenRows())
      }
    }
    let replicas = try Replicas(
      of: tables, replication, kernels: kernels, communicator: communicator)
    try EmbeddingRun.train(
      on: examples, plan: plan, from: state, stop: control.stop, pause: control.pausing,
      progress: control.progress, keep: { state = $0 }, replicas: replicas
    ) {
      try tables.makeUnique()
      let frozen = try frozenRows()
      replicas.begin(with: tables)
      return replicas.tables.map { goal($0, frozen) }
    }
  }
}

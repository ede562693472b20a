public import BLASCore
public import Embedding
public import WordtoolCore

/// Trains skip-gram vectors with negative sampling: the same bytes for any number of threads.
///
/// Mikolov et al., Distributed Representations of Words and Phrases and their Compositionality,
/// NIPS 2013. The loss of a word w in the window of a centre c, with noise words n, is
/// -log sigma(v_w . u_c) - sum_n log sigma(-v_w . u_n); v are the vectors one keeps, u the context
/// vectors. Differs from word2vec.c: exact sigma instead of a table, and noise words shared by a
/// few consecutive windows (`WindowGroups`).
///
/// `EmbeddingRun` is the engine and says how the same bytes come out; `SkipGramExamples` gives it the
/// windows of the text, `NegativeSampling` what is done with them.
///
/// To get vectors from a corpus and nothing else, see `WordVectors.train`. A trainer is for those who
/// want its state on the way: checkpoints, context vectors, losses. It belongs to one task at a time.
public final class SkipGramTrainer {
  /// The options, as validated.
  public let options: SkipGramOptions
  /// Words of the vocabulary.
  public let vocabularySize: Int
  /// The word vectors: row i belongs to word i. Who holds them while training goes on keeps a
  /// snapshot; the trainer goes on with a copy.
  public var vectors: RowStorage { tables.input }
  /// The context vectors; four rows of padding follow the words'.
  public var contextVectors: RowStorage { tables.output }
  /// Where the training stands.
  public var position: EmbeddingPosition { state.position }
  /// The mean loss of a pair in each completed epoch, in nats.
  public var epochLosses: [Double] { state.epochLosses }
  /// The words per chunk, between two places where training can be interrupted and resumed.
  public static var wordsPerChunk: Int { SkipGramExamples.wordsPerChunk }

  var tables: EmbeddingTables
  var state = EmbeddingState()
  private let sampling: WindowGroups.Sampling
  private let kernels: KernelTable
  private let columns: ColumnGroups

  /// Takes the memory and draws the initial vectors.
  ///
  /// - Parameters:
  ///   - options: checked by ``SkipGramOptions/validate()``.
  ///   - counts: how often each word occurs, by ID; all above 0.
  ///   - kernels: the SIMD kernels; any choice gives the same bytes.
  /// - Throws: ``WordtoolError``: `usage` for an option out of range, `badData` for fewer than two
  ///   words or a count below 1, `unavailable` when there is not enough memory.
  public init(
    options: SkipGramOptions, counts: [Int64], kernels: KernelTable = .fastest
  ) throws {
    try options.validate()
    guard counts.count >= 2 else {
      throw WordtoolError(
        .badData, found: "a vocabulary of \(counts.count) word\(counts.count == 1 ? "" : "s")",
        expected: "at least 2 to train on", remedy: "use more text or a smaller `minimumCount`")
    }
    guard counts.count < Int(Int32.max) - 4 else {
      throw WordtoolError(
        .usage, found: "\(counts.count, "word")", expected: "at most \(Int32.max - 5)",
        remedy: "use a larger `minimumCount` or a `maximumSize`")
    }
    if let word = counts.firstIndex(where: { $0 < 1 }) {
      throw WordtoolError(
        .badData, found: "the count \(counts[word]) of word \(word + 1)", expected: "at least 1")
    }
    self.options = options
    self.kernels = kernels
    vocabularySize = counts.count
    sampling = WindowGroups.Sampling(options: options, counts: counts)
    tables = try EmbeddingTables(
      inputCount: counts.count, outputCount: counts.count + 4, dimension: options.dimension)
    columns = ColumnGroups(blockCount: tables.input.blockCount)
    // Uniform in -1/2D ..< 1/2D as in word2vec.c; context vectors begin at zero.
    let scale = 1 / Float(options.dimension)
    tables.drawInputs(seed: options.seed, stream: SkipGramStream.initialVectors) {
      ($0 - 0.5) * scale
    }
  }

  /// The largest number of threads that can work at the same time at this dimension.
  public var largestUsefulThreadCount: Int { columns.count }

  /// Trains to the end of the last epoch.
  ///
  /// - Parameters:
  ///   - text: the text as word IDs; -1 ends a line, and no window crosses it.
  ///   - threads: how many threads to use, at least 1. More than
  ///     ``largestUsefulThreadCount`` are not started.
  ///   - stop: looked at between chunks.
  ///   - pausing: work to be done now and then while no thread trains, such as a checkpoint.
  ///   - progress: called now and then on the caller's thread; an example is a word of the text.
  /// - Throws: ``WordtoolError``: `badData` for a text without words or with an ID that is no word's;
  ///   `usage` for less than one thread or a text that ends before ``position``; `interrupted` when
  ///   `stop` was raised, with ``position`` and the vectors as they are after the last whole chunk;
  ///   `diverged` when the loss or a vector is no longer finite or the loss runs away; `unavailable`
  ///   when the system refuses threads or memory.
  public func train(
    on text: Span<Int32>, threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag(),
    pausing: TrainingPause? = nil, progress: ((TrainingProgress) -> Void)? = nil
  ) throws {
    try unsafe text.withUnsafeBufferPointer {
      try unsafe train(
        onBuffer: $0, threads: threads, stop: stop, pausing: pausing, progress: progress)
    }
  }

  func train(
    onBuffer text: UnsafeBufferPointer<Int32>, threads: Int, stop: StopFlag,
    pausing: TrainingPause?, progress: ((TrainingProgress) -> Void)?
  ) throws {
    guard threads >= 1 else {
      throw WordtoolError(.usage, found: "`threads` is \(threads)", expected: "at least 1")
    }
    guard !text.isEmpty else { throw WordtoolError(.badData, found: "no words to train on") }
    try unsafe checkIDs(text)
    let examples = unsafe SkipGramExamples(
      text: text, sampling: sampling, epochs: options.epochs, seed: options.seed)
    let productsPerGroup = WindowGroups.productCapacity(
      windowRadius: options.windowRadius, negativeSamples: options.negativeSamples)
    let batches = examples.batches(
      productsPerGroup: productsPerGroup, learningRate: options.learningRate)
    try EmbeddingRun.train(
      on: examples,
      plan: .init(
        epochs: options.epochs,
        decay: LinearDecay(
          start: batches.rateShare * options.learningRate, floor: options.minimumLearningRateRatio),
        columns: columns, threads: threads),
      from: state, stop: stop, pause: pausing, progress: progress, keep: { state = $0 }
    ) {
      try tables.makeUnique()
      return NegativeSampling<WindowGroups>(
        tables: tables, kernels: kernels, groupsPerBatch: batches.groups,
        productsPerGroup: productsPerGroup, negativeSamples: options.negativeSamples)
    }
    try tables.checkFinite(inputName: "vector of word", outputName: "context vector of word")
  }

  /// IDs index memory in loops that check nothing: one pass over the text, which costs nothing
  /// beside an epoch.
  private func checkIDs(_ text: UnsafeBufferPointer<Int32>) throws {
    var largest: UInt32 = 0
    for index in text.indices {
      largest = unsafe max(largest, UInt32(bitPattern: text[index] &+ 1))
    }
    if largest <= UInt32(vocabularySize) { return }
    let place = unsafe text.firstIndex { $0 < -1 || Int($0) >= vocabularySize } ?? 0
    throw WordtoolError(
      .badData, found: unsafe "the ID \(text[place]) at place \(place) of the text",
      expected: "0 to \(vocabularySize - 1), or -1 at the end of a line",
      remedy: "train on the IDs of the vocabulary that the counts belong to")
  }
}

public import BLASCore
public import Embedding
public import Tokenize
public import WordtoolCore

/// Trains GloVe's vectors: the same bytes for any number of threads, any kernels and any memory.
///
/// Pennington, Socher and Manning, GloVe: Global Vectors for Word Representation, EMNLP 2014. How often
/// words occur near each other is counted once over the whole text (`CooccurrenceCounter`); then vectors
/// are fitted to the logarithms of the counts (`WeightedLeastSquares`), pair by pair in an order that is
/// drawn for each epoch (`GloVeExamples`). A word's vector is the sum of the one it has as a word and the
/// one it has near others. Differs from Stanford's tool: numbers are Float and not Double; a batch of
/// pairs, at most 512, is scored before any of it is trained; pairs are ordered anew in every epoch.
///
/// `EmbeddingRun` is the engine. To get vectors from a corpus and nothing else, see `WordVectors.train`.
/// A trainer belongs to one task at a time.
public final class GloVeTrainer: CorpusTrainer {
  /// The options, as validated.
  public let options: GloVeOptions
  /// Words of the vocabulary.
  public let vocabularySize: Int
  /// Bytes for counting co-occurrences and for what was counted; above, temporary files take their
  /// place. The vectors are not part of it. Decides no bits.
  public var memoryLimit = GloVeTrainer.usualMemoryLimit
  /// The folder of temporary files.
  public var temporaryFolder = CorpusReader().temporaryFolder
  /// Where the training stands.
  public var position: EmbeddingPosition { state.position }
  /// The mean loss of a co-occurrence in each completed epoch.
  public var epochLosses: [Double] { state.epochLosses }
  /// The mean loss of a co-occurrence while all values are zero; 0 before a text was counted.
  public private(set) var guessingLoss = 0.0

  /// What `memoryLimit` is when nothing is said: 1 GiB.
  public static let usualMemoryLimit = 1 << 30

  var tables: EmbeddingTables
  var state = EmbeddingState()
  private let counts: [Int64]
  private let kernels: KernelTable
  private let columns: ColumnGroups

  /// Co-occurrences between two meetings of the threads: enough that meeting costs little, and that the
  /// rows of a batch stay in the second-level cache.
  private static let largestBatch = 512
  private static let smallestBatch = 16
  /// How many of a batch may be expected to be of the most frequent word, which is near every other:
  /// their differences are all taken before the batch.
  private static let pairsOnOneRow = 4

  /// Takes the memory and draws the initial values.
  ///
  /// - Parameters:
  ///   - options: checked by ``GloVeOptions/validate()``.
  ///   - counts: how often each word occurs, by ID; all above 0.
  ///   - kernels: the SIMD kernels; any choice gives the same bytes.
  /// - Throws: `WordtoolError`: `usage` for an option out of range, `badData` for fewer than two
  ///   words or a count below 1, `unavailable` when there is not enough memory.
  public init(options: GloVeOptions, counts: [Int64], kernels: KernelTable = .fastest) throws {
    try options.validate()
    try TrainedText.check(counts: counts, most: Int(Int32.max) / 2)
    self.options = options
    self.counts = counts
    self.kernels = kernels
    vocabularySize = counts.count
    // A pair of rows for each word: values and bias, and the sums of their squared steps.
    tables = try EmbeddingTables(
      inputCount: 2 * counts.count, outputCount: 2 * counts.count,
      dimension: options.dimension + 1)
    columns = ColumnGroups(blockCount: tables.input.blockCount)
    draw(tables.input, stream: GloVeStream.words)
    draw(tables.output, stream: GloVeStream.contexts)
  }

  /// Values and biases uniform in -1/2D ..< 1/2D, as in Stanford's tool.
  private func draw(_ rows: RowStorage, stream: UInt64) {
    let scale = 1 / Float(options.dimension)
    for word in 0..<vocabularySize {
      var random = RandomSource(seed: options.seed, stream, UInt64(word))
      let values = unsafe rows.base + 2 * word * rows.stride
      for column in 0..<rows.dimension {
        unsafe values[column] = (random.nextUnitFloat() - 0.5) * scale
      }
    }
  }

  /// The largest number of threads that can train at the same time at this dimension; to count, all
  /// can be used.
  public var largestUsefulThreadCount: Int { columns.count }

  /// Counts the co-occurrences of a text and trains to the end of the last epoch.
  ///
  /// - Parameters:
  ///   - text: the text as word IDs; -1 ends a line, and no window crosses it.
  ///   - threads: how many threads to use, at least 1.
  ///   - stop: looked at while counting and between chunks of co-occurrences.
  ///   - pausing: work to be done now and then while no thread trains, such as a checkpoint.
  ///   - progress: called now and then on the caller's thread; an example is a word of the text.
  /// - Throws: `WordtoolError`: `badData` for a text without words, with an ID that is no word's or
  ///   without two words in any line; `usage` for less than one thread or a text that ends before
  ///   ``position``; `interrupted` when `stop` was raised, with ``position`` and the values as they are
  ///   after the last whole chunk; `diverged` when the loss or a value is no longer finite or the loss
  ///   runs away; `unavailable` when the system refuses threads or memory; `cannotCreate` and
  ///   `inputOutput` when temporary files fail.
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

  private func train(
    onIDs text: TextIDs, threads: Int, stop: StopFlag,
    pausing: TrainingPause?, progress: ((TrainingProgress) -> Void)?
  ) throws {
    try OptionCheck.requireThreads(threads)
    let lineEnds = try TrainedText.check(text, vocabularySize: vocabularySize)
    let failure = ReadFailure(stop: stop)
    let store = try CooccurrenceStore.counting(
      text, counts: counts, options: options, threads: threads, memoryLimit: memoryLimit,
      folder: temporaryFolder, stop: stop)
    guessingLoss = store.guessingLoss
    let batchSize = max(
      Self.smallestBatch,
      min(Self.largestBatch, Self.pairsOnOneRow * store.count / vocabularySize))
    let source = GloVeExamples(
      store: store, epochs: options.epochs, seed: options.seed,
      tokenCount: text.count - lineEnds, failure: failure)
    try failure.rethrowing {
      try EmbeddingRun.train(
        on: source,
        plan: .init(
          epochs: options.epochs,
          // AdaGrad's step size is one and the same throughout.
          decay: LinearDecay(start: options.learningRate, floor: 1), columns: columns,
          threads: threads),
        from: state, stop: stop, pause: pausing, progress: progress, keep: { state = $0 }
      ) {
        try tables.makeUnique()
        return WeightedLeastSquares(
          tables: tables, kernels: kernels, batchSize: batchSize,
          learningRate: options.learningRate, gradientLimit: options.gradientLimit,
          guessingLoss: store.guessingLoss)
      }
    }
    try tables.checkFinite(inputName: "values of row", outputName: "values of context row")
  }
}

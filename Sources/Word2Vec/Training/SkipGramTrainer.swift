public import BLASCore
import CKernels
public import WordtoolCore

/// Trains skip-gram vectors with negative sampling: the same bytes for any number of threads.
///
/// Mikolov et al., Distributed Representations of Words and Phrases and their Compositionality,
/// NIPS 2013. The loss of a word w in the window of a centre c, with noise words n, is
/// -log sigma(v_w . u_c) - sum_n log sigma(-v_w . u_n); v are the vectors one keeps, u the context
/// vectors. Differs from word2vec.c: exact sigma instead of a table, and noise words shared by a
/// few consecutive windows (``WindowGroups``).
///
/// How the same bytes come out: every random choice is seeded by its place in the text. Threads
/// share the columns of all rows (``ColumnGroups``), never the rows or the text. A batch of groups
/// is worked through in two phases: each thread computes partial dot products over its columns;
/// all meet; each sums the partials of all columns in one fixed order and updates its own columns.
/// Nobody writes a cache line that another touches, so there is no data race.
public final class SkipGramTrainer {
  /// Where the training stands: everything before this chunk of this epoch is done.
  public struct Position: Codable, Hashable, Sendable {
    /// Completed epochs.
    public var epoch = 0
    /// Completed chunks of the current epoch.
    public var chunk = 0
  }

  /// What a progress callback is told.
  public struct Progress: Sendable {
    /// Words of the text seen so far, over all epochs.
    public var wordsSeen: Int
    /// Words to be seen in all: words of the text times epochs.
    public var wordsInAll: Int
    /// The current epoch, from 1.
    public var epoch: Int
    /// The current step size.
    public var learningRate: Float
    /// The mean loss of a pair lately, in nats, from a sample of the batches; nil before the first.
    public var loss: Double?
  }

  /// Work to be done now and then between two chunks, while no thread touches the vectors.
  public struct Pausing {
    /// The time between two pauses.
    public var every: Duration
    /// What to do; it may read the trainer.
    public var body: () throws -> Void

    /// Pauses every so often for `body`.
    public init(every: Duration, _ body: @escaping () throws -> Void) {
      self.every = every
      self.body = body
    }
  }

  /// The options, as validated.
  public let options: SkipGramOptions
  /// Words of the vocabulary.
  public let vocabularySize: Int
  /// The word vectors: row i belongs to word i.
  public let vectors: RowStorage
  /// The context vectors; four rows of padding follow the words'.
  public let contextVectors: RowStorage
  /// Where the training stands.
  public private(set) var position = Position()
  /// The mean loss of a pair in each completed epoch, in nats.
  public private(set) var epochLosses: [Double] = []
  /// The words per chunk, between two places where training can be interrupted and resumed.
  public static let wordsPerChunk = 4096
  private(set) var lossTally = LossTally()

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
  ///   words, `unavailable` when there is not enough memory.
  public init(
    options: SkipGramOptions, counts: [Int64], kernels: KernelTable = .fastest
  ) throws {
    try options.validate()
    guard counts.count >= 2 else {
      throw WordtoolError(
        .badData, found: "a vocabulary of \(counts.count) word\(counts.count == 1 ? "" : "s")",
        expected: "at least 2 to train on", remedy: "use more text or a smaller --min-count")
    }
    guard counts.count < Int(Int32.max) - 4 else {
      throw WordtoolError(
        .usage, found: "\(counts.count) words", expected: "at most \(Int32.max - 5)",
        remedy: "use a larger --min-count or --max-vocab")
    }
    precondition(counts.allSatisfy { $0 > 0 }, "a word with a count of 0 or less")
    self.options = options
    self.kernels = kernels
    vocabularySize = counts.count
    sampling = WindowGroups.Sampling(options: options, counts: counts)
    vectors = try RowStorage(rowCount: counts.count, dimension: options.dimension)
    contextVectors = try RowStorage(rowCount: counts.count + 4, dimension: options.dimension)
    columns = ColumnGroups(blockCount: vectors.blockCount)
    drawInitialVectors()
  }

  /// The largest number of threads that can work at the same time at this dimension.
  public var largestUsefulThreadCount: Int { columns.count }

  /// Vectors begin uniform in -1/2D ..< 1/2D as in word2vec.c, context vectors at zero.
  private func drawInitialVectors() {
    let scale = 1 / Float(options.dimension)
    for row in 0..<vocabularySize {
      var random = RandomSource(seed: options.seed, Stream.initialVectors, UInt64(row))
      let values = vectors.base + row * vectors.stride
      for column in 0..<options.dimension {
        values[column] = (random.nextUnitFloat() - 0.5) * scale
      }
    }
  }

  private enum Stream {
    static let initialVectors: UInt64 = 1
    static let chunks: UInt64 = 2
  }

  /// Continues from where another run stopped.
  func resume(at position: Position, epochLosses: [Double], lossTally: LossTally) {
    self.position = position
    self.epochLosses = epochLosses
    self.lossTally = lossTally
  }

  /// The sampled losses of the current epoch so far, added chunk after chunk.
  struct LossTally: Codable, Hashable {
    var sum = 0.0
    var pairs = 0.0
    var mean: Double? { pairs > 0 ? sum / pairs : nil }
  }

  /// Trains to the end of the last epoch.
  ///
  /// - Parameters:
  ///   - text: the text as word IDs; -1 ends a line, and no window crosses it.
  ///   - threads: how many threads to use, at least 1. More than
  ///     ``largestUsefulThreadCount`` are not started.
  ///   - stop: looked at between chunks.
  ///   - pausing: work to be done now and then while no thread trains, such as a checkpoint.
  ///   - progress: called now and then on the caller's thread.
  /// - Throws: ``WordtoolError``: `interrupted` when `stop` was raised, with ``position`` and the
  ///   vectors as they are after the last whole chunk; `diverged` when the loss or a vector is no
  ///   longer finite or the loss runs away.
  public func train(
    on text: UnsafeBufferPointer<Int32>, threads: Int, stop: StopFlag = StopFlag(),
    pausing: Pausing? = nil, progress: ((Progress) -> Void)? = nil
  ) throws {
    precondition(threads >= 1, "\(threads) threads")
    let chunkCount = (text.count + Self.wordsPerChunk - 1) / Self.wordsPerChunk
    guard chunkCount > 0 else { throw WordtoolError(.badData, found: "no words to train on") }
    while true {
      let run = TrainingRun(
        trainer: self, text: text, chunkCount: chunkCount,
        threadCount: min(threads, largestUsefulThreadCount), stop: stop,
        pauseAfter: pausing?.every, progress: progress)
      try Workers.run(count: run.threadCount) { thread in run.work(thread) }
      position = run.position
      epochLosses = run.epochLosses
      run.collectLosses(upTo: position.chunk)
      lossTally = run.lossTally
      if let failure = run.failure { throw failure }
      if position.epoch == options.epochs { break }
      try pausing?.body()
    }
    for (rows, name) in [(vectors, "vector"), (contextVectors, "context vector")] {
      if let row = rows.firstRowNotFinite() {
        throw Self.divergence("the \(name) of word \(row) is not finite")
      }
    }
  }

  static func divergence(_ found: String) -> WordtoolError {
    WordtoolError(
      .diverged, found: found, expected: "finite numbers",
      remedy: "try half the learning rate (--lr)")
  }

  /// One call of ``train(on:threads:stop:progress:)``: what its threads share.
  ///
  /// Sendable because of who touches what when: `chunks[i]` is written by one thread before a
  /// meeting and read by all after it; a column group's half of `products` likewise; everything
  /// that is `var` belongs to thread 0, except `isOver`: thread 0 writes the entry of the next round
  /// before the meeting that begins it, and the others read that entry after it.
  private final class TrainingRun: @unchecked Sendable {
    let threadCount: Int
    private(set) var position: Position
    private(set) var epochLosses: [Double]
    private(set) var failure: WordtoolError?

    private let text: UnsafeBufferPointer<Int32>
    private let chunkCount: Int
    private let options: SkipGramOptions
    private let columns: ColumnGroups
    private let kernels: UnsafePointer<wt_kernels>
    private let inputRows: UnsafeMutablePointer<Float>
    private let outputRows: UnsafeMutablePointer<Float>
    private let stride: Int
    private let lockstep: Lockstep
    private let stop: StopFlag
    private let pauseAt: ContinuousClock.Instant?
    private let progress: ((Progress) -> Void)?
    private let owner: SkipGramTrainer

    private let roundLength: Int
    private let chunks: [[WindowGroups]]  // two rounds, prepared in turn
    private let products: UnsafeMutablePointer<Float>
    private let productCapacity: Int
    private let groupsPerBatch: Int
    private let lossSamples: UnsafeMutablePointer<(sum: Double, pairs: Double)>
    private let isOver: UnsafeMutablePointer<Bool>  // by the parity of the round

    /// Windows between two meetings of the threads. Gradients within are taken at the values
    /// before; 16 to 128 were measured to give the same accuracy.
    private static let windowsPerBatch = 60
    /// One chunk in so many has its first batch's loss taken, by one thread.
    private static let lossPeriod = 4
    /// A loss this many times that of untrained vectors is a run that diverges.
    private static let runawayFactor = 8.0

    init(
      trainer: SkipGramTrainer, text: UnsafeBufferPointer<Int32>, chunkCount: Int,
      threadCount: Int, stop: StopFlag, pauseAfter: Duration?,
      progress: ((Progress) -> Void)?
    ) {
      owner = trainer
      options = trainer.options
      position = trainer.position
      epochLosses = trainer.epochLosses
      lossTally = trainer.lossTally
      self.text = text
      self.chunkCount = chunkCount
      self.threadCount = threadCount
      self.stop = stop
      pauseAt = pauseAfter.map { ContinuousClock.now + $0 }
      self.progress = progress
      columns = trainer.columns
      kernels = trainer.kernels.pointer
      inputRows = trainer.vectors.base
      outputRows = trainer.contextVectors.base
      stride = trainer.vectors.stride
      lockstep = Lockstep(threadCount: threadCount)
      roundLength = 4 * threadCount
      let sampling = trainer.sampling
      chunks = (0..<2).map { [length = roundLength] _ in
        (0..<length).map { _ in
          WindowGroups(sampling: sampling, wordCapacity: SkipGramTrainer.wordsPerChunk)
        }
      }
      // A batch's products should stay in the second-level cache, whatever the window.
      let perGroup = WindowGroups.productCapacity(
        windowRadius: options.windowRadius, negativeSamples: options.negativeSamples)
      groupsPerBatch = max(
        1, min(Self.windowsPerBatch / WindowGroups.windowsPerGroup, (1 << 16) / perGroup))
      productCapacity = perGroup * groupsPerBatch
      products = Self.zeros(2 * columns.count * productCapacity)
      lossSamples = .allocate(capacity: chunkCount)
      lossSamples.initialize(repeating: (0, 0), count: chunkCount)
      isOver = .allocate(capacity: 2)
      isOver.initialize(repeating: false, count: 2)
    }

    deinit {
      products.deallocate()
      lossSamples.deallocate()
      isOver.deallocate()
    }

    private static func zeros(_ count: Int) -> UnsafeMutablePointer<Float> {
      let memory = UnsafeMutableRawPointer.allocate(byteCount: count * 4, alignment: 64)
      return memory.initializeMemory(as: Float.self, repeating: 0, count: count)
    }

    /// What thread `index` does. All threads walk the same rounds, chunks and batches.
    func work(_ index: Int) {
      let groups = columns.groups(ofThread: index, threadCount: threadCount)
      let coefficients = Self.zeros(productCapacity)
      defer { coefficients.deallocate() }
      var here = position
      var parity = 0
      var half = 0
      if index == 0 { begin() }
      while here.epoch < options.epochs {
        prepare(roundAt: here, thread: index, into: chunks[parity])
        lockstep.wait()
        if isOver[parity] { return }
        let round = here.chunk..<min(here.chunk + roundLength, chunkCount)
        for chunk in round {
          train(
            chunk: chunk, epoch: here.epoch, from: chunks[parity][chunk - round.lowerBound],
            thread: index, groups: groups, half: &half, coefficients: coefficients)
        }
        here.chunk = round.upperBound
        parity ^= 1
        if here.chunk == chunkCount {
          here = Position(epoch: here.epoch + 1, chunk: 0)
          lockstep.wait()  // all the epoch's samples of the loss are there
        }
        if index == 0 { finish(round, next: here, parity: parity) }
      }
    }

    private func prepare(roundAt here: Position, thread: Int, into chunks: [WindowGroups]) {
      for slot in Swift.stride(from: thread, to: roundLength, by: threadCount) {
        let chunk = here.chunk + slot
        guard chunk < chunkCount else { return }
        let words = chunk * wordsPerChunk..<min((chunk + 1) * wordsPerChunk, text.count)
        chunks[slot].prepare(
          UnsafeBufferPointer(rebasing: text[words]),
          random: RandomSource(
            seed: options.seed, Stream.chunks, UInt64(here.epoch), UInt64(chunk)))
      }
    }

    private func learningRate(epoch: Int, chunk: Int) -> Float {
      let done = Double(epoch) + Double(chunk) / Double(chunkCount)
      return options.learningRate
        * max(Float(1 - done / Double(options.epochs)), options.minimumLearningRateRatio)
    }

    private func train(
      chunk: Int, epoch: Int, from groups: WindowGroups, thread: Int, groups owned: Range<Int>,
      half: inout Int, coefficients: UnsafeMutablePointer<Float>
    ) {
      let rate = learningRate(epoch: epoch, chunk: chunk)
      groups.withBatches(
        ofSize: groupsPerBatch, inputRows: inputRows, outputRows: outputRows, stride: stride
      ) { batch, number in
        let sums = products + half * columns.count * productCapacity
        for group in owned {
          kernels.pointee.sgns_dots_f32(
            batch, Int32(columns.bounds[group]), Int32(columns.bounds[group + 1]),
            sums + group * productCapacity)
        }
        // One meeting a batch: the two halves of `products` alternate.
        lockstep.wait()
        kernels.pointee.sgns_coefficients_f32(
          batch, sums, Int32(columns.count), Int64(productCapacity), rate, coefficients)
        if number == 0, chunk % TrainingRun.lossPeriod == 0,
          (chunk / TrainingRun.lossPeriod) % threadCount == thread
        {
          var pairs = 0.0
          let loss = wt_sgns_loss(
            batch, sums, Int32(columns.count), Int64(productCapacity), &pairs)
          lossSamples[chunk] = (loss, pairs)
        }
        let blocks = columns.blocks(owned)
        kernels.pointee.sgns_update_f32(
          batch, Int32(blocks.lowerBound), Int32(blocks.upperBound), coefficients)
        half ^= 1
      }
    }

    // MARK: What thread 0 does besides

    private(set) var lossTally: LossTally
    private var recentLoss: Double?
    private var sampledUpTo = 0

    private func begin() {
      sampledUpTo = position.chunk
      if stop.isRaised { failure = interruption() }
      isOver[0] = failure != nil
    }

    /// Takes stock after a round and decides whether the next one, of parity `parity`, is begun.
    private func finish(_ round: Range<Int>, next: Position, parity: Int) {
      let endsEpoch = next.epoch > position.epoch
      collectLosses(upTo: endsEpoch ? round.upperBound : round.lowerBound)
      if endsEpoch {
        epochLosses.append(lossTally.mean ?? 0)
        lossTally = LossTally()
        sampledUpTo = 0
      }
      position = next
      progress?(report())
      if let loss = recentLoss, !(loss < runawayLoss) {
        failure = SkipGramTrainer.divergence("the loss is \(loss) in epoch \(next.epoch + 1)")
      } else if stop.isRaised, next.epoch < options.epochs {
        failure = interruption()
      }
      isOver[parity] = failure != nil || (pauseAt.map { $0 <= ContinuousClock.now } ?? false)
    }

    /// Adds the samples of the chunks before `end`, all of them written before the last meeting.
    func collectLosses(upTo end: Int) {
      var recent = LossTally()
      for chunk in sampledUpTo..<max(sampledUpTo, end) {
        recent.sum += lossSamples[chunk].sum
        recent.pairs += lossSamples[chunk].pairs
        // One after the other, so that the sum does not depend on who asks when.
        lossTally.sum += lossSamples[chunk].sum
        lossTally.pairs += lossSamples[chunk].pairs
      }
      sampledUpTo = max(sampledUpTo, end)
      recentLoss = recent.mean ?? recentLoss
    }

    /// Untrained vectors have dot products of zero, and -log sigma(0) is log 2.
    private var runawayLoss: Double {
      Self.runawayFactor * Double(1 + options.negativeSamples) * 0.693147
    }

    private func report() -> Progress {
      Progress(
        wordsSeen: position.epoch * text.count
          + min(position.chunk * SkipGramTrainer.wordsPerChunk, text.count),
        wordsInAll: options.epochs * text.count, epoch: min(position.epoch + 1, options.epochs),
        learningRate: learningRate(epoch: position.epoch, chunk: position.chunk),
        loss: recentLoss)
    }

    private func interruption() -> WordtoolError {
      WordtoolError(
        .interrupted,
        found: "stopped after \(position.epoch) of \(options.epochs) epochs")
    }

    private var wordsPerChunk: Int { SkipGramTrainer.wordsPerChunk }
  }
}

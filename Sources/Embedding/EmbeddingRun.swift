package import BLASCore
package import WordtoolCore

/// Trains the tables of a model by several threads in lockstep: the engine of every trainer of
/// embeddings. The bytes do not depend on the number of threads, nor on interruptions.
///
/// Random choices are seeded by their place in the work (``ExampleSource``). Threads share the columns
/// of all rows (`ColumnGroups`), never the rows or the examples, and meet between the phases of a
/// batch (``Objective``). Nobody writes a cache line that another touches, so there is no data race.
///
/// How further models stand on the two seams:
/// - *CBOW with negative sampling*: a source that gives ``Bags`` of context words, and an objective
///   like ``LabelObjective`` whose outputs are a bag's centre and its noise words instead of all rows.
///   ``BagRows`` has phases 1 and 3 of the inputs; phase 2 is a logistic loss of each score.
/// - *Hierarchical softmax*: the same objective with the nodes on a word's path in the Huffman tree as
///   outputs and its code as targets; the output table has a row for every inner node.
/// - *Subwords*: an input is a bag of a word and its n-grams. With ``NegativeSampling`` the bags' means
///   are gathered into rows of the workspace (``BagRows``) that stand for the words' rows, and what
///   those change by is spread over the bags after phase 3: all in the thread's own columns.
/// - *One-vs-all*: ``LabelObjective`` with a ``LabelLoss`` of logistic losses.
///
/// Sendable because of who touches what when: a chunk is written by one thread before a meeting and
/// read by all after it; scores, coefficients and workspace as ``Objective`` says; `lossSamples[i]` is
/// written by one thread and read by thread 0 after a meeting. All that is `var` belongs to thread 0.
/// It also writes `isOver` of the next round before the meeting that begins the round; the others read
/// it after that meeting.
package final class EmbeddingRun<Source: ExampleSource, Goal: Objective>: @unchecked Sendable
where Source.Chunk == Goal.Chunk {
  /// What a run needs besides examples and objective.
  package struct Plan {
    /// Passes over the examples, at least 1.
    package var epochs: Int
    /// The step size over the work.
    package var decay: LinearDecay
    /// How the columns are cut.
    package var columns: ColumnGroups
    /// Threads at work, at least 1; more than there are groups of columns are not started.
    package var threads: Int

    package init(epochs: Int, decay: LinearDecay, columns: ColumnGroups, threads: Int) {
      self.epochs = epochs
      self.decay = decay
      self.columns = columns
      self.threads = threads
    }
  }

  /// What the run came to.
  package private(set) var state: EmbeddingState
  /// Why it ended before the last epoch, if not for a pause.
  package private(set) var failure: WordtoolError?

  private let source: Source
  private let goal: Goal
  private let workspace: Goal.Workspace
  private let plan: Plan
  private let columns: ColumnGroups
  private let chunkCount: Int
  private let threadCount: Int
  private let lockstep: Lockstep
  private let stop: StopFlag
  private let pauseAt: ContinuousClock.Instant?
  private let progress: ((TrainingProgress) -> Void)?

  private let roundLength: Int
  private let rounds: [[Source.Chunk]]  // two, prepared in turn
  /// [2, groups of columns, pitch]: one meeting a batch is enough because the halves alternate.
  private let scores: UnsafeMutablePointer<Float>
  private let pitch: Int
  /// Of each thread, or one for all.
  private let coefficients: [UnsafeMutablePointer<Float>]
  private let lossSamples: UnsafeMutablePointer<LossTally>
  private let lossSampling: LossSampling
  private let isOver: UnsafeMutablePointer<Bool>  // by the parity of the round

  // Of thread 0.
  private var recentLoss: Double?
  private var sampledUpTo = 0

  private init(
    source: Source, goal: Goal, plan: Plan, state: EmbeddingState, stop: StopFlag,
    pauseAfter: Duration?, progress: ((TrainingProgress) -> Void)?
  ) {
    self.source = source
    self.goal = goal
    self.plan = plan
    self.state = state
    self.stop = stop
    self.progress = progress
    pauseAt = pauseAfter.map { ContinuousClock.now + $0 }
    columns = plan.columns
    chunkCount = source.chunkCount
    let threads = max(1, min(plan.threads, plan.columns.count))
    threadCount = threads
    lockstep = Lockstep(threadCount: threads)
    let length = source.roundLength(threadCount: threads)
    roundLength = length
    rounds = (0..<2).map { _ in (0..<length).map { _ in source.makeChunk() } }
    workspace = goal.makeWorkspace()
    pitch = goal.scoreCapacity
    scores = Self.zeros(2 * plan.columns.count * goal.scoreCapacity)
    coefficients = (0..<(goal.sharesCoefficients ? 1 : threads)).map { _ in
      Self.zeros(goal.coefficientCapacity)
    }
    lossSampling = goal.lossSampling
    lossSamples = .allocate(capacity: source.chunkCount)
    lossSamples.initialize(repeating: LossTally(), count: source.chunkCount)
    isOver = .allocate(capacity: 2)
    isOver.initialize(repeating: false, count: 2)
  }

  deinit {
    scores.deallocate()
    for memory in coefficients { memory.deallocate() }
    lossSamples.deallocate()
    isOver.deallocate()
  }

  private static func zeros(_ count: Int) -> UnsafeMutablePointer<Float> {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: count * 4, alignment: 64)
    return memory.initializeMemory(as: Float.self, repeating: 0, count: count)
  }

  /// Trains to the end of the last epoch.
  ///
  /// - Parameters:
  ///   - source: the examples.
  ///   - plan: how long, how fast, by how many threads.
  ///   - begin: where to begin.
  ///   - stop: looked at between rounds.
  ///   - pause: work to be done now and then while no thread trains.
  ///   - progress: called after each round on the caller's thread.
  ///   - keep: gets where the training stands, before each pause and at the end, also after an error.
  ///   - goal: makes the objective, again after every pause.
  /// - Throws: `WordtoolError`: `interrupted` when `stop` was raised, `diverged` when the loss is not
  ///   finite or runs away, `usage` when `begin` is beyond the examples, `unavailable` when the system
  ///   refuses a thread; what `pause` and `goal` throw.
  package static func train(
    on source: Source, plan: Plan, from begin: EmbeddingState, stop: StopFlag,
    pause: TrainingPause?, progress: ((TrainingProgress) -> Void)?,
    keep: (EmbeddingState) -> Void = { _ in }, goal: () throws -> Goal
  ) throws {
    var state = begin
    if let fault = state.fault(epochs: plan.epochs, chunkCount: source.chunkCount) {
      throw WordtoolError(
        .usage, found: "a training that stands at \(fault)",
        expected: "the text that it was begun on")
    }
    while state.position.epoch < plan.epochs {
      try trainToPause(
        on: source, goal: goal(), plan: plan, state: &state, stop: stop, pause: pause,
        progress: progress, keep: keep)
      if state.position.epoch < plan.epochs { try pause?.body() }
    }
  }

  /// Apart, so that the run has let go of the tables when the pause's body looks at them.
  private static func trainToPause(
    on source: Source, goal: Goal, plan: Plan, state: inout EmbeddingState, stop: StopFlag,
    pause: TrainingPause?, progress: ((TrainingProgress) -> Void)?,
    keep: (EmbeddingState) -> Void
  ) throws {
    let run = EmbeddingRun(
      source: source, goal: goal, plan: plan, state: state, stop: stop, pauseAfter: pause?.every,
      progress: progress)
    try Workers.run(count: run.threadCount) { thread in run.work(thread) }
    run.collectLosses(upTo: run.state.position.chunk)
    state = run.state
    // The caller's own, which a pause may look at: no access to it is open while it does.
    keep(state)
    if let failure = run.failure { throw failure }
  }

  /// What thread `thread` does. All threads walk the same rounds, chunks and batches.
  private func work(_ thread: Int) {
    let owned = columns.groups(ofThread: thread, threadCount: threadCount)
    var here = state.position
    var order = source.order(ofEpoch: here.epoch)
    var parity = 0
    var half = 0
    if thread == 0 { begin() }
    while here.epoch < plan.epochs {
      for slot in stride(
        from: thread, to: min(roundLength, chunkCount - here.chunk), by: threadCount)
      {
        source.prepare(
          rounds[parity][slot], number: here.chunk + slot, epoch: here.epoch, order: order)
      }
      lockstep.wait()
      if isOver[parity] { return }
      let round = here.chunk..<min(here.chunk + roundLength, chunkCount)
      for chunk in round {
        train(
          rounds[parity][chunk - round.lowerBound],
          at: EmbeddingPosition(epoch: here.epoch, chunk: chunk),
          thread: thread, owned: owned, half: &half)
      }
      here.chunk = round.upperBound
      parity ^= 1
      if here.chunk == chunkCount {
        here = EmbeddingPosition(epoch: here.epoch + 1)
        lockstep.wait()  // all the epoch's samples of the loss are there
        if here.epoch < plan.epochs { order = source.order(ofEpoch: here.epoch) }
      }
      if thread == 0 { finish(round, next: here, parity: parity) }
    }
  }

  private func train(
    _ chunk: Source.Chunk, at position: EmbeddingPosition, thread: Int, owned: Range<Int>,
    half: inout Int
  ) {
    let blocks = columns.blocks(owned)
    let changes = coefficients[goal.sharesCoefficients ? 0 : thread]
    for batch in 0..<goal.batchCount(of: chunk) {
      let rate = plan.decay.rate(
        remaining: source.remainingShare(
          epoch: position.epoch, chunk: position.chunk, batch: batch))
      let sums = scores + half * columns.count * pitch
      goal.addScores(
        of: chunk, batch: batch, groups: owned, columns: columns, into: sums, pitch: pitch,
        workspace: workspace)
      lockstep.wait()
      goal.coefficients(
        of: chunk, batch: batch, rate: rate, scores: sums, columns: columns, pitch: pitch,
        thread: thread, threadCount: threadCount, into: changes, workspace: workspace)
      if goal.sharesCoefficients { lockstep.wait() }
      if lossSampling.isTaken(
        chunk: position.chunk, batch: batch, byThread: thread, of: threadCount)
      {
        if batch == 0 { lossSamples[position.chunk] = LossTally() }
        goal.addLoss(
          of: chunk, batch: batch, scores: sums, columns: columns, pitch: pitch,
          workspace: workspace, to: &lossSamples[position.chunk])
      }
      goal.update(chunk, batch: batch, blocks: blocks, coefficients: changes, workspace: workspace)
      half ^= 1
    }
  }

  // MARK: What thread 0 does besides

  private func begin() {
    sampledUpTo = state.position.chunk
    if stop.isRaised { failure = interruption() }
    isOver[0] = failure != nil
  }

  /// Takes stock after a round and decides whether the next one, of parity `parity`, is begun.
  private func finish(_ round: Range<Int>, next: EmbeddingPosition, parity: Int) {
    let endsEpoch = next.epoch > state.position.epoch
    collectLosses(upTo: endsEpoch ? round.upperBound : round.lowerBound)
    if endsEpoch {
      state.epochLosses.append(state.lossTally.mean ?? 0)
      state.lossTally = LossTally()
      sampledUpTo = 0
    }
    state.position = next
    progress?(report())
    if let loss = recentLoss, !(loss < goal.runawayLoss) {
      failure = .diverged("the loss is \(loss) in epoch \(min(next.epoch + 1, plan.epochs))")
    } else if stop.isRaised, next.epoch < plan.epochs {
      failure = interruption()
    }
    isOver[parity] = failure != nil || (pauseAt.map { $0 <= ContinuousClock.now } ?? false)
  }

  /// Adds the samples of the chunks before `end`, all of them written before the last meeting.
  private func collectLosses(upTo end: Int) {
    var recent = LossTally()
    for chunk in sampledUpTo..<max(sampledUpTo, end) {
      recent.sum += lossSamples[chunk].sum
      recent.count += lossSamples[chunk].count
      // One after the other, so that the sum does not depend on who asks when.
      state.lossTally.sum += lossSamples[chunk].sum
      state.lossTally.count += lossSamples[chunk].count
    }
    sampledUpTo = max(sampledUpTo, end)
    recentLoss = recent.mean ?? recentLoss
  }

  private func report() -> TrainingProgress {
    let position = state.position
    let seen = source.examplesSeen(before: position)
    let remaining =
      position.epoch < plan.epochs
      ? source.remainingShare(epoch: position.epoch, chunk: position.chunk, batch: 0) : 0
    return TrainingProgress(
      fraction: Double(seen) / Double(max(1, source.examplesInAll)),
      epoch: min(position.epoch + 1, plan.epochs), epochCount: plan.epochs, examples: seen,
      loss: recentLoss, learningRate: Double(plan.decay.rate(remaining: remaining)))
  }

  private func interruption() -> WordtoolError {
    WordtoolError(
      .interrupted, found: "stopped after \(state.position.epoch) of \(plan.epochs) epochs")
  }
}

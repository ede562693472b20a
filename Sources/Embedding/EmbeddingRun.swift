package import BLASCore
package import WordtoolCore

/// Trains the tables of a model by several threads in lockstep: the engine of every trainer of
/// embeddings. The bytes do not depend on the number of threads, nor on interruptions.
///
/// Random choices are seeded by their place in the work (``ExampleSource``). The threads share the
/// columns of all rows (`ColumnGroups`), never the rows or the examples, and meet between the phases of a
/// batch (``Objective``). Nobody writes a cache line that another touches, so there is no data race.
///
/// How models stand on the two seams:
/// - *Skip-gram*: a source of ``TileChunk`` with ``NegativeSampling``.
/// - *Hierarchical softmax*: groups of the same chunks whose outputs are the nodes on a way down the tree
///   and whose masks are its code (`WT_PATH`); the output table has a row for every inner node.
/// - *CBOW, subwords*: an input is a bag, the words around a word, a word and its n-grams. A source of
///   ``BagTileChunk`` with ``BagNegativeSampling``, which gathers the bags' means into rows of its
///   workspace and adds what those change by to the rows of the bags: all in the share's own columns.
/// - *Documents*: rows beside those of words, one more input of a group or one more row of a bag.
/// - *GloVe*: a source of ``CooccurrenceChunk`` with ``WeightedLeastSquares``; behind each row of values
///   lies one of AdaGrad's sums.
/// - *Classes*: a source of ``Bags`` with ``LabelObjective`` and a ``LabelLoss``.
///
/// The caller's thread walks through the work and publishes it in sections: what lies between two
/// meetings. A section is cut into as many shares as threads are active just then (`ThreadTeam`), and
/// a share owns whole groups of columns. Who writes what when is said by ``Objective``; a share's
/// coefficients are its own, and of a chunk's `lossSamples` one share of a section writes.
@safe package final class EmbeddingRun<Source: ExampleSource, Goal: Objective>
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
  private let team: ThreadTeam
  private let stop: StopFlag
  private let pauseAt: ContinuousClock.Instant?
  private let progress: ((TrainingProgress) -> Void)?

  /// Prepared together, then trained one after another.
  private let chunks: [Source.Chunk]
  /// [2, groups of columns, pitch]: the halves alternate from batch to batch, so that a section may
  /// write the scores of one while it reads those of the batch before.
  private let scores: UnsafeMutablePointer<Float>
  private let pitch: Int
  /// Of each share, or one for all.
  private let coefficients: [UnsafeMutablePointer<Float>]
  private let lossSamples: UnsafeMutablePointer<LossTally>
  private let lossSampling: LossSampling

  // Written by the caller's thread between sections.
  private let section: UnsafeMutablePointer<Section>
  private var recentLoss: Double?
  private var sampledUpTo = 0
  private var isOver = false

  /// A batch on its way. Chunks are held by the run: counting them here would be a meeting of its own.
  @safe private struct Batch {
    var chunk: Unmanaged<Source.Chunk>
    var chunkNumber: Int
    var number: Int
    var rate: Float
    var sums: UnsafeMutablePointer<Float>
  }

  /// What the shares do next, in this order.
  private struct Section {
    var shareCount = 1
    /// The batch whose coefficients are computed by all shares together.
    var weighed: Batch?
    /// The batch that changes the rows.
    var updated: Batch?
    /// The batch that is scored after that.
    var scored: Batch?
  }

  private init(
    source: Source, goal: Goal, plan: Plan, state: EmbeddingState, team: ThreadTeam,
    stop: StopFlag, pauseAfter: Duration?, progress: ((TrainingProgress) -> Void)?
  ) {
    self.source = source
    self.goal = goal
    self.plan = plan
    self.state = state
    self.team = team
    self.stop = stop
    self.progress = progress
    pauseAt = pauseAfter.map { ContinuousClock.now + $0 }
    columns = plan.columns
    chunkCount = source.chunkCount
    chunks = (0..<source.roundLength(threadCount: team.threadCount)).map { _ in
      source.makeChunk()
    }
    workspace = goal.makeWorkspace()
    pitch = goal.scoreCapacity
    unsafe scores = Self.zeros(2 * plan.columns.count * goal.scoreCapacity)
    unsafe coefficients = (0..<(goal.sharesCoefficients ? 1 : team.threadCount)).map { _ in
      unsafe Self.zeros(goal.coefficientCapacity)
    }
    lossSampling = goal.lossSampling
    unsafe lossSamples = .allocate(capacity: source.chunkCount)
    unsafe lossSamples.initialize(repeating: LossTally(), count: source.chunkCount)
    unsafe section = .allocate(capacity: 1)
    unsafe section.initialize(to: Section())
  }

  deinit {
    unsafe scores.deallocate()
    for index in unsafe coefficients.indices { unsafe coefficients[index].deallocate() }
    unsafe lossSamples.deallocate()
    unsafe section.deallocate()
  }

  private static func zeros(_ count: Int) -> UnsafeMutablePointer<Float> {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: count * 4, alignment: 64)
    return unsafe memory.initializeMemory(as: Float.self, repeating: 0, count: count)
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
  ///   finite or runs away, `usage` when `begin` is beyond the examples; what `pause` and `goal` throw.
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
    let team = ThreadTeam(threadCount: max(1, min(plan.threads, plan.columns.count)))
    while state.position.epoch < plan.epochs {
      try trainToPause(
        on: source, goal: goal(), plan: plan, state: &state, team: team, stop: stop, pause: pause,
        progress: progress, keep: keep)
      if state.position.epoch < plan.epochs { try pause?.body() }
    }
  }

  /// Apart, so that the run has let go of the tables when the pause's body looks at them.
  private static func trainToPause(
    on source: Source, goal: Goal, plan: Plan, state: inout EmbeddingState, team: ThreadTeam,
    stop: StopFlag, pause: TrainingPause?, progress: ((TrainingProgress) -> Void)?,
    keep: (EmbeddingState) -> Void
  ) throws {
    let run = EmbeddingRun(
      source: source, goal: goal, plan: plan, state: state, team: team, stop: stop,
      pauseAfter: pause?.every, progress: progress)
    run.work()
    state = run.state
    // The caller's own, which a pause may look at: no access to it is open while it does.
    keep(state)
    if let failure = run.failure { throw failure }
  }

  private func work() {
    let job = ThreadTeam.Job { share in self.perform(share) }
    var order = source.order(ofEpoch: state.position.epoch)
    sampledUpTo = state.position.chunk
    if stop.isRaised { failure = interruption() }
    isOver = failure != nil
    while !isOver {
      let here = state.position
      let round = here.chunk..<min(here.chunk + chunks.count, chunkCount)
      team.beginStep()
      team.forEach(pieces: round.count) { slot in
        source.prepare(
          chunks[slot], number: round.lowerBound + slot, epoch: here.epoch, order: order)
      }
      for (chunk, number) in zip(chunks, round) {
        train(chunk, at: EmbeddingPosition(epoch: here.epoch, chunk: number), job)
      }
      finishBatches(job)
      team.endStep(work: round.count)
      var next = EmbeddingPosition(epoch: here.epoch, chunk: round.upperBound)
      if next.chunk == chunkCount {
        next = EmbeddingPosition(epoch: here.epoch + 1)
        if next.epoch < plan.epochs { order = source.order(ofEpoch: next.epoch) }
      }
      finish(round, next: next)
    }
  }

  /// Publishes the sections of a chunk. Its last update is left to the section that follows.
  private func train(_ chunk: Source.Chunk, at position: EmbeddingPosition, _ job: ThreadTeam.Job) {
    for number in 0..<goal.batchCount(of: chunk) {
      let rate = plan.decay.rate(
        remaining: source.remainingShare(
          epoch: position.epoch, chunk: position.chunk, batch: number))
      let half = unsafe section.pointee.updated?.sums == scores ? columns.count * pitch : 0
      let batch = unsafe Batch(
        chunk: Unmanaged.passUnretained(chunk), chunkNumber: position.chunk, number: number,
        rate: rate, sums: scores + half)
      unsafe section.pointee.scored = batch
      run(job)
      if goal.sharesCoefficients {
        unsafe section.pointee = Section(weighed: batch)
        run(job)
      }
      unsafe section.pointee = Section(updated: batch)
    }
  }

  /// Does the update that is left.
  private func finishBatches(_ job: ThreadTeam.Job) {
    if unsafe section.pointee.updated != nil { run(job) }
    unsafe section.pointee = Section()
  }

  private func run(_ job: ThreadTeam.Job) {
    unsafe section.pointee.shareCount = team.activeCount
    team.forEach(pieces: team.activeCount, job)
  }

  /// What share `share` of a section does.
  private func perform(_ share: Int) {
    let shareCount = unsafe section.pointee.shareCount
    let owned = columns.groups(ofShare: share, of: shareCount)
    let changes = unsafe coefficients[goal.sharesCoefficients ? 0 : share]
    func weigh(_ batch: Batch, _ chunk: Source.Chunk) {
      unsafe goal.coefficients(
        of: chunk, batch: batch.number, rate: batch.rate, scores: batch.sums, columns: columns,
        pitch: pitch, share: share, shareCount: shareCount, into: changes, workspace: workspace)
    }
    if let batch = unsafe section.pointee.weighed {
      unsafe batch.chunk._withUnsafeGuaranteedRef { weigh(batch, $0) }
    }
    if let batch = unsafe section.pointee.updated {
      unsafe batch.chunk._withUnsafeGuaranteedRef { chunk in
        if !goal.sharesCoefficients { weigh(batch, chunk) }
        if lossSampling.isTaken(
          chunk: batch.chunkNumber, batch: batch.number, byShare: share, of: shareCount)
        {
          if batch.number == 0 { unsafe lossSamples[batch.chunkNumber] = LossTally() }
          unsafe goal.addLoss(
            of: chunk, batch: batch.number, scores: batch.sums, columns: columns, pitch: pitch,
            workspace: workspace, to: &lossSamples[batch.chunkNumber])
        }
        unsafe goal.update(
          chunk, batch: batch.number, blocks: columns.blocks(owned), coefficients: changes,
          workspace: workspace)
      }
    }
    if let batch = unsafe section.pointee.scored {
      unsafe batch.chunk._withUnsafeGuaranteedRef { chunk in
        unsafe goal.addScores(
          of: chunk, batch: batch.number, groups: owned, columns: columns, into: batch.sums,
          pitch: pitch, workspace: workspace)
      }
    }
  }

  // MARK: Between rounds

  /// Takes stock after a round and decides whether another one is begun.
  private func finish(_ round: Range<Int>, next: EmbeddingPosition) {
    let epoch = state.position.epoch
    collectLosses(upTo: round.upperBound)
    if next.epoch > epoch {
      state.epochLosses.append(state.lossTally.mean ?? 0)
      state.lossTally = LossTally()
      sampledUpTo = 0
    }
    state.position = next
    progress?(report())
    if let loss = recentLoss, !(loss < goal.runawayLoss) {
      failure = .diverged(
        loss.isFinite
          ? "the loss is \(loss) in epoch \(epoch + 1)"
          : "the loss is not finite in epoch \(epoch + 1)",
        expected: loss.isFinite ? "below \(Int(goal.runawayLoss))" : "a finite number")
    } else if stop.isRaised, next.epoch < plan.epochs {
      failure = interruption()
    }
    isOver =
      failure != nil || next.epoch == plan.epochs
      || (pauseAt.map { $0 <= ContinuousClock.now } ?? false)
  }

  /// Adds the samples of the chunks before `end`.
  private func collectLosses(upTo end: Int) {
    var recent = LossTally()
    for chunk in sampledUpTo..<max(sampledUpTo, end) {
      unsafe recent.sum += lossSamples[chunk].sum
      unsafe recent.count += lossSamples[chunk].count
      // One after the other, so that the sum does not depend on who asks when.
      unsafe state.lossTally.sum += lossSamples[chunk].sum
      unsafe state.lossTally.count += lossSamples[chunk].count
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

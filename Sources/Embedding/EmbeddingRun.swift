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
/// With ``Replicas`` each trains chunks of its own on tables of its own, and they are made one again and
/// again: more threads find work than a row has groups of columns, and meet far less often. Replicas may be
/// dealt out to ranks, each of which has a run of its own: what they decide, where to stop and what
/// is wrong, they agree upon when replicas meet.
///
/// An ``EmbeddingLane`` does the work, one for each replica; here is what when, and what comes
/// between.
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
    /// Threads at work, at least 1; more than there are groups of columns, in all replicas, are not
    /// started.
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
  private let plan: Plan
  private let lanes: [EmbeddingLane<Source, Goal>]
  private let replicas: Replicas?
  private let crew: Crew
  private let chunkCount: Int
  private let runawayLoss: Double
  private let stop: StopFlag
  private let pauseAt: ContinuousClock.Instant?
  private let progress: ((TrainingProgress) -> Void)?

  /// [chunks of an epoch]: the losses that were taken of each when it was trained last.
  private let lossSamples: UnsafeMutablePointer<LossTally>
  private var recentLoss: Double?
  private var isOver = false

  /// The objective of a replica, and what it is to count in.
  private typealias CountingGoal = (goal: Goal, willTrain: ((Source.Chunk) -> Void)?)

  /// The threads of a training.
  private struct Crew {
    /// Those that the replicas are dealt out to; nil without replicas.
    var dealers: ThreadTeam?
    /// Those that train a replica together, for each of them.
    var teams: [ThreadTeam]

    /// - Parameter replicas: how many are here; nil without replicas.
    init(_ plan: Plan, replicaCount replicas: Int?) {
      let count = replicas ?? 1
      let each = max(1, min(plan.threads / count, plan.columns.count))
      teams = (0..<count).map { _ in ThreadTeam(threadCount: each) }
      dealers =
        replicas == nil ? nil : ThreadTeam(threadCount: max(1, min(plan.threads, count)))
    }
  }

  private init(
    source: Source, goals: [CountingGoal], replicas: Replicas?, plan: Plan, state: EmbeddingState,
    crew: Crew, stop: StopFlag, pauseAfter: Duration?, progress: ((TrainingProgress) -> Void)?
  ) {
    precondition(goals.count == crew.teams.count, "\(goals.count) objectives")
    self.source = source
    self.plan = plan
    self.state = state
    self.crew = crew
    self.replicas = replicas
    self.stop = stop
    self.progress = progress
    pauseAt = pauseAfter.map { ContinuousClock.now + $0 }
    chunkCount = source.chunkCount
    runawayLoss = goals[0].goal.runawayLoss
    let lossSamples = UnsafeMutablePointer<LossTally>.allocate(capacity: source.chunkCount)
    unsafe lossSamples.initialize(repeating: LossTally(), count: source.chunkCount)
    unsafe self.lossSamples = lossSamples
    lanes = zip(goals, crew.teams).map { counting, team in
      unsafe EmbeddingLane(
        source: source, goal: counting.goal, decay: plan.decay, columns: plan.columns, team: team,
        roundLimit: replicas?.replication.chunksPerTurn ?? .max, lossSamples: lossSamples,
        willTrain: counting.willTrain)
    }
  }

  deinit { unsafe lossSamples.deallocate() }

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
    try train(
      on: source, plan: plan, from: begin, stop: stop, pause: pause, progress: progress, keep: keep,
      replicas: nil
    ) {
      let goal = try goal()
      return [(goal, nil)]
    }
  }

  /// Trains replicas to the end of the last epoch, as the other form does.
  ///
  /// Pauses are between two cycles, and so is where a training stands that was stopped.
  ///
  /// - Parameters:
  ///   - replicas: they have begun with the tables whenever `goals` returns.
  ///   - goals: makes the objectives, one for the tables of each replica, again after every pause.
  package static func train(
    on source: Source, plan: Plan, from begin: EmbeddingState, stop: StopFlag,
    pause: TrainingPause?, progress: ((TrainingProgress) -> Void)?,
    keep: (EmbeddingState) -> Void = { _ in }, replicas: Replicas, goals: () throws -> [Goal]
  ) throws where Goal: ReplicableObjective {
    try train(
      on: source, plan: plan, from: begin, stop: stop, pause: pause, progress: progress, keep: keep,
      replicas: replicas
    ) {
      try zip(goals(), replicas.changes).map { goal, changes -> CountingGoal in
        (goal, { goal.countChanges(by: $0, in: changes) })
      }
    }
  }

  private static func train(
    on source: Source, plan: Plan, from begin: EmbeddingState, stop: StopFlag,
    pause: TrainingPause?, progress: ((TrainingProgress) -> Void)?,
    keep: (EmbeddingState) -> Void, replicas: Replicas?, goals: () throws -> [CountingGoal]
  ) throws {
    var state = begin
    if let fault = state.fault(epochs: plan.epochs, chunkCount: source.chunkCount) {
      throw WordtoolError(
        .usage, found: "a training that stands at \(fault)",
        expected: "the text that it was begun on")
    }
    let crew = Crew(plan, replicaCount: replicas?.local.count)
    while state.position.epoch < plan.epochs {
      try trainToPause(
        on: source, goals: goals(), replicas: replicas, plan: plan, state: &state, crew: crew,
        stop: stop, pause: pause, progress: progress, keep: keep)
      if state.position.epoch < plan.epochs { try pause?.body() }
    }
  }

  /// Apart, so that the run has let go of the tables when the pause's body looks at them.
  private static func trainToPause(
    on source: Source, goals: [CountingGoal], replicas: Replicas?, plan: Plan,
    state: inout EmbeddingState, crew: Crew, stop: StopFlag, pause: TrainingPause?,
    progress: ((TrainingProgress) -> Void)?, keep: (EmbeddingState) -> Void
  ) throws {
    let run = EmbeddingRun(
      source: source, goals: goals, replicas: replicas, plan: plan, state: state, crew: crew,
      stop: stop, pauseAfter: pause?.every, progress: progress)
    run.work()
    replicas?.release()
    state = run.state
    // The caller's own, which a pause may look at: no access to it is open while it does.
    keep(state)
    if let failure = run.failure { throw failure }
  }

  private func work() {
    var order = source.order(ofEpoch: state.position.epoch)
    if isStopAgreed { failure = interruption() }
    isOver = failure != nil
    while !isOver {
      let here = state.position
      let round: Range<Int>
      if let replicas, let dealers = crew.dealers {
        round = replicas.replication.cycle(from: here.chunk, chunkCount: chunkCount)
        train(round, of: replicas, by: dealers, epoch: here.epoch, order: order)
        if failure != nil { return }
      } else {
        round = here.chunk..<min(here.chunk + lanes[0].roundLength, chunkCount)
        lanes[0].train(round, epoch: here.epoch, order: order)
        recentLoss = loss(of: round).mean ?? recentLoss
      }
      var next = EmbeddingPosition(epoch: here.epoch, chunk: round.upperBound)
      if next.chunk == chunkCount {
        next = EmbeddingPosition(epoch: here.epoch + 1)
        if next.epoch < plan.epochs { order = source.order(ofEpoch: next.epoch) }
      }
      finish(round, next: next)
    }
  }

  // MARK: Replicas

  /// Trains the replicas through a cycle. After a failure the tables are those of before it, as the
  /// position is.
  private func train(
    _ cycle: Range<Int>, of replicas: Replicas, by dealers: ThreadTeam, epoch: Int,
    order: Source.Order
  ) {
    let replication = replicas.replication
    let turnCount = replication.turnCount(of: cycle)
    let rate = rate(at: EmbeddingPosition(epoch: epoch, chunk: cycle.lowerBound))
    var done = cycle.lowerBound
    for turn in 0..<turnCount {
      let parts = (0..<replication.count).map {
        replication.chunks(of: $0, turn: turn, of: cycle)
      }
      let own = Array(parts[replicas.local])
      dealers.beginStep()
      dealers.forEach(pieces: lanes.count) { lane in
        if stop.isRaised { return }
        train(own[lane], by: lanes[lane], epoch: epoch, order: order)
      }
      if isStopAgreed {
        failure = interruption()
      } else {
        unsafe replicas.shareLosses(of: parts, in: lossSamples)
        failure = divergence(parts)
      }
      if failure != nil {
        replicas.goBack()
        return
      }
      let isLast = turn + 1 == turnCount
      if isLast {
        replicas.joinAll(rate: rate, by: dealers)
      } else {
        replicas.joinFrequent(rate: rate, by: dealers)
      }
      dealers.endStep(work: own.reduce(0) { $0 + $1.count })
      done += parts.reduce(0) { $0 + $1.count }
      if !isLast { progress?(report(at: EmbeddingPosition(epoch: epoch, chunk: done))) }
    }
  }

  /// Trains what a replica has to do in a turn.
  private func train(
    _ chunks: Range<Int>, by lane: EmbeddingLane<Source, Goal>, epoch: Int, order: Source.Order
  ) {
    var start = chunks.lowerBound
    while start < chunks.upperBound, !stop.isRaised {
      let end = min(start + lane.roundLength, chunks.upperBound)
      lane.train(start..<end, epoch: epoch, order: order)
      start = end
    }
  }

  /// What is wrong with the losses of a turn, if something is.
  private func divergence(_ parts: [Range<Int>]) -> WordtoolError? {
    var recent = LossTally()
    for part in parts { recent.add(loss(of: part)) }
    recentLoss = recent.mean ?? recentLoss
    return divergence()
  }

  // MARK: Between rounds

  /// Takes stock after a round, or a cycle, and decides whether another one is begun.
  private func finish(_ round: Range<Int>, next: EmbeddingPosition) {
    // One after the other, so that the sum does not depend on who asks when.
    for chunk in round { unsafe state.lossTally.add(lossSamples[chunk]) }
    failure = divergence()
    if next.epoch > state.position.epoch {
      state.epochLosses.append(state.lossTally.mean ?? 0)
      state.lossTally = LossTally()
    }
    state.position = next
    progress?(report(at: next))
    if failure == nil, next.epoch < plan.epochs, isStopAgreed { failure = interruption() }
    isOver = failure != nil || next.epoch == plan.epochs || isPauseAgreed
  }

  /// Whether somebody asked for the end, on any rank.
  private var isStopAgreed: Bool { replicas?.isStopAgreed(stop.isRaised) ?? stop.isRaised }

  /// Whether it is time for a pause.
  private var isPauseAgreed: Bool {
    let isDue = pauseAt.map { $0 <= ContinuousClock.now } ?? false
    return replicas?.isPauseAgreed(isDue) ?? isDue
  }

  /// What the losses of some chunks add up to.
  private func loss(of chunks: Range<Int>) -> LossTally {
    var tally = LossTally()
    for chunk in chunks { unsafe tally.add(lossSamples[chunk]) }
    return tally
  }

  /// What is wrong with the loss of late, if something is.
  private func divergence() -> WordtoolError? {
    guard let loss = recentLoss, !(loss < runawayLoss) else { return nil }
    let epoch = state.position.epoch + 1
    return .diverged(
      loss.isFinite
        ? "the loss is \(loss) in epoch \(epoch)" : "the loss is not finite in epoch \(epoch)",
      expected: loss.isFinite ? "below \(Int(runawayLoss))" : "a finite number")
  }

  /// The step size when the chunk at a position begins.
  private func rate(at position: EmbeddingPosition) -> Float {
    let remaining =
      position.epoch < plan.epochs
      ? source.remainingShare(epoch: position.epoch, chunk: position.chunk, batch: 0) : 0
    return plan.decay.rate(remaining: remaining)
  }

  private func report(at position: EmbeddingPosition) -> TrainingProgress {
    let seen = source.examplesSeen(before: position)
    return TrainingProgress(
      fraction: Double(seen) / Double(max(1, source.examplesInAll)),
      epoch: min(position.epoch + 1, plan.epochs), epochCount: plan.epochs, examples: seen,
      loss: recentLoss, learningRate: Double(rate(at: position)))
  }

  private func interruption() -> WordtoolError {
    WordtoolError(
      .interrupted, found: "stopped after \(state.position.epoch) of \(plan.epochs) epochs")
  }
}

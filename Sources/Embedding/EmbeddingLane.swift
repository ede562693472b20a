import BLASCore
import WordtoolCore

/// Works through chunks of examples with one objective: the memory and the meetings of one team of threads.
///
/// Whoever drives it walks through the work and publishes it in sections: what lies between two
/// meetings. A section is cut into as many shares as threads are active just then (`ThreadTeam`), and
/// a share owns whole groups of columns. Who writes what when is said by ``Objective``; a share's
/// coefficients are its own, and of a chunk's loss samples one share of a section writes.
///
/// A training has one lane, or one for each of its ``Replicas``.
@safe final class EmbeddingLane<Source: ExampleSource, Goal: Objective>: @unchecked Sendable
where Source.Chunk == Goal.Chunk {
  // Sendable: one thread drives it at a time; the shares of its sections write as said above.
  private let source: Source
  private let goal: Goal
  private let workspace: Goal.Workspace
  private let decay: LinearDecay
  private let columns: ColumnGroups
  private let team: ThreadTeam

  /// Told of each chunk before it is trained.
  private let willTrain: ((Source.Chunk) -> Void)?
  /// Prepared together, then trained one after another.
  private let chunks: [Source.Chunk]
  /// [2, groups of columns, pitch]: the halves alternate from batch to batch, so that a section may
  /// write the scores of one while it reads those of the batch before.
  private let scores: UnsafeMutablePointer<Float>
  private let pitch: Int
  /// Of each share, or one for all.
  private let coefficients: [UnsafeMutablePointer<Float>]
  /// [chunks of an epoch]: those of the chunks that this lane trains are its own.
  private let lossSamples: UnsafeMutablePointer<LossTally>
  private let lossSampling: LossSampling

  // Written by the driver's thread between sections.
  private let section: UnsafeMutablePointer<Section>
  private lazy var job = ThreadTeam.Job { [unowned self] share in perform(share) }

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

  /// - Parameters:
  ///   - roundLimit: the most chunks that are prepared together, at least 1.
  ///   - lossSamples: [chunks of an epoch], of whoever makes the lane, who keeps it the longer.
  ///   - willTrain: called with each chunk before it is trained, by the thread that drives the lane.
  init(
    source: Source, goal: Goal, decay: LinearDecay, columns: ColumnGroups, team: ThreadTeam,
    roundLimit: Int = .max, lossSamples: UnsafeMutablePointer<LossTally>,
    willTrain: ((Source.Chunk) -> Void)? = nil
  ) {
    self.source = source
    self.goal = goal
    self.decay = decay
    self.columns = columns
    self.team = team
    self.willTrain = willTrain
    unsafe self.lossSamples = lossSamples
    chunks = (0..<min(roundLimit, source.roundLength(threadCount: team.threadCount))).map { _ in
      source.makeChunk()
    }
    workspace = goal.makeWorkspace()
    pitch = goal.scoreCapacity
    unsafe scores = Self.zeros(2 * columns.count * goal.scoreCapacity)
    unsafe coefficients = (0..<(goal.sharesCoefficients ? 1 : team.threadCount)).map { _ in
      unsafe Self.zeros(goal.coefficientCapacity)
    }
    lossSampling = goal.lossSampling
    unsafe section = .allocate(capacity: 1)
    unsafe section.initialize(to: Section())
  }

  deinit {
    unsafe scores.deallocate()
    for index in unsafe coefficients.indices { unsafe coefficients[index].deallocate() }
    unsafe section.deallocate()
  }

  private static func zeros(_ count: Int) -> UnsafeMutablePointer<Float> {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: count * 4, alignment: 64)
    return unsafe memory.initializeMemory(as: Float.self, repeating: 0, count: count)
  }

  /// Chunks that are prepared together.
  var roundLength: Int { chunks.count }

  /// Prepares and trains some chunks of an epoch, at most ``roundLength``.
  func train(_ round: Range<Int>, epoch: Int, order: Source.Order) {
    team.beginStep()
    team.forEach(pieces: round.count) { slot in
      source.prepare(chunks[slot], number: round.lowerBound + slot, epoch: epoch, order: order)
    }
    for (chunk, number) in zip(chunks, round) {
      willTrain?(chunk)
      train(chunk, at: EmbeddingPosition(epoch: epoch, chunk: number))
    }
    finishBatches()
    team.endStep(work: round.count)
  }

  /// Publishes the sections of a chunk. Its last update is left to the section that follows.
  private func train(_ chunk: Source.Chunk, at position: EmbeddingPosition) {
    for number in 0..<goal.batchCount(of: chunk) {
      let rate = decay.rate(
        remaining: source.remainingShare(
          epoch: position.epoch, chunk: position.chunk, batch: number))
      let half = unsafe section.pointee.updated?.sums == scores ? columns.count * pitch : 0
      let batch = unsafe Batch(
        chunk: Unmanaged.passUnretained(chunk), chunkNumber: position.chunk, number: number,
        rate: rate, sums: scores + half)
      unsafe section.pointee.scored = batch
      runSection()
      if goal.sharesCoefficients {
        unsafe section.pointee = Section(weighed: batch)
        runSection()
      }
      unsafe section.pointee = Section(updated: batch)
    }
  }

  /// Does the update that is left.
  private func finishBatches() {
    if unsafe section.pointee.updated != nil { runSection() }
    unsafe section.pointee = Section()
  }

  private func runSection() {
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
}

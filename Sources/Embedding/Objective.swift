package import BLASCore

/// What is to become small, and how rows change for it: the second of the engine's two seams.
///
/// A chunk is worked through in batches. All examples of a batch see the rows as they were before
/// it. Each batch goes through three phases, each cut into shares; the threads meet after the first:
/// 1. ``addScores(of:batch:groups:columns:into:pitch:workspace:)``: dot products over the columns that
///    the share owns, each group of columns apart.
/// 2. ``coefficients(of:batch:rate:scores:columns:pitch:share:shareCount:into:workspace:)``: the sums
///    over all groups, in the order of the groups, become what rows are to be changed by. Where
///    ``sharesCoefficients``, the shares take examples in turn and the threads meet once more; else
///    each share computes all of them, which costs less than a meeting when they are few.
/// 3. ``update(_:batch:blocks:coefficients:workspace:)``: the columns that the share owns change.
///
/// Who writes what: a share writes its own columns of the tables and of the workspace in phases 1
/// and 3, the scores of its own groups in phase 1, its own examples' coefficients in phase 2. Nobody
/// writes what another reads between two meetings, and every sum has one order. The number of shares
/// may be another one after each meeting.
///
/// An objective is called once a phase and batch, never in an inner loop: those are its own, or
/// kernels.
package protocol Objective: SendableMetatype {
  /// The form of examples it reads.
  associatedtype Chunk: AnyObject
  /// Memory of one run, shared as said above.
  associatedtype Workspace

  /// Floats that the scores of the largest batch take, for one group of columns.
  var scoreCapacity: Int { get }
  /// Floats that the coefficients of the largest batch take.
  var coefficientCapacity: Int { get }
  /// Whether phase 2 is cut into shares.
  var sharesCoefficients: Bool { get }
  /// Of which batches the loss is taken.
  var lossSampling: LossSampling { get }
  /// A mean loss of an example that says that training diverges, when it is reached.
  var runawayLoss: Double { get }

  /// Memory for one run.
  func makeWorkspace() -> Workspace

  /// Batches in a chunk.
  func batchCount(of chunk: Chunk) -> Int

  /// Phase 1: the partial scores of `groups`; those of group g begin at `scores + g * pitch`.
  func addScores(
    of chunk: Chunk, batch: Int, groups: Range<Int>, columns: ColumnGroups,
    into scores: UnsafeMutablePointer<Float>, pitch: Int, workspace: Workspace)

  /// Phase 2: the coefficients, `rate` times the falling gradient of each score.
  func coefficients(
    of chunk: Chunk, batch: Int, rate: Float, scores: UnsafePointer<Float>,
    columns: ColumnGroups, pitch: Int, share: Int, shareCount: Int,
    into coefficients: UnsafeMutablePointer<Float>, workspace: Workspace)

  /// Phase 3: changes the rows over `blocks` of 16 columns.
  func update(
    _ chunk: Chunk, batch: Int, blocks: Range<Int>, coefficients: UnsafePointer<Float>,
    workspace: Workspace)

  /// Adds the losses of a batch, example after example, from before its update.
  func addLoss(
    of chunk: Chunk, batch: Int, scores: UnsafePointer<Float>, columns: ColumnGroups, pitch: Int,
    workspace: Workspace, to tally: inout LossTally)
}

/// Of which batches a loss is taken: losses of all would cost as much as the training.
package struct LossSampling: Sendable {
  /// One chunk in so many, at least 1.
  package var chunkPeriod: Int
  /// Whether all batches of that chunk, or its first alone.
  package var takesAllBatches: Bool

  package init(chunkPeriod: Int, takesAllBatches: Bool) {
    self.chunkPeriod = chunkPeriod
    self.takesAllBatches = takesAllBatches
  }

  /// Whether `share` takes the loss of a batch: the first where all are taken, else sampled chunks go
  /// round the shares.
  @inline(__always)
  func isTaken(chunk: Int, batch: Int, byShare share: Int, of shareCount: Int) -> Bool {
    chunk % chunkPeriod == 0
      && (takesAllBatches
        ? share == 0 : batch == 0 && (chunk / chunkPeriod) % shareCount == share)
  }
}

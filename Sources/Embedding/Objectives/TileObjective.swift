package import BLASCore
package import CKernels

/// Objectives over tiles, small matrix products of inputs against outputs, told from noise.
///
/// The kernels `sgns_*` do scores, coefficients, changes and losses of a batch; every share computes
/// all coefficients, which costs less than a meeting. An objective says what rows a batch names.
package protocol TileObjective: Objective {
  /// The SIMD kernels; any choice gives the same bits.
  var kernels: UnsafePointer<wt_kernels> { get }

  /// The groups of a batch, and the tables they name rows of.
  func tiles(_ chunk: Chunk, _ batch: Int, _ workspace: Workspace) -> wt_sgns_batch
}

extension TileObjective {
  package var coefficientCapacity: Int { scoreCapacity }
  package var sharesCoefficients: Bool { false }
  package var lossSampling: LossSampling { LossSampling(chunkPeriod: 4, takesAllBatches: false) }

  /// The partial scores of `groups` of columns, for rows that are ready.
  @inline(__always)
  func addTileScores(
    of chunk: Chunk, batch: Int, groups: Range<Int>, columns: ColumnGroups,
    into scores: UnsafeMutablePointer<Float>, pitch: Int, workspace: Workspace
  ) {
    var tiles = unsafe tiles(chunk, batch, workspace)
    for group in groups {
      unsafe kernels.pointee.sgns_dots_f32(
        &tiles, Int32(columns.bounds[group]), Int32(columns.bounds[group + 1]),
        scores + group * pitch)
    }
  }

  package func coefficients(
    of chunk: Chunk, batch: Int, rate: Float, scores: UnsafePointer<Float>,
    columns: ColumnGroups, pitch: Int, share: Int, shareCount: Int,
    into coefficients: UnsafeMutablePointer<Float>, workspace: Workspace
  ) {
    var tiles = unsafe tiles(chunk, batch, workspace)
    unsafe kernels.pointee.sgns_coefficients_f32(
      &tiles, scores, Int32(columns.count), Int64(pitch), rate, coefficients)
  }

  package func addLoss(
    of chunk: Chunk, batch: Int, scores: UnsafePointer<Float>, columns: ColumnGroups, pitch: Int,
    workspace: Workspace, to tally: inout LossTally
  ) {
    var tiles = unsafe tiles(chunk, batch, workspace)
    var pairs = 0.0
    unsafe tally.sum += wt_sgns_loss(&tiles, scores, Int32(columns.count), Int64(pitch), &pairs)
    tally.count += pairs
  }
}

package import BLASCore
package import CKernels

/// Chunks of examples that are small matrix products: groups of inputs against groups of outputs.
package protocol TileChunk: AnyObject {
  /// The groups of the chunk; `groups` and `group_count` are all of them, the tables are not named.
  var tiles: wt_sgns_batch { get }
  /// How many batches there are.
  var batchCount: Int { get }
  /// The groups of a batch.
  func groups(ofBatch batch: Int) -> Range<Int>
}

extension TileChunk {
  /// The groups of one batch, and the tables they name rows of.
  @inline(__always)
  package func batch(
    _ number: Int, inputRows: UnsafeMutablePointer<Float>, outputRows: UnsafeMutablePointer<Float>,
    stride: Int
  ) -> wt_sgns_batch {
    var batch = unsafe tiles
    let groups = groups(ofBatch: number)
    unsafe batch.input_rows = inputRows
    unsafe batch.output_rows = outputRows
    unsafe batch.stride = Int64(stride)
    unsafe batch.group_count = Int32(groups.count)
    unsafe batch.groups += groups.lowerBound
    return unsafe batch
  }
}

/// Negative sampling: an output that belongs to an input is told from noise.
///
/// Mikolov et al., Distributed Representations of Words and Phrases and their Compositionality,
/// NIPS 2013, equation 4. The loss of an input v with its output u and noise n is
/// -log sigma(v . u) - sum_n log sigma(-v . n), in nats. Differs from word2vec.c: exact sigma instead
/// of a table.
@safe package struct NegativeSampling<Chunk: TileChunk>: TileObjective {
  private let input: RowStorage
  private let output: RowStorage
  package let kernels: UnsafePointer<wt_kernels>
  private let frozen: FrozenRows?
  package let scoreCapacity: Int
  package let runawayLoss: Double

  /// - Parameters:
  ///   - tables: the rows, of which only columns owned by a share are changed by it.
  ///   - groupsPerBatch: the most groups of a batch, at least 1.
  ///   - productsPerGroup: the most products of a group, padded as `CKernels.h` says.
  ///   - guessingLoss: the loss of a pair while rows are untrained; eight times that runs away.
  ///   - frozen: input rows that stay as they are.
  package init(
    tables: EmbeddingTables, kernels: KernelTable, groupsPerBatch: Int, productsPerGroup: Int,
    guessingLoss: Double, frozen: FrozenRows? = nil
  ) {
    self.frozen = frozen
    input = tables.input
    output = tables.output
    unsafe self.kernels = kernels.pointer
    runawayLoss = 8 * guessingLoss
    scoreCapacity = productsPerGroup * groupsPerBatch
  }

  /// Nothing is kept between the phases but scores and coefficients.
  package struct NoWorkspace {}
  package func makeWorkspace() -> NoWorkspace { NoWorkspace() }

  package func batchCount(of chunk: Chunk) -> Int {
    chunk.batchCount
  }

  @inline(__always)
  package func tiles(_ chunk: Chunk, _ batch: Int, _: NoWorkspace) -> wt_sgns_batch {
    unsafe chunk.batch(
      batch, inputRows: input.base, outputRows: output.base, stride: input.stride)
  }

  package func addScores(
    of chunk: Chunk, batch: Int, groups: Range<Int>, columns: ColumnGroups,
    into scores: UnsafeMutablePointer<Float>, pitch: Int, workspace: NoWorkspace
  ) {
    unsafe addTileScores(
      of: chunk, batch: batch, groups: groups, columns: columns, into: scores, pitch: pitch,
      workspace: workspace)
  }

  package func update(
    _ chunk: Chunk, batch: Int, blocks: Range<Int>, coefficients: UnsafePointer<Float>,
    workspace: NoWorkspace
  ) {
    var tiles = unsafe tiles(chunk, batch, workspace)
    unsafe kernels.pointee.sgns_update_f32(
      &tiles, Int32(blocks.lowerBound), Int32(blocks.upperBound), coefficients)
    guard let frozen else { return }
    for number in unsafe 0..<Int(tiles.group_count) {
      let group = unsafe tiles.groups[number]
      unsafe frozen.restore(
        UnsafeBufferPointer(
          start: tiles.inputs + Int(group.input_begin), count: Int(group.input_count)),
        columns: blocks.lowerBound * WT_LANES..<blocks.upperBound * WT_LANES, in: input)
    }
  }
}

extension NegativeSampling: ReplicableObjective {
  package func countChanges(by chunk: Chunk, in changes: TableChanges) {
    let tiles = unsafe chunk.tiles
    for number in unsafe 0..<Int(tiles.group_count) {
      let group = unsafe tiles.groups[number]
      let inputs = unsafe UnsafeBufferPointer(
        start: tiles.inputs + Int(group.input_begin), count: Int(group.input_count))
      if let frozen {
        for index in inputs.indices where unsafe !frozen.contains(inputs[index]) {
          unsafe changes.input.add(inputs[index])
        }
      } else {
        unsafe changes.input.add(inputs)
      }
      unsafe changes.output.add(outputs(of: group, in: tiles))
    }
  }
}

extension TileObjective {
  /// The output rows of a group, padding included.
  @inline(__always)
  func outputs(of group: wt_sgns_group, in tiles: wt_sgns_batch) -> UnsafeBufferPointer<Int32> {
    unsafe UnsafeBufferPointer(
      start: tiles.outputs + Int(group.output_begin), count: Int(group.output_count))
  }
}

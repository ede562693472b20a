package import BLASCore
package import CKernels

/// Where the rows of bags are listed.
@safe package struct BagList {
  /// The numbers of rows of all bags.
  package let rows: UnsafePointer<Int32>
  /// Where each bag begins among them.
  package let starts: UnsafePointer<Int>
  /// How many rows each bag has, at least 1.
  package let counts: UnsafePointer<Int32>
  /// The position of each row in its window, from 0, rows of a bag at one position one after another; nil
  /// where positions do not count.
  package let positions: UnsafePointer<Int32>?

  package init(
    rows: UnsafePointer<Int32>, starts: UnsafePointer<Int>, counts: UnsafePointer<Int32>,
    positions: UnsafePointer<Int32>? = nil
  ) {
    unsafe self.rows = rows
    unsafe self.starts = starts
    unsafe self.counts = counts
    unsafe self.positions = positions
  }

  /// The rows of one bag with their positions.
  ///
  /// - Precondition: the list has ``positions``.
  @inline(__always)
  func weighted(_ bag: Int) -> WeightedBag {
    guard let positions = unsafe positions else { preconditionFailure("bags without positions") }
    return unsafe WeightedBag(rows: self[bag], positions: positions + starts[bag])
  }

  /// The rows of one bag.
  @inline(__always)
  package subscript(bag: Int) -> UnsafeBufferPointer<Int32> {
    unsafe UnsafeBufferPointer(start: rows + starts[bag], count: Int(counts[bag]))
  }
}

/// Chunks of tiles whose inputs are bags of rows: the words around a word, a word and its n-grams.
package protocol BagTileChunk: AnyObject {
  /// The groups of the chunk; an input is the number of a bag in its batch, from 0.
  var tiles: wt_sgns_batch { get }
  /// The bags of the chunk, batch after batch.
  var bags: BagList { get }
  /// How many batches there are.
  var batchCount: Int { get }
  /// The groups of a batch.
  func groups(ofBatch batch: Int) -> Range<Int>
  /// The bags of a batch.
  func bags(ofBatch batch: Int) -> Range<Int>
}

/// ``NegativeSampling`` whose inputs are means of bags of rows.
///
/// The mean of a bag stands for it. What the mean is to change by is added to each of its rows, as
/// word2vec.c and fastText do for unsupervised models: divided by the number of rows, a bag would
/// learn the more slowly the larger it is. For texts with labels fastText does divide, which is the
/// gradient. The means are rows of the workspace; a share has its own columns of them. With
/// ``PositionWeights`` what stands at each position of a window is weighted before.
@safe package struct BagNegativeSampling<Chunk: BagTileChunk>: TileObjective {
  private let input: RowStorage
  private let output: RowStorage
  private let kernelTable: KernelTable
  package let kernels: UnsafePointer<wt_kernels>
  private let bagsPerBatch: Int
  private let frozen: FrozenRows?
  private let dividesChanges: Bool
  private let positions: PositionWeights?
  package let lossSampling: LossSampling
  package let scoreCapacity: Int
  package let runawayLoss: Double

  /// - Parameters:
  ///   - tables: the rows, of which only columns owned by a share are changed by it.
  ///   - bagsPerBatch: the most bags of a batch.
  ///   - productsPerBatch: the most products of a batch, padded as `CKernels.h` says.
  ///   - guessingLoss: the loss of a pair while rows are untrained; eight times that runs away.
  ///   - frozen: input rows that stay as they are.
  ///   - dividesChanges: whether each row of a bag gets its share of what the mean is to change by, not
  ///     the whole.
  ///   - positions: where the weights of positions are, if they have any; bags then say them.
  ///   - lossSampling: of which batches the loss is taken.
  package init(
    tables: EmbeddingTables, kernels: KernelTable, bagsPerBatch: Int, productsPerBatch: Int,
    guessingLoss: Double, frozen: FrozenRows? = nil, dividesChanges: Bool = false,
    positions: PositionWeights? = nil,
    lossSampling: LossSampling = LossSampling(chunkPeriod: 4, takesAllBatches: false)
  ) {
    precondition(positions == nil || !dividesChanges, "weights of positions and divided changes")
    self.frozen = frozen
    self.dividesChanges = dividesChanges
    self.positions = positions
    self.lossSampling = lossSampling
    input = tables.input
    output = tables.output
    kernelTable = kernels
    unsafe self.kernels = kernels.pointer
    self.bagsPerBatch = bagsPerBatch
    scoreCapacity = productsPerBatch
    runawayLoss = 8 * guessingLoss
  }

  /// The means of a batch's bags, and what they are to change by: [bags, stride] each.
  @safe package final class Workspace {
    fileprivate let means: UnsafeMutablePointer<Float>
    fileprivate let changes: UnsafeMutablePointer<Float>
    /// What the weights of positions are to change by, [positions, stride].
    fileprivate let weightChanges: UnsafeMutablePointer<Float>

    fileprivate init(bags: Int, positions: Int, stride: Int) {
      func zeros(_ rows: Int) -> UnsafeMutablePointer<Float> {
        let count = rows * stride
        let memory = UnsafeMutableRawPointer.allocate(byteCount: count * 4, alignment: 64)
        return unsafe memory.initializeMemory(as: Float.self, repeating: 0, count: count)
      }
      unsafe means = zeros(bags)
      unsafe changes = zeros(bags)
      unsafe weightChanges = zeros(positions)
    }

    deinit {
      unsafe means.deallocate()
      unsafe changes.deallocate()
      unsafe weightChanges.deallocate()
    }
  }

  package func makeWorkspace() -> Workspace {
    Workspace(bags: bagsPerBatch, positions: positions?.count ?? 0, stride: input.stride)
  }

  private var weightedRows: WeightedBagRows? {
    positions.map { WeightedBagRows(input, kernels: kernelTable, weights: $0) }
  }

  package func batchCount(of chunk: Chunk) -> Int { chunk.batchCount }

  /// The groups of a batch over the means.
  package func tiles(_ chunk: Chunk, _ batch: Int, _ workspace: Workspace) -> wt_sgns_batch {
    let groups = chunk.groups(ofBatch: batch)
    var tiles = unsafe chunk.tiles
    unsafe tiles.input_rows = workspace.means
    unsafe tiles.input_changes = workspace.changes
    unsafe tiles.output_rows = output.base
    unsafe tiles.stride = Int64(input.stride)
    unsafe tiles.groups += groups.lowerBound
    unsafe tiles.group_count = Int32(groups.count)
    return unsafe tiles
  }

  /// The columns of blocks.
  private static func floats(_ blocks: Range<Int>) -> Range<Int> {
    blocks.lowerBound * WT_LANES..<blocks.upperBound * WT_LANES
  }

  package func addScores(
    of chunk: Chunk, batch: Int, groups: Range<Int>, columns: ColumnGroups,
    into scores: UnsafeMutablePointer<Float>, pitch: Int, workspace: Workspace
  ) {
    let rows = BagRows(input, kernels: kernelTable)
    let own = Self.floats(columns.blocks(groups))
    let (list, bags) = (chunk.bags, chunk.bags(ofBatch: batch))
    let (means, stride) = unsafe (workspace.means, input.stride)
    let weighted = weightedRows
    for bag in bags {
      if bag + 1 < bags.upperBound { unsafe rows.prefetch(list[bag + 1], columns: own) }
      let mean = unsafe means + (bag - bags.lowerBound) * stride
      if let weighted {
        unsafe weighted.gather(list.weighted(bag), columns: own, into: mean)
      } else {
        unsafe rows.gather(list[bag], columns: own, into: mean)
      }
    }
    unsafe addTileScores(
      of: chunk, batch: batch, groups: groups, columns: columns, into: scores, pitch: pitch,
      workspace: workspace)
  }

  package func update(
    _ chunk: Chunk, batch: Int, blocks: Range<Int>, coefficients: UnsafePointer<Float>,
    workspace: Workspace
  ) {
    let rows = BagRows(input, kernels: kernelTable)
    let own = Self.floats(blocks)
    let (list, bags) = (chunk.bags, chunk.bags(ofBatch: batch))
    let (changes, stride) = unsafe (workspace.changes, input.stride)
    for bag in 0..<bags.count {
      unsafe (changes + bag * stride + own.lowerBound).update(repeating: 0, count: own.count)
    }
    var tiles = unsafe tiles(chunk, batch, workspace)
    unsafe kernels.pointee.sgns_update_f32(
      &tiles, Int32(blocks.lowerBound), Int32(blocks.upperBound), coefficients)
    let weighted = weightedRows
    for bag in bags {
      let change = unsafe changes + (bag - bags.lowerBound) * stride
      if let weighted {
        unsafe weighted.add(
          change, toEachOf: list.weighted(bag), columns: own,
          weightChanges: workspace.weightChanges)
      } else if dividesChanges {
        unsafe rows.scatter(change, columns: own, over: list[bag])
      } else {
        unsafe rows.add(change, columns: own, toEachOf: list[bag])
      }
    }
    if let weighted { unsafe weighted.apply(workspace.weightChanges, columns: own) }
    guard let frozen else { return }
    for bag in bags { unsafe frozen.restore(list[bag], columns: own, in: input) }
  }
}

extension BagNegativeSampling: ReplicableObjective {
  package func countChanges(by chunk: Chunk, in changes: TableChanges) {
    let (tiles, list) = unsafe (chunk.tiles, chunk.bags)
    for batch in 0..<chunk.batchCount {
      for bag in chunk.bags(ofBatch: batch) {
        let rows = unsafe list[bag]
        if let frozen {
          for index in rows.indices where unsafe !frozen.contains(rows[index]) {
            unsafe changes.input.add(rows[index])
          }
        } else {
          unsafe changes.input.add(rows)
        }
        guard let positions else { continue }
        list.weighted(bag).forEachPosition { position in
          changes.input.add(Int32(truncatingIfNeeded: positions.firstRow + position))
        }
      }
      for number in chunk.groups(ofBatch: batch) {
        unsafe changes.output.add(outputs(of: tiles.groups[number], in: tiles))
      }
    }
  }
}

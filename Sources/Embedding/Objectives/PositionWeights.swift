package import BLASCore
import CKernels

/// A vector for each place of a window, by which what stands there is weighted value by value before
/// it joins the others' mean.
///
/// Mikolov, Grave, Bojanowski, Puhrsch and Joulin, Advances in Pre-Training Distributed Word
/// Representations, LREC 2018, equation 3, after Mnih and Kavukcuoglu (Learning Word Embeddings
/// Efficiently with Noise-Contrastive Estimation, NIPS 2013): with a bag's words w at the positions p and
/// n rows in all, the bag's vector is h = 1/n sum_p d_p * u_w, u_w being the sum of the word's rows.
///
/// The weights d are rows of the input table behind all others, one for each position, and begin at 1,
/// where h is the mean. With e, what h is to change by, each row of a word at p changes by d_p * e, as
/// those of an unweighted bag change by e; d_p changes by e * u_w / n, the gradient: it takes part in
/// every window, and its steps are not to grow with their number.
package struct PositionWeights: Sendable {
  /// The row of the first position's weights in the input table.
  package var firstRow: Int
  /// Positions of a window.
  package var count: Int

  /// - Parameters:
  ///   - firstRow: the row of the first position's weights in the input table.
  ///   - count: positions of a window, twice its radius.
  package init(firstRow: Int, count: Int) {
    self.firstRow = firstRow
    self.count = count
  }

  /// Sets all weights to 1, where they change nothing.
  package func reset(in table: RowStorage) {
    for position in 0..<count {
      table[firstRow + position] = [Float](repeating: 1, count: table.dimension)
    }
  }
}

/// The rows of a bag with their positions, rows at one position one after another.
@safe struct WeightedBag {
  /// The rows of the bag.
  let rows: UnsafeBufferPointer<Int32>
  /// The position of each of them.
  let positions: UnsafePointer<Int32>

  init(rows: UnsafeBufferPointer<Int32>, positions: UnsafePointer<Int32>) {
    unsafe self.rows = rows
    unsafe self.positions = positions
  }

  /// What the mean multiplies each row by.
  var share: Float { unsafe 1 / Float(rows.count) }

  /// Calls `body` with each position at which rows stand, in their order.
  @inline(__always)
  func forEachPosition(_ body: (Int) -> Void) {
    for place in unsafe rows.indices
    where unsafe place == 0 || positions[place] != positions[place - 1] {
      unsafe body(Int(positions[place]))
    }
  }
}

/// The input side of bags whose positions have weights: what ``BagRows`` is to others.
///
/// Columns outside of `columns`, a range of whole blocks, are neither read nor written. The sums are in the
/// order of the rows, and no product is fused: the bits are the same with any kernels.
@safe struct WeightedBagRows {
  private let kernels: UnsafePointer<wt_kernels>
  private let table: RowStorage
  private let weights: PositionWeights

  init(_ table: RowStorage, kernels: KernelTable, weights: PositionWeights) {
    unsafe self.kernels = kernels.pointer
    self.table = table
    self.weights = weights
  }

  /// The weights of the first position.
  private var firstRow: UnsafeMutablePointer<Float> {
    unsafe table.base + weights.firstRow * table.stride
  }

  /// mean = 1/n sum_p d_p * (the sum of the rows at p).
  @inline(__always)
  func gather(_ bag: WeightedBag, columns: Range<Int>, into mean: UnsafeMutablePointer<Float>) {
    let first = columns.lowerBound
    unsafe kernels.pointee.gather_weighted_rows_f32(
      Int64(columns.count), table.base + first, firstRow + first, Int64(table.stride),
      bag.rows.baseAddress, bag.positions, Int64(bag.rows.count), bag.share, mean + first)
  }

  /// Changes the rows of a bag by the weighted `change`, and adds to `weightChanges`, [positions, stride],
  /// what the weights are to change by: with the rows as they are before.
  @inline(__always)
  func add(
    _ change: UnsafePointer<Float>, toEachOf bag: WeightedBag, columns: Range<Int>,
    weightChanges: UnsafeMutablePointer<Float>
  ) {
    let first = columns.lowerBound
    unsafe kernels.pointee.scatter_weighted_rows_f32(
      Int64(columns.count), change + first, firstRow + first, weightChanges + first,
      Int64(table.stride), bag.rows.baseAddress, bag.positions, Int64(bag.rows.count), bag.share,
      table.base + first)
  }

  /// Adds to all weights what they are to change by, which becomes zero.
  func apply(_ weightChanges: UnsafeMutablePointer<Float>, columns: Range<Int>) {
    for position in 0..<weights.count {
      let place = position * table.stride + columns.lowerBound
      unsafe kernels.pointee.axpy_f32(
        Int64(columns.count), 1, weightChanges + place, firstRow + place)
      unsafe (weightChanges + place).update(repeating: 0, count: columns.count)
    }
  }
}

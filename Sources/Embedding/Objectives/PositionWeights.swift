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

/// The rows of a bag, stretch by stretch of the same position.
@safe struct WeightedBag {
  /// The rows of the bag.
  let rows: UnsafeBufferPointer<Int32>
  /// The position of each of them.
  let positions: UnsafePointer<Int32>

  init(rows: UnsafeBufferPointer<Int32>, positions: UnsafePointer<Int32>) {
    unsafe self.rows = rows
    unsafe self.positions = positions
  }

  /// Calls `body` with each position and the rows that stand there, in their order.
  @inline(__always)
  func forEachPosition(_ body: (Int, UnsafeBufferPointer<Int32>) -> Void) {
    var begin = 0
    while unsafe begin < rows.count {
      let position = unsafe positions[begin]
      var end = begin + 1
      while unsafe end < rows.count && positions[end] == position { end += 1 }
      unsafe body(Int(position), UnsafeBufferPointer(rebasing: rows[begin..<end]))
      begin = end
    }
  }
}

/// The input side of bags whose positions have weights: what ``BagRows`` is to others.
///
/// Columns outside of `columns` are neither read nor written. The sums are in the order of the rows, and
/// no kernel multiplies here: the bits are the same with any.
@safe struct WeightedBagRows {
  private let rows: BagRows
  private let table: RowStorage
  private let weights: PositionWeights

  init(_ table: RowStorage, kernels: KernelTable, weights: PositionWeights) {
    rows = BagRows(table, kernels: kernels)
    self.table = table
    self.weights = weights
  }

  private func row(ofPosition position: Int) -> UnsafeMutablePointer<Float> {
    unsafe table.base + (weights.firstRow + position) * table.stride
  }

  /// mean = 1/n sum_p d_p * (the sum of the rows at p).
  ///
  /// - Parameter scratch: [stride], of which `columns` are overwritten.
  func gather(
    _ bag: WeightedBag, columns: Range<Int>, into mean: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    for column in columns { unsafe mean[column] = 0 }
    unsafe bag.forEachPosition { position, there in
      let weight = unsafe row(ofPosition: position)
      let sum = unsafe self.sum(of: there, columns: columns, scratch: scratch)
      for column in columns { unsafe mean[column] += weight[column] * sum[column] }
    }
    let share = unsafe 1 / Float(bag.rows.count)
    for column in columns { unsafe mean[column] *= share }
  }

  /// Changes the rows of a bag by the weighted `change`, and adds to `weightChanges`, [positions, stride],
  /// what the weights are to change by: with the rows as they are before.
  ///
  /// - Parameter scratch: [stride], of which `columns` are overwritten.
  func add(
    _ change: UnsafePointer<Float>, toEachOf bag: WeightedBag, columns: Range<Int>,
    weightChanges: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    let share = unsafe 1 / Float(bag.rows.count)
    unsafe bag.forEachPosition { position, there in
      let weight = unsafe row(ofPosition: position)
      let weightChange = unsafe weightChanges + position * table.stride
      let sum = unsafe self.sum(of: there, columns: columns, scratch: scratch)
      for column in columns {
        unsafe weightChange[column] += share * change[column] * sum[column]
      }
      for column in columns { unsafe scratch[column] = weight[column] * change[column] }
      unsafe rows.add(scratch, columns: columns, toEachOf: there)
    }
  }

  /// Adds to all weights what they are to change by, which becomes zero.
  func apply(_ weightChanges: UnsafeMutablePointer<Float>, columns: Range<Int>) {
    for position in 0..<weights.count {
      let weight = unsafe row(ofPosition: position)
      let change = unsafe weightChanges + position * table.stride
      for column in columns {
        unsafe weight[column] += change[column]
        unsafe change[column] = 0
      }
    }
  }

  /// The sum of some rows: the row itself where there is one, else in `scratch`.
  @inline(__always)
  private func sum(
    of there: UnsafeBufferPointer<Int32>, columns: Range<Int>,
    scratch: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    if there.count == 1 {
      return unsafe UnsafePointer(table.base + Int(there[0]) * table.stride)
    }
    unsafe rows.addUp(there, columns: columns, into: scratch)
    return unsafe UnsafePointer(scratch)
  }
}

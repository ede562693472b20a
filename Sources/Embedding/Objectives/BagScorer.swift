package import BLASCore
import CKernels

/// Rows of floats of a trained model, anywhere in memory.
@safe package struct ModelRows: @unchecked Sendable {
  // Sendable: nobody writes to the memory.

  let base: UnsafePointer<Float>
  let count: Int
  let stride: Int

  /// - Precondition: row r begins `r * stride` floats behind `base`, for r below `count`, and stays as
  ///   it is while this is used.
  package init(base: UnsafePointer<Float>, count: Int, stride: Int) {
    unsafe self.base = base
    self.count = count
    self.stride = stride
  }
}

/// Scores of bags of rows against every label: the dot products of a bag's mean with the labels' rows.
///
/// Where there are few labels the score of a bag is the mean of its rows' own scores, so that a table
/// of those, a few numbers a row, stands for the rows: a bag then reads a fiftieth of the memory. The
/// bits are the same with the table and without.
@safe package struct BagScorer: @unchecked Sendable {
  // Sendable: it reads what nobody writes.

  private let inputs: ModelRows
  private let labels: ModelRows
  private let dimension: Int
  private let kernels: UnsafePointer<wt_kernels>

  /// - Parameters:
  ///   - inputs: rows that bags name, [rows, dimension].
  ///   - labels: [labels, dimension].
  ///   - kernels: the SIMD kernels; any choice gives the same bits.
  package init(inputs: ModelRows, labels: ModelRows, dimension: Int, kernels: KernelTable) {
    self.inputs = inputs
    self.labels = labels
    self.dimension = dimension
    unsafe self.kernels = kernels.pointer
  }

  /// Whether the score of a bag is the mean of its rows' scores.
  package var addsScores: Bool { 2 * labels.count <= dimension }
  /// Floats that ``score(_:table:room:into:)`` needs for itself.
  package var roomCount: Int { max(dimension, labels.count) }

  /// The scores of some rows, [rows, labels].
  ///
  /// - Precondition: there are such rows, and `scores` has room for them.
  package func score(rows: Range<Int>, into scores: UnsafeMutablePointer<Float>) {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= inputs.count, "rows \(rows)")
    unsafe kernels.pointee.dots_f32(
      Int64(rows.count), Int64(labels.count), Int64(dimension),
      inputs.base + rows.lowerBound * inputs.stride, Int64(inputs.stride), labels.base,
      Int64(labels.stride), nil, scores, Int64(labels.count))
  }

  /// The scores of a bag.
  ///
  /// - Parameters:
  ///   - bag: numbers of rows; none gives zeros.
  ///   - table: the scores of all rows, if they were computed.
  ///   - room: ``roomCount`` floats.
  ///   - scores: one for each label.
  package func score(
    _ bag: UnsafeBufferPointer<Int32>, table: UnsafePointer<Float>?,
    room: UnsafeMutablePointer<Float>, into scores: UnsafeMutablePointer<Float>
  ) {
    let (labelCount, scale) = (labels.count, 1 / Float(max(1, bag.count)))
    if !addsScores {
      for column in 0..<dimension { unsafe room[column] = 0 }
      for index in bag.indices {
        let row = unsafe inputs.base + Int(bag[index]) * inputs.stride
        for column in 0..<dimension { unsafe room[column] += row[column] }
      }
      for column in 0..<dimension { unsafe room[column] *= scale }
      unsafe kernels.pointee.dots_f32(
        1, Int64(labelCount), Int64(dimension), room, Int64(dimension), labels.base,
        Int64(labels.stride), nil, scores, Int64(labelCount))
      return
    }
    for label in 0..<labelCount { unsafe scores[label] = 0 }
    if let table = unsafe table {
      if labelCount == 2 {
        unsafe addPairs(bag, table, scores)
      } else {
        for index in bag.indices {
          let row = unsafe table + Int(bag[index]) * labelCount
          for label in 0..<labelCount { unsafe scores[label] += row[label] }
        }
      }
    } else {
      for index in bag.indices {
        let row = unsafe Int(bag[index])
        unsafe score(rows: row..<row + 1, into: room)
        for label in 0..<labelCount { unsafe scores[label] += room[label] }
      }
    }
    for label in 0..<labelCount { unsafe scores[label] *= scale }
  }

  /// Two labels stay in registers.
  private func addPairs(
    _ bag: UnsafeBufferPointer<Int32>, _ table: UnsafePointer<Float>,
    _ scores: UnsafeMutablePointer<Float>
  ) {
    var (first, second): (Float, Float) = (0, 0)
    for index in bag.indices {
      let row = unsafe table + 2 * Int(bag[index])
      unsafe first += row[0]
      unsafe second += row[1]
    }
    unsafe scores[0] = first
    unsafe scores[1] = second
  }

  /// Scores become probabilities that add up to 1.
  package func softmax(_ scores: UnsafeMutablePointer<Float>) {
    let count = labels.count
    var largest = unsafe scores[0]
    for label in 1..<count { unsafe largest = max(largest, scores[label]) }
    for label in 0..<count { unsafe scores[label] -= largest }
    unsafe kernels.pointee.exp_f32(scores, scores, Int64(count))
    var sum: Float = 0
    for label in 0..<count { unsafe sum += scores[label] }
    let scale = 1 / sum
    for label in 0..<count { unsafe scores[label] *= scale }
  }

  /// Scores become the probability of each label by itself.
  package func logistic(_ scores: UnsafeMutablePointer<Float>) {
    unsafe kernels.pointee.sigmoid_f32(scores, scores, Int64(labels.count))
  }
}

import BLASCore
import CKernels

/// Examples whose inputs are bags of rows: the words and n-grams of a text, the words around a word,
/// a word and its parts. The mean of an example's rows stands for it.
///
/// The numbers of all examples lie one after another, and each example is a range of them; a source
/// that has them all in one array lets its chunks share it.
package final class Bags {
  /// Rows of the input table.
  package var inputs: [Int32] = []
  /// Where each example's inputs are; none is empty.
  package var inputRanges: [Range<Int>] = []
  /// What the examples' outputs are to be: rows of the output table.
  package var targets: [Int32] = []
  /// Where each example's targets are.
  package var targetRanges: [Range<Int>] = []
  /// How often the last input of each example counts; empty where each counts once.
  package var lastCounts: [Int32] = []

  package init() {}

  /// How many examples there are.
  package var count: Int { inputRanges.count }

  /// Forgets the examples, not the numbers.
  package func removeExamples() {
    inputRanges.removeAll(keepingCapacity: true)
    targetRanges.removeAll(keepingCapacity: true)
    lastCounts.removeAll(keepingCapacity: true)
  }

  /// How often the last input of an example counts.
  @inline(__always)
  func lastCount(of example: Int) -> Int { lastCounts.isEmpty ? 1 : Int(lastCounts[example]) }
}

/// The input side of bags: their means, and their rows' share of what the means change by.
///
/// Columns outside of `columns`, a range of whole blocks, are neither read nor written.
@safe struct BagRows {
  private let kernels: UnsafePointer<wt_kernels>
  /// [rows, stride]
  private let rows: UnsafeMutablePointer<Float>
  private let stride: Int

  init(_ table: RowStorage, kernels: KernelTable) {
    unsafe self.kernels = kernels.pointer
    unsafe rows = table.base
    stride = table.stride
  }

  /// mean = the mean of the rows that `inputs` names, the last of them counted `lastCount` times.
  @inline(__always)
  func gather(
    _ inputs: UnsafeBufferPointer<Int32>, lastCount: Int = 1, columns: Range<Int>,
    into mean: UnsafeMutablePointer<Float>
  ) {
    let scale = 1 / Float(inputs.count + lastCount - 1)
    unsafe kernels.pointee.gather_rows_f32(
      Int64(columns.count), rows + columns.lowerBound, Int64(stride), inputs.baseAddress,
      Int64(inputs.count), scale, mean + columns.lowerBound)
    if lastCount > 1 {
      unsafe kernels.pointee.axpy_f32(
        Int64(columns.count), Float(lastCount - 1) * scale,
        rows + Int(inputs[inputs.count - 1]) * stride + columns.lowerBound,
        mean + columns.lowerBound)
    }
  }

  /// Adds to each row that `inputs` names its share of what the mean is to change by, which is
  /// overwritten. Of a row that counts `lastCount` times each of what it stands for has that share.
  @inline(__always)
  func scatter(
    _ change: UnsafeMutablePointer<Float>, columns: Range<Int>,
    over inputs: UnsafeBufferPointer<Int32>, lastCount: Int = 1
  ) {
    let scale = 1 / Float(inputs.count + lastCount - 1)
    for column in columns { unsafe change[column] *= scale }
    unsafe kernels.pointee.scatter_rows_f32(
      Int64(columns.count), change + columns.lowerBound, inputs.baseAddress, Int64(inputs.count),
      rows + columns.lowerBound, Int64(stride))
  }

  /// Asks for the rows that `inputs` names, ahead of their use: they lie anywhere in the table.
  @inline(__always)
  func prefetch(_ inputs: UnsafeBufferPointer<Int32>, columns: Range<Int>) {
    unsafe wt_prefetch_rows(
      Int64(columns.count), rows + columns.lowerBound, Int64(stride), inputs.baseAddress,
      Int64(inputs.count))
  }

  /// Adds to each row that `inputs` names all that the mean is to change by.
  @inline(__always)
  func add(
    _ change: UnsafeMutablePointer<Float>, columns: Range<Int>,
    toEachOf inputs: UnsafeBufferPointer<Int32>
  ) {
    unsafe kernels.pointee.scatter_rows_f32(
      Int64(columns.count), change + columns.lowerBound, inputs.baseAddress, Int64(inputs.count),
      rows + columns.lowerBound, Int64(stride))
  }
}

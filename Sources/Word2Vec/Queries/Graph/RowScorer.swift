import BLASCore
import CKernels

/// Tells how near rows are to something.
protocol RowScorer {
  /// Writes the scores of the rows that numbers name, the larger the nearer.
  func score(_ rows: UnsafePointer<Int32>, _ count: Int, into scores: UnsafeMutablePointer<Float>)
}

/// Inner products of a vector and rows of floats, many at a time; any kernels give the same bits.
@safe struct FloatScorer: RowScorer {
  let kernels: KernelTable
  /// [columns]
  let vector: UnsafePointer<Float>
  let base: UnsafePointer<Float>
  /// Floats from one row to the next.
  let stride: Int
  let columns: Int

  func score(_ rows: UnsafePointer<Int32>, _ count: Int, into scores: UnsafeMutablePointer<Float>) {
    unsafe wt_prefetch_rows(Int64(columns), base, Int64(stride), rows, Int64(count))
    unsafe kernels.pointer.pointee.row_dots_f32(
      Int64(columns), vector, base, Int64(stride), rows, Int64(count), scores)
  }
}

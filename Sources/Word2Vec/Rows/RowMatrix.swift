import BLASCore
import FastTextFiles

/// The rows of a trainer.
struct RowMatrix: SubwordMatrix {
  let rows: RowStorage
  var rowCount: Int { rows.rowCount }
  var dimension: Int { rows.dimension }

  func add(row: Int, to sum: UnsafeMutablePointer<Float>) {
    let values = unsafe rows.base + row * rows.stride
    for column in 0..<dimension { unsafe sum[column] += values[column] }
  }
}

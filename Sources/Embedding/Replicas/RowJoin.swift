import BLASCore
import CKernels
import WordtoolCore

/// Joins rows one after another, with memory of its own.
@safe final class RowJoin {
  private let replication: Replication
  private let replicaCount: Int
  private let kernels: UnsafePointer<wt_kernels>
  private let rate: Float
  private let main: RowStorage
  private let copies: UnsafeMutablePointer<Float>
  /// Floats from a replica's row to the next one's.
  private let distance: Int
  /// [replicas]: how often each has changed the rows of the table.
  private let allCounts: UnsafeMutablePointer<UnsafeMutablePointer<Int32>>
  /// [stride]
  private let sum: UnsafeMutablePointer<Float>
  /// [replicas]: those that changed the row, and how often.
  private let changed: UnsafeMutablePointer<Int32>
  private let counts: UnsafeMutablePointer<Int32>

  init(_ rows: ReplicatedRows, _ main: RowStorage, rate: Float) {
    replication = rows.replication
    replicaCount = rows.replicas.count
    unsafe kernels = rows.kernels.pointer
    self.rate = rate
    self.main = main
    unsafe copies = rows.copies.base
    distance = rows.rowCount * main.stride
    let count = rows.replicas.count
    unsafe allCounts = .allocate(capacity: count)
    for replica in 0..<count {
      unsafe (allCounts + replica).initialize(to: rows.changes[replica].counts)
    }
    unsafe sum = .allocate(capacity: main.stride)
    unsafe changed = .allocate(capacity: count)
    unsafe counts = .allocate(capacity: count)
  }

  deinit {
    unsafe allCounts.deallocate()
    unsafe sum.deallocate()
    unsafe changed.deallocate()
    unsafe counts.deallocate()
  }

  /// Joins a row, if any replica has changed it: what it was plus all changes, weighed together.
  ///
  /// With the sum s of k changed copies and the weight w that is w s + (1 - w k) x the row before.
  func join(_ row: Int) {
    var count = 0
    for replica in 0..<replicaCount {
      let number = unsafe allCounts[replica][row]
      if number == 0 { continue }
      unsafe changed[count] = Int32(truncatingIfNeeded: replica)
      unsafe counts[count] = number
      unsafe allCounts[replica][row] = 0
      count &+= 1
    }
    if count == 0 { return }
    let stride = main.stride
    let weight = unsafe replication.weight(
      rate: rate, counts: UnsafeBufferPointer(start: counts, count: count))
    let old = unsafe main.base + row * stride
    let first = unsafe copies + row * stride
    unsafe kernels.pointee.gather_rows_f32(
      Int64(stride), first, Int64(distance), changed, Int64(count), weight, sum)
    if count > 1 {
      unsafe kernels.pointee.axpy_f32(Int64(stride), 1 - weight * Float(count), old, sum)
    }
    unsafe old.update(from: sum, count: stride)
    for replica in 0..<replicaCount {
      unsafe (first + replica * distance).update(from: sum, count: stride)
    }
  }
}

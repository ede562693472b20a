import BLASCore
import CKernels
import WordtoolCore

/// A table and its copies, one for each replica, and how they are made one again.
@safe final class ReplicatedRows {
  // SAFETY: rows are those of the tables; a piece of work joins rows that no other piece does.
  /// What the copies are joined in; nil while somebody else may look at it.
  private(set) var main: RowStorage?
  /// Each replica's rows.
  let replicas: [RowStorage]
  /// What each replica has changed.
  let changes: [RowChanges]

  private let replication: Replication
  private let kernels: KernelTable
  /// [replicas x rows, stride]: one after the other, so that the copies of a row are at equal distances.
  private let copies: RowStorage
  private let rowCount: Int
  /// Frequent rows of any replica, each once.
  private var due: [Int32] = []

  // What rows of the table were when the cycle began, of those that were joined since.
  private var cycle: UInt32 = 1
  /// [rows]: the cycle in which a row was kept last.
  private var keptIn: [UInt32]
  private var keptRows: [Int32] = []
  private var kept: [Float] = []

  private static let frequentRowsPerPiece = 64
  private static let rowsPerPiece = 1024

  /// Takes the memory; ``begin(with:)`` fills it.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` when there is not enough.
  init(like table: RowStorage, _ replication: Replication, kernels: KernelTable) throws {
    self.replication = replication
    self.kernels = kernels
    rowCount = table.rowCount
    let rowCount = table.rowCount
    let (all, overflow) = rowCount.multipliedReportingOverflow(by: replication.count)
    let copies = try RowStorage(rowCount: overflow ? .max : all, dimension: table.dimension)
    self.copies = copies
    replicas = (0..<replication.count).map { copies.part($0 * rowCount..<($0 + 1) * rowCount) }
    changes = try (0..<replication.count).map { _ in
      try RowChanges(rowCount: rowCount, limit: replication.changesPerJoin)
    }
    try MemoryRoom.require(count: rowCount, of: UInt32.self, for: "the rows of replicas")
    keptIn = [UInt32](repeating: 0, count: rowCount)
  }

  /// Makes all replicas equal to a table, which they are joined in from now on.
  func begin(with table: RowStorage) {
    precondition(table.rowCount == rowCount && table.stride == copies.stride, "another table")
    main = table
    for replica in replicas {
      unsafe replica.base.update(from: table.base, count: rowCount * table.stride)
    }
    for change in changes { change.clear(rowCount: rowCount) }
    beginCycle()
  }

  /// Goes on with a table that has the values of the one before.
  func goOn(with table: RowStorage) { main = table }

  /// Lets go of the table.
  func release() { main = nil }

  private func beginCycle() {
    cycle &+= 1
    keptRows.removeAll(keepingCapacity: true)
    kept.removeAll(keepingCapacity: true)
  }

  /// Joins the rows that some replica has changed often.
  func joinFrequent(rate: Float, by team: ThreadTeam) {
    guard let main else { return }
    listFrequent(main)
    let size = Self.frequentRowsPerPiece
    unsafe due.withUnsafeBufferPointer { due in
      team.forEach(pieces: (due.count + size - 1) / size) { piece in
        let row = RowJoin(self, main, rate: rate)
        for place in piece * size..<min((piece + 1) * size, due.count) {
          unsafe row.join(Int(due[place]))
        }
      }
    }
    for change in changes { change.forgetFrequent() }
  }

  /// Lists the frequent rows of all replicas, and keeps what those are that the cycle has not joined.
  private func listFrequent(_ main: RowStorage) {
    due.removeAll(keepingCapacity: true)
    for (number, change) in changes.enumerated() {
      for row in change.frequent {
        let isListed = changes[..<number].contains {
          unsafe $0.counts[Int(row)] >= replication.changesPerJoin
        }
        if isListed { continue }
        due.append(row)
        if keptIn[Int(row)] != cycle {
          keptIn[Int(row)] = cycle
          keptRows.append(row)
          unsafe kept.append(
            contentsOf: UnsafeBufferPointer(
              start: main.base + Int(row) * main.stride, count: main.stride))
        }
      }
    }
  }

  /// Joins all rows that some replica has changed: the end of a cycle.
  func joinAll(rate: Float, by team: ThreadTeam) {
    guard let main else { return }
    let size = Self.rowsPerPiece
    team.forEach(pieces: (rowCount + size - 1) / size) { piece in
      let row = RowJoin(self, main, rate: rate)
      for number in piece * size..<min((piece + 1) * size, rowCount) { row.join(number) }
    }
    for change in changes { change.forgetFrequent() }
    beginCycle()
  }

  /// Makes the table what it was when the cycle began. The replicas are of no use then.
  func goBack() {
    guard let main else { return }
    unsafe kept.withUnsafeBufferPointer { kept in
      for (place, row) in keptRows.enumerated() {
        for column in 0..<main.stride {
          unsafe main.base[Int(row) * main.stride + column] = kept[place * main.stride + column]
        }
      }
    }
    beginCycle()
  }

  /// Joins rows one after another, with memory of its own.
  @safe private final class RowJoin {
    private let replication: Replication
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
      unsafe kernels = rows.kernels.pointer
      self.rate = rate
      self.main = main
      unsafe copies = rows.copies.base
      distance = rows.rowCount * main.stride
      let count = rows.replication.count
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
      for replica in 0..<replication.count {
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
      for replica in 0..<replication.count {
        unsafe (first + replica * distance).update(from: sum, count: stride)
      }
    }
  }
}

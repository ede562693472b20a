import BLASCore
import CKernels
import WordtoolCore

/// A table and its copies, one for each replica that is here, and how they are made one again.
@safe final class ReplicatedRows {
  // SAFETY: rows are those of the tables; a piece of work joins rows that no other piece does.
  /// What the copies are joined in; nil while somebody else may look at it.
  private(set) var main: RowStorage?
  /// Each replica's rows.
  let replicas: [RowStorage]
  /// What each replica has changed.
  let changes: [RowChanges]

  let replication: Replication
  let kernels: KernelTable
  private let exchange: any RowExchange
  /// [replicas x rows, stride]: one after the other, so that the copies of a row are at equal distances.
  let copies: RowStorage
  let rowCount: Int
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
  /// - Parameters:
  ///   - local: how many replicas are here.
  ///   - exchange: brings what replicas have changed to where they are joined.
  /// - Throws: `WordtoolError` of kind `unavailable` when there is not enough.
  init(
    like table: RowStorage, _ replication: Replication, local: Int, kernels: KernelTable,
    exchange: any RowExchange
  ) throws {
    self.replication = replication
    self.kernels = kernels
    self.exchange = exchange
    rowCount = table.rowCount
    let rowCount = table.rowCount
    let (all, overflow) = rowCount.multipliedReportingOverflow(by: local)
    let copies = try RowStorage(rowCount: overflow ? .max : all, dimension: table.dimension)
    self.copies = copies
    replicas = (0..<local).map { copies.part($0 * rowCount..<($0 + 1) * rowCount) }
    changes = try (0..<local).map { _ in
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
    listFrequent()
    keepDue(main)
    unsafe due.withUnsafeBufferPointer { due in
      exchange.join(
        self, main, count: due.count, rate: rate, piece: Self.frequentRowsPerPiece, by: team
      ) { unsafe Int(due[$0]) }
    }
    for change in changes { change.forgetFrequent() }
  }

  /// Lists the frequent rows of all replicas, each once.
  private func listFrequent() {
    due.removeAll(keepingCapacity: true)
    for (number, change) in changes.enumerated() {
      for row in change.frequent {
        let isListed = changes[..<number].contains {
          unsafe $0.counts[Int(row)] >= replication.changesPerJoin
        }
        if !isListed { due.append(row) }
      }
    }
    due = exchange.union(of: due)
  }

  /// Keeps what rows to be joined are that the cycle has not joined before.
  private func keepDue(_ main: RowStorage) {
    for row in due where keptIn[Int(row)] != cycle {
      keptIn[Int(row)] = cycle
      keptRows.append(row)
      unsafe kept.append(
        contentsOf: UnsafeBufferPointer(
          start: main.base + Int(row) * main.stride, count: main.stride))
    }
  }

  /// Joins all rows that some replica has changed: the end of a cycle.
  func joinAll(rate: Float, by team: ThreadTeam) {
    guard let main else { return }
    exchange.join(
      self, main, count: rowCount, rate: rate, piece: Self.rowsPerPiece, by: team
    ) { $0 }
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
}

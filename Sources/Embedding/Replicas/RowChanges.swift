import WordtoolCore

/// How often a replica has changed each row of a table since the row was joined last.
///
/// Written by the thread that drives the replica while it trains, and by those that join rows in between.
@safe package final class RowChanges {
  // SAFETY: taken by `init`, given back by `deinit`; rows are those of the table.
  /// [rows].
  let counts: UnsafeMutablePointer<Int32>
  /// Rows whose count has reached the limit, in the order in which they did.
  private(set) var frequent: [Int32] = []
  private let limit: Int32
  private let memory: AlignedMemory

  /// - Parameters:
  ///   - rowCount: rows of the table, at least 1.
  ///   - limit: the count that makes a row frequent, at least 1.
  /// - Throws: `WordtoolError` of kind `unavailable` when there is no memory for them.
  init(rowCount: Int, limit: Int) throws {
    memory = try AlignedMemory(
      count: rowCount, of: Int32.self, purpose: "the changes of \(rowCount, "row")")
    guard let base = unsafe memory.buffer(of: Int32.self, count: rowCount).baseAddress else {
      preconditionFailure("memory without an address")
    }
    unsafe counts = base
    self.limit = Int32(clamping: limit)
  }

  /// Counts a change of a row.
  @inline(__always)
  package func add(_ row: Int32) {
    let count = unsafe counts[Int(row)] &+ 1
    unsafe counts[Int(row)] = count
    if count == limit { frequent.append(row) }
  }

  /// Counts a change of each of some rows.
  @inline(__always)
  package func add(_ rows: UnsafeBufferPointer<Int32>) {
    for index in rows.indices { unsafe add(rows[index]) }
  }

  /// Begins another list of frequent rows.
  func forgetFrequent() { frequent.removeAll(keepingCapacity: true) }

  /// Sets all counts to zero.
  func clear(rowCount: Int) {
    unsafe counts.update(repeating: 0, count: rowCount)
    forgetFrequent()
  }
}

/// What a replica has changed in both of its tables.
package struct TableChanges {
  /// In the input table.
  package let input: RowChanges
  /// In the output table.
  package let output: RowChanges
}

package import BLASCore
import WordtoolCore

/// Rows of an input table that a training leaves as they are.
///
/// They take part in every example; after each batch that changed them they are as they were before.
package struct FrozenRows {
  /// The place of each row of the table in `saved`; -1 for rows that change.
  private let places: [Int32]
  private let saved: RowStorage

  /// Keeps the rows of a table that `isFrozen` says.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` when there is no memory for them.
  package init?(_ table: RowStorage, isFrozen: [Bool]) throws {
    var places = [Int32](repeating: -1, count: table.rowCount)
    var count: Int32 = 0
    for row in 0..<min(isFrozen.count, places.count) where isFrozen[row] {
      places[row] = count
      count += 1
    }
    guard count > 0 else { return nil }
    let saved = try RowStorage(rowCount: Int(count), dimension: table.dimension)
    for row in places.indices where places[row] >= 0 {
      unsafe (saved.base + Int(places[row]) * saved.stride)
        .update(from: table.base + row * table.stride, count: table.stride)
    }
    self.places = places
    self.saved = saved
  }

  /// Whether a row stays as it is.
  @inline(__always)
  func contains(_ row: Int32) -> Bool { places[Int(row)] >= 0 }

  /// Puts back the columns of those of some rows that are frozen.
  func restore(
    _ rows: UnsafeBufferPointer<Int32>, columns: Range<Int>, in table: RowStorage
  ) {
    for index in rows.indices {
      let row = unsafe Int(rows[index])
      guard places[row] >= 0 else { continue }
      unsafe (table.base + row * table.stride + columns.lowerBound).update(
        from: saved.base + Int(places[row]) * saved.stride + columns.lowerBound,
        count: columns.count)
    }
  }
}

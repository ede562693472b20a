import WordtoolCore

/// What each pair of neighbouring tokens becomes, and when: one line of the cache a pair.
@safe final class MergeTable: @unchecked Sendable {
  // Sendable: filled by the initialiser and only read afterwards.

  /// A pair with its rank and what it becomes; `key` is all ones where there is none.
  private struct Entry {
    var key: UInt64
    var rank: Int32
    var result: Int32
  }

  private let entries: UnsafeMutablePointer<Entry>
  private let mask: Int

  /// - Parameter merges: in the order they are applied in; of a pair that is there twice the last counts.
  init(_ merges: [BytePairEncoding.Merge]) {
    var size = 16
    while size < 2 * merges.count { size *= 2 }
    mask = size - 1
    unsafe entries = .allocate(capacity: size)
    unsafe entries.initialize(repeating: Entry(key: .max, rank: 0, result: 0), count: size)
    for (rank, merge) in merges.enumerated() {
      let key = Self.key(merge.left, merge.right)
      unsafe entries[place(of: key)] = Entry(key: key, rank: Int32(rank), result: merge.result)
    }
  }

  deinit { unsafe entries.deallocate() }

  @inline(__always)
  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  @inline(__always)
  private func place(of key: UInt64) -> Int {
    let mixed = key &* SplitMix.increment
    var place = Int(truncatingIfNeeded: mixed >> 32 ^ mixed) & mask
    // SAFETY: places are masked to the table, half of which at least is free.
    while unsafe entries[place].key != key && entries[place].key != .max {
      place = (place &+ 1) & mask
    }
    return place
  }

  /// Rank and result of a pair; the rank is `Int32.max` where it is none.
  @inline(__always)
  func find(_ left: Int32, _ right: Int32) -> (rank: Int32, result: Int32) {
    let key = Self.key(left, right)
    let entry = unsafe entries[place(of: key)]
    return entry.key == key ? (entry.rank, entry.result) : (.max, 0)
  }
}

/// Sorts the counts of one row by their columns, equal ones in the order they have.
struct RowSorter: Sequence {
  // A column above, a count below: the keys of long rows are sorted digit by digit.
  private var keys: [UInt64] = []
  private var other: [UInt64] = []
  private var largest: UInt64 = 0

  private static let digitBits: UInt64 = 11
  /// Up to here comparing is faster.
  private static let shortCount = 48

  mutating func removeAll() {
    keys.removeAll(keepingCapacity: true)
    largest = 0
  }

  /// - Parameter column: not negative.
  @inline(__always)
  mutating func append(_ column: Int32, count: Int32) {
    let key = UInt64(UInt32(bitPattern: column)) << 32 | UInt64(UInt32(bitPattern: count))
    keys.append(key)
    largest = Swift.max(largest, key)
  }

  mutating func sort() {
    if keys.count <= Self.shortCount {
      insertionSort()
      return
    }
    if other.count < keys.count { other += repeatElement(0, count: keys.count - other.count) }
    var shift: UInt64 = 32
    while shift < 64, largest >> shift > 0 {
      sortByDigit(at: shift)
      shift += Self.digitBits
    }
  }

  private mutating func sortByDigit(at shift: UInt64) {
    let (count, mask) = (keys.count, UInt64(1) << Self.digitBits - 1)
    unsafe withUnsafeTemporaryAllocation(of: Int32.self, capacity: 1 << Int(Self.digitBits)) {
      next in
      unsafe next.initialize(repeating: 0)
      unsafe keys.withUnsafeBufferPointer { keys in
        unsafe other.withUnsafeMutableBufferPointer { other in
          // SAFETY: digits are masked; places are counted from the keys.
          for index in 0..<count { unsafe next[Int(keys[index] >> shift & mask)] += 1 }
          var place: Int32 = 0
          for digit in next.indices {
            let size = unsafe next[digit]
            unsafe next[digit] = place
            place += size
          }
          for index in 0..<count {
            let key = unsafe keys[index]
            let digit = Int(key >> shift & mask)
            unsafe other[Int(next[digit])] = key
            unsafe next[digit] += 1
          }
        }
      }
    }
    swap(&keys, &other)
    if keys.count > count { keys.removeLast(keys.count - count) }
  }

  private mutating func insertionSort() {
    for index in keys.indices.dropFirst() {
      let key = keys[index]
      var place = index
      while place > 0, keys[place - 1] >> 32 > key >> 32 {
        keys[place] = keys[place - 1]
        place -= 1
      }
      keys[place] = key
    }
  }

  func makeIterator() -> some IteratorProtocol<(column: Int32, count: Int32)> {
    keys.lazy.map {
      (Int32(truncatingIfNeeded: $0 >> 32), Int32(truncatingIfNeeded: $0 & 0xFFFF_FFFF))
    }.makeIterator()
  }
}

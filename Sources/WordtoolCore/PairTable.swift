/// A number for each of some pairs of numbers.
///
/// A value: nothing depends on a random seed. Open addressing over keys of both numbers; a key of
/// all ones is free, which no pair of numbers that are not negative is.
package struct PairTable: Sendable {
  /// One cache line for a key and its value: large tables are all cache misses.
  @usableFromInline
  struct Entry: Sendable {
    @usableFromInline var key: UInt64
    @usableFromInline var value: Int32

    @usableFromInline
    init(_ key: UInt64, _ value: Int32) { (self.key, self.value) = (key, value) }
  }

  @usableFromInline var entries: [Entry]
  /// How many pairs there are.
  package private(set) var count = 0

  /// An empty table.
  ///
  /// - Parameter expectedCount: how many pairs there is to be room for.
  package init(expectedCount: Int = 0) {
    var size = 16
    while size < 2 * expectedCount { size *= 2 }
    entries = Array(repeating: Entry(.max, 0), count: size)
  }

  @inlinable
  @inline(__always)
  static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  /// The value of a pair, or nil.
  @inlinable
  @inline(__always)
  package func find(_ left: Int32, _ right: Int32) -> Int32? {
    let key = Self.key(left, right)
    let place = place(of: key)
    let entry = entries[place]
    return entry.key == key && key != .max ? entry.value : nil
  }

  /// Finds many pairs, which wait for memory together.
  ///
  /// - Parameters:
  ///   - lefts: the first numbers; below 0 for none.
  ///   - rights: as many second numbers; below 0 for none.
  ///   - offset: added to each value that is found.
  ///   - values: receives as many values, -1 for pairs that are not there.
  package func find(
    _ lefts: UnsafeBufferPointer<Int32>, _ rights: UnsafeBufferPointer<Int32>,
    adding offset: Int32, into values: UnsafeMutablePointer<Int32>
  ) {
    precondition(lefts.count == rights.count, "\(lefts.count) and \(rights.count) numbers")
    let mask = entries.count &- 1
    unsafe entries.withUnsafeBufferPointer { entries in
      unsafe withUnsafeTemporaryAllocation(of: Entry.self, capacity: Self.together) { first in
        var start = 0
        while start < lefts.count {
          let end = min(lefts.count, start &+ Self.together)
          // No load hangs on another one here.
          for index in start..<end {
            let key = unsafe Self.key(lefts[index], rights[index])
            unsafe first[index &- start] = entries[Self.home(of: key, mask: mask)]
          }
          for index in start..<end {
            let (left, right) = unsafe (lefts[index], rights[index])
            let key = Self.key(left, right)
            var entry = unsafe first[index &- start]
            if entry.key != key && entry.key != .max {
              var place = Self.home(of: key, mask: mask)
              repeat {
                place = (place &+ 1) & mask
                entry = unsafe entries[place]
              } while entry.key != key && entry.key != .max
            }
            unsafe values[index] =
              entry.key == key && left >= 0 && right >= 0 ? offset &+ entry.value : -1
          }
          start = end
        }
      }
    }
  }

  /// Pairs that are looked for together.
  private static var together: Int { 64 }

  /// Sets the value of a pair, whether it has one or not.
  ///
  /// - Precondition: the numbers are not negative.
  package mutating func set(_ left: Int32, _ right: Int32, to value: Int32) {
    let key = Self.checkedKey(left, right)
    let place = place(of: key)
    if entries[place].key == key {
      entries[place].value = value
    } else {
      insert(key, value, at: place)
    }
  }

  /// The value of a pair; a new pair gets the number of pairs before it.
  ///
  /// - Precondition: the numbers are not negative.
  package mutating func number(
    _ left: Int32, _ right: Int32
  ) -> (value: Int32, isNew: Bool) {
    let before = count
    let value = value(left, right, orSet: Int32(truncatingIfNeeded: before))
    return (value, count > before)
  }

  /// The value of a pair; a new pair gets `new`.
  ///
  /// - Precondition: the numbers are not negative.
  package mutating func value(_ left: Int32, _ right: Int32, orSet new: Int32) -> Int32 {
    let key = Self.checkedKey(left, right)
    let place = place(of: key)
    let entry = entries[place]
    if entry.key == key { return entry.value }
    insert(key, new, at: place)
    return new
  }

  private static func checkedKey(_ left: Int32, _ right: Int32) -> UInt64 {
    precondition(left >= 0 && right >= 0, "the pair (\(left), \(right))")
    return key(left, right)
  }

  /// Where a key stands, or the free place where it would.
  @inlinable
  @inline(__always)
  func place(of key: UInt64) -> Int {
    let mask = entries.count &- 1
    var place = Self.home(of: key, mask: mask)
    while entries[place].key != key && entries[place].key != .max { place = (place &+ 1) & mask }
    return place
  }

  /// Where the search for a key begins.
  @inlinable
  @inline(__always)
  static func home(of key: UInt64, mask: Int) -> Int {
    let mixed = key &* SplitMix.increment
    return Int(truncatingIfNeeded: mixed ^ mixed >> 32) & mask
  }

  private mutating func insert(_ key: UInt64, _ value: Int32, at place: Int) {
    precondition(count < Int(Int32.max), "more than \(Int32.max) pairs")
    count += 1
    entries[place] = Entry(key, value)
    if 8 * count > 5 * entries.count { grow() }
  }

  private mutating func grow() {
    let old = entries
    entries = Array(repeating: Entry(.max, 0), count: 2 * old.count)
    for entry in old where entry.key != .max { entries[place(of: entry.key)] = entry }
  }
}

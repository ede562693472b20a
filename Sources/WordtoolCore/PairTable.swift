/// A number for each of some pairs of numbers.
///
/// A value: nothing depends on a random seed. Open addressing over keys of both numbers; a key of
/// all ones is free, which no pair of numbers that are not negative is.
package struct PairTable: Sendable {
  @usableFromInline var keys: [UInt64]
  @usableFromInline var values: [Int32]
  /// How many pairs there are.
  package private(set) var count = 0

  /// An empty table.
  ///
  /// - Parameter expectedCount: how many pairs there is to be room for.
  package init(expectedCount: Int = 0) {
    var size = 16
    while size < 2 * expectedCount { size *= 2 }
    keys = Array(repeating: .max, count: size)
    values = Array(repeating: 0, count: size)
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
    return keys[place] == key && key != .max ? values[place] : nil
  }

  /// Sets the value of a pair, whether it has one or not.
  ///
  /// - Precondition: the numbers are not negative.
  package mutating func set(_ left: Int32, _ right: Int32, to value: Int32) {
    let key = Self.checkedKey(left, right)
    let place = place(of: key)
    if keys[place] == key {
      values[place] = value
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
    let key = Self.checkedKey(left, right)
    let place = place(of: key)
    if keys[place] == key { return (values[place], false) }
    let value = Int32(truncatingIfNeeded: count)
    insert(key, value, at: place)
    return (value, true)
  }

  private static func checkedKey(_ left: Int32, _ right: Int32) -> UInt64 {
    precondition(left >= 0 && right >= 0, "the pair (\(left), \(right))")
    return key(left, right)
  }

  /// Where a key stands, or the free place where it would.
  @inlinable
  @inline(__always)
  func place(of key: UInt64) -> Int {
    let mask = keys.count &- 1
    let mixed = key &* SplitMix.increment
    var place = Int(truncatingIfNeeded: mixed ^ mixed >> 32) & mask
    while keys[place] != key && keys[place] != .max { place = (place &+ 1) & mask }
    return place
  }

  private mutating func insert(_ key: UInt64, _ value: Int32, at place: Int) {
    precondition(count < Int(Int32.max), "more than \(Int32.max) pairs")
    count += 1
    keys[place] = key
    values[place] = value
    if 8 * count > 5 * keys.count { grow() }
  }

  private mutating func grow() {
    let (oldKeys, oldValues) = (keys, values)
    keys = Array(repeating: .max, count: 2 * oldKeys.count)
    values = Array(repeating: 0, count: 2 * oldKeys.count)
    for old in oldKeys.indices where oldKeys[old] != .max {
      let place = place(of: oldKeys[old])
      keys[place] = oldKeys[old]
      values[place] = oldValues[old]
    }
  }
}

/// What becomes of two neighbouring tokens: found by both numbers at once.
///
/// Open addressing; a key of all ones is empty, which no pair of numbers below 2^31 is.
struct PairTable: Sendable {
  private var keys: [UInt64]
  private var values: [Int32]
  private var mask: Int
  private(set) var count = 0

  init(expectedCount: Int = 0) {
    var size = 16
    while size < 2 * expectedCount { size *= 2 }
    mask = size - 1
    keys = Array(repeating: .max, count: size)
    values = Array(repeating: 0, count: size)
  }

  @inline(__always)
  static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  /// The value of a pair, or -1.
  @inline(__always)
  subscript(left: Int32, right: Int32) -> Int32 {
    let key = Self.key(left, right)
    var place = Self.hash(key) & mask
    while true {
      let found = keys[place]
      if found == key { return values[place] }
      if found == .max { return -1 }
      place = (place + 1) & mask
    }
  }

  /// Sets the value of a pair, at least 0.
  mutating func set(_ key: UInt64, to value: Int32) {
    var place = Self.hash(key) & mask
    while keys[place] != .max && keys[place] != key { place = (place + 1) & mask }
    if keys[place] == .max {
      count += 1
      keys[place] = key
      values[place] = value
      if 2 * count > mask { grow() }
    } else {
      values[place] = value
    }
  }

  @inline(__always)
  private static func hash(_ key: UInt64) -> Int {
    let mixed = key &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: mixed ^ mixed >> 32)
  }

  private mutating func grow() {
    var larger = PairTable(expectedCount: 2 * (mask + 1))
    for place in keys.indices where keys[place] != .max {
      larger.set(keys[place], to: values[place])
    }
    self = larger
  }
}

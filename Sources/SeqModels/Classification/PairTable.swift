/// Pairs of numbers, each pair with a number of its own in the order they came.
///
/// The numbers depend on the order of the calls alone: no random hash seed takes part.
struct PairTable: Sendable {
  private(set) var keys: [UInt64] = []
  /// Numbers at the place of their hash, -1 where free; a power of two, at most half full.
  private var slots: [Int32]

  /// Makes a table with room for some pairs before it has to grow.
  init(capacity: Int = 512) {
    var size = 1024
    while size < capacity * 2 { size *= 2 }
    slots = [Int32](repeating: -1, count: size)
    keys.reserveCapacity(capacity)
  }

  /// How many pairs there are.
  var count: Int { keys.count }

  /// Both numbers as one; they are not negative.
  static func key(_ first: Int32, _ second: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: first)) << 32 | UInt64(UInt32(bitPattern: second))
  }

  /// The pair with a number.
  func pair(_ id: Int) -> (Int32, Int32) {
    (Int32(truncatingIfNeeded: keys[id] >> 32), Int32(truncatingIfNeeded: keys[id]))
  }

  /// The number of a pair, or nil.
  func find(_ key: UInt64) -> Int32? {
    let id = slots[place(of: key)]
    return id < 0 ? nil : id
  }

  /// The number of a pair, which is added when it is new.
  mutating func add(_ key: UInt64) -> Int32 {
    let place = place(of: key)
    if slots[place] >= 0 { return slots[place] }
    let id = Int32(keys.count)
    keys.append(key)
    slots[place] = id
    if keys.count * 2 > slots.count { grow() }
    return id
  }

  @inline(__always)
  private func place(of key: UInt64) -> Int {
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: Self.hash(key)) & mask
    while slots[place] >= 0, keys[Int(slots[place])] != key { place = (place + 1) & mask }
    return place
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: slots.count * 4)
    for id in keys.indices { slots[place(of: keys[id])] = Int32(id) }
  }

  /// The finishing step of SplitMix64: every bit of the key moves every bit of the hash.
  @inline(__always)
  static func hash(_ key: UInt64) -> UInt64 {
    var z = key &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

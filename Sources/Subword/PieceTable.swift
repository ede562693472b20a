/// Distinct byte sequences, numbered in the order of their first appearance.
struct PieceTable: Sendable {
  private var slots: [UInt64] = Array(repeating: 0, count: 1024)
  private var arena: [UInt8] = []
  private var offsets: [Int] = [0]

  /// How many sequences there are.
  var count: Int { offsets.count - 1 }

  /// The bytes of a sequence.
  func bytes(_ index: Int) -> ArraySlice<UInt8> { arena[offsets[index]..<offsets[index + 1]] }

  /// Calls `body` with the bytes of a sequence.
  func withBytes<Result>(
    _ index: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) rethrows -> Result {
    try arena.withUnsafeBufferPointer {
      try body(UnsafeBufferPointer(rebasing: $0[offsets[index]..<offsets[index + 1]]))
    }
  }

  /// The number of a sequence, or -1.
  func find(_ piece: UnsafeBufferPointer<UInt8>) -> Int {
    place(of: piece, hash: Self.hash(piece)).index
  }

  /// The number of a sequence, which is stored if it is new.
  mutating func add(_ piece: UnsafeBufferPointer<UInt8>) -> Int {
    let hash = Self.hash(piece)
    let (index, place) = place(of: piece, hash: hash)
    if index >= 0 { return index }
    arena.append(contentsOf: piece)
    offsets.append(arena.count)
    slots[place] = hash & ~0xFFFF_FFFF | UInt64(count)
    if 2 * count > slots.count { rehash() }
    return count - 1
  }

  @inline(__always)
  private func place(
    of piece: UnsafeBufferPointer<UInt8>, hash: UInt64
  ) -> (index: Int, place: Int) {
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: hash) & mask
    // The number is stored plus one: a slot of 0 is empty.
    while case let slot = slots[place], slot != 0 {
      if slot >> 32 == hash >> 32 {
        let index = Int(slot & 0xFFFF_FFFF) - 1
        let start = offsets[index]
        if offsets[index + 1] - start == piece.count {
          var at = 0
          while at < piece.count, arena[start + at] == piece[at] { at += 1 }
          if at == piece.count { return (index, place) }
        }
      }
      place = (place + 1) & mask
    }
    return (-1, place)
  }

  /// FNV-1a with a last mixing. Nothing that is written out depends on it.
  @inline(__always)
  private static func hash(_ piece: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in piece { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    hash = (hash ^ hash >> 32) &* 0xD6E8_FEB8_6659_FD93
    return hash ^ hash >> 29
  }

  private mutating func rehash() {
    slots = Array(repeating: 0, count: 2 * slots.count)
    let mask = slots.count - 1
    for index in 0..<count {
      let hash = withBytes(index) { Self.hash($0) }
      var place = Int(truncatingIfNeeded: hash) & mask
      while slots[place] != 0 { place = (place + 1) & mask }
      slots[place] = hash & ~0xFFFF_FFFF | UInt64(index + 1)
    }
  }
}

import Libc

/// Distinct terms, numbered in the order of their first appearance.
///
/// Open addressing over slots of 8 bytes (32 bits of the hash, 32 bits of the number), all terms
/// behind one another in one block. One thread fills it; a full table may be read by any number.
final class TermTable: @unchecked Sendable {
  // Sendable: filled by one thread, which hands it on when it is joined, and never changed after.

  // Exclusive access is given by one thread filling the table; asking for it at every look-up would
  // cost as much as the look-up.
  @exclusivity(unchecked) private(set) var count = 0
  @exclusivity(unchecked) private var mask = 1023
  @exclusivity(unchecked) private var slots: UnsafeMutablePointer<UInt64>
  /// Where term i starts; the entry behind the last is the end of all.
  @exclusivity(unchecked) private var offsets: [Int] = [0]
  @exclusivity(unchecked) private var arena: UnsafeMutablePointer<UInt8>
  @exclusivity(unchecked) private var arenaCapacity = 1 << 14

  init() {
    slots = .allocate(capacity: mask + 1)
    slots.initialize(repeating: 0, count: mask + 1)
    arena = .allocate(capacity: arenaCapacity)
  }

  /// The distinct strings of a sequence, in the order of their first appearance.
  convenience init(_ terms: some Sequence<String>) {
    self.init()
    for var term in terms { _ = term.withUTF8 { add($0) } }
  }

  deinit {
    slots.deallocate()
    arena.deallocate()
  }

  /// The bytes of a term, valid until the next insertion.
  @inline(__always)
  func bytes(_ index: Int) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: arena + offsets[index], count: offsets[index + 1] - offsets[index])
  }

  /// A term as a string.
  func string(_ index: Int) -> String { String(decoding: bytes(index), as: UTF8.self) }

  /// All bytes of all terms, and where each starts and the last ends.
  func withContents<Result>(
    _ body: (UnsafeBufferPointer<UInt8>, [Int]) throws -> Result
  ) rethrows -> Result {
    try body(UnsafeBufferPointer(start: arena, count: offsets[count]), offsets)
  }

  /// The number of a term, which is stored if it is new.
  @inline(__always)
  func add(_ term: UnsafeBufferPointer<UInt8>) -> Int {
    let hash = Self.hash(term)
    var place = Int(truncatingIfNeeded: hash) & mask
    // The number is stored plus one: a slot of 0 is empty.
    while true {
      let slot = slots[place]
      if slot == 0 { return insert(term, hash, at: place) }
      if slot >> 32 == hash >> 32 {
        let index = Int(slot & 0xFFFF_FFFF) - 1
        if equals(index, term) { return index }
      }
      place = (place + 1) & mask
    }
  }

  /// The number of a term, or -1.
  @inline(__always)
  func find(_ term: UnsafeBufferPointer<UInt8>) -> Int {
    let hash = Self.hash(term)
    var place = Int(truncatingIfNeeded: hash) & mask
    while true {
      let slot = slots[place]
      if slot == 0 { return -1 }
      if slot >> 32 == hash >> 32 {
        let index = Int(slot & 0xFFFF_FFFF) - 1
        if equals(index, term) { return index }
      }
      place = (place + 1) & mask
    }
  }

  /// The number of a string, or -1.
  func find(_ term: String) -> Int {
    var term = term
    return term.withUTF8 { find($0) }
  }

  /// The numbers in the ascending order of the terms' bytes, which is that of their code points.
  func sortedOrder() -> [Int32] {
    // The first eight bytes decide most comparisons.
    var keys: [(prefix: UInt64, index: Int32)] = []
    keys.reserveCapacity(count)
    for index in 0..<count {
      let term = bytes(index)
      var prefix: UInt64 = 0
      for place in 0..<min(8, term.count) {
        prefix |= UInt64(term[place]) << UInt64(56 - 8 * place)
      }
      keys.append((prefix, Int32(index)))
    }
    keys.sort { a, b in
      if a.prefix != b.prefix { return a.prefix < b.prefix }
      return Self.precedes(bytes(Int(a.index)), bytes(Int(b.index)))
    }
    return keys.map(\.index)
  }

  private static func precedes(
    _ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    guard let x = a.baseAddress, let y = b.baseAddress else { return a.count < b.count }
    let order = memcmp(x, y, min(a.count, b.count))
    return order != 0 ? order < 0 : a.count < b.count
  }

  @inline(__always)
  private func equals(_ index: Int, _ term: UnsafeBufferPointer<UInt8>) -> Bool {
    let known = bytes(index)
    guard known.count == term.count else { return false }
    guard let a = UnsafeRawPointer(known.baseAddress), let b = UnsafeRawPointer(term.baseAddress)
    else { return true }
    let count = term.count
    // Most terms are short: two overlapping words cover 4 to 16 bytes without a call.
    if count >= 8, count <= 16 {
      return a.loadUnaligned(as: UInt64.self) == b.loadUnaligned(as: UInt64.self)
        && a.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
          == b.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
    }
    if count >= 4, count < 8 {
      return a.loadUnaligned(as: UInt32.self) == b.loadUnaligned(as: UInt32.self)
        && a.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)
          == b.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)
    }
    return memcmp(a, b, count) == 0
  }

  /// A hash with a fixed seed: nothing that is written out depends on it.
  @inline(__always)
  private static func hash(_ term: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash = UInt64(term.count) &* 0x9E37_79B9_7F4A_7C15
    guard let base = UnsafeRawPointer(term.baseAddress) else { return hash }
    var at = 0
    while at + 8 <= term.count {
      hash = mix(hash, base.loadUnaligned(fromByteOffset: at, as: UInt64.self))
      at += 8
    }
    if at + 4 <= term.count {
      hash = mix(hash, UInt64(base.loadUnaligned(fromByteOffset: at, as: UInt32.self)))
      at += 4
    }
    while at < term.count {
      hash = mix(hash, UInt64(term[at]) | 0x100)
      at += 1
    }
    hash ^= hash >> 32
    hash &*= 0xD6E8_FEB8_6659_FD93
    return hash ^ hash >> 29
  }

  @inline(__always)
  private static func mix(_ hash: UInt64, _ value: UInt64) -> UInt64 {
    let mixed = (hash ^ value) &* 0xBF58_476D_1CE4_E5B9
    return mixed << 27 | mixed >> 37
  }

  @inline(never)
  private func insert(_ term: UnsafeBufferPointer<UInt8>, _ hash: UInt64, at place: Int) -> Int {
    precondition(count < Int(Int32.max) - 1, "more than 2^31 distinct terms")
    let start = offsets[count]
    if start + term.count > arenaCapacity {
      let capacity = max(start + term.count, 2 * arenaCapacity)
      let grown = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
      grown.update(from: arena, count: start)
      arena.deallocate()
      arena = grown
      arenaCapacity = capacity
    }
    if let base = term.baseAddress { (arena + start).update(from: base, count: term.count) }
    offsets.append(start + term.count)
    count += 1
    slots[place] = hash & ~0xFFFF_FFFF | UInt64(count)
    if count * 2 > mask + 1 { rehash() }
    return count - 1
  }

  private func rehash() {
    slots.deallocate()
    mask = 2 * mask + 1
    slots = .allocate(capacity: mask + 1)
    slots.initialize(repeating: 0, count: mask + 1)
    for index in 0..<count {
      let hash = Self.hash(bytes(index))
      var place = Int(truncatingIfNeeded: hash) & mask
      while slots[place] != 0 { place = (place + 1) & mask }
      slots[place] = hash & ~0xFFFF_FFFF | UInt64(index + 1)
    }
  }
}

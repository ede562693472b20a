import Libc

/// Distinct byte strings, numbered in the order of their first appearance.
///
/// A value: the numbers depend on nothing but the order of the calls. Open addressing with linear
/// probing over slots of 8 bytes (32 bits of the hash, 32 bits of the number plus one; 0 is free),
/// at most three quarters full; all strings lie behind one another in one block. With the offset
/// that is 19 to 30 bytes a string besides its text, in small tables up to 51. What a caller keeps for each string stands in
/// an array of its own, by number.
package struct ByteStringTable: Sendable {
  @usableFromInline var slots: [UInt64]
  /// String i is `arena[offsets[i] ..< offsets[i + 1]]`.
  @usableFromInline var offsets: [Int] = [0]
  @usableFromInline var arena: [UInt8] = []

  /// An empty table.
  ///
  /// - Parameter expectedCount: how many strings there is to be room for.
  package init(expectedCount: Int = 0) {
    var slotCount = 256
    while slotCount * 3 < expectedCount * 4 { slotCount *= 2 }
    slots = [UInt64](repeating: 0, count: slotCount)
    offsets.reserveCapacity(expectedCount + 1)
    arena.reserveCapacity(expectedCount * 8)
  }

  /// The distinct strings of a sequence.
  package init(_ strings: some Sequence<String>) {
    self.init()
    for var string in strings { string.withUTF8 { _ = unsafe add($0) } }
  }

  /// How many strings there are.
  @inlinable package var count: Int { offsets.count - 1 }

  /// The most strings a table can hold.
  @inlinable package static var maximumCount: Int { Int(Int32.max) - 1 }

  // MARK: Strings by number

  /// The bytes of a string.
  ///
  /// - Parameter id: 0 ..< `count`, as everywhere below.
  package func bytes(_ id: Int32) -> ArraySlice<UInt8> {
    arena[offsets[Int(id)]..<offsets[Int(id) + 1]]
  }

  /// Lends the bytes of a string.
  @inlinable
  @inline(__always)
  package func withBytes<Result>(
    _ id: Int32, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) rethrows -> Result {
    let range = offsets[Int(id)]..<offsets[Int(id) + 1]
    return try unsafe arena.withUnsafeBufferPointer {
      // SAFETY: offsets rise and end at the arena's count.
      try unsafe body(UnsafeBufferPointer(rebasing: $0[range]))
    }
  }

  /// A string as text; bytes that are not UTF-8 become U+FFFD.
  package func text(_ id: Int32) -> String { String(decoding: bytes(id), as: UTF8.self) }

  /// All bytes of all strings, and where each starts and the last ends.
  package var contents: (bytes: [UInt8], offsets: [Int]) { (arena, offsets) }

  /// Whether string `a` comes before string `b` in the order of their bytes.
  package func precedes(_ a: Int32, _ b: Int32) -> Bool {
    unsafe withBytes(a) { x in unsafe withBytes(b) { y in unsafe Self.precedes(x, y) } }
  }

  /// The numbers in the ascending order of the strings' bytes, which for UTF-8 is that of their code
  /// points.
  package func sortedOrder() -> [Int32] {
    // The first eight bytes decide most comparisons.
    var keys: [(prefix: UInt64, id: Int32)] = []
    keys.reserveCapacity(count)
    for id in 0..<Int32(count) {
      var prefix: UInt64 = 0
      for (place, byte) in bytes(id).prefix(8).enumerated() {
        prefix |= UInt64(byte) << UInt64(56 - 8 * place)
      }
      keys.append((prefix, id))
    }
    keys.sort { a, b in
      a.prefix != b.prefix ? a.prefix < b.prefix : precedes(a.id, b.id)
    }
    return keys.map(\.id)
  }

  // MARK: Numbers by string

  /// The number of a string, or nil.
  @inlinable
  @inline(__always)
  package func find(_ string: UnsafeBufferPointer<UInt8>) -> Int32? {
    let id = unsafe place(of: string, hash: WordHash.hash(string.span)).id
    return id < 0 ? nil : id
  }

  /// The number of a string, or nil.
  package func find(_ string: String) -> Int32? {
    var string = string
    return string.withUTF8 { unsafe find($0) }
  }

  /// The number of a string, which is added when it is new.
  @inlinable
  @inline(__always)
  package mutating func add(
    _ string: UnsafeBufferPointer<UInt8>
  ) -> (id: Int32, isNew: Bool) {
    let hash = unsafe WordHash.hash(string.span)
    let (id, place) = unsafe place(of: string, hash: hash)
    if id >= 0 { return (id, false) }
    return (unsafe insert(string, hash: hash, at: place), true)
  }

  /// The number of a string, which is added when it is new.
  @inlinable
  @discardableResult
  package mutating func add(_ string: some Collection<UInt8>) -> (id: Int32, isNew: Bool) {
    if let found = string.withContiguousStorageIfAvailable({ unsafe add($0) }) {
      return found
    }
    return unsafe Array(string).withUnsafeBufferPointer { unsafe add($0) }
  }

  /// Where a string stands, or -1 and the free place where it would.
  @inlinable
  @inline(__always)
  func place(
    of string: UnsafeBufferPointer<UInt8>, hash: UInt64
  ) -> (id: Int32, place: Int) {
    // SAFETY: places are masked to the slots; a slot's number is below `count`, and the strings'
    // bounds are inside the arena.
    unsafe slots.withUnsafeBufferPointer { slots in
      unsafe offsets.withUnsafeBufferPointer { offsets in
        unsafe arena.withUnsafeBufferPointer { arena in
          let mask = slots.count &- 1
          var place = Int(truncatingIfNeeded: hash) & mask
          while true {
            let slot = unsafe slots[place]
            if slot == 0 { return (-1, place) }
            if slot >> 32 == hash >> 32 {
              let id = Int(truncatingIfNeeded: slot & 0xFFFF_FFFF) &- 1
              let start = unsafe offsets[id]
              if unsafe offsets[id &+ 1] &- start == string.count,
                unsafe Self.areEqual(arena.baseAddress, start, string)
              {
                return (Int32(truncatingIfNeeded: id), place)
              }
            }
            place = (place &+ 1) & mask
          }
        }
      }
    }
  }

  /// Whether the bytes from `start` on are those of `string`.
  @inlinable
  @inline(__always)
  static func areEqual(
    _ arena: UnsafePointer<UInt8>?, _ start: Int, _ string: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    guard let arena = unsafe arena, let other = string.baseAddress else { return true }
    let count = string.count
    let a = unsafe UnsafeRawPointer(arena + start)
    let b = unsafe UnsafeRawPointer(other)
    // Most strings are short: two overlapping words cover 4 to 16 bytes without a
    // call.
    // SAFETY: both have `count` bytes, and no load begins before the first or ends after the last.
    if count >= 8, count <= 16 {
      return unsafe a.loadUnaligned(as: UInt64.self) == b.loadUnaligned(as: UInt64.self)
        && a.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
          == b.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
    }
    if count >= 4, count < 8 {
      return unsafe a.loadUnaligned(as: UInt32.self) == b.loadUnaligned(as: UInt32.self)
        && a.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
          == b.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
    }
    if count < 4 {
      if count == 0 { return true }
      let (middle, last) = (count >> 1, count &- 1)
      return unsafe arena[start] == other[0] && arena[start &+ middle] == other[middle]
        && arena[start &+ last] == other[last]
    }
    return unsafe sameBytes(a, b, count)
  }

  @usableFromInline
  static func sameBytes(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ count: Int) -> Bool {
    unsafe memcmp(a, b, count) == 0
  }

  private static func precedes(
    _ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    guard let x = a.baseAddress, let y = b.baseAddress else { return a.count < b.count }
    // SAFETY: both have as many bytes.
    let order = unsafe memcmp(x, y, min(a.count, b.count))
    return order != 0 ? order < 0 : a.count < b.count
  }

  // MARK: Growth

  @inline(never)
  @usableFromInline
  mutating func insert(
    _ string: UnsafeBufferPointer<UInt8>, hash: UInt64, at place: Int
  ) -> Int32 {
    precondition(count < Self.maximumCount, "more than \(Self.maximumCount) distinct strings")
    unsafe arena.append(contentsOf: string)
    offsets.append(arena.count)
    slots[place] = hash & ~0xFFFF_FFFF | UInt64(count)
    if count * 4 > slots.count * 3 { rehash() }
    return Int32(truncatingIfNeeded: count - 1)
  }

  private mutating func rehash() {
    // Small tables are many, and most of them do not stay small.
    let slotCount = slots.count < 1 << 16 ? 4 * slots.count : 2 * slots.count
    // The old slots go before the new ones come.
    slots = []
    slots = [UInt64](repeating: 0, count: slotCount)
    let mask = slotCount - 1
    for id in 0..<count {
      let hash = unsafe withBytes(Int32(truncatingIfNeeded: id)) { unsafe WordHash.hash($0.span) }
      var place = Int(truncatingIfNeeded: hash) & mask
      while slots[place] != 0 { place = (place + 1) & mask }
      slots[place] = hash & ~0xFFFF_FFFF | UInt64(id + 1)
    }
  }
}

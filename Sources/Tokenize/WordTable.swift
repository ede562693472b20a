import Libc
import WordtoolCore

/// Distinct words with numbers in the order of their first appearance, and a count for each.
///
/// Open addressing with linear probing over slots of 8 bytes (32 bits of the hash, 32 bits of the
/// number), all words behind one another in one arena: with the offset and the count about 30
/// bytes a word besides its text. Belongs to one thread.
@safe final class WordTable: @unchecked Sendable {
  // Sendable: one thread fills it, and hands it on when it is joined; full tables never change.

  private(set) var count = 0
  private var mask: Int
  private var slots: UnsafeMutablePointer<UInt64>
  /// `offsets[i]` is where word i starts; `offsets[count]` is the end of the last.
  private var offsets: UnsafeMutablePointer<Int>
  private var tallies: UnsafeMutablePointer<Int64>
  private var wordCapacity: Int
  private var arena: UnsafeMutablePointer<UInt8>
  private var arenaCapacity: Int

  init(expectedCount: Int = 1024) {
    var slotCount = 1024
    while slotCount * 3 < expectedCount * 4 { slotCount *= 2 }
    mask = slotCount - 1
    wordCapacity = max(1024, expectedCount)
    arenaCapacity = wordCapacity * 8
    unsafe slots = .allocate(capacity: slotCount)
    unsafe slots.initialize(repeating: 0, count: slotCount)
    unsafe offsets = .allocate(capacity: wordCapacity + 1)
    unsafe offsets.initialize(to: 0)
    unsafe tallies = .allocate(capacity: wordCapacity)
    unsafe arena = .allocate(capacity: arenaCapacity)
  }

  deinit {
    unsafe slots.deallocate()
    unsafe offsets.deallocate()
    unsafe tallies.deallocate()
    unsafe arena.deallocate()
  }

  /// The bytes of all words together.
  var byteCount: Int { unsafe offsets[count] }

  /// The bytes of all words, one behind another.
  var allBytes: [UInt8] { unsafe Array(UnsafeBufferPointer(start: arena, count: byteCount)) }
  /// The bytes that are used: slots, offsets, counts and the words themselves. Taken is up to twice as
  /// much, while something grows.
  var usedByteCount: Int { 8 * (mask + 1) + 16 * count + byteCount }

  /// The bytes that are taken, used or not.
  var allocatedByteCount: Int { 8 * (mask + 1) + 16 * wordCapacity + arenaCapacity }

  /// Forgets all words and keeps the room.
  func removeAll() {
    unsafe slots.update(repeating: 0, count: mask + 1)
    count = 0
  }

  /// The numbers of the words in the ascending order of their bytes.
  func orderByBytes() -> [Int32] {
    // The first eight bytes decide most comparisons.
    var keys: [(prefix: UInt64, number: Int32)] = []
    keys.reserveCapacity(count)
    for number in 0..<count {
      var prefix: UInt64 = 0
      let word = unsafe bytes(number)
      for place in 0..<min(8, word.count) {
        unsafe prefix |= UInt64(word[place]) << UInt64(56 - 8 * place)
      }
      keys.append((prefix, Int32(truncatingIfNeeded: number)))
    }
    keys.sort { a, b in
      a.prefix != b.prefix
        ? a.prefix < b.prefix : compare(Int(a.number), Int(b.number)) < 0
    }
    return keys.map(\.number)
  }

  /// The order of two words by their bytes: below 0, 0 or above 0.
  func compare(_ a: Int, _ b: Int) -> Int {
    let (x, y) = unsafe (bytes(a), bytes(b))
    let common = min(x.count, y.count)
    if common > 0, let first = x.baseAddress, let second = y.baseAddress {
      // SAFETY: both words have at least `common` bytes.
      let order = unsafe memcmp(first, second, common)
      if order != 0 { return Int(order) }
    }
    return x.count - y.count
  }

  /// The bytes of word `index`, valid until the next insertion.
  @inline(__always)
  func bytes(_ index: Int) -> UnsafeBufferPointer<UInt8> {
    let start = unsafe offsets[index]
    return unsafe UnsafeBufferPointer(start: arena + start, count: offsets[index + 1] - start)
  }

  /// How often word `index` was counted.
  @inline(__always)
  func tally(_ index: Int) -> Int64 { unsafe tallies[index] }

  /// Counts a word, which is stored if it is new, and returns its number.
  @inline(__always)
  func add(_ word: UnsafeBufferPointer<UInt8>, count times: Int64 = 1) -> Int32 {
    let hash = unsafe WordHash.hash(word.span)
    var place = Int(truncatingIfNeeded: hash) & mask
    // The number is stored plus one: a slot of 0 is empty.
    let tag = hash >> 32
    // SAFETY: places are masked to the slots; a slot's number is below `count`.
    while true {
      let slot = unsafe slots[place]
      if slot == 0 { return unsafe insert(word, tag: tag, at: place, count: times) }
      if slot >> 32 == tag {
        let index = Int(slot & 0xFFFF_FFFF) - 1
        if unsafe equals(index, word) {
          unsafe tallies[index] += times
          return Int32(truncatingIfNeeded: index)
        }
      }
      place = (place + 1) & mask
    }
  }

  /// The number of a word, or -1.
  @inline(__always)
  func find(_ word: UnsafeBufferPointer<UInt8>) -> Int32 {
    let hash = unsafe WordHash.hash(word.span)
    var place = Int(truncatingIfNeeded: hash) & mask
    let tag = hash >> 32
    while true {
      let slot = unsafe slots[place]
      if slot == 0 { return -1 }
      if slot >> 32 == tag {
        let index = Int(slot & 0xFFFF_FFFF) - 1
        if unsafe equals(index, word) { return Int32(truncatingIfNeeded: index) }
      }
      place = (place + 1) & mask
    }
  }

  @inline(__always)
  private func equals(_ index: Int, _ word: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = unsafe offsets[index]
    guard unsafe offsets[index + 1] - start == word.count else { return false }
    guard let base = word.baseAddress else { return true }
    return unsafe memcmp(arena + start, base, word.count) == 0
  }

  @inline(never)
  private func insert(
    _ word: UnsafeBufferPointer<UInt8>, tag: UInt64, at place: Int, count times: Int64
  ) -> Int32 {
    precondition(count < Int(Int32.max) - 1, "more than 2^31 distinct words")
    if count == wordCapacity { growWords() }
    let start = unsafe offsets[count]
    if start + word.count > arenaCapacity { growArena(to: start + word.count) }
    if let base = word.baseAddress {
      unsafe (arena + start).update(from: base, count: word.count)
    }
    unsafe tallies[count] = times
    count += 1
    unsafe offsets[count] = start + word.count
    unsafe slots[place] = tag << 32 | UInt64(count)
    if count * 4 > (mask + 1) * 3 { rehash() }
    return Int32(truncatingIfNeeded: count - 1)
  }

  private func growWords() {
    let capacity = wordCapacity + wordCapacity / 2
    let newOffsets = UnsafeMutablePointer<Int>.allocate(capacity: capacity + 1)
    unsafe newOffsets.update(from: offsets, count: count + 1)
    unsafe offsets.deallocate()
    unsafe offsets = newOffsets
    let newTallies = UnsafeMutablePointer<Int64>.allocate(capacity: capacity)
    unsafe newTallies.update(from: tallies, count: count)
    unsafe tallies.deallocate()
    unsafe tallies = newTallies
    wordCapacity = capacity
  }

  private func growArena(to needed: Int) {
    let capacity = max(needed, arenaCapacity + arenaCapacity / 2)
    let grown = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    unsafe grown.update(from: arena, count: offsets[count])
    unsafe arena.deallocate()
    unsafe arena = grown
    arenaCapacity = capacity
  }

  private func rehash() {
    let slotCount = 2 * (mask + 1)
    unsafe slots.deallocate()
    unsafe slots = .allocate(capacity: slotCount)
    unsafe slots.initialize(repeating: 0, count: slotCount)
    mask = slotCount - 1
    for index in 0..<count {
      let hash = unsafe WordHash.hash(bytes(index).span)
      var place = Int(truncatingIfNeeded: hash) & mask
      while unsafe slots[place] != 0 { place = (place + 1) & mask }
      unsafe slots[place] = (hash & ~0xFFFF_FFFF) | UInt64(index + 1)
    }
  }
}

import WordtoolCore

/// The words of a set of vectors and the hash table that finds them, in the layout of the file.
///
/// The words stand one after another in `bytes`; word i is `bytes[offsets[i] ..< offsets[i + 1]]`.
/// `slots` is an open-addressing table whose size is a power of two: a word's slot is its hash
/// modulo the size, and then the next free one; a slot holds the word's number plus one, or zero
/// when free. The hash is part of the file format, see ``hash(_:)``.
@safe package struct WordTable: @unchecked Sendable {
  // Sendable: the memory is immutable; the storage that holds this table keeps it alive.

  /// The words' bytes, possibly followed by padding.
  let bytes: UnsafeBufferPointer<UInt8>
  /// One more than there are words; never falling.
  let offsets: UnsafeBufferPointer<UInt64>
  /// The hash table.
  let slots: UnsafeBufferPointer<UInt32>

  /// How many words there are.
  var count: Int { unsafe offsets.count - 1 }

  /// The most words a table can hold: slots are 32 bits wide.
  static let maximumCount = Int(UInt32.max) - 1

  /// The bytes of word `index`.
  func bytes(at index: Int) -> UnsafeBufferPointer<UInt8> {
    unsafe UnsafeBufferPointer(rebasing: bytes[Int(offsets[index])..<Int(offsets[index + 1])])
  }

  /// The number of the word that has these bytes, or nil.
  func find(_ word: UnsafeBufferPointer<UInt8>) -> Int? {
    let mask = unsafe slots.count - 1
    var slot = unsafe Int(truncatingIfNeeded: Self.hash(word)) & mask
    // A table read from a file may have no free slot, so the walk is bounded.
    for _ in unsafe 0..<slots.count {
      let entry = unsafe Int(slots[slot])
      if entry == 0 { return nil }
      if entry <= count, unsafe Self.equal(bytes(at: entry - 1), word) { return entry - 1 }
      slot = (slot + 1) & mask
    }
    return nil
  }

  static func equal(
    _ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    unsafe left.count == right.count && left.elementsEqual(right)
  }

  /// FNV-1a over the bytes in 64 bits, then the finaliser of MurmurHash3, so that the low bits
  /// depend on all of it.
  static func hash(_ word: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var sum = FNV1a()
    unsafe sum.add(bytes: word)
    var hash = sum.value
    hash = (hash ^ hash >> 33) &* 0xff51_afd7_ed55_8ccd
    hash = (hash ^ hash >> 33) &* 0xc4ce_b9fe_1a85_ec53
    return hash ^ hash >> 33
  }

  /// The table size for `count` words: the smallest power of two, 16 or more, that is at most half
  /// full.
  static func slotCount(for count: Int) -> Int {
    var size = 16
    while size < 2 * count { size *= 2 }
    return size
  }
}

/// Collects words one by one and makes a ``WordTable`` of them.
package struct WordTableBuilder {
  private var bytes: [UInt8] = []
  private var offsets: [UInt64] = [0]

  /// How many words were appended.
  package var count: Int { offsets.count - 1 }

  /// A builder with room for so many words.
  package init(expectedCount: Int = 0) {
    offsets.reserveCapacity(expectedCount + 1)
    bytes.reserveCapacity(8 * expectedCount)
  }

  /// Appends a word.
  package mutating func append(_ word: UnsafeBufferPointer<UInt8>) {
    unsafe bytes.append(contentsOf: word)
    offsets.append(UInt64(bytes.count))
  }

  /// Appends a word.
  package mutating func append(_ word: String) {
    bytes.append(contentsOf: word.utf8)
    offsets.append(UInt64(bytes.count))
  }

  /// Makes the table. Of equal words the first is kept; the others are left out and reported.
  ///
  /// - Returns: the table, the memory it lies in, and the numbers of the words left out.
  package consuming func finish() -> (table: WordTable, owners: [Allocation], duplicates: [Int]) {
    let slotCount = WordTable.slotCount(for: count)
    let slotMemory = Allocation(byteCount: slotCount * 4)
    let slots = unsafe slotMemory.buffer(of: UInt32.self, count: slotCount)
    unsafe slots.initialize(repeating: 0)
    var duplicates: [Int] = []
    unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe offsets.withUnsafeBufferPointer { offsets in
        let table = unsafe WordTable(
          bytes: bytes, offsets: offsets, slots: UnsafeBufferPointer(slots))
        for word in 0..<table.count {
          let text = unsafe table.bytes(at: word)
          var slot = unsafe Int(truncatingIfNeeded: WordTable.hash(text)) & (slotCount - 1)
          while unsafe slots[slot] != 0 {
            if unsafe WordTable.equal(table.bytes(at: Int(slots[slot]) - 1), text) {
              duplicates.append(word)
              break
            }
            slot = (slot + 1) & (slotCount - 1)
          }
          if unsafe slots[slot] == 0 { unsafe slots[slot] = UInt32(word + 1) }
        }
      }
    }
    if !duplicates.isEmpty {
      var rest = WordTableBuilder(expectedCount: count)
      var skip = duplicates[...]
      for word in 0..<count {
        if word == skip.first {
          skip.removeFirst()
          continue
        }
        unsafe bytes.withUnsafeBufferPointer {
          unsafe rest.append(
            UnsafeBufferPointer(rebasing: $0[Int(offsets[word])..<Int(offsets[word + 1])]))
        }
      }
      let (table, owners, _) = rest.finish()
      return (table, owners, duplicates)
    }
    let (byteMemory, byteBuffer) = unsafe Allocation.copy(of: bytes)
    let (offsetMemory, offsetBuffer) = unsafe Allocation.copy(of: offsets)
    return unsafe (
      WordTable(bytes: byteBuffer, offsets: offsetBuffer, slots: UnsafeBufferPointer(slots)),
      [byteMemory, offsetMemory, slotMemory], []
    )
  }
}

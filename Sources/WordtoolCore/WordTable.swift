/// Words and the hash table that finds them, in the layout in which model files hold them.
///
/// The words stand one after another in `bytes`; word i is `bytes[offsets[i] ..< offsets[i + 1]]`.
/// `slots` is an open-addressing table whose size is a power of two: a word's slot is its hash
/// modulo the size, and then the next free one; a slot holds the word's number plus one, or zero
/// when free. The hash is part of the file formats, see ``hash(_:)``.
@safe package struct WordTable: @unchecked Sendable {
  // Sendable: the memory is immutable; whoever holds this table keeps it alive.

  /// The words' bytes, possibly followed by padding.
  package let bytes: UnsafeBufferPointer<UInt8>
  /// One more than there are words; never falling.
  package let offsets: UnsafeBufferPointer<UInt64>
  /// The hash table.
  package let slots: UnsafeBufferPointer<UInt32>

  /// Takes memory that lives as long as the table is used.
  ///
  /// - Precondition: the offsets never fall and end within the bytes; the number of slots is a power
  ///   of two.
  package init(
    bytes: UnsafeBufferPointer<UInt8>, offsets: UnsafeBufferPointer<UInt64>,
    slots: UnsafeBufferPointer<UInt32>
  ) {
    unsafe (self.bytes, self.offsets, self.slots) = (bytes, offsets, slots)
  }

  /// Lays distinct strings out in memory of their own.
  ///
  /// - Returns: the table, in which the strings have the same numbers, and the memory it lies in.
  /// - Throws: ``WordtoolError`` of kind `unavailable` without memory.
  package static func laidOut(
    _ strings: ByteStringTable
  ) throws -> (table: WordTable, memory: AlignedMemory) {
    let count = strings.count
    let contents = strings.contents
    let slotCount = slotCount(for: count)
    let memory = try AlignedMemory(
      byteCount: 8 * (count + 1) + 4 * slotCount + contents.bytes.count, purpose: "words")
    // SAFETY: the three parts follow each other in memory that was taken for them, the numbers at
    // multiples of their sizes; the memory is zero, so that every slot is free.
    let offsets = unsafe memory.buffer(of: UInt64.self, count: count + 1)
    for (place, offset) in contents.offsets.enumerated() { unsafe offsets[place] = UInt64(offset) }
    let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: memory.bytes[(8 * (count + 1))...])
    let slots = unsafe UnsafeMutableRawBufferPointer(rebasing: rest[..<(4 * slotCount)])
      .bindMemory(to: UInt32.self)
    let bytes = unsafe UnsafeMutableRawBufferPointer(rebasing: rest[(4 * slotCount)...])
    unsafe bytes.copyBytes(from: contents.bytes)
    let table = unsafe WordTable(
      bytes: UnsafeBufferPointer(bytes.bindMemory(to: UInt8.self)),
      offsets: UnsafeBufferPointer(offsets), slots: UnsafeBufferPointer(slots))
    for word in 0..<count {
      var slot = unsafe Int(truncatingIfNeeded: hash(table.bytes(at: word))) & (slotCount - 1)
      while unsafe slots[slot] != 0 { slot = (slot + 1) & (slotCount - 1) }
      unsafe slots[slot] = UInt32(word + 1)
    }
    return (table, memory)
  }

  /// How many words there are.
  @inlinable package var count: Int { unsafe offsets.count - 1 }

  /// The most words a table can hold: slots are 32 bits wide.
  package static let maximumCount = Int(UInt32.max) - 1

  /// The bytes of word `index`.
  @inlinable
  package func bytes(at index: Int) -> UnsafeBufferPointer<UInt8> {
    unsafe UnsafeBufferPointer(rebasing: bytes[Int(offsets[index])..<Int(offsets[index + 1])])
  }

  /// The number of the word that has these bytes, or nil.
  @inlinable
  package func find(_ word: UnsafeBufferPointer<UInt8>) -> Int? {
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

  /// Whether two words have the same bytes.
  @inlinable
  package static func equal(
    _ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    unsafe left.count == right.count && ByteStringTable.areEqual(left.baseAddress, 0, right)
  }

  /// FNV-1a over the bytes in 64 bits, then the finaliser of MurmurHash3, so that the low bits
  /// depend on all of it.
  @inlinable
  package static func hash(_ word: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var sum = FNV1a()
    unsafe sum.add(bytes: word)
    var hash = sum.value
    hash = (hash ^ hash >> 33) &* 0xff51_afd7_ed55_8ccd
    hash = (hash ^ hash >> 33) &* 0xc4ce_b9fe_1a85_ec53
    return hash ^ hash >> 33
  }

  /// The table size for `count` words: the smallest power of two, 16 or more, that is at most half
  /// full.
  package static func slotCount(for count: Int) -> Int {
    var size = 16
    while size < 2 * count { size *= 2 }
    return size
  }
}

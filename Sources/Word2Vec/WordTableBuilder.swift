package import WordtoolCore

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

import WordtoolCore

/// A key and where it stands: 12 bytes, for there are two for each token of a text; a key of 64 bits
/// would make it 16.
struct PairEntry: BitwiseCopyable {
  private var low: UInt32
  private var high: UInt32
  private var place: UInt32

  init(key: UInt64, place: Int) {
    (low, high) = (UInt32(truncatingIfNeeded: key), UInt32(key >> 32))
    self.place = UInt32(truncatingIfNeeded: place)
  }

  var key: UInt64 { UInt64(high) << 32 | UInt64(low) }
  var position: Int { Int(place) }
}

/// Sorts 64-bit keys by their digits and keeps the order of equal ones.
@safe final class PairSorter {
  // SAFETY: one thread uses it; `count` never passes `capacity`, for which both memories have room.

  private let capacity: Int
  private let entryMemory: AlignedMemory
  private let otherMemory: AlignedMemory
  private var count = 0
  /// The bits that any key has.
  private var allBits: UInt64 = 0

  private static let digitBits: UInt64 = 11

  /// - Parameter capacity: the most keys at a time.
  /// - Throws: `WordtoolError` of kind `unavailable` without memory.
  init(capacity: Int) throws {
    self.capacity = capacity
    entryMemory = try AlignedMemory(count: capacity, of: PairEntry.self, purpose: "n-grams")
    otherMemory = try AlignedMemory(count: capacity, of: PairEntry.self, purpose: "n-grams")
  }

  /// Forgets all keys.
  func removeAll() { (count, allBits) = (0, 0) }

  /// Adds a key.
  ///
  /// - Precondition: there are fewer than the capacity.
  @inline(__always)
  func append(_ key: UInt64, _ place: Int) {
    precondition(count < capacity, "\(capacity) keys")
    let entries = unsafe entryMemory.buffer(of: PairEntry.self, count: capacity)
    unsafe entries[count] = PairEntry(key: key, place: place)
    count &+= 1
    allBits |= key
  }

  /// Calls `body` with all keys in ascending order, equal ones in that of their coming.
  func forEachSorted(_ body: (_ key: UInt64, _ place: Int) -> Void) {
    var from = unsafe entryMemory.buffer(of: PairEntry.self, count: capacity)
    var to = unsafe otherMemory.buffer(of: PairEntry.self, count: capacity)
    let mask: UInt64 = 1 << Self.digitBits - 1
    var shift: UInt64 = 0
    while shift < 64, allBits >> shift != 0 {
      unsafe withUnsafeTemporaryAllocation(of: Int.self, capacity: 1 << Int(Self.digitBits)) {
        starts in
        unsafe starts.initialize(repeating: 0)
        for index in 0..<count { unsafe starts[Int(from[index].key >> shift & mask)] &+= 1 }
        var sum = 0
        for digit in starts.indices {
          let size = unsafe starts[digit]
          unsafe starts[digit] = sum
          sum &+= size
        }
        for index in 0..<count {
          let entry = unsafe from[index]
          let digit = Int(entry.key >> shift & mask)
          unsafe to[starts[digit]] = entry
          unsafe starts[digit] &+= 1
        }
      }
      unsafe swap(&from, &to)
      shift += Self.digitBits
    }
    for index in 0..<count {
      let entry = unsafe from[index]
      body(entry.key, entry.position)
    }
  }
}

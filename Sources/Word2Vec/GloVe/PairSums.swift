import WordtoolCore

/// How often two words occur together, in units of ``PairSums/unitsPerCount``.
struct PairSum: BitwiseCopyable, Sendable {
  /// The first word's number in the upper half, the second's in the lower.
  var key: UInt64
  var units: UInt64

  init(key: UInt64, units: UInt64) { (self.key, self.units) = (key, units) }

  @inline(__always)
  static func key(_ first: Int32, _ second: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: first)) << 32 | UInt64(UInt32(bitPattern: second))
  }

  var first: Int32 { Int32(truncatingIfNeeded: key >> 32) }
  var second: Int32 { Int32(truncatingIfNeeded: key) }
}

/// Sums for pairs of words in memory of a fixed size: open addressing with linear probing.
///
/// Sums are whole numbers, so that they do not depend on the order in which threads come to the parts
/// of a text. A pair at distance d counts 1/d: rounded to whole units of 2^-30, which at the largest
/// distance, 100, is off by less than a Float resolves. The sum of a pair may reach 2^34 counts.
@safe final class PairSums {
  // SAFETY: one thread uses it at a time; places are below `slotCount`, entries below `count`.

  /// Units in a count of 1.
  static let unitsPerCount = 1 << 30
  /// Bytes for each place of a table: the place, and room to sort what may be in it.
  static let bytesPerSlot = 28
  /// Few places are worth the trouble of writing a run.
  static let fewestSlots = 1 << 8

  /// Places, of which a key of all ones is free.
  private let slots: UnsafeMutablePointer<PairSum>
  private let slotMemory: AlignedMemory
  private let spare: UnsafeMutablePointer<PairSum>
  private let spareMemory: AlignedMemory
  private let slotCount: UInt64
  private let mostPairs: Int
  /// How many pairs there are.
  private(set) var count = 0

  /// Whether the pairs have to be taken out before a window's are added.
  var isFull: Bool { count > mostPairs }

  /// - Parameters:
  ///   - byteCount: memory to be taken, at least that for ``fewestSlots``.
  ///   - reserve: pairs that may be added between two looks at ``isFull``.
  /// - Throws: ``WordtoolError`` of kind `unavailable` without memory.
  init(byteCount: Int, reserve: Int) throws {
    let slots = max(Self.fewestSlots, 4 * reserve, byteCount / Self.bytesPerSlot)
    slotCount = UInt64(slots)
    let limit = slots / 10 * 7
    mostPairs = limit - reserve
    slotMemory = try AlignedMemory(
      count: slots, of: PairSum.self, access: .scattered, purpose: "counts of pairs")
    spareMemory = try AlignedMemory(count: limit, of: PairSum.self, purpose: "counts of pairs")
    guard let base = unsafe slotMemory.buffer(of: PairSum.self, count: slots).baseAddress,
      let spare = unsafe spareMemory.buffer(of: PairSum.self, count: limit).baseAddress
    else { preconditionFailure("memory without an address") }
    unsafe (self.slots, self.spare) = (base, spare)
    clear()
  }

  private func clear() {
    unsafe slots.update(repeating: PairSum(key: .max, units: 0), count: Int(slotCount))
  }

  /// Adds units to a pair.
  @inline(__always)
  func add(_ key: UInt64, _ units: UInt64) {
    // All bits of the key reach the upper bits of the product, which choose the place.
    var place = (key &* SplitMix.increment).multipliedFullWidth(by: slotCount).high
    while true {
      let found = unsafe slots[Int(truncatingIfNeeded: place)]
      if found.key == key {
        unsafe slots[Int(truncatingIfNeeded: place)].units = found.units &+ units
        return
      }
      if found.key == .max {
        unsafe slots[Int(truncatingIfNeeded: place)] = PairSum(key: key, units: units)
        count &+= 1
        return
      }
      place = place &+ 1 == slotCount ? 0 : place &+ 1
    }
  }

  /// Lends all pairs, sorted by their keys, and forgets them.
  func take(_ body: (UnsafeBufferPointer<PairSum>) throws -> Void) rethrows {
    var filled = 0
    for place in 0..<Int(slotCount) {
      let entry = unsafe slots[place]
      if entry.key == .max { continue }
      unsafe slots[filled] = entry
      filled &+= 1
    }
    let sorted = unsafe PairSort.sort(slots, spare, count: filled)
    try unsafe body(UnsafeBufferPointer(start: sorted, count: filled))
    count = 0
    clear()
  }
}

/// A radix sort of pairs by their keys.
enum PairSort {
  private static let digitBits: UInt64 = 11

  /// Sorts `entries` with the help of as much other memory.
  ///
  /// - Returns: where the result is, one of the two.
  static func sort(
    _ entries: UnsafeMutablePointer<PairSum>, _ other: UnsafeMutablePointer<PairSum>, count: Int
  ) -> UnsafeMutablePointer<PairSum> {
    var all: UInt64 = 0
    for index in 0..<count { unsafe all |= entries[index].key }
    var (from, to) = unsafe (entries, other)
    let mask: UInt64 = 1 << digitBits - 1
    var shift: UInt64 = 0
    while shift < 64, all >> shift != 0 {
      // Half of a key has few bits.
      if all >> shift & mask != 0 {
        unsafe withUnsafeTemporaryAllocation(of: Int.self, capacity: 1 << Int(digitBits)) {
          places in
          unsafe places.initialize(repeating: 0)
          for index in 0..<count {
            unsafe places[Int(truncatingIfNeeded: from[index].key >> shift & mask)] &+= 1
          }
          var sum = 0
          for digit in places.indices {
            let size = unsafe places[digit]
            unsafe places[digit] = sum
            sum &+= size
          }
          for index in 0..<count {
            let entry = unsafe from[index]
            let digit = Int(truncatingIfNeeded: entry.key >> shift & mask)
            unsafe to[places[digit]] = entry
            unsafe places[digit] &+= 1
          }
        }
        unsafe swap(&from, &to)
      }
      shift += digitBits
    }
    return unsafe from
  }
}

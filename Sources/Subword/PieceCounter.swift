import Libc
import WordtoolCore

/// Distinct pieces and how often each occurs. Belongs to one thread at a time.
///
/// Open addressing by ``PieceKey`` over entries of half a cache line, at most half of them taken; pieces of
/// more than 15 bytes stand in one block behind another.
@safe final class PieceCounter: @unchecked Sendable {
  // Sendable: each thread has its own; their owner reads them when all threads are done.

  private struct Entry {
    var key: PieceKey
    var count: Int64
    /// Where a long piece begins in `long`.
    var start: Int
  }

  private var entries: UnsafeMutablePointer<Entry>
  private var capacity = 1 << 12
  /// How many pieces there are.
  private(set) var count = 0
  /// How many bytes they have.
  private(set) var byteCount = 0
  private let long = GrowingBytes()

  init() { unsafe entries = Self.allocate(capacity) }

  deinit { unsafe entries.deallocate() }

  private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Entry> {
    let entries = UnsafeMutablePointer<Entry>.allocate(capacity: capacity)
    let none = Entry(key: PieceKey(low: 0, high: 0), count: 0, start: 0)
    unsafe entries.initialize(repeating: none, count: capacity)
    return unsafe entries
  }

  /// Counts a piece.
  ///
  /// - Parameter slack: how many bytes behind the piece may be read.
  @inline(__always)
  func add(_ piece: UnsafePointer<UInt8>, count: Int, slack: Int) {
    unsafe add(PieceKey(piece, count: count, slack: slack), piece, count, 1)
  }

  @inline(__always)
  private func add(
    _ key: PieceKey, _ piece: UnsafePointer<UInt8>, _ count: Int, _ amount: Int64
  ) {
    let mask = capacity &- 1
    var place = Int(truncatingIfNeeded: key.hash) & mask
    while true {
      // SAFETY: places are masked to the table, half of which is free.
      let entry = unsafe entries + place
      let other = unsafe entry.pointee.key
      if other.low == key.low, other.high == key.high,
        unsafe key.isShort || memcmp(long.base + entry.pointee.start, piece, count) == 0
      {
        unsafe entry.pointee.count &+= amount
        return
      }
      if other.high == 0 { return unsafe insert(key, piece, count, amount, at: place) }
      place = (place &+ 1) & mask
    }
  }

  @inline(never)
  private func insert(
    _ key: PieceKey, _ piece: UnsafePointer<UInt8>, _ length: Int, _ amount: Int64, at place: Int
  ) {
    unsafe entries[place] = Entry(key: key, count: amount, start: long.count)
    if !key.isShort { unsafe long.append(UnsafeRawBufferPointer(start: piece, count: length)) }
    count += 1
    byteCount += length
    if 2 * count > capacity { grow() }
  }

  private func grow() {
    // Small tables are many, and most of them do not stay small.
    let larger = capacity < 1 << 16 ? 4 * capacity : 2 * capacity
    let grown = unsafe Self.allocate(larger)
    for index in 0..<capacity {
      let entry = unsafe entries[index]
      if entry.key.high == 0 { continue }
      var place = Int(truncatingIfNeeded: entry.key.hash) & (larger - 1)
      while unsafe grown[place].key.high != 0 { place = (place + 1) & (larger - 1) }
      unsafe grown[place] = entry
    }
    unsafe entries.deallocate()
    unsafe entries = grown
    capacity = larger
  }

  /// Adds the counts of another.
  func add(_ other: PieceCounter) {
    unsafe other.forEach { piece, count in
      guard let base = piece.baseAddress else { return }
      unsafe add(PieceKey(base, count: piece.count, slack: 0), base, piece.count, count)
    }
  }

  /// Calls `body` for each piece and its count, in no order that means anything.
  func forEach(_ body: (UnsafeBufferPointer<UInt8>, Int64) -> Void) {
    for index in 0..<capacity {
      let entry = unsafe entries[index]
      if entry.key.high == 0 { continue }
      if entry.key.isShort {
        let bytes = (entry.key.low.littleEndian, entry.key.high.littleEndian)
        unsafe withUnsafeBytes(of: bytes) {
          unsafe body(
            UnsafeBufferPointer(rebasing: $0.bindMemory(to: UInt8.self)[..<entry.key.pieceCount]),
            entry.count)
        }
      } else {
        let bytes = unsafe UnsafeRawBufferPointer(
          start: long.base + entry.start, count: entry.key.pieceCount)
        unsafe body(bytes.bindMemory(to: UInt8.self), entry.count)
      }
    }
  }
}

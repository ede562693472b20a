import Libc
import WordtoolCore

/// What pieces that were seen before are written as. It changes nothing but the time. Belongs to one
/// thread.
///
/// Open addressing over entries of half a cache line: the key, 16 bytes; what the piece is written as, of
/// at most 15 bytes; their number. Pieces of up to 15 bytes are their own key, with their length as the
/// last byte; of longer ones the key is a hash, and they stand in the arena. So does what is longer of
/// what pieces are written as, and then an entry has its place and length there. When the table or the
/// arena is full, everything is forgotten: what is frequent comes back at once, and memory has its limit
/// whatever the text.
@safe final class PieceTexts {
  /// The longest piece that is remembered.
  static let longestPiece = 255
  /// The most bytes that stand in an entry.
  private static let inlineCount = 15
  /// What stands for their number where the bytes are in the arena.
  private static let isFar: UInt8 = 255
  /// Entries there may be, and bytes in the arena.
  private static let mostEntries = 1 << 18
  private static let mostBytes = 4 << 20
  private static let entrySize = 32

  private var entries: UnsafeMutableRawPointer
  private var capacity = 1 << 10
  private var count = 0
  private let arena = GrowingBytes()

  init() { unsafe entries = Self.allocate(capacity) }

  deinit { unsafe entries.deallocate() }

  private static let hugePage = 2 << 20

  private static func allocate(_ capacity: Int) -> UnsafeMutableRawPointer {
    let size = capacity * entrySize
    let entries = UnsafeMutableRawPointer.allocate(
      byteCount: size, alignment: size >= hugePage ? hugePage : 64)
    #if os(Linux)
    // Entries are looked at in no order: with small pages finding their addresses takes longer than they.
    if size >= hugePage { _ = unsafe madvise(entries, size, MADV_HUGEPAGE) }
    #endif
    unsafe entries.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    return unsafe entries
  }

  /// Appends what a piece is written as; false when it is not known.
  @inline(__always)
  func append(
    _ key: PieceKey, of piece: UnsafePointer<UInt8>, count: Int, to output: GrowingBytes
  ) -> Bool {
    let mask = capacity &- 1
    let home = Int(truncatingIfNeeded: key.hash) & mask
    var place = home
    while true {
      // SAFETY: places are masked to the table, half of which is free.
      var entry = unsafe entries + place &* Self.entrySize
      let (low, high) = unsafe (
        entry.load(as: UInt64.self), entry.load(fromByteOffset: 8, as: UInt64.self)
      )
      if low == key.low, high == key.high {
        if place != home { unsafe entry = exchange(home, entry) }
        let length = unsafe entry.load(fromByteOffset: 31, as: UInt8.self)
        if length != Self.isFar {
          output.reserve(Self.inlineCount)
          // SAFETY: there is room, and slack behind it.
          unsafe (output.base + output.count).storeBytes(
            of: entry.load(fromByteOffset: 16, as: SIMD16<UInt8>.self), as: SIMD16<UInt8>.self)
          output.setCount(output.count &+ Int(length))
          return true
        }
        if unsafe appendFar(entry, key, piece, count, to: output) { return true }
      } else if high == 0 {
        return false
      }
      place = (place &+ 1) & mask
    }
  }

  /// Lets an entry and the one at its home change places: what is frequent is found at the first look. All
  /// places from the home of either to the other's are taken, so both are still found.
  ///
  /// - Returns: the entry's new place.
  @inline(never)
  private func exchange(
    _ home: Int, _ entry: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer {
    typealias Half = SIMD16<UInt8>
    let other = unsafe entries + home &* Self.entrySize
    for offset in stride(from: 0, to: Self.entrySize, by: 16) {
      let half = unsafe entry.load(fromByteOffset: offset, as: Half.self)
      unsafe entry.storeBytes(
        of: other.load(fromByteOffset: offset, as: Half.self), toByteOffset: offset, as: Half.self)
      unsafe other.storeBytes(of: half, toByteOffset: offset, as: Half.self)
    }
    return unsafe other
  }

  /// Appends a text that stands in the arena, behind its piece where that is no part of the key.
  @inline(never)
  private func appendFar(
    _ entry: UnsafeMutableRawPointer, _ key: PieceKey, _ piece: UnsafePointer<UInt8>, _ count: Int,
    to output: GrowingBytes
  ) -> Bool {
    var start = Int(unsafe entry.load(fromByteOffset: 16, as: UInt32.self))
    let length = Int(unsafe entry.load(fromByteOffset: 20, as: UInt32.self))
    if !key.isShort {
      guard unsafe memcmp(arena.base + start, piece, count) == 0 else { return false }
      start += count
    }
    unsafe output.append(UnsafeRawBufferPointer(rebasing: arena.bytes[start..<start + length]))
    return true
  }

  /// Remembers what a piece is written as that is not known.
  func store(_ key: PieceKey, _ piece: UnsafeBufferPointer<UInt8>, _ text: UnsafeRawBufferPointer) {
    guard piece.count <= Self.longestPiece, text.count <= Self.mostBytes / 16 else { return }
    if 2 * count >= capacity || arena.count > Self.mostBytes { makeRoom() }
    let entry = unsafe freeEntry(key, entries, capacity)
    unsafe entry.storeBytes(of: key.low, as: UInt64.self)
    unsafe entry.storeBytes(of: key.high, toByteOffset: 8, as: UInt64.self)
    if key.isShort, text.count <= Self.inlineCount {
      unsafe UnsafeMutableRawBufferPointer(start: entry + 16, count: Self.inlineCount)
        .copyMemory(from: text)
      unsafe entry.storeBytes(of: UInt8(text.count), toByteOffset: 31, as: UInt8.self)
    } else {
      unsafe entry.storeBytes(of: UInt32(arena.count), toByteOffset: 16, as: UInt32.self)
      unsafe entry.storeBytes(of: UInt32(text.count), toByteOffset: 20, as: UInt32.self)
      unsafe entry.storeBytes(of: Self.isFar, toByteOffset: 31, as: UInt8.self)
      if !key.isShort { unsafe arena.append(UnsafeRawBufferPointer(piece)) }
      unsafe arena.append(text)
    }
    count += 1
  }

  private func freeEntry(
    _ key: PieceKey, _ entries: UnsafeMutableRawPointer, _ capacity: Int
  ) -> UnsafeMutableRawPointer {
    var place = Int(truncatingIfNeeded: key.hash) & (capacity - 1)
    while unsafe (entries + place * Self.entrySize).load(fromByteOffset: 8, as: UInt64.self) != 0 {
      place = (place + 1) & (capacity - 1)
    }
    return unsafe entries + place * Self.entrySize
  }

  private func makeRoom() {
    guard capacity < Self.mostEntries, arena.count <= Self.mostBytes else {
      unsafe entries.initializeMemory(
        as: UInt8.self, repeating: 0, count: capacity * Self.entrySize)
      count = 0
      arena.removeAll()
      return
    }
    let grown = unsafe Self.allocate(4 * capacity)
    for place in 0..<capacity {
      let entry = unsafe entries + place * Self.entrySize
      let key = unsafe PieceKey(
        low: entry.load(as: UInt64.self), high: entry.load(fromByteOffset: 8, as: UInt64.self))
      if key.high == 0 { continue }
      unsafe freeEntry(key, grown, 4 * capacity).copyMemory(from: entry, byteCount: Self.entrySize)
    }
    unsafe entries.deallocate()
    unsafe entries = grown
    capacity *= 4
  }
}

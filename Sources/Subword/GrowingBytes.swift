import Libc

/// Memory that bytes are put into one behind another. Belongs to one thread.
@safe final class GrowingBytes {
  /// The bytes; behind ``count`` there are at least ``slack`` more, which may be written to.
  private(set) var base: UnsafeMutableRawPointer
  private(set) var count = 0
  private var capacity: Int

  /// Bytes behind the last one.
  static let slack = 64

  init(capacity: Int = 1 << 12) {
    self.capacity = capacity
    unsafe base = .allocate(byteCount: capacity + Self.slack, alignment: 64)
  }

  deinit { unsafe base.deallocate() }

  /// What was put in, valid until the next change.
  var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: base, count: count) }

  /// Forgets everything and keeps the memory, or so much of it.
  func removeAll(keepingAtMost most: Int = .max) {
    count = 0
    guard capacity > most else { return }
    unsafe base.deallocate()
    capacity = most
    unsafe base = .allocate(byteCount: capacity + Self.slack, alignment: 64)
  }

  /// Takes the last bytes back.
  func removeLast(_ removed: Int) {
    precondition(removed <= count)
    count -= removed
  }

  /// Says that bytes up to a place have been written.
  @inline(__always)
  func setCount(_ new: Int) {
    assert(new <= capacity)
    count = new
  }

  /// Makes room for so many bytes more.
  @inline(__always)
  func reserve(_ more: Int) {
    if count &+ more > capacity { grow(more) }
  }

  @inline(never)
  private func grow(_ more: Int) {
    capacity = max(2 * capacity, count + more)
    let grown = UnsafeMutableRawPointer.allocate(
      byteCount: capacity + Self.slack, alignment: 64)
    unsafe grown.copyMemory(from: base, byteCount: count)
    unsafe base.deallocate()
    unsafe base = grown
  }

  @inline(__always)
  func append(_ other: UnsafeRawBufferPointer) {
    guard let start = other.baseAddress else { return }
    reserve(other.count)
    // SAFETY: there is room for them.
    unsafe memcpy(base + count, start, other.count)
    count &+= other.count
  }

  func append(_ other: [UInt8]) { unsafe other.withUnsafeBytes { unsafe append($0) } }
}

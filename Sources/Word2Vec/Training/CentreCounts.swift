/// How often each word has been the centre of a window in the batch under way, so that the batch ends before
/// one row has gathered too many steps (``BatchSize/mostRepeats``).
///
/// Words share slots: of a large vocabulary a batch may end for two words together, which only makes it
/// shorter.
@safe final class CentreCounts {
  // SAFETY: taken by `init`, given back by `deinit`; a slot is a number below `slotCount`.
  private static let slotCount = 1024

  private let counts: UnsafeMutablePointer<UInt16>
  private let most: UInt16
  /// Whether a word has been a centre more often than it may.
  private(set) var isFull = false

  /// - Parameter most: how often a word may be a centre in one batch, at least 1; from 65,535 on that is
  ///   without an end.
  init(most: Int) {
    self.most = UInt16(clamping: max(1, most))
    unsafe counts = .allocate(capacity: Self.slotCount)
    unsafe counts.initialize(repeating: 0, count: Self.slotCount)
  }

  deinit { unsafe counts.deallocate() }

  /// Counts the centres of some windows: places of `words`.
  @inline(__always)
  func add(_ centres: Range<Int>, of words: UnsafeMutablePointer<Int32>) {
    for centre in centres {
      let slot = unsafe Int(truncatingIfNeeded: words[centre]) & (Self.slotCount &- 1)
      let count = unsafe counts[slot]
      if count >= most && most < .max { isFull = true }
      if count < .max { unsafe counts[slot] = count &+ 1 }
    }
  }

  /// Another batch begins.
  func reset() {
    isFull = false
    unsafe counts.update(repeating: 0, count: Self.slotCount)
  }
}

import WordtoolCore

/// Hands out the lines with the n-grams of one length, in parts, to several threads.
final class ARPAParts: @unchecked Sendable {
  // Sendable: everything that changes is touched with the lock held.

  private let lock = Locked<Void>(())
  private let lines: LineReader
  private var count = 0
  private var hasEnded = false
  /// The bytes of a part, and of a longer one by its last line.
  private static let size = 256 << 10

  /// - Parameter lines: at the begin of a line; nobody else may take from them meanwhile.
  init(_ lines: LineReader) { self.lines = lines }

  /// Fills a part with the next lines before the next title.
  ///
  /// - Returns: whether there are any. What goes wrong while reading is the last part's failure.
  func next(_ part: ARPAPart) -> Bool {
    lock.withLock { _ in
      part.text.removeAll(keepingCapacity: true)
      part.failure = nil
      if hasEnded { return false }
      (part.firstLine, part.index) = (lines.number + 1, count)
      do {
        try lines.take(into: &part.text, size: Self.size, before: UInt8(ascii: "\\"))
      } catch {
        part.failure = error
      }
      hasEnded = part.text.isEmpty || part.failure != nil
      count += 1
      return !part.text.isEmpty || part.failure != nil
    }
  }
}

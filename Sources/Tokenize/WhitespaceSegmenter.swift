/// Splits at the ASCII white space that fastText splits at: space, tab, line feed, vertical tab,
/// form feed, carriage return and NUL. word2vec.c uses a part of that set.
@safe final class WhitespaceSegmenter: Segmenter {
  private var text = unsafe UnsafeBufferPointer<UInt8>(start: nil, count: 0)
  private var position = 0
  /// The status of what is not white space: letters, so that nothing is dropped.
  private static let wordStatus: Int32 = 200 | SegmentBatch.notASCII

  func begin(_ text: UnsafeBufferPointer<UInt8>) {
    precondition(text.count < Int(Int32.max), "a text of \(text.count) bytes is too long")
    unsafe self.text = text
    position = 0
  }

  @inline(__always)
  static func isSpace(_ byte: UInt8) -> Bool {
    byte <= 32 && (byte == 32 || (byte >= 9 && byte <= 13) || byte == 0)
  }

  func next(_ batch: SegmentBatch) -> Int {
    var count = 0
    var at = position
    let end = unsafe text.count
    // SAFETY: `at` stays below `end`; `count` below the capacity, for both arrays of the batch.
    while at < end && count < batch.capacity {
      unsafe batch.starts[count] = Int32(truncatingIfNeeded: at)
      if Self.isSpace(unsafe text[at]) {
        while at < end, Self.isSpace(unsafe text[at]) {
          at += 1
          if unsafe text[at - 1] == UInt8(ascii: "\n") { break }
        }
        unsafe batch.statuses[count] = 0
      } else {
        while at < end, !Self.isSpace(unsafe text[at]) { at += 1 }
        unsafe batch.statuses[count] = Self.wordStatus
      }
      unsafe batch.ends[count] = Int32(truncatingIfNeeded: at)
      count += 1
    }
    position = at
    return count
  }
}

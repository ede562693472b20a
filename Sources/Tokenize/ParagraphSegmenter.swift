/// Cuts behind LF, CR, CR LF and U+2029.
@safe final class ParagraphSegmenter: Segmenter {
  private var text = unsafe UnsafeBufferPointer<UInt8>(start: nil, count: 0)
  private var position = 0

  func begin(_ text: UnsafeBufferPointer<UInt8>) {
    precondition(text.count < Int(Int32.max), "a text of \(text.count) bytes is too long")
    unsafe self.text = text
    position = 0
  }

  func next(_ batch: SegmentBatch) -> Int {
    var count = 0
    // SAFETY: the text checks its offsets in debug builds, and all are below its count; `count`
    // stays below the capacity of the batch.
    while unsafe position < text.count && count < batch.capacity {
      unsafe batch.starts[count] = Int32(truncatingIfNeeded: position)
      position = unsafe Self.end(in: text, from: position)
      unsafe batch.ends[count] = Int32(truncatingIfNeeded: position)
      unsafe batch.statuses[count] = SegmentBatch.notASCII
      count += 1
    }
    return count
  }

  /// The end of the paragraph that starts at `start`.
  private static func end(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var at = start
    while at < text.count {
      let byte = unsafe text[at]
      at += 1
      if byte == UInt8(ascii: "\n") { return at }
      if byte == UInt8(ascii: "\r") {
        return unsafe at < text.count && text[at] == UInt8(ascii: "\n") ? at + 1 : at
      }
      // U+2029 is E2 80 A9.
      if byte == 0xA9, at - start >= 3, unsafe text[at - 2] == 0x80 && text[at - 3] == 0xE2 {
        return at
      }
    }
    return at
  }
}

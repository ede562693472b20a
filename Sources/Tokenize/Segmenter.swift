/// Cuts a text into segments that cover it without gaps.
///
/// The one interface between the code that finds boundaries and everything that uses them: ICU
/// stands behind it, plain white space does, and a faster path for common scripts can.
///
/// A segmenter belongs to one thread. The text is well-formed UTF-8, shorter than 2^31 bytes, and
/// stays where it is until the next ``begin(_:)``.
protocol Segmenter: AnyObject {
  /// Starts on a text.
  func begin(_ text: UnsafeBufferPointer<UInt8>)

  /// Stores the byte offset at which each of the next segments ends, and its rule status as in
  /// ``TokenKind/init(ruleStatus:)``. A line end (LF or CR LF) always ends its segment.
  ///
  /// - Returns: how many segments were stored, at most `batch.capacity`; 0 at the end.
  func next(_ batch: SegmentBatch) -> Int
}

/// Room for the ends and rule statuses of some segments.
@safe final class SegmentBatch {
  /// How many segments fit.
  let capacity: Int
  /// Byte offsets behind each segment.
  let ends: UnsafeMutablePointer<Int32>
  /// ICU's rule status of each segment.
  let statuses: UnsafeMutablePointer<Int32>

  init(capacity: Int = 2048) {
    self.capacity = capacity
    unsafe ends = .allocate(capacity: capacity)
    unsafe statuses = .allocate(capacity: capacity)
    unsafe ends.initialize(repeating: 0, count: capacity)
    unsafe statuses.initialize(repeating: 0, count: capacity)
  }

  deinit {
    unsafe ends.deallocate()
    unsafe statuses.deallocate()
  }
}

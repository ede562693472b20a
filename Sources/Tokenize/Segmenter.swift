import Libc

/// Cuts a text into segments, one behind the other.
///
/// The one interface between the code that finds boundaries and everything that uses them: ICU
/// stands behind it, plain white space does, and a copy of the state machine that ICU made of its
/// rules or of ours.
///
/// A segmenter belongs to one thread. The text is well-formed UTF-8, shorter than 2^31 bytes, and
/// stays where it is until the next ``begin(_:)``.
protocol Segmenter: AnyObject {
  /// Starts on a text.
  func begin(_ text: UnsafeBufferPointer<UInt8>)

  /// Stores the byte offsets at which each of the next segments starts and ends, and its rule
  /// status as in ``TokenKind/init(ruleStatus:)``, with ``SegmentBatch/notASCII`` added unless the
  /// segment is known to be ASCII. A line end (LF or CR LF) always ends its segment.
  ///
  /// A segmenter may be opened to leave out segments with a status under 100 (see
  /// ``openSegmenter(unit:locale:keepsOthers:)``), but never one that ends a line.
  ///
  /// - Returns: how many segments were stored, at most `batch.capacity`; 0 at the end.
  func next(_ batch: SegmentBatch) -> Int
}

/// Room for the places and rule statuses of some segments.
@safe final class SegmentBatch {
  /// How many segments fit.
  let capacity: Int
  /// Byte offset of each segment.
  let starts: UnsafeMutablePointer<Int32>
  /// Byte offsets behind each segment.
  let ends: UnsafeMutablePointer<Int32>
  /// ICU's rule status of each segment, and ``notASCII``.
  let statuses: UnsafeMutablePointer<Int32>

  /// Set in a status when the segment may have characters beyond ASCII. ICU's own statuses are
  /// far below.
  static let notASCII: Int32 = 1 << 20

  init(capacity: Int = 2048) {
    self.capacity = capacity
    unsafe starts = .allocate(capacity: capacity)
    unsafe ends = .allocate(capacity: capacity)
    unsafe statuses = .allocate(capacity: capacity)
    unsafe starts.initialize(repeating: 0, count: capacity)
    unsafe ends.initialize(repeating: 0, count: capacity)
    unsafe statuses.initialize(repeating: 0, count: capacity)
  }

  deinit {
    unsafe starts.deallocate()
    unsafe ends.deallocate()
    unsafe statuses.deallocate()
  }
}

/// Opens the segmenter for a unit and a locale: ICU's state machine where it can be copied and
/// agrees with ICU, else ICU itself. With WORDTOOL_SEGMENTER=icu in the environment it is always
/// ICU itself, for comparisons.
///
/// - Parameters:
///   - keepsOthers: whether segments with a status under 100 are wanted; if not, the segmenter may
///     leave them out unless they end a line.
///   - cutsAtSign: whether no word has an `@` inside, whatever ICU thinks of it.
func openSegmenter(
  unit: ICUSegmenter.Unit, locale: String, keepsOthers: Bool = true, cutsAtSign: Bool = false
) throws -> any Segmenter {
  openSegmenter(
    try ICUSegmenter(locale: locale, unit: unit, cutsAtSign: cutsAtSign), keepsOthers: keepsOthers)
}

/// Opens the segmenter for words by our own rule.
///
/// - Parameters: as those of ``openSegmenter(unit:locale:keepsOthers:cutsAtSign:)``.
func openSegmenter(ownRuleOf locale: String, keepsOthers: Bool = true) throws -> any Segmenter {
  openSegmenter(try ICUSegmenter(ownRuleOf: locale), keepsOthers: keepsOthers)
}

private func openSegmenter(_ icu: ICUSegmenter, keepsOthers: Bool) -> any Segmenter {
  // SAFETY: the text of the environment variable is copied at once.
  let wanted = unsafe getenv("WORDTOOL_SEGMENTER").map { unsafe String(cString: $0) }
  if wanted == "icu" { return icu }
  return RuleSegmenter(icu: icu, keepsOthers: keepsOthers)
}

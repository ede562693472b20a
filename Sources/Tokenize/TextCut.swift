import CICUShims
import Libc
import WordtoolCore

/// A place at which a text can be cut without changing any token.
///
/// - Behind a line feed: a word boundary by rule WB3a, where every segment starts afresh.
/// - Behind a space, an ideographic space, or one of `、。，`, when a character follows that does
///   not extend what stands before it (Extend, Format, ZWJ) and is no space itself: no rule of
///   Annex 29 joins the two, no rule looks across them from either side, and none of them belongs
///   to a run of characters that a dictionary is asked about.
package struct TextCut: Equatable {
  /// The length of the part before the cut, in bytes.
  package var offset: Int
  /// Whether the part before the cut ends with a line feed.
  package var endsLine: Bool

  package init(offset: Int, endsLine: Bool) {
    self.offset = offset
    self.endsLine = endsLine
  }

  /// The last cut in `text`: behind a line feed if there is one, else inside a line. The text may
  /// go on behind its end, so its very end is a cut only behind a line feed.
  package static func last(in text: UnsafeBufferPointer<UInt8>) -> TextCut? {
    guard let base = text.baseAddress else { return nil }
    var at = text.count
    // SAFETY: `at` stays inside the text.
    while at > 0 {
      if unsafe base[at - 1] == UInt8(ascii: "\n") { return TextCut(offset: at, endsLine: true) }
      at -= 1
    }
    at = text.count - 1
    while at > 0 {
      if unsafe isInLine(text, at) { return TextCut(offset: at, endsLine: false) }
      at -= 1
    }
    return nil
  }

  /// The first place at or behind `start` where `text` can be cut, or nil.
  package static func first(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    guard let base = text.baseAddress else { return nil }
    var at = max(start, 1)
    while at < text.count {
      if unsafe base[at - 1] == UInt8(ascii: "\n") || isInLine(text, at) { return at }
      at += 1
    }
    return nil
  }

  /// Whether the text can be cut before byte `at`, which is inside it.
  static func isInLine(_ text: UnsafeBufferPointer<UInt8>, _ at: Int) -> Bool {
    let before = unsafe text[at - 1]
    if before != UInt8(ascii: " ") {
      // The third byte of U+3000, U+3001, U+3002 (E3 80 80...82) or of U+FF0C (EF BC 8C).
      guard before >= 0x80, before <= 0x8C, at >= 3 else { return false }
      let first = unsafe text[at - 3]
      let second = unsafe text[at - 2]
      let stop = first == 0xE3 && second == 0x80 && before <= 0x82
      guard stop || (first == 0xEF && second == 0xBC && before == 0x8C) else { return false }
    }
    guard let next = unsafe UTF8Text.scalar(in: text, at: at) else { return false }
    return wt_icu_starts_segment(next) == 1
  }
}

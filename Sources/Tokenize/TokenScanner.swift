import Platform

/// One thread's tokenizer: a segmenter, a folder and the kinds to keep.
@safe final class TokenScanner: @unchecked Sendable {
  // Sendable: passed between threads, never used by two at once; see ``WordTokenizer``.

  private let segmenter: any Segmenter
  private let folder: WordFolder
  private let batch = SegmentBatch()
  private let kinds: TokenKinds

  /// - Throws: ``WordtoolError`` of kind `usage` for an unknown locale, `unavailable` without ICU.
  init(rule: TokenizerRule) throws {
    folder = try WordFolder(rule: rule)
    switch rule.segmentation {
    case .words:
      segmenter = try openSegmenter(
        unit: .word, locale: rule.locale, keepsOthers: rule.kinds.contains(.others))
      kinds = rule.kinds
    case .whitespace:
      segmenter = WhitespaceSegmenter()
      kinds = .letters
    }
  }

  /// Brings one word into the form the rule asks for; see ``WordFolder/fold(_:)``.
  func fold(_ word: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    unsafe folder.fold(word)
  }

  /// Calls `word` for every token that is kept, in order, and `lineEnd` for every line feed.
  ///
  /// - Parameters:
  ///   - text: well-formed UTF-8, less than 2^31 bytes.
  ///   - word: gets the folded bytes, valid during the call only, the token's place in `text` and
  ///     its rule status; returns whether to go on.
  @inline(__always)
  func scan(
    _ text: UnsafeBufferPointer<UInt8>,
    word: (UnsafeBufferPointer<UInt8>, Range<Int>, Int32) throws -> Bool,
    lineEnd: () -> Void
  ) rethrows {
    guard let base = text.baseAddress, text.count > 0 else { return }
    unsafe segmenter.begin(text)
    let keepsOthers = kinds.contains(.others)
    while true {
      let count = segmenter.next(batch)
      if count == 0 { return }
      // SAFETY: the segmenter stored `count` segments, in order and inside `text`.
      let batchStart = Int(unsafe batch.starts[0])
      let asciiWords = unsafe folder.foldASCII(
        UnsafeBufferPointer(
          start: base + batchStart, count: Int(batch.ends[count - 1]) - batchStart))
      for index in 0..<count {
        let start = Int(unsafe batch.starts[index])
        let end = Int(unsafe batch.ends[index])
        let mark = unsafe batch.statuses[index]
        let status = mark & ~SegmentBatch.notASCII
        if status < 100 {
          let segment = unsafe UnsafeBufferPointer(start: base + start, count: end - start)
          if unsafe keepsOthers && !isBlank(segment) {
            let folded = unsafe folder.fold(segment)
            if try unsafe !word(folded, Range(uncheckedBounds: (start, end)), status) { return }
          }
          if unsafe base[end - 1] == UInt8(ascii: "\n") { lineEnd() }
        } else if kinds.keeps(ruleStatus: status) {
          let folded: UnsafeBufferPointer<UInt8>
          if mark == status, let asciiWords = unsafe asciiWords {
            unsafe folded = UnsafeBufferPointer(
              start: asciiWords + (start - batchStart), count: end - start)
          } else {
            unsafe folded = folder.fold(
              UnsafeBufferPointer(start: base + start, count: end - start))
          }
          if try unsafe !word(folded, Range(uncheckedBounds: (start, end)), status) { return }
        }
      }
    }
  }

  /// Whether a segment is white space or control characters only, and so never a token.
  private func isBlank(_ segment: UnsafeBufferPointer<UInt8>) -> Bool {
    if unsafe segment.count == 1 && segment[0] < 0x7F { return unsafe segment[0] <= 32 }
    return unsafe String(decoding: unsafe segment, as: UTF8.self).unicodeScalars.allSatisfy {
      $0.properties.isWhitespace || $0.properties.generalCategory == .control
        || $0.properties.generalCategory == .format
    }
  }
}

import WordtoolCore

/// One thread's tokenizer: a segmenter, a folder and the kinds to keep.
@safe final class TokenScanner: @unchecked Sendable {
  // Sendable: passed between threads, never used by two at once; see ``WordTokenizer``.

  private let segmenter: any Segmenter
  private let folder: WordFolder
  private let batch = SegmentBatch()
  private let kinds: TokenKinds
  private let unit: TokenUnit
  private let entities: EntityFinder?
  private let filter: TokenFilter?
  private let numbers: TokenProcessing.EntityPolicy

  /// - Throws: ``WordtoolError`` of kind `usage` for an unknown locale, `unavailable` without ICU.
  init(rule: TokenizerRule) throws {
    let folder = try WordFolder(rule: rule)
    self.folder = folder
    let isWord = rule.segmentation == .whitespace || rule.unit ?? .word == .word
    entities = isWord ? EntityFinder(rule.processing) : nil
    numbers = rule.processing?.numbers ?? .split
    filter =
      if let processing = rule.processing, processing.hasFilters {
        unsafe TokenFilter(processing) { unsafe folder.fold($0) }
      } else {
        nil
      }
    switch rule.segmentation {
    case .words:
      unit = rule.unit ?? .word
      kinds = unit == .word ? rule.kinds : .all
      let keepsOthers = kinds.contains(.others)
      if unit == .word && rule.boundaries == .annex29 {
        segmenter = try openSegmenter(ownRuleOf: rule.locale, keepsOthers: keepsOthers)
      } else if let icuUnit = unit.icuUnit {
        segmenter = try openSegmenter(
          unit: icuUnit, locale: rule.locale, keepsOthers: keepsOthers, cutsAtSign: unit == .word)
      } else {
        segmenter = ParagraphSegmenter()
      }
    case .whitespace:
      unit = .word
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
    var at = 0
    while at < text.count {
      let found = unsafe entities?.next(in: text, from: at)
      let end = found?.range.lowerBound ?? text.count
      if end > at {
        let goesOn = try unsafe scanSegments(
          UnsafeBufferPointer(rebasing: text[at..<end]), offset: at, word: word, lineEnd: lineEnd)
        if !goesOn { return }
      }
      guard let found else { return }
      if found.policy != .removed {
        let goesOn = try unsafe deliver(
          UnsafeBufferPointer(rebasing: text[found.range]), found.range, Self.letterStatus,
          found.policy, word)
        if !goesOn { return }
      }
      at = found.range.upperBound
    }
  }

  /// The status of a URL, an address or a mention: letters.
  private static let letterStatus: Int32 = 200

  /// The scan of text without entities; returns whether to go on.
  @inline(__always)
  private func scanSegments(
    _ text: UnsafeBufferPointer<UInt8>, offset: Int,
    word: (UnsafeBufferPointer<UInt8>, Range<Int>, Int32) throws -> Bool,
    lineEnd: () -> Void
  ) rethrows -> Bool {
    guard let base = text.baseAddress else { return true }
    unsafe segmenter.begin(text)
    let isWord = unit == .word
    let keepsOthers = kinds.contains(.others)
    let isPlain = filter == nil && isWord
    while true {
      let count = segmenter.next(batch)
      if count == 0 { return true }
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
        if status >= 100 && isPlain {
          guard kinds.keeps(ruleStatus: status) else { continue }
          let folded: UnsafeBufferPointer<UInt8>
          if mark == status, let asciiWords = unsafe asciiWords {
            unsafe folded = UnsafeBufferPointer(
              start: asciiWords + (start - batchStart), count: end - start)
          } else {
            unsafe folded = folder.fold(
              UnsafeBufferPointer(start: base + start, count: end - start))
          }
          let place = offset + start..<offset + end
          if try unsafe !word(folded, place, status) { return false }
          continue
        }
        if status >= 100 ? kinds.keeps(ruleStatus: status) : keepsOthers {
          let segment = unsafe UnsafeBufferPointer(start: base + start, count: end - start)
          if try unsafe !scanOther(segment, offset + start, status, word) { return false }
        }
        if unsafe base[end - 1] == UInt8(ascii: "\n") { lineEnd() }
      }
    }
  }

  /// Delivers a segment that is not simply a word; returns whether to go on.
  private func scanOther(
    _ segment: UnsafeBufferPointer<UInt8>, _ offset: Int, _ status: Int32,
    _ word: (UnsafeBufferPointer<UInt8>, Range<Int>, Int32) throws -> Bool
  ) rethrows -> Bool {
    if unsafe (status < 100 || unit != .word) && isBlank(segment) { return true }
    var range = 0..<segment.count
    if unit == .sentence || unit == .paragraph {
      range = unsafe Self.trimmed(segment)
    }
    let policy = unit == .word && TokenKind(ruleStatus: status) == .number ? numbers : .whole
    if policy == .removed { return true }
    return try unsafe deliver(
      UnsafeBufferPointer(rebasing: segment[range]),
      offset + range.lowerBound..<offset + range.upperBound, status, policy, word)
  }

  /// Delivers one token, folded or replaced, unless a filter drops it.
  private func deliver(
    _ token: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ status: Int32,
    _ policy: TokenProcessing.EntityPolicy,
    _ word: (UnsafeBufferPointer<UInt8>, Range<Int>, Int32) throws -> Bool
  ) rethrows -> Bool {
    if case .replaced(var replacement) = policy {
      return try replacement.withUTF8 { try unsafe word($0, range, status) }
    }
    let folded = unsafe folder.fold(token)
    if let filter, unsafe !filter.keeps(folded) { return true }
    return try unsafe word(folded, range, status)
  }

  /// The part of a segment without the white space at its ends.
  private static func trimmed(_ segment: UnsafeBufferPointer<UInt8>) -> Range<Int> {
    var start = 0
    var end = segment.count
    while start < end, let scalar = unsafe UTF8Text.scalar(in: segment, at: start),
      Unicode.Scalar(scalar)?.properties.isWhitespace == true
    {
      start += UTF8.width(Unicode.Scalar(scalar) ?? " ")
    }
    while end > start {
      var last = end - 1
      while last > start, unsafe segment[last] & 0xC0 == 0x80 { last -= 1 }
      guard let scalar = unsafe UTF8Text.scalar(in: segment, at: last),
        Unicode.Scalar(scalar)?.properties.isWhitespace == true
      else { break }
      end = last
    }
    return start..<end
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

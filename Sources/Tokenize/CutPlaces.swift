/// Where a stream of text may be cut without moving a token of some rule.
struct CutPlaces: Sendable {
  private enum Kind: Sendable {
    /// As ``TextCut`` says.
    case anywhere
    /// Behind a line feed or between two characters of ASCII, which never join into one grapheme,
    /// or as ``TextCut`` says before a character of the CJK blocks.
    case graphemes
    /// Behind a line feed.
    case lineEnds
    /// Behind a line feed, or at a sentence boundary that no further text can move.
    case sentences(locale: String)
  }
  private let kind: Kind

  /// The places for words.
  static let words = CutPlaces(kind: .anywhere)

  private init(kind: Kind) { self.kind = kind }

  /// The places for a rule.
  init(_ rule: TokenizerRule) {
    switch rule.segmentation == .words ? rule.unit ?? .word : .word {
    case .word: kind = .anywhere
    case .grapheme: kind = .graphemes
    case .sentence: kind = .sentences(locale: rule.locale)
    case .paragraph: kind = .lineEnds
    }
  }

  /// The last cut in `text`, which may go on behind its end.
  func last(in text: UnsafeBufferPointer<UInt8>) -> TextCut? {
    if case .anywhere = kind { return unsafe TextCut.last(in: text) }
    if case .graphemes = kind {
      var at = text.count - 1
      while at > 0 {
        if unsafe Self.isBetweenGraphemes(text, at) {
          return TextCut(offset: at, endsLine: unsafe text[at - 1] == UInt8(ascii: "\n"))
        }
        at -= 1
      }
      return nil
    }
    if let end = unsafe text.lastIndex(of: UInt8(ascii: "\n")) {
      return TextCut(offset: end + 1, endsLine: true)
    }
    guard case .sentences(let locale) = kind,
      let icu = try? ICUSegmenter(locale: locale, unit: .sentence),
      let machine = RuleMachine.machine(of: icu), unsafe UTF8Text.isWhole(text),
      let end = unsafe RuleSegmenter.lastCertainEnd(machine, in: text)
    else { return nil }
    return TextCut(offset: end, endsLine: false)
  }

  private static func isBetweenGraphemes(_ text: UnsafeBufferPointer<UInt8>, _ at: Int) -> Bool {
    let before = unsafe text[at - 1]
    let next = unsafe text[at]
    if before == UInt8(ascii: "\n") { return true }
    if next < 0x7F && next >= 32 && before < 0x80 { return true }
    return unsafe next >= 0xE3 && next <= 0xE9 && TextCut.isInLine(text, at)
  }

  /// The first cut at or behind `start`.
  func first(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    if case .anywhere = kind { return unsafe TextCut.first(in: text, from: start) }
    if case .graphemes = kind {
      return (max(start, 1)..<max(start, 1, text.count)).first {
        unsafe Self.isBetweenGraphemes(text, $0)
      }
    }
    guard start < text.count else { return nil }
    return unsafe text[start...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
      .flatMap { $0 < text.count ? $0 : nil }
  }
}

extension UTF8Text {
  /// Whether all is well-formed but for a character cut off at the end.
  static func isWhole(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let problem = unsafe firstProblem(in: text) else { return true }
    return problem + 4 > text.count
  }
}

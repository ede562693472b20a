import WordtoolCore

/// Where a stream of text may be cut without moving a token of some rule.
package struct CutPlaces: Sendable {
  private enum Kind: Sendable {
    /// Between two code points that are no CR LF.
    case scalars
    /// Behind a space or a line feed.
    case spaces
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
  package static let words = CutPlaces(kind: .anywhere)
  /// The places for code points.
  package static let scalars = CutPlaces(kind: .scalars)

  private init(kind: Kind) { self.kind = kind }

  /// The places for a rule.
  package init(_ rule: TokenizerRule) {
    if rule.segmentation == .whitespace {
      kind = .spaces
      return
    }
    switch rule.unit ?? .word {
    case .word: kind = .anywhere
    case .grapheme: kind = .graphemes
    case .sentence: kind = .sentences(locale: rule.locale)
    case .paragraph: kind = .lineEnds
    }
  }

  /// The last cut in `text`, which may go on behind its end.
  func last(in text: UnsafeBufferPointer<UInt8>) -> TextCut? {
    if case .anywhere = kind { return unsafe TextCut.last(in: text) }
    if let isCut = unsafe places(text) {
      if let last = unsafe text.last, last == UInt8(ascii: "\n") {
        return TextCut(offset: text.count, endsLine: true)
      }
      var at = text.count - 1
      while at > 0 {
        if isCut(at) {
          return TextCut(offset: at, endsLine: unsafe text[at - 1] == UInt8(ascii: "\n"))
        }
        at -= 1
      }
      return nil
    }
    if let end = unsafe text.lastIndex(of: UInt8(ascii: "\n")) {
      return TextCut(offset: end + 1, endsLine: true)
    }
    // Before what is not UTF-8, or not yet: the machine sees other text there than what it becomes.
    let certain = unsafe UTF8Text.firstProblem(in: text).map {
      unsafe UnsafeBufferPointer(rebasing: text[..<$0])
    }
    guard case .sentences(let locale) = kind,
      let icu = try? ICUSegmenter(locale: locale, unit: .sentence),
      let machine = RuleMachine.machine(of: icu),
      let end = unsafe RuleSegmenter.lastCertainEnd(machine, in: certain ?? text)
    else { return nil }
    return TextCut(offset: end, endsLine: false)
  }

  /// Whether an offset inside the text is a cut, for kinds that tell by the bytes around it.
  private func places(_ text: UnsafeBufferPointer<UInt8>) -> ((Int) -> Bool)? {
    switch kind {
    case .scalars: { unsafe text[$0] & 0xC0 != 0x80 && text[$0 - 1] != UInt8(ascii: "\r") }
    case .spaces: { unsafe text[$0 - 1] == UInt8(ascii: " ") || text[$0 - 1] == UInt8(ascii: "\n") }
    case .graphemes: { unsafe Self.isBetweenGraphemes(text, $0) }
    default: nil
    }
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
    if let isCut = unsafe places(text) {
      return (max(start, 1)..<max(start, 1, text.count)).first(where: isCut)
    }
    guard start < text.count else { return nil }
    return unsafe text[start...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
      .flatMap { $0 < text.count ? $0 : nil }
  }
}

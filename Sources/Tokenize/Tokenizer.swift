/// A part of a text between two boundaries.
public struct TextSegment: Hashable, Sendable {
  /// Its place in the UTF-8 bytes of the text.
  public var byteRange: Range<Int>
  /// ICU's rule status: for words see ``TokenKind/init(ruleStatus:)``; for sentences 0 when a full
  /// stop or the like ends it, 100 when a line end or the end of the text does.
  public var ruleStatus: Int32
}

/// Finds graphemes, words, sentences or paragraphs and tells where they are.
///
/// Shaped like Apple's NLTokenizer, so that code written for it needs few changes:
/// ```swift
/// let tokenizer = try Tokenizer(unit: .word, locale: "en")
/// tokenizer.string = "The food was good."
/// tokenizer.enumerateTokens(in: tokenizer.wholeRange) { range, attributes in
///   print(tokenizer.string[range], attributes.contains(.numeric))
///   return true
/// }
/// ```
/// Boundaries are ICU's for the locale; ``segments(in:)`` gives all of them. Words are the segments
/// that are not white space, control characters and punctuation alone; sentences and paragraphs
/// come with the white space behind them, and not at all if they are nothing else. Belongs to one
/// thread; ``WordTokenizer`` serves many and brings tokens into normal form.
public final class Tokenizer {
  /// What is in a token.
  public struct Attributes: OptionSet, Hashable, Sendable {
    /// One bit an attribute.
    public let rawValue: UInt8

    /// The set with these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The token has digits or other numbers.
    public static let numeric = Attributes(rawValue: 1)
    /// The token has symbols: of mathematics, currencies and others.
    public static let symbolic = Attributes(rawValue: 2)
    /// The token has emoji.
    public static let emoji = Attributes(rawValue: 4)
  }

  /// What is looked for.
  public let unit: TokenUnit
  /// The locale whose rules are used.
  public let locale: String
  /// The text.
  public var string = "" {
    didSet { string.makeContiguousUTF8() }
  }
  private let segmenter: any Segmenter
  private let batch = SegmentBatch(capacity: 256)

  /// Makes a tokenizer.
  ///
  /// - Parameters:
  ///   - unit: what to look for.
  ///   - locale: as ICU writes it, such as `en`, `sv` or `zh-Hant`.
  /// - Throws: `WordtoolError` of kind `usage` when ICU does not know the locale's language,
  ///   `unavailable` when ICU cannot be opened.
  public init(unit: TokenUnit, locale: String = "en") throws {
    self.unit = unit
    self.locale = locale
    if let icuUnit = unit.icuUnit {
      segmenter = try openSegmenter(unit: icuUnit, locale: locale)
    } else {
      try ICUSegmenter.check(locale: locale)
      segmenter = ParagraphSegmenter()
    }
  }

  /// The range of the whole text.
  public var wholeRange: Range<String.Index> { string.startIndex..<string.endIndex }

  /// The places of the tokens that overlap a range, each whole.
  public func tokens(for range: Range<String.Index>) -> [Range<String.Index>] {
    var tokens: [Range<String.Index>] = []
    enumerateTokens(in: range) { place, _ in
      tokens.append(place)
      return true
    }
    return tokens
  }

  /// Calls `body` with the place and the attributes of each token that overlaps a range, in order,
  /// until it returns false.
  ///
  /// - Precondition: the range lies in the text, which `body` does not change.
  public func enumerateTokens(
    in range: Range<String.Index>,
    using body: (Range<String.Index>, Attributes) throws -> Bool
  ) rethrows {
    let text = string
    let bytes = text.utf8
    let lower = bytes.distance(from: bytes.startIndex, to: range.lowerBound)
    let upper = bytes.distance(from: bytes.startIndex, to: range.upperBound)
    try enumerateSegments(in: text, from: lower, to: upper) { segment in
      let place =
        bytes.index(
          bytes.startIndex, offsetBy: segment.byteRange.lowerBound)..<bytes.index(
          bytes.startIndex, offsetBy: segment.byteRange.upperBound)
      let scalars = text.unicodeScalars[place]
      guard Self.isToken(scalars, status: segment.ruleStatus, unit: unit) else { return true }
      return try body(place, Self.attributes(scalars))
    }
  }

  /// The place of the token that holds the character at an index, or nil if there is none: between
  /// words, or at the end.
  public func tokenRange(at index: String.Index) -> Range<String.Index>? {
    guard index < string.endIndex else { return nil }
    return tokens(for: index..<string.index(after: index)).first { $0.contains(index) }
  }

  /// All segments of a text, which cover it without gaps: every boundary ICU finds.
  public func segments(in text: String) -> [TextSegment] {
    var segments: [TextSegment] = []
    enumerateSegments(in: text, from: 0, to: text.utf8.count) {
      segments.append($0)
      return true
    }
    return segments
  }

  /// The segments that overlap the bytes from `lower` to `upper`.
  private func enumerateSegments(
    in text: String, from lower: Int, to upper: Int, _ body: (TextSegment) throws -> Bool
  ) rethrows {
    guard lower < upper else { return }
    var text = text
    try text.withUTF8 { bytes in
      // Behind a line feed every unit starts afresh.
      let line = unsafe bytes[..<lower].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
      unsafe segmenter.begin(UnsafeBufferPointer(rebasing: bytes[line...]))
      while true {
        let count = segmenter.next(batch)
        if count == 0 { return }
        for index in 0..<count {
          // SAFETY: the segmenter stored `count` segments.
          let start = line + Int(unsafe batch.starts[index])
          let end = line + Int(unsafe batch.ends[index])
          if start >= upper { return }
          if end <= lower { continue }
          let status = unsafe batch.statuses[index] & ~SegmentBatch.notASCII
          if try !body(TextSegment(byteRange: start..<end, ruleStatus: status)) { return }
        }
      }
    }
  }

  private static func isToken(
    _ scalars: Substring.UnicodeScalarView, status: Int32, unit: TokenUnit
  ) -> Bool {
    if unit == .grapheme || (unit == .word && status >= 100) { return true }
    return !scalars.allSatisfy { scalar in
      if scalar.properties.isWhitespace { return true }
      switch scalar.properties.generalCategory {
      case .control, .format: return true
      case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
        .initialPunctuation, .finalPunctuation, .otherPunctuation:
        return unit == .word
      default: return false
      }
    }
  }

  private static func attributes(_ scalars: Substring.UnicodeScalarView) -> Attributes {
    var found: Attributes = []
    var previousCouldBeEmoji = false
    for scalar in scalars {
      let properties = scalar.properties
      if properties.numericType != nil { found.insert(.numeric) }
      switch properties.generalCategory {
      case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol: found.insert(.symbolic)
      default: break
      }
      // U+FE0F asks for the picture of a character that has one.
      if properties.isEmojiPresentation || (previousCouldBeEmoji && scalar.value == 0xFE0F) {
        found.insert(.emoji)
      }
      previousCouldBeEmoji = properties.isEmoji
    }
    return found
  }
}

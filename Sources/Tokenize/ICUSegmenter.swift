import CICUShims
import WordtoolCore

/// Boundaries by ICU's break iterator.
@safe final class ICUSegmenter: Segmenter {
  /// What the boundaries lie between.
  enum Unit {
    case grapheme
    case word
    case sentence

    /// The unit's number in the C interface.
    var code: Int32 {
      switch self {
      case .grapheme: Int32(WT_ICU_GRAPHEMES)
      case .word: Int32(WT_ICU_WORDS)
      case .sentence: Int32(WT_ICU_SENTENCES)
      }
    }
  }

  let unit: Unit
  let locale: String
  /// The rule of our own that is meant; ICU's own if nil.
  let rule: WordRule?
  /// Whether `@` is read as a sign of no kind, here as `#`. ICU 72 reads it as a letter, others do
  /// not: with this the words of addresses and mentions are the same under all of them.
  let cutsAtSign: Bool
  /// The text with every `@` replaced, where there is one: ICU reads it until the next text comes.
  private var replaced: UnsafeMutableBufferPointer<UInt8>?
  private var opened: OpaquePointer?
  private var position: Int32 = 0

  /// The iterator in C. One of our own rule is opened when it is first asked for: compiling the rule
  /// takes ten milliseconds, which programs that only fold words need not wait for.
  var breaker: OpaquePointer {
    if let opened = unsafe opened { return unsafe opened }
    guard let rule else { preconditionFailure("ICU's own breakers are opened at once") }
    let made = unsafe CompiledRule.of(rule).open()
    unsafe opened = made
    return unsafe made
  }

  /// Opens one of ICU's breakers.
  ///
  /// - Throws: ``WordtoolError`` of kind `usage` when ICU does not know the locale's language,
  ///   `unavailable` when ICU cannot be opened.
  init(locale: String, unit: Unit = .word, cutsAtSign: Bool = false) throws {
    try Self.check(locale: locale)
    var opened: OpaquePointer?
    let code = unsafe wt_icu_open_breaker(unit.code, locale, &opened)
    guard code == 0, unsafe opened != nil else { throw icuFailure(code, locale: locale) }
    unsafe self.opened = opened
    self.unit = unit
    self.locale = locale
    self.cutsAtSign = cutsAtSign
    rule = nil
  }

  /// Words by our own rule, of which the locale's language decides the variant.
  ///
  /// - Throws: ``WordtoolError`` of kind `usage` when ICU does not know the locale's language.
  init(ownRuleOf locale: String) throws {
    try Self.check(locale: locale)
    unit = .word
    self.locale = locale
    cutsAtSign = false
    rule = WordRule(locale: locale)
  }

  deinit {
    unsafe wt_icu_close_breaker(opened)
    unsafe replaced?.deallocate()
  }

  func begin(_ text: UnsafeBufferPointer<UInt8>) {
    precondition(text.count < Int(Int32.max), "a text of \(text.count) bytes is too long")
    position = 0
    guard cutsAtSign, unsafe text.contains(Self.atSign) else { return unsafe open(text) }
    unsafe replaced?.deallocate()
    let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: text.count)
    _ = unsafe copy.initialize(
      fromContentsOf: text.lazy.map { $0 == Self.atSign ? Self.otherSign : $0 })
    unsafe replaced = copy
    unsafe open(UnsafeBufferPointer(copy))
  }

  private func open(_ text: UnsafeBufferPointer<UInt8>) {
    let code = unsafe wt_icu_set_utf8(breaker, text.baseAddress, Int32(text.count))
    precondition(code == 0, "ICU refused a text: \(icuErrorName(code))")
  }

  static let atSign = UInt8(ascii: "@")
  static let otherSign = UInt8(ascii: "#")

  /// Starts on a text in UTF-16, for which ICU's dictionaries are faster; the places of segments
  /// then count code units.
  func begin(utf16 text: UnsafeBufferPointer<UInt16>) {
    let code = unsafe wt_icu_set_utf16(breaker, text.baseAddress, Int32(text.count))
    precondition(code == 0, "ICU refused a text: \(icuErrorName(code))")
    position = 0
  }

  func next(_ batch: SegmentBatch) -> Int {
    // SAFETY: both arrays of the batch have room for `capacity` values.
    let count = Int(
      unsafe wt_icu_next_batch(breaker, batch.ends, batch.statuses, Int32(batch.capacity)))
    for index in 0..<count {
      unsafe batch.starts[index] = position
      position = unsafe batch.ends[index]
      // ICU does not say what is in a segment.
      unsafe batch.statuses[index] |= SegmentBatch.notASCII
    }
    return count
  }

  /// Refuses a locale whose language ICU does not know; ICU would silently use its root locale.
  static func check(locale: String) throws {
    guard locale.utf8.count <= 100, unsafe wt_icu_knows_locale(locale) == 1 else {
      throw WordtoolError(
        .usage, found: "unknown locale '\(locale)'",
        expected: "a language code such as en, sv, th or zh-Hant")
    }
  }
}

func icuErrorName(_ code: Int32) -> String {
  // SAFETY: the name is a string constant of ICU.
  unsafe String(cString: wt_icu_error_name(code))
}

func icuFailure(_ code: Int32, locale: String) -> WordtoolError {
  WordtoolError(
    .unavailable, found: "ICU failed with \(icuErrorName(code)) for locale '\(locale)'",
    expected: "a complete ICU", remedy: "check the installation of libicu and its data")
}

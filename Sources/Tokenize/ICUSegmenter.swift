import CICUShims
import Platform

/// Word boundaries by ICU's break iterator.
@safe final class ICUSegmenter: Segmenter {
  private let breaker: OpaquePointer

  /// Opens ICU's word breaker.
  ///
  /// - Throws: ``WordtoolError`` of kind `usage` when ICU does not know the locale's language,
  ///   `unavailable` when ICU cannot be opened.
  init(locale: String) throws {
    try Self.check(locale: locale)
    var opened: OpaquePointer?
    let code = unsafe wt_icu_open_words(locale, &opened)
    guard code == 0, let opened = unsafe opened else { throw icuFailure(code, locale: locale) }
    unsafe breaker = opened
  }

  deinit { unsafe wt_icu_close_words(breaker) }

  func begin(_ text: UnsafeBufferPointer<UInt8>) {
    precondition(text.count < Int(Int32.max), "a text of \(text.count) bytes is too long")
    let code = unsafe wt_icu_set_utf8(breaker, text.baseAddress, Int32(text.count))
    precondition(code == 0, "ICU refused a text: \(icuErrorName(code))")
  }

  func next(_ batch: SegmentBatch) -> Int {
    // SAFETY: both arrays of the batch have room for `capacity` values.
    Int(unsafe wt_icu_next_batch(breaker, batch.ends, batch.statuses, Int32(batch.capacity)))
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

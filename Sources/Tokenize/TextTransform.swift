import CICUShims
import WordtoolCore

/// A transliteration and the rules behind it, for one thread.
@safe package final class TextTransform {
  @safe private final class Step {
    let transform: OpaquePointer
    var out: UnsafeMutableBufferPointer<UInt8>

    init?(id: String, rules: String?, code: inout Int32) {
      var opened: OpaquePointer?
      if let rules {
        code = unsafe wt_icu_open_transform(id, rules, &opened)
      } else {
        code = unsafe wt_icu_open_transform(id, nil, &opened)
      }
      guard code == 0, let opened = unsafe opened else { return nil }
      unsafe transform = opened
      // Here and not above: where an initialiser fails half-way, nothing calls `deinit`.
      unsafe out = .allocate(capacity: 256)
    }

    deinit {
      unsafe wt_icu_close_transform(transform)
      unsafe out.deallocate()
    }

    /// The transformed text, valid until the next call.
    func apply(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
      while true {
        var needed: Int32 = 0
        let code = unsafe wt_icu_transform_utf8(
          transform, text.baseAddress, Int32(text.count), out.baseAddress, Int32(out.count),
          &needed)
        precondition(code == 0, "ICU failed on a token: \(icuErrorName(code))")
        if unsafe Int(needed) <= out.count {
          return unsafe UnsafeBufferPointer(rebasing: out[..<Int(needed)])
        }
        unsafe out.deallocate()
        unsafe out = .allocate(capacity: 2 * Int(needed))
      }
    }
  }

  private var steps: [Step] = []

  /// - Throws: ``WordtoolError`` of kind `usage` when ICU has no such transliterator.
  init(_ processing: TokenProcessing) throws {
    var code: Int32 = 0
    if let id = processing.transliteration {
      guard let step = Step(id: id, rules: nil, code: &code) else {
        throw WordtoolError(
          .usage, found: "unknown transliterator '\(id)' (\(icuErrorName(code)))",
          expected: "ids of ICU such as 'Any-Latin; Latin-ASCII' or 'Cyrillic-Latin'")
      }
      steps.append(step)
    }
    let rules = processing.rules
    if !rules.isEmpty { steps.append(try Self.step(rules: rules)) }
  }

  private init(rules: String) throws { steps = [try Self.step(rules: rules)] }

  private static func step(rules: String) throws -> Step {
    var code: Int32 = 0
    guard let step = Step(id: "wordtool", rules: rules, code: &code) else {
      throw WordtoolError(
        .unavailable, found: "ICU failed with \(icuErrorName(code)) for a transliterator",
        expected: "a complete ICU", remedy: "check the installation of libicu and its data")
    }
    return step
  }

  /// Decomposes for compatibility (NFKD) and drops combining marks: Python's
  /// `unicodedata.combining`, and so scikit-learn's `strip_accents='unicode'`.
  package static func strippingAccents() throws -> TextTransform {
    try TextTransform(rules: ":: NFKD;\n:: [:^Canonical_Combining_Class=Not_Reordered:] Remove;\n")
  }

  /// The transformed text, valid until the next call.
  package func apply(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    var text = unsafe text
    for step in steps { unsafe text = step.apply(text) }
    return unsafe text
  }
}

import CICUShims
import WordtoolCore

/// Brings single words into the normal form and case a rule asks for. Belongs to one thread.
@safe final class WordFolder {
  private let folder: OpaquePointer?
  private let lowercase: Bool
  /// Whether the locale lower-cases ASCII letters to something else than ASCII (tr, az: `I` is
  /// `ı`; lt keeps a dot on accented letters, which lone ASCII letters never are).
  private var specialASCII: Bool
  private var scratch: UnsafeMutableBufferPointer<UInt8>
  private var asciiScratch: UnsafeMutableBufferPointer<UInt8>
  private let table: FoldTable?
  private let transform: TextTransform?

  /// - Throws: ``WordtoolError`` as ``ICUSegmenter/init(locale:)`` does.
  init(rule: TokenizerRule) throws {
    try ICUSegmenter.check(locale: rule.locale)
    lowercase = rule.lowercase || rule.normalization == .nfkcCaseFold
    transform =
      if let processing = rule.processing, processing.hasTransforms {
        try TextTransform(processing)
      } else {
        nil
      }
    var opened: OpaquePointer?
    if rule.lowercase || rule.normalization != .none {
      let form =
        switch rule.normalization {
        case .none: WT_ICU_NORM_NONE
        case .nfc: WT_ICU_NORM_NFC
        case .nfkc: WT_ICU_NORM_NFKC
        case .nfd: WT_ICU_NORM_NFD
        case .nfkd: WT_ICU_NORM_NFKD
        case .nfkcCaseFold: WT_ICU_NORM_NFKC_CASEFOLD
        }
      let code = unsafe wt_icu_open_folder(
        rule.locale, Int32(form), rule.lowercase ? 1 : 0, &opened)
      guard code == 0, unsafe opened != nil else { throw icuFailure(code, locale: rule.locale) }
    }
    unsafe folder = opened
    unsafe scratch = .allocate(capacity: 256)
    unsafe asciiScratch = .allocate(capacity: 0)
    unsafe table = opened.map { unsafe FoldTable(folder: $0) }
    specialASCII = false
    unsafe scratch.initialize(repeating: 0)
    // Ask ICU itself whether the ASCII shortcut is right for this locale.
    if lowercase {
      let alphabet = Array(UInt8(ascii: "A")...UInt8(ascii: "Z"))
      let plain = alphabet.map { $0 | 0x20 }
      var special = false
      for (capital, small) in zip(alphabet, plain) {
        unsafe [capital].withUnsafeBufferPointer {
          let folded = unsafe foldWithICU($0)
          special = unsafe special || folded.count != 1 || folded[0] != small
        }
      }
      specialASCII = special
    }
  }

  deinit {
    table?.deallocate()
    unsafe wt_icu_close_folder(folder)
    unsafe scratch.deallocate()
    unsafe asciiScratch.deallocate()
  }

  /// The text with its ASCII letters folded, for words known to be ASCII: such a word stands in
  /// the result at its own offset. Nil if words must be folded one by one. Valid until the next
  /// call, or as long as `text` is.
  func foldASCII(_ text: UnsafeBufferPointer<UInt8>) -> UnsafePointer<UInt8>? {
    guard transform == nil else { return nil }
    guard lowercase else { return text.baseAddress }
    // One huge segment is not worth a copy.
    guard !specialASCII, text.count <= 1 << 20, let from = text.baseAddress else { return nil }
    if unsafe asciiScratch.count < text.count {
      unsafe asciiScratch.deallocate()
      unsafe asciiScratch = .allocate(capacity: text.count + text.count / 2)
    }
    // SAFETY: both buffers hold at least the count.
    let to = unsafe asciiScratch.baseAddress.unsafelyUnwrapped
    for index in 0..<text.count {
      let byte = unsafe from[index]
      unsafe to[index] = byte | (byte &- UInt8(ascii: "A") < 26 ? 0x20 : 0)
    }
    return unsafe UnsafePointer(to)
  }

  /// The folded word. The result is valid until the next call, or as long as `word` is.
  @inline(__always)
  func fold(_ word: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    guard let transform else { return unsafe foldCase(word) }
    return unsafe foldCase(transform.apply(word))
  }

  /// Normal form and case alone.
  private func foldCase(_ word: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    let count = word.count
    if unsafe folder == nil || count == 0 { return unsafe word }
    if unsafe count > scratch.count { grow(to: count) }
    // SAFETY: both buffers hold at least `count` bytes.
    let from = unsafe word.baseAddress.unsafelyUnwrapped
    let to = unsafe scratch.baseAddress.unsafelyUnwrapped
    var at = 0
    // ASCII is in every normal form; only case can differ.
    while unsafe at < count && from[at] < 0x80 {
      let byte = unsafe from[at]
      let isCapital = lowercase && byte &- UInt8(ascii: "A") < 26
      if isCapital && specialASCII { return unsafe foldWithICU(word) }
      unsafe to[at] = byte | (isCapital ? 0x20 : 0)
      at += 1
    }
    if at == count { return unsafe UnsafeBufferPointer(start: to, count: count) }
    if !specialASCII, let table {
      switch unsafe table.fold(from, count: count, to: to, from: at) {
      case .same: return unsafe word
      case .folded: return unsafe UnsafeBufferPointer(start: to, count: count)
      case .needsICU: break
      }
    }
    return unsafe foldWithICU(word)
  }

  private func foldWithICU(_ word: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    while true {
      var needed: Int32 = 0
      let code = unsafe wt_icu_fold(
        folder, word.baseAddress, Int32(word.count), scratch.baseAddress, Int32(scratch.count),
        &needed)
      // Well-formed text can only fail for want of memory.
      precondition(code == 0, "ICU failed on a word: \(icuErrorName(code))")
      if unsafe Int(needed) <= scratch.count {
        return unsafe UnsafeBufferPointer(rebasing: scratch[..<Int(needed)])
      }
      grow(to: Int(needed))
    }
  }

  @inline(never)
  private func grow(to count: Int) {
    let old = unsafe scratch
    unsafe scratch = .allocate(capacity: max(count, 2 * old.count))
    unsafe scratch.initialize(repeating: 0)
    unsafe old.deallocate()
  }
}

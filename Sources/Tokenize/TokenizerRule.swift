import CICUShims

/// Everything that decides which tokens a text has. It is stored with vectors and models, so that
/// a query word passes through the rule its vocabulary was made by.
public struct TokenizerRule: Codable, Hashable, Sendable {
  /// How a text is cut.
  public enum Segmentation: String, Codable, Hashable, Sendable, CaseIterable {
    /// At ICU's word boundaries (Unicode Standard Annex 29 and dictionaries).
    case words
    /// At ASCII white space, as word2vec.c and fastText do.
    case whitespace
  }

  /// The normal form tokens are brought into.
  public enum Normalization: String, Codable, Hashable, Sendable, CaseIterable {
    /// Canonical composition.
    case nfc
    /// Compatibility composition.
    case nfkc
    /// Canonical decomposition.
    case nfd
    /// Compatibility decomposition.
    case nfkd
    /// Compatibility composition with case folding and without ignorable characters.
    case nfkcCaseFold = "nfkc-casefold"
    /// As they stand in the text.
    case none
  }

  /// How the text is cut.
  public var segmentation: Segmentation
  /// A locale ICU knows, such as `en`, `tr` or `zh-Hant`. It decides tailored word boundaries and
  /// how letters are lower-cased.
  public var locale: String
  /// The normal form of the tokens.
  public var normalization: Normalization
  /// Whether tokens are lower-cased by the locale's rules.
  public var lowercase: Bool
  /// The kinds of segments kept. White-space splitting keeps everything and does not look at it.
  public var kinds: TokenKinds
  /// What a text is cut into; words if nil. Not looked at when splitting at white space.
  public var unit: TokenUnit?
  /// What else is done to tokens; nothing if nil.
  public var processing: TokenProcessing?
  /// The version of ICU the rule was made under.
  public var icuVersion: String
  /// The version of Unicode that ICU implements.
  public var unicodeVersion: String

  /// Describes a rule for the ICU of this process.
  ///
  /// - Parameters:
  ///   - normalization: default NFC for words, none for white space.
  ///   - lowercase: default yes for words, no for white space.
  public init(
    segmentation: Segmentation = .words, locale: String = "en",
    normalization: Normalization? = nil, lowercase: Bool? = nil, kinds: TokenKinds = .words,
    unit: TokenUnit? = nil, processing: TokenProcessing? = nil
  ) {
    self.segmentation = segmentation
    self.locale = locale
    self.normalization = normalization ?? (segmentation == .words ? .nfc : .none)
    self.lowercase = lowercase ?? (segmentation == .words)
    self.kinds = kinds
    self.unit = unit
    self.processing = processing
    icuVersion = Self.currentICUVersion
    unicodeVersion = Self.currentUnicodeVersion
  }

  /// Words by ICU for English, NFC, lower-cased, without spaces and punctuation.
  public static var words: TokenizerRule { TokenizerRule() }

  /// Split at ASCII white space, nothing else changed: for text that is tokenized already.
  public static var whitespace: TokenizerRule { TokenizerRule(segmentation: .whitespace) }

  /// The version of the ICU in this process, such as "72.1".
  public static let currentICUVersion = unsafe versionText(wt_icu_version)

  /// The version of Unicode that the ICU in this process implements, such as "15.0".
  public static let currentUnicodeVersion = unsafe versionText(wt_icu_unicode_version)

  /// What it means that the rule was made under another ICU than that of this process; nil where
  /// both cut words alike.
  package var versionWarning: String? {
    let major = { (version: String) in version.prefix { $0 != "." } }
    guard segmentation == .words, unit ?? .word == .word,
      unicodeVersion != Self.currentUnicodeVersion
        || major(icuVersion) != major(Self.currentICUVersion)
    else { return nil }
    return "made with ICU \(icuVersion) and Unicode \(unicodeVersion), this is ICU "
      + "\(Self.currentICUVersion) and Unicode \(Self.currentUnicodeVersion): words with signs inside "
      + "(k:a, in files of older versions also addresses and @names) and newer scripts may be cut "
      + "differently"
  }

  private static func versionText(_ fill: (UnsafeMutablePointer<CChar>?) -> Void) -> String {
    var text = [CChar](repeating: 0, count: 16)
    // SAFETY: the functions store at most 16 bytes, the last of them zero.
    unsafe text.withUnsafeMutableBufferPointer { unsafe fill($0.baseAddress) }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

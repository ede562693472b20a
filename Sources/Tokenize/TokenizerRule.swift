import CICUShims

/// Everything that decides which tokens a text has. It is stored with vectors and models, so that
/// a query word passes through the rule its vocabulary was made by.
public struct TokenizerRule: Codable, Hashable, Sendable {
  /// How a text is cut.
  public enum Segmentation: String, Codable, Hashable, Sendable, CaseIterable {
    /// At word boundaries (Unicode Standard Annex 29 and ICU's dictionaries).
    case words
    /// At ASCII white space, as word2vec.c and fastText do.
    case whitespace
  }

  /// Whose word boundaries are meant. ICU's dictionaries find the words of Thai, Lao, Khmer, Burmese,
  /// Chinese and Japanese in either case.
  public enum Boundaries: String, Codable, Hashable, Sendable, CaseIterable {
    /// Those of the ICU in use for the locale, with an `@` in no word. They differ between versions of
    /// ICU.
    case icu
    /// Those of a rule that comes with this library and is the same under all versions of ICU: the word
    /// boundaries of Annex 29, with a colon inside words in Finnish and Swedish only. The number in the
    /// stored name is the rule's version.
    case annex29 = "annex29-1"
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
  /// Whose word boundaries are meant; not looked at where no words are looked for. Rules that were
  /// stored before there was a choice mean ICU's.
  public var boundaries: Boundaries
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
  ///   - segmentation: where tokens begin and end.
  ///   - boundaries: default those that do not change with ICU.
  ///   - locale: whose habits boundaries follow, such as `en`.
  ///   - normalization: default NFC for words, none for white space.
  ///   - lowercase: default yes for words, no for white space.
  ///   - kinds: which tokens are kept.
  ///   - unit: what a token is.
  ///   - processing: what is done with each token.
  public init(
    segmentation: Segmentation = .words, boundaries: Boundaries = .annex29, locale: String = "en",
    normalization: Normalization? = nil, lowercase: Bool? = nil, kinds: TokenKinds = .words,
    unit: TokenUnit? = nil, processing: TokenProcessing? = nil
  ) {
    self.segmentation = segmentation
    self.boundaries = boundaries
    self.locale = locale
    self.normalization = normalization ?? (segmentation == .words ? .nfc : .none)
    self.lowercase = lowercase ?? (segmentation == .words)
    self.kinds = kinds
    self.unit = unit
    self.processing = processing
    icuVersion = Self.currentICUVersion
    unicodeVersion = Self.currentUnicodeVersion
  }

  /// Words for English, NFC, lower-cased, without spaces and punctuation.
  public static var words: TokenizerRule { TokenizerRule() }

  /// Split at ASCII white space, nothing else changed: for text that is tokenized already.
  public static var whitespace: TokenizerRule { TokenizerRule(segmentation: .whitespace) }

  /// The version of the ICU in this process, such as "72.1".
  public static let currentICUVersion = unsafe shortText(wt_icu_version)

  /// The version of Unicode that the ICU in this process implements, such as "15.0".
  public static let currentUnicodeVersion = unsafe shortText(wt_icu_unicode_version)

  /// Whether words are looked for, so that it matters whose boundaries are meant.
  private var findsWords: Bool { segmentation == .words && unit ?? .word == .word }

  /// Whether both rules give the same tokens under one ICU. The versions that they were made under do
  /// not tell them apart.
  package func givesTokens(of other: TokenizerRule) -> Bool {
    func essence(_ rule: TokenizerRule) -> TokenizerRule {
      var rule = rule
      rule.icuVersion = ""
      rule.unicodeVersion = ""
      if !rule.findsWords { rule.boundaries = .icu }
      return rule
    }
    return essence(self) == essence(other)
  }

  /// What it means that the rule was made under another ICU than that of this process; nil where
  /// both cut words alike.
  ///
  /// Our own boundaries change with the letters that Unicode adds and with ICU's dictionaries. Nearly
  /// every version of ICU brings a new Unicode; where it does not, only dictionaries can have changed,
  /// and only rules for languages that need them are warned about.
  package var versionWarning: String? {
    let major = { (version: String) in version.prefix { $0 != "." } }
    let isOtherUnicode = unicodeVersion != Self.currentUnicodeVersion
    guard findsWords, isOtherUnicode || major(icuVersion) != major(Self.currentICUVersion) else {
      return nil
    }
    let consequence: String
    switch boundaries {
    case .icu:
      consequence =
        "words with signs inside (k:a, in files of older versions also addresses and @names) and "
        + "newer scripts may be cut differently"
    case .annex29 where isOtherUnicode:
      consequence =
        "letters that are new to Unicode and words of Thai, Lao, Khmer, Burmese, Chinese and "
        + "Japanese may be cut differently"
    case .annex29:
      guard Self.needDictionaries.contains(localeLanguage(locale)) else { return nil }
      consequence = "words that a dictionary finds may be cut differently"
    }
    return "made with ICU \(icuVersion) and Unicode \(unicodeVersion), this is ICU "
      + "\(Self.currentICUVersion) and Unicode \(Self.currentUnicodeVersion): \(consequence)"
  }

  /// Languages whose words ICU finds in dictionaries.
  private static let needDictionaries: Set = ["ja", "km", "ko", "lo", "my", "th", "yue", "zh"]
}

extension TokenizerRule {
  /// Reads a rule; one without boundaries means ICU's.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    segmentation = try values.decode(Segmentation.self, forKey: .segmentation)
    boundaries = try values.decodeIfPresent(Boundaries.self, forKey: .boundaries) ?? .icu
    locale = try values.decode(String.self, forKey: .locale)
    normalization = try values.decode(Normalization.self, forKey: .normalization)
    lowercase = try values.decode(Bool.self, forKey: .lowercase)
    kinds = try values.decode(TokenKinds.self, forKey: .kinds)
    unit = try values.decodeIfPresent(TokenUnit.self, forKey: .unit)
    processing = try values.decodeIfPresent(TokenProcessing.self, forKey: .processing)
    icuVersion = try values.decode(String.self, forKey: .icuVersion)
    unicodeVersion = try values.decode(String.self, forKey: .unicodeVersion)
  }
}

/// The language of a locale in its shortest code: `sv` for `sv_FI` and for `swe`.
func localeLanguage(_ locale: String) -> String {
  unsafe shortText { _ = unsafe wt_icu_language(locale, $0) }
}

/// The text that a function stores: at most 16 bytes, the last of them zero.
private func shortText(_ fill: (UnsafeMutablePointer<CChar>?) -> Void) -> String {
  var text = [CChar](repeating: 0, count: 16)
  // SAFETY: there is room for what is stored.
  unsafe text.withUnsafeMutableBufferPointer { unsafe fill($0.baseAddress) }
  return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}

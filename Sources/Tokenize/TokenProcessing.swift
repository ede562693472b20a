/// What is done to tokens beyond normal form and case. It is a part of a ``TokenizerRule`` and
/// stored with it.
///
/// The steps, in this order. In the text, when it is cut into words: URLs, e-mail addresses and
/// mentions are found before anything is cut. To each token: transliteration, width folding, accent stripping, punctuation,
/// digits; then the rule's normal form and case; then white space. Of the tokens: empty ones, stop
/// words and those of other lengths are dropped.
public struct TokenProcessing: Hashable, Sendable {
  /// What is done to a URL, an address or the like.
  public enum EntityPolicy: Hashable, Sendable {
    /// Nothing: it is cut as any text.
    case split
    /// It is one token.
    case whole
    /// Some other token stands in its place.
    case replaced(by: String)
    /// It is left out.
    case removed
  }

  /// What is done to punctuation inside tokens.
  public enum PunctuationPolicy: String, Codable, Hashable, Sendable, CaseIterable {
    /// It stays.
    case keep
    /// It goes: `don't` becomes `dont`.
    case remove
  }

  /// What is done to decimal digits of all scripts.
  public enum DigitPolicy: String, Codable, Hashable, Sendable, CaseIterable {
    /// They stay.
    case keep
    /// Each becomes 0: `1914` becomes `0000`.
    case zero
    /// They go, and tokens of digits alone with them.
    case remove
  }

  /// The id of an ICU transliterator, such as `Any-Latin; Latin-ASCII`.
  public var transliteration: String?
  /// Whether full-width letters and half-width kana take their usual width.
  public var foldsWidth = false
  /// Whether non-spacing marks are taken off. In scripts that write vowels with such marks (Thai,
  /// Devanagari, Arabic with harakat) these go too.
  public var stripsAccents = false
  /// What is done to punctuation inside tokens.
  public var punctuation = PunctuationPolicy.keep
  /// What is done to digits.
  public var digits = DigitPolicy.keep
  /// Whether each run of white space inside a token becomes one space.
  public var collapsesWhitespace = false
  /// What is done to `https://host/path`, `ftp://…` and `www.…`.
  public var urls = EntityPolicy.split
  /// What is done to `name@host.org`.
  public var emailAddresses = EntityPolicy.split
  /// What is done to `@name`.
  public var mentions = EntityPolicy.split
  /// What is done to tokens that are numbers.
  public var numbers = EntityPolicy.split
  /// Tokens that are dropped, in any case and form that the rule brings to one.
  public var stopWords: [String] = []
  /// The fewest characters (code points) a token may have.
  public var minimumLength = 1
  /// The most characters a token may have.
  public var maximumLength: Int?

  /// Processing that changes nothing.
  public init() {}

  /// Whether a URL, an address or a mention is to be looked for.
  var hasEntities: Bool { urls != .split || emailAddresses != .split || mentions != .split }

  /// Whether tokens may be dropped or replaced by what they are.
  var hasFilters: Bool {
    !stopWords.isEmpty || minimumLength > 1 || maximumLength != nil || numbers != .split
      || hasTransforms
  }

  /// Whether the letters of tokens change.
  var hasTransforms: Bool { transliteration != nil || !rules.isEmpty }

  /// The steps between transliteration and normal form as rules of ICU's transliterator.
  var rules: String {
    var rules = ""
    if foldsWidth {
      rules += ":: [[:Decomposition_Type=Wide:][:Decomposition_Type=Narrow:]] NFKC;\n"
    }
    if stripsAccents { rules += ":: NFD;\n:: [:Nonspacing_Mark:] Remove;\n:: NFC;\n" }
    if punctuation == .remove { rules += ":: [:Punctuation:] Remove;\n" }
    if digits == .remove { rules += ":: [:Decimal_Number:] Remove;\n" }
    if digits == .zero { rules += "[:Decimal_Number:] > '0';\n:: Null;\n" }
    if collapsesWhitespace || transliteration != nil {
      rules += "^ [:White_Space:]+ > ;\n[:White_Space:]+ $ > ;\n[:White_Space:]+ > ' ';\n"
    }
    return rules
  }
}

extension TokenProcessing.EntityPolicy: Codable, CustomStringConvertible, LosslessStringConvertible
{
  /// `split`, `whole`, `remove`, or `replace:` and the token.
  public var description: String {
    switch self {
    case .split: "split"
    case .whole: "whole"
    case .removed: "remove"
    case .replaced(let token): "replace:" + token
    }
  }

  /// Reads what ``description`` gives; nil for anything else.
  public init?(_ description: String) {
    switch description {
    case "split": self = .split
    case "whole": self = .whole
    case "remove": self = .removed
    default:
      let prefix = "replace:"
      guard description.hasPrefix(prefix), description.utf8.count > prefix.utf8.count else {
        return nil
      }
      self = .replaced(by: String(description.dropFirst(prefix.count)))
    }
  }

  /// Reads the description.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let policy = Self(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "'\(text)' is not split, whole, remove or replace:TOKEN")
    }
    self = policy
  }

  /// Writes the description.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension TokenProcessing: Codable {
  private enum CodingKeys: String, CodingKey {
    case transliteration, foldsWidth, stripsAccents, punctuation, digits, collapsesWhitespace, urls
    case emailAddresses, mentions, numbers, stopWords, minimumLength, maximumLength
  }

  /// Reads the steps that are there; the others change nothing.
  public init(from decoder: any Decoder) throws {
    self.init()
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    func read<T: Decodable>(_ key: CodingKeys, _ value: inout T) throws {
      if let found = try fields.decodeIfPresent(T.self, forKey: key) { value = found }
    }
    transliteration = try fields.decodeIfPresent(String.self, forKey: .transliteration)
    try read(.foldsWidth, &foldsWidth)
    try read(.stripsAccents, &stripsAccents)
    try read(.punctuation, &punctuation)
    try read(.digits, &digits)
    try read(.collapsesWhitespace, &collapsesWhitespace)
    try read(.urls, &urls)
    try read(.emailAddresses, &emailAddresses)
    try read(.mentions, &mentions)
    try read(.numbers, &numbers)
    try read(.stopWords, &stopWords)
    try read(.minimumLength, &minimumLength)
    maximumLength = try fields.decodeIfPresent(Int.self, forKey: .maximumLength)
  }
}

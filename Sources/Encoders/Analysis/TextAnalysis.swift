public import Tokenize
public import WordtoolCore

/// How a text becomes terms: the features that bags of words and hashing count.
public struct TextAnalysis: TrainingOptions {
  /// What terms are made of.
  public enum Unit: Codable, Hashable, Sendable {
    /// Runs of at least two word characters: the pattern `(?u)\b\w\w+\b`, scikit-learn's default.
    case words
    /// The tokens of a rule, as the rest of the toolkit makes them.
    case tokens(TokenizerRule)
    /// Characters, over word boundaries. Runs of white space count as one space.
    case characters
    /// Characters within words at white space, with one space at either end of each word.
    case charactersWithinWords
  }

  /// What terms are made of.
  public var unit: Unit
  /// Whether the text is lower-cased first, by Unicode's mapping for no locale in particular. The
  /// rule of ``Unit/tokens(_:)`` decides for itself.
  public var lowercase: Bool
  /// Whether accents are taken off after that, as scikit-learn's `strip_accents='unicode'` does: the
  /// compatibility decomposition (NFKD) without its combining marks. The rule of ``Unit/tokens(_:)``
  /// decides for itself.
  public var stripsAccents: Bool
  /// How many words or characters a term has. Words are joined by one space.
  public var ngrams: ClosedRange<Int>
  /// Words that are left out before terms are made, in lower case if `lowercase`, without accents if
  /// `stripsAccents`.
  public var stopWords: [String]

  /// Describes an analysis.
  ///
  /// - Parameters:
  ///   - unit: what is counted.
  ///   - lowercase: whether capital letters become small ones.
  ///   - stripsAccents: whether letters lose their accents.
  ///   - ngrams: at least 1 and at most 1000.
  ///   - stopWords: used with words and tokens only.
  public init(
    _ unit: Unit = .words, lowercase: Bool = true, stripsAccents: Bool = false,
    ngrams: ClosedRange<Int> = 1...1, stopWords: [String] = []
  ) {
    self.unit = unit
    self.lowercase = lowercase
    self.stripsAccents = stripsAccents
    self.ngrams = ngrams
    self.stopWords = stopWords
  }

  /// - Throws: `WordtoolError` of kind `usage` for n-grams out of range.
  public func validate() throws {
    try OptionCheck.require(
      ngrams.lowerBound >= 1 && ngrams.upperBound <= 1000, found: "`ngrams` is \(ngrams)",
      expected: "1 to 1000 words or characters")
  }

  /// Whether terms are made of words, and some of more than one.
  var hasGramsOfWords: Bool {
    switch unit {
    case .words, .tokens: ngrams.upperBound > 1
    case .characters, .charactersWithinWords: false
    }
  }
}

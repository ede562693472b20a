public import Tokenize
public import WordtoolCore

/// Text as numbers of a neural model's tokens.
public struct NeuralText {
  /// The tokens.
  public let vocabulary: LanguageVocabulary
  private let reader: SentenceReader

  /// How many byte sequences were not UTF-8 and became U+FFFD.
  public var replacedCount: Int { reader.replacedCount }

  /// Counts the tokens of a text and makes their vocabulary.
  ///
  /// - Parameters:
  ///   - minimumCount: rarer tokens become `<unk>`.
  ///   - maximumCount: only the most frequent tokens are kept; nil for all.
  /// - Throws: `WordtoolError` as ``SentenceReader/read(_:stop:token:end:)``, and `badData` for a
  ///   text without tokens.
  public init(
    counting paths: [String], unit: TextUnit, rule: TokenizerRule = .whitespace,
    minimumCount: Int = 1, maximumCount: Int? = nil, isStrict: Bool = false, stop: StopFlag? = nil
  ) throws {
    reader = try SentenceReader(unit: unit, rule: rule, isStrict: isStrict)
    vocabulary = try LanguageVocabulary.counting(
      reader, paths: paths, minimumCount: minimumCount, maximumCount: maximumCount, stop: stop)
    guard vocabulary.counts.reduce(0, +) >= 2 else {
      throw WordtoolError(
        .badData, path: paths.first, found: "a text without tokens", expected: "at least one line")
    }
  }

  /// Reads text with a vocabulary that is there.
  public init(
    vocabulary: LanguageVocabulary, unit: TextUnit, rule: TokenizerRule, isStrict: Bool = false
  ) throws {
    self.vocabulary = vocabulary
    reader = try SentenceReader(unit: unit, rule: rule, isStrict: isStrict)
  }

  /// The tokens of files in order, `</s>` after each line.
  public func ids(of paths: [String], stop: StopFlag? = nil) throws -> [Int32] {
    try vocabulary.ids(of: paths, reader: reader, stop: stop)
  }
}

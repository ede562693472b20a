public import Tokenize
public import WordtoolCore

/// Text as numbers of a neural model's tokens.
public struct NeuralText {
  /// The tokens.
  public let vocabulary: LanguageVocabulary
  /// The text that was counted, `</s>` after each line; empty with a vocabulary that was there.
  public let ids: [Int32]
  private let reader: SentenceReader

  /// How many byte sequences were not UTF-8 and became U+FFFD.
  public var replacedCount: Int { reader.replacedCount }

  /// Reads a text once, counts its tokens and makes their vocabulary.
  ///
  /// - Parameters:
  ///   - paths: the texts.
  ///   - unit: what a token is.
  ///   - rule: how lines become words.
  ///   - minimumCount: rarer tokens become `<unk>`.
  ///   - maximumVocabulary: only the most frequent tokens are kept; nil for all.
  ///   - isStrict: whether invalid bytes end the reading.
  ///   - encoding: that of the texts.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  /// - Throws: `WordtoolError` as the reading of sentences, and `badData` for a
  ///   text without tokens.
  public init(
    counting paths: [String], unit: TextUnit, rule: TokenizerRule = .whitespace,
    minimumCount: Int = 1, maximumVocabulary: Int? = nil, isStrict: Bool = false,
    encoding: TextEncoding = .utf8, stop: StopFlag = StopFlag()
  ) throws {
    try OptionCheck.require("minimumCount", minimumCount, in: 1...Int.max)
    try OptionCheck.require("maximumVocabulary", maximumVocabulary ?? 1, in: 1...Int.max)
    reader = try SentenceReader(unit: unit, rule: rule, isStrict: isStrict, encoding: encoding)
    (vocabulary, ids) = try LanguageVocabulary.counting(
      reader, paths: paths, minimumCount: minimumCount, maximumCount: maximumVocabulary, stop: stop)
    guard vocabulary.counts.reduce(0, +) >= 2 else {
      throw WordtoolError(
        .badData, path: paths.first, found: "a text without tokens", expected: "at least one line")
    }
  }

  /// Reads text with a vocabulary that is there.
  public init(
    vocabulary: LanguageVocabulary, unit: TextUnit, rule: TokenizerRule, isStrict: Bool = false,
    encoding: TextEncoding = .utf8
  ) throws {
    self.vocabulary = vocabulary
    ids = []
    reader = try SentenceReader(unit: unit, rule: rule, isStrict: isStrict, encoding: encoding)
  }

  /// The tokens of files that a model is measured on.
  ///
  /// - Throws: `WordtoolError` as ``ids(of:stop:)``, and `badData` for a text without tokens.
  package func measuredIDs(of paths: [String], stop: StopFlag = StopFlag()) throws -> [Int32] {
    let ids = try ids(of: paths, stop: stop)
    guard ids.contains(where: { $0 != vocabulary.endID }) else {
      throw SentenceReader.withoutTokens(paths.first)
    }
    return ids
  }

  /// The tokens of files in order, `</s>` after each line.
  public func ids(of paths: [String], stop: StopFlag = StopFlag()) throws -> [Int32] {
    try vocabulary.ids(of: paths, reader: reader, stop: stop)
  }
}

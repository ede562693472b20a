import BLASCore
public import Tokenize
public import WordtoolCore

/// How well a language model predicts a text.
public struct PerplexityReport: Hashable, Sendable {
  /// Tokens predicted, without the ends of sentences.
  public var tokenCount = 0
  /// Sentences; the end of each is predicted too, and counts.
  public var sentenceCount = 0
  /// Tokens that are `<unk>` to the model: not in its vocabulary, or `<unk>` in the text itself.
  public var unknownCount = 0
  /// Code points of the text, with one for what parts a word from the next and one for the end of
  /// each line.
  public var characterCount = 0
  /// log10 of the probability of everything.
  public var logProbability = 0.0
  /// log10 of the probability of what is not unknown.
  public var knownLogProbability = 0.0
  /// How many byte sequences were not UTF-8 and became U+FFFD.
  public var replacedCount = 0

  /// An empty report.
  public init() {}

  /// Perplexity over tokens and ends of sentences, unknown ones as `<unk>`: what is published for
  /// the Penn Treebank.
  public var perplexity: Double {
    PortableMath.exp10(-logProbability / Double(max(1, tokenCount + sentenceCount)))
  }

  /// Perplexity over known tokens and ends of sentences; unknown ones are context only.
  public var perplexityWithoutUnknown: Double {
    PortableMath.exp10(
      -knownLogProbability / Double(max(1, tokenCount + sentenceCount - unknownCount)))
  }

  /// The bits that everything, ends of sentences included, costs for each code point.
  public var bitsPerCharacter: Double {
    -logProbability * Self.ln10 / PortableMath.log(2 as Double) / Double(max(1, characterCount))
  }
}

extension PerplexityReport {
  /// Sums up a text.
  ///
  /// - Parameters:
  ///   - text: what was measured.
  ///   - logProbabilities: the natural logarithm of the probability of each of its tokens.
  ///   - unknownID: the number of `<unk>` in the text.
  /// - Throws: `WordtoolError` of kind `usage` for more or fewer log-probabilities than tokens.
  public init(of text: TokenizedText, logProbabilities: [Double], unknownID: Int32) throws {
    try OptionCheck.require(
      logProbabilities.count == text.ids.count,
      found: "\(logProbabilities.count, "value") for \(text.ids.count, "token")",
      expected: "one for each")
    tokenCount = text.tokenCount
    sentenceCount = text.sentenceCount
    unknownCount = text.unknownCount
    characterCount = text.characterCount
    replacedCount = text.replacedCount
    var (all, known) = (0.0, 0.0)
    for (id, value) in zip(text.ids, logProbabilities) {
      all += value
      if id != unknownID { known += value }
    }
    logProbability = all / Self.ln10
    knownLogProbability = known / Self.ln10
  }

  /// What a logarithm to base 10 is multiplied by to become a natural one.
  static let ln10 = 2.302_585_092_994_045_7

  /// A natural logarithm as one to base 10.
  public static func log10(ofNatural value: Double) -> Double { value / ln10 }
}

extension LanguageModel {
  /// Measures how well the model predicts text, read as the model's own text was.
  ///
  /// - Parameters:
  ///   - paths: files, plain or gzip, and folders; `-` is standard input.
  ///   - isStrict: whether bytes that are not UTF-8 are an error.
  ///   - encoding: of the files.
  ///   - stop: looked at between lines.
  /// - Throws: `WordtoolError`: `badData` for a text without tokens, what reading throws,
  ///   `interrupted`.
  public func perplexity(
    of paths: [String], isStrict: Bool = false, encoding: TextEncoding = .utf8,
    stop: StopFlag = StopFlag()
  ) throws -> PerplexityReport {
    let text = try TokenizedText(
      paths, for: self, isStrict: isStrict, encoding: encoding, stop: stop)
    return try PerplexityReport(
      of: text, logProbabilities: logProbabilities(of: text.ids, stop: stop),
      unknownID: unknownID)
  }
}

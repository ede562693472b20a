import BLASCore
import WordtoolCore

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

  /// What a logarithm to base 10 is multiplied by to become a natural one.
  static let ln10 = 2.302_585_092_994_045_7

  /// A natural logarithm as one to base 10.
  public static func log10(ofNatural value: Double) -> Double { value / ln10 }
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
    var sums = PerplexitySums(unknownID: unknownID)
    sums.add(text.ids, logProbabilities)
    self = sums.report(text.counts)
  }
}

/// Sums over the tokens of a text that comes in pieces, taken in the order of the text: pieces change
/// no bit.
struct PerplexitySums {
  let unknownID: Int32
  private var all = 0.0
  private var known = 0.0

  init(unknownID: Int32) { self.unknownID = unknownID }

  /// Adds a piece: its tokens, and the natural logarithm of the probability of each.
  mutating func add(_ ids: [Int32], _ values: [Double]) {
    for (id, value) in zip(ids, values) {
      all += value
      if id != unknownID { known += value }
    }
  }

  /// The report on what was added, of which these are the counts.
  func report(_ counts: TokenCounts) -> PerplexityReport {
    var report = PerplexityReport()
    report.tokenCount = counts.tokens
    report.sentenceCount = counts.sentences
    report.unknownCount = counts.unknown
    report.characterCount = counts.characters
    report.replacedCount = counts.replaced
    report.logProbability = all / PerplexityReport.ln10
    report.knownLogProbability = known / PerplexityReport.ln10
    return report
  }
}

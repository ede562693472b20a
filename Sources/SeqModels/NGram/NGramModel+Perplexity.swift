#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
public import Platform

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
    pow(10, -logProbability / Double(max(1, tokenCount + sentenceCount)))
  }

  /// Perplexity over known tokens and ends of sentences; unknown ones are context only.
  public var perplexityWithoutUnknown: Double {
    pow(10, -knownLogProbability / Double(max(1, tokenCount + sentenceCount - unknownCount)))
  }

  /// The bits that everything, ends of sentences included, costs for each code point.
  public var bitsPerCharacter: Double {
    -logProbability / log10(2) / Double(max(1, characterCount))
  }
}

extension NGramModel {
  /// Measures how well the model predicts text, read as the model's own text was.
  ///
  /// - Parameters:
  ///   - paths: files, plain or gzip, and folders; `-` is standard input.
  ///   - isStrict: whether bytes that are not UTF-8 are an error.
  ///   - stop: looked at between lines.
  /// - Throws: `WordtoolError`: `badData` for a text without tokens, what reading throws,
  ///   `interrupted`.
  public func perplexity(
    of paths: [String], isStrict: Bool = false, stop: StopFlag? = nil
  ) throws -> PerplexityReport {
    let reader = try SentenceReader(unit: unit, rule: readingRule, isStrict: isStrict)
    var report = PerplexityReport()
    var context = sentenceBegin
    let parting = unit == .word ? 1 : 0
    try reader.read(
      paths, stop: stop,
      token: { token in
        let id = table.find(token) ?? unknown
        let score = score(id, &context)
        report.tokenCount += 1
        report.logProbability += score
        if id == unknown { report.unknownCount += 1 } else { report.knownLogProbability += score }
        report.characterCount += TokenText.plainScalarCount(token) + parting
      },
      end: {
        let score = score(end, &context)
        report.sentenceCount += 1
        report.logProbability += score
        report.knownLogProbability += score
        // The last word's parting character is the end of the line.
        report.characterCount += 1 - parting
        context = sentenceBegin
      })
    report.replacedCount = reader.replacedCount
    guard report.tokenCount > 0 else {
      throw WordtoolError(
        .badData, path: paths.first, found: "a text without tokens",
        expected: "at least one token")
    }
    return report
  }
}

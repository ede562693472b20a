import ArgumentParser
import Tokenize
import Word2Vec
import WordtoolCore

/// Words that hold phrases together: `english`, or a file with one a line.
struct ConnectorList: ExpressibleByArgument {
  static var defaultCompletionKind: CompletionKind { .file() }

  let name: String

  init?(argument: String) { name = argument }

  /// The words, in the form that a rule gives them.
  ///
  /// - Throws: ``WordtoolError`` when the file cannot be read, and for more than there may be.
  func words(rule: TokenizerRule) throws -> [String] {
    let tokenizer = try WordTokenizer(rule: rule)
    var words =
      name == "english"
      ? PhraseOptions.englishConnectors : try TokenProcessing.stopWords(contentsOf: name)
    words = words.map(tokenizer.normalize)
    var seen: Set<String> = []
    return words.filter { seen.insert($0).inserted }
  }
}

/// Phrases that are joined before vectors are trained.
struct PhraseTrainingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Join words that belong together, as in new_york, in so many passes over the text. "
        + "(default: none)", valueName: "passes"))
  var phrases: Int?
  @Option(
    help: ArgumentHelp(
      "Join pairs whose score is above this. (default: 100, of npmi 0.5)", valueName: "x"))
  var phraseThreshold: Double?
  @Option(
    help: ArgumentHelp("How pairs are scored. (default: word2phrase)", valueName: "name"))
  var phraseScore: PhraseOptions.Score?
  @Option(
    help: ArgumentHelp(
      "How often a pair has to occur; word2phrase's discount. (default: 5)", valueName: "n"))
  var phraseMinCount: Int?
  @Option(
    help: ArgumentHelp(
      "Words that phrases may hold, but neither begin nor end with: english, or a file with one a "
        + "line. (default: none)", valueName: "list"))
  var phraseConnectors: ConnectorList?

  var optionRules: [OptionRule] {
    [
      OptionRule(
        ["--phrase-threshold", "--phrase-score", "--phrase-min-count", "--phrase-connectors"],
        need: "--phrases", isMet: phrases != nil)
    ]
  }

  /// What the options say; nil without phrases.
  ///
  /// - Throws: ``WordtoolError``: `usage`, and what reading connectors throws.
  func options(rule: TokenizerRule) throws -> PhraseOptions? {
    guard let phrases else { return nil }
    return try PhraseOptions(
      passes: phrases, threshold: phraseThreshold, score: phraseScore, minimumCount: phraseMinCount,
      connectors: phraseConnectors?.words(rule: rule))
  }
}

extension PhraseOptions {
  /// Options out of those that were given.
  ///
  /// - Throws: ``WordtoolError`` of kind `usage`.
  init(
    passes: Int?, threshold: Double?, score: Score?, minimumCount: Int?, connectors: [String]?
  ) throws {
    self.init()
    self.passes = passes ?? self.passes
    self.threshold = threshold
    self.score = score ?? self.score
    self.minimumCount = minimumCount ?? self.minimumCount
    self.connectors = connectors ?? []
    try validate()
  }
}

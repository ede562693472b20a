import Tokenize
import Word2Vec
import WordtoolCore

/// The vectors a command asks, and the tokenizer that brings query words into their form.
struct VectorSet {
  let vectors: WordVectors
  let choice: DefaultVectors.Choice
  /// The rule the vectors were trained with, if they say so.
  let rule: TokenizerRule?
  private let tokenizer: WordTokenizer?

  /// Opens the vectors that the options and the surroundings name.
  init(_ options: VectorsOptions, threads: Int = Workers.defaultCount) throws {
    try self.init(DefaultVectors.choose(option: options.vectors), threads: threads)
  }

  init(_ choice: DefaultVectors.Choice, threads: Int = Workers.defaultCount) throws {
    self.choice = choice
    vectors = try WordVectors(contentsOf: choice.path, options: .init(threads: threads))
    for warning in vectors.warnings { StandardError.warn("\(choice.path): \(warning)") }
    rule = vectors.tokenizerRuleJSON.flatMap {
      try? StoredJSON.decode(TokenizerRule.self, from: $0)
    }
    tokenizer = try rule.map { try WordTokenizer(rule: $0) }
    if let rule, rule.segmentation == .words,
      rule.unicodeVersion != TokenizerRule.currentUnicodeVersion
    {
      StandardError.warn(
        "\(choice.path) was made with Unicode \(rule.unicodeVersion), this is "
          + "\(TokenizerRule.currentUnicodeVersion): a few rare words may be cut differently")
    }
  }

  /// The row of a word as a person types it: as it stands, else in the form the vectors' own
  /// tokenizer gives it.
  func row(of word: String) -> Int? {
    if let row = vectors.index(for: word) { return row }
    if let tokenizer { return vectors.index(for: tokenizer.normalize(word)) }
    return vectors.index(forQuery: word)
  }
}

import Tokenize
import WordtoolCore

/// The tokenizer for the rule stored with vectors, made when a query first needs it.
final class TokenizerCache: Sendable {
  private let known = Locked<[String: WordTokenizer?]>([:])

  /// The tokenizer for a rule as JSON; nil when the rule cannot be read or its locale is unknown.
  func tokenizer(for rule: String) -> WordTokenizer? {
    known.withLock { known in
      if let tokenizer = known[rule] { return tokenizer }
      let tokenizer = Self.rule(fromJSON: rule).flatMap { try? WordTokenizer(rule: $0) }
      known[rule] = .some(tokenizer)
      return tokenizer
    }
  }

  /// The rule that JSON describes, or nil.
  static func rule(fromJSON text: String) -> TokenizerRule? {
    try? StoredJSON.decode(TokenizerRule.self, from: text)
  }

  /// The rule as JSON; equal rules give equal text.
  static func json(of rule: TokenizerRule) -> String? {
    try? StoredJSON.text(rule)
  }
}

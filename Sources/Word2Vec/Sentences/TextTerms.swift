import Tokenize
import WordtoolCore

/// A word of a text that has a direction: a row, or a vector made of its parts.
struct TextTerm: Sendable {
  /// The word as the vectors have it.
  let word: String
  /// Its row; nil for a vector that a ``WordComposer`` made.
  let row: Int?
  /// [dimension], of length 1.
  let unit: [Float]
}

/// Finds the words of texts in vectors.
///
/// A text is cut by the rule that is stored with the vectors; without one at Unicode's word boundaries,
/// and each word is looked up as it stands, else in small letters.
struct TextTermFinder: Sendable {
  /// What a word of a text is.
  enum Place: Hashable, Sendable {
    /// A row with a direction.
    case row(Int)
    /// A word without a row of which a vector can be made.
    case composed(String)
  }

  let vectors: WordVectors
  private let tokenizer: WordTokenizer
  private let hasRule: Bool

  /// - Throws: ``WordtoolError`` of kind `unavailable` when ICU cannot be opened.
  init(_ vectors: WordVectors) throws {
    self.vectors = vectors
    let stored = vectors.tokenizerRuleJSON.flatMap {
      vectors.storage.tokenizers.tokenizer(for: $0)
    }
    hasRule = stored != nil
    tokenizer = try stored ?? WordTokenizer(rule: TokenizerRule(lowercase: false))
  }

  /// Calls `body` for each word of a text, in order, with its place; nil for a word that is not there or
  /// has no direction.
  func forEach(in text: String, _ body: (String, Place?) -> Void) {
    for token in tokenizer.tokens(in: text) { body(token, place(of: token)) }
  }

  private func place(of token: String) -> Place? {
    // What the stored rule made is in the form that the words have.
    let row = vectors.index(for: token) ?? (hasRule ? nil : vectors.index(for: token.lowercased()))
    if let row { return vectors.storage.length(of: row) > 0 ? .row(row) : nil }
    return composed(token) == nil ? nil : .composed(token)
  }

  private func composed(_ token: String) -> [Float]? {
    guard let made = vectors.storage.composer?.vector(for: token), made.count == vectors.dimension
    else { return nil }
    return made.allSatisfy(\.isFinite) && made.contains { $0 != 0 } ? made : nil
  }

  /// The word at a place with its direction.
  ///
  /// - Throws: ``WordtoolError`` of kind `badData` for a row whose values contradict its length.
  func term(at place: Place) throws -> TextTerm {
    switch place {
    case .row(let row):
      try vectors.located { try vectors.storage.check(row: row) }
      return TextTerm(
        word: vectors.word(at: row), row: row, unit: vectors.storage.unitVector(row: row))
    case .composed(let token):
      let made = (composed(token) ?? []).map(Double.init)
      let length = made.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return TextTerm(word: token, row: nil, unit: made.map { Float($0 / length) })
    }
  }
}

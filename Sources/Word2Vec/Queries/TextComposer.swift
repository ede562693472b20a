/// Makes vectors of texts, and so of any word.
package protocol TextComposer: WordComposer {
  /// The row of a word that is one token; nil for any other word.
  func row(for word: String) -> Int?

  /// Whether a token is spelled as no text is, with the marks of its tokenizer.
  func isMarked(_ token: String) -> Bool

  /// The vector of a text, [dimension]; zeros for a text without tokens.
  ///
  /// - Throws: ``WordtoolError`` of kind `unavailable` for a text that the tokenizer cannot cut.
  func vector(ofText text: String) throws -> [Float]
}

extension VectorStorage {
  /// What makes vectors of texts; nil where nothing does.
  var texts: (any TextComposer)? { composer as? any TextComposer }
}

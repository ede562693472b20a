import WordtoolCore

extension WordVectors {
  /// Whether ``vector(ofText:)`` answers: vectors of model2vec and of StaticEmbedding make vectors of texts.
  public var makesTextVectors: Bool { storage.texts != nil }

  /// The vector of a text, as the library that the folder is of would have it: the mean of its tokens'
  /// vectors, after a prompt and with long texts truncated, of length 1 where the folder says so.
  ///
  /// - Returns: [dimension]; zeros for a text without tokens.
  /// - Throws: `WordtoolError` of kind `unavailable` for vectors of words, which make none of texts, and
  ///   for a text that the tokenizer has no tokens for.
  public func vector(ofText text: String) throws -> [Float] {
    guard let texts = storage.texts else {
      throw WordtoolError(
        .unavailable, path: path, found: "vectors of words",
        expected: "a folder of model2vec or of StaticEmbedding, which makes vectors of texts")
    }
    return try texts.vector(ofText: text)
  }
}

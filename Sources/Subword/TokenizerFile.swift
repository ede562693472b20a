import WordtoolCore

extension JSONText {
  /// The largest `tokenizer.json` that is read, in bytes.
  private static let tokenizerLimit = 1 << 28

  /// The JSON of a `tokenizer.json` of Hugging Face.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, or `badData` for what is no JSON.
  static func tokenizerFile(at path: String) throws -> JSONText {
    let text = try TextSource(path: path).readAll(limit: tokenizerLimit)
    do {
      return try JSONText.parse(text)
    } catch let failure {
      throw WordtoolError(
        .badData, path: path, at: .byte(failure.offset), found: failure.found,
        expected: "the JSON of a tokenizer.json")
    }
  }
}

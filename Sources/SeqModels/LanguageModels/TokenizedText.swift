public import Tokenize
public import WordtoolCore

/// A text as the numbers that a model has for its tokens, with the end of every line.
public struct TokenizedText: Sendable {
  /// The tokens in order, `</s>` after those of each line.
  public private(set) var ids: [Int32] = []
  /// How many tokens there are, without the ends of lines.
  public private(set) var tokenCount = 0
  /// How many lines were taken.
  public private(set) var sentenceCount = 0
  /// How many tokens are `<unk>` to the model: not in its vocabulary, or `<unk>` in the text itself.
  public private(set) var unknownCount = 0
  /// Code points of the text, with one for what parts a word from the next and one for the end of
  /// each line.
  public private(set) var characterCount = 0
  /// How many byte sequences were not UTF-8 and became U+FFFD.
  public private(set) var replacedCount = 0

  /// Reads text as the model's own text was.
  ///
  /// - Parameters:
  ///   - paths: files, plain or gzip, and folders; `-` is standard input.
  ///   - model: whose tokens are meant.
  ///   - isStrict: whether bytes that are not UTF-8 are an error.
  ///   - encoding: of the files.
  ///   - stop: looked at between lines.
  /// - Throws: `WordtoolError`: `badData` for a text without tokens, what reading throws,
  ///   `unavailable` without memory for its numbers, `interrupted`.
  public init(
    _ paths: [String], for model: some LanguageModel, isStrict: Bool = false,
    encoding: TextEncoding = .utf8, stop: StopFlag = StopFlag()
  ) throws {
    let reader = try SentenceReader(
      unit: model.unit, rule: model.readingRule, isStrict: isStrict, encoding: encoding)
    let (unknown, end) = (model.unknownID, model.endID)
    let parting = model.unit == .word ? 1 : 0
    try unsafe reader.read(
      paths, stop: stop,
      token: { token in
        let id = unsafe model.id(ofUTF8: token.span) ?? unknown
        try MemoryRoom.requireGrowth(of: ids, for: "a text of more than \(tokenCount, "token")")
        ids.append(id)
        tokenCount += 1
        if id == unknown { unknownCount += 1 }
        unsafe characterCount += TokenText.plainScalarCount(token) + parting
      },
      end: {
        ids.append(end)
        sentenceCount += 1
        // The last word's parting character is the end of the line.
        characterCount += 1 - parting
      })
    replacedCount = reader.replacedCount
    guard tokenCount > 0 else { throw SentenceReader.withoutTokens(paths.first) }
  }
}

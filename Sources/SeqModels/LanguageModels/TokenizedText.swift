public import Tokenize
public import WordtoolCore

/// A text as the numbers that a model has for its tokens, with the end of every line.
///
/// All of it is in memory; to measure a text of any length, see ``LanguageModel/perplexity(of:isStrict:encoding:stop:)``.
public struct TokenizedText: Sendable {
  /// The tokens in order, `</s>` after those of each line.
  public private(set) var ids: [Int32] = []
  /// How many tokens there are, without the ends of lines.
  public var tokenCount: Int { counts.tokens }
  /// How many lines were taken.
  public var sentenceCount: Int { counts.sentences }
  /// How many tokens are `<unk>` to the model: not in its vocabulary, or `<unk>` in the text itself.
  public var unknownCount: Int { counts.unknown }
  /// Code points of the text, with one for what parts a word from the next and one for the end of
  /// each line.
  public var characterCount: Int { counts.characters }
  /// How many byte sequences were not UTF-8 and became U+FFFD.
  public var replacedCount: Int { counts.replaced }

  let counts: TokenCounts

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
    var pieces = try TokenPieces(for: model, isStrict: isStrict, encoding: encoding)
    var ids: [Int32] = []
    try pieces.read(paths, for: model, stop: stop) { piece in
      // An array that grows is there twice for a while.
      try MemoryRoom.require(
        count: 2 * (ids.count + piece.count), of: Int32.self,
        for: "a text of more than \(ids.count, "token")")
      ids += piece
    }
    self.ids = ids
    counts = pieces.counts
  }
}

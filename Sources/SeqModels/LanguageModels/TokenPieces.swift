import Tokenize
import WordtoolCore

/// Reads text as the numbers that a model has for its tokens, a piece at a time.
struct TokenPieces {
  /// Tokens of a piece. Networks take a divisor of it at a time, so that pieces change no bit.
  static let usualLength = 1 << 20

  /// What was met in all pieces so far.
  private(set) var counts = TokenCounts()
  private let reader: SentenceReader
  private let length: Int

  /// - Throws: `WordtoolError` when ICU does not know the locale of the model's rule.
  init(
    for model: some LanguageModel, isStrict: Bool, encoding: TextEncoding,
    length: Int = usualLength
  ) throws {
    precondition(length >= 1, "pieces of \(length) tokens")
    self.length = length
    reader = try SentenceReader(
      unit: model.unit, rule: model.readingRule, isStrict: isStrict, encoding: encoding)
  }

  /// Reads files in order.
  ///
  /// - Parameters:
  ///   - paths: files, plain or gzip, and folders; `-` is standard input.
  ///   - model: whose tokens are meant.
  ///   - stop: looked at between lines.
  ///   - body: gets the tokens of each piece, `</s>` after those of each line; the last piece may be
  ///     shorter, and none is empty.
  /// - Throws: `WordtoolError`: `badData` for a text without tokens, what reading and `body` throw,
  ///   `interrupted`.
  mutating func read(
    _ paths: [String], for model: some LanguageModel, stop: StopFlag,
    _ body: ([Int32]) throws -> Void
  ) throws {
    let (unknown, end) = (model.unknownID, model.endID)
    let parting = model.unit == .word ? 1 : 0
    var ids: [Int32] = []
    var counts = TokenCounts()
    func add(_ id: Int32) throws {
      if ids.count == length {
        try body(ids)
        ids.removeAll(keepingCapacity: true)
      }
      ids.append(id)
    }
    try unsafe reader.read(
      paths, stop: stop,
      token: { token in
        let id = unsafe model.id(ofUTF8: token.span) ?? unknown
        try add(id)
        counts.tokens += 1
        if id == unknown { counts.unknown += 1 }
        unsafe counts.characters += TokenText.plainScalarCount(token) + parting
      },
      end: {
        try add(end)
        counts.sentences += 1
        // The last word's parting character is the end of the line.
        counts.characters += 1 - parting
      })
    counts.replaced = reader.replacedCount
    self.counts = counts
    guard counts.tokens > 0 else { throw SentenceReader.withoutTokens(paths.first) }
    try body(ids)
  }
}

/// How much of what a text has.
struct TokenCounts: Hashable, Sendable {
  /// Tokens, without the ends of lines.
  var tokens = 0
  /// Lines that were taken.
  var sentences = 0
  /// Tokens that are `<unk>` to the model.
  var unknown = 0
  /// Code points, with one for what parts a word from the next and one for the end of each line.
  var characters = 0
  /// Byte sequences that were not UTF-8 and became U+FFFD.
  var replaced = 0
}

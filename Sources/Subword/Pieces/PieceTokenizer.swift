import WordtoolCore

/// Text as numbers of tokens, as a `tokenizer.json` of Hugging Face says: added tokens are found, the rest
/// is normalized, cut into pieces, and each piece becomes tokens by a WordPiece, Unigram, BPE or WordLevel
/// model. Tokens that a post-processor would add, such as `[CLS]`, are left out.
///
/// A value: copies share their storage, and any number of threads may use it.
package struct PieceTokenizer: Sendable {
  /// How many tokens of a text are kept, as the file says.
  package struct Truncation: Hashable, Sendable {
    /// The most there are.
    package var tokenCount: Int
    /// Whether the last are kept and not the first.
    package var keepsEnd: Bool

    /// Keeps so many.
    package init(tokenCount: Int, keepsEnd: Bool = false) {
      self.tokenCount = tokenCount
      self.keepsEnd = keepsEnd
    }
  }

  /// A token with its number.
  package struct Token: Sendable {
    /// The number.
    package var id: Int32
    /// How it is spelled in the file: with the marks of its model.
    package var text: String
  }

  /// All tokens, by their numbers, which may have holes.
  package let tokens: [Token]
  /// The number of the token for what is not known; nil where there is none.
  package let unknownID: Int32?
  /// What the file calls its model: `WordPiece`, `Unigram`, `BPE` or `WordLevel`.
  package let modelName: String
  /// How many tokens stand beside the model's.
  package let addedTokenCount: Int
  /// What the file says of long texts; nil when they are taken whole.
  package let truncation: Truncation?

  private let normalizer: Normalizer?
  private let splitter: Splitter?
  private let model: any PieceModel
  private let added: AddedTokens
  private let caches = PieceCaches()

  /// Reads a file.
  ///
  /// - Throws: ``WordtoolError``: `noSuchInput`, or `badData` for a damaged file and for what is not known
  ///   and would give other tokens here than there.
  package init(contentsOf path: String) throws {
    let json = try JSONText.tokenizerFile(at: path)
    do {
      try self.init(json)
    } catch var error as WordtoolError where error.path == nil {
      error.path = path
      throw error
    }
  }

  init(_ json: JSONText) throws {
    guard let model = json["model"] else {
      throw Self.refusal("no model", "a tokenizer.json")
    }
    self.model = try Self.model(model)
    normalizer = try Normalizer(json["normalizer"])
    splitter = try Splitter(json["pre_tokenizer"])
    added = try AddedTokens(
      json["added_tokens"], vocabulary: self.model.vocabulary, normalizer: normalizer)
    unknownID = self.model.unknownID
    modelName = type(of: self.model).name
    addedTokenCount = added.tokens.count
    truncation = try Self.truncation(json["truncation"])
    var tokens: [Int32: String] = [:]
    let vocabulary = self.model.vocabulary
    for (place, id) in vocabulary.ids.enumerated() {
      tokens[id] = vocabulary.spellings.text(Int32(place))
    }
    for token in added.tokens {
      if let other = tokens[token.id], !other.utf8.elementsEqual(token.content.utf8) {
        throw Self.refusal(
          "the number \(token.id) of \(JSONText.quoted(other)) and of the added token "
            + JSONText.quoted(token.content), "distinct numbers")
      }
      tokens[token.id] = token.content
    }
    self.tokens = tokens.sorted { $0.key < $1.key }.map { Token(id: $0.key, text: $0.value) }
  }

  /// The error for what is in a file.
  static func refusal(
    _ found: String, _ expected: String, remedy: String? = nil
  ) -> WordtoolError {
    WordtoolError(.badData, found: found, expected: expected, remedy: remedy)
  }

  private static func model(_ json: JSONText) throws -> any PieceModel {
    // Files of the first versions do not name it.
    let type =
      json["type"]?.text
      ?? [
        ("merges", "BPE"), ("unk_id", "Unigram"), ("max_input_chars_per_word", "WordPiece"),
      ].first { json[$0.0] != nil }?.1 ?? "WordLevel"
    switch type {
    case "WordPiece": return try WordPieceModel(json)
    case "Unigram": return try UnigramModel(json)
    case "BPE": return try MergeModel(json)
    case "WordLevel": return try WordLevelModel(json)
    default:
      throw refusal("a model of the type \(type)", "WordPiece, Unigram, BPE or WordLevel")
    }
  }

  private static func truncation(_ json: JSONText?) throws -> Truncation? {
    guard let json, !json.isNull else { return nil }
    guard case .integer(let count)? = json["max_length"], count >= 0 else {
      throw refusal("a truncation without max_length", "a whole number")
    }
    if json["strategy"]?.text == "OnlySecond" {
      throw refusal("the truncation OnlySecond", "LongestFirst or OnlyFirst, for single texts")
    }
    let direction = json["direction"]?.text ?? "Right"
    guard direction == "Right" || direction == "Left" else {
      throw refusal("the truncation to the \(direction)", "Left or Right")
    }
    return Truncation(tokenCount: count, keepsEnd: direction == "Left")
  }

  /// The numbers of a text's tokens, all of them: nothing is truncated.
  ///
  /// - Throws: ``WordtoolError`` of kind `unavailable` for text that has no tokens where there is none for
  ///   what is unknown, and for a pattern that takes too long.
  package func encode(_ text: some Sequence<Unicode.Scalar>) throws -> [Int32] {
    var ids: [Int32] = []
    let whole = PieceText(scalars: Array(text), startsText: true)
    var cache = caches.take()
    defer { caches.giveBack(cache) }
    for part in added.cut(whole, normalized: false) {
      guard case .text(var plain) = part else {
        if case .token(let id) = part { ids.append(id) }
        continue
      }
      try normalizer?.apply(&plain)
      for part in added.cut(plain, normalized: true) {
        switch part {
        case .token(let id): ids.append(id)
        case .text(let text):
          for piece in try splitter?.apply([text]) ?? [text] where !piece.scalars.isEmpty {
            try encode(piece.bytes, &cache, into: &ids)
          }
        }
      }
    }
    return ids
  }

  private func encode(_ piece: [UInt8], _ cache: inout PieceCache, into ids: inout [Int32]) throws {
    let isKnown = unsafe piece.withUnsafeBufferPointer { unsafe cache.append($0, to: &ids) }
    if isKnown { return }
    let start = ids.count
    try model.encode(piece, into: &ids)
    unsafe piece.withUnsafeBufferPointer { unsafe cache.store($0, ids[start...]) }
  }

  /// Whether a token is spelled with marks, so that no text is cut to it that is typed so.
  package func isMarked(_ token: String) -> Bool {
    let (prefix, suffix) = model.marks
    return !prefix.isEmpty && token.utf8.starts(with: prefix.utf8)
      || !suffix.isEmpty && token.utf8.reversed().starts(with: suffix.utf8.reversed())
      || token.unicodeScalars.contains { $0 == "\u{2581}" || $0 == "\u{120}" }
      || added.tokens.contains { $0.content.utf8.elementsEqual(token.utf8) }
  }

  /// What a text becomes before it is cut.
  package func normalized(_ text: String) throws -> String {
    var piece = PieceText(scalars: Array(text.unicodeScalars), startsText: true)
    try normalizer?.apply(&piece)
    return String(decoding: piece.bytes, as: UTF8.self)
  }

  /// The pieces of a text, without regard to added tokens.
  package func pieces(of text: String) throws -> [String] {
    var piece = PieceText(scalars: Array(text.unicodeScalars), startsText: true)
    try normalizer?.apply(&piece)
    return (try splitter?.apply([piece]) ?? [piece]).map {
      String(decoding: $0.bytes, as: UTF8.self)
    }
  }
}

import WordtoolCore

/// Tokens that are looked for in the text before it is cut: the `added_tokens` of a `tokenizer.json`.
struct AddedTokens: Sendable {
  struct Token: Sendable {
    var id: Int32
    var content: String
    /// Whether it counts between characters of words too.
    var isSingleWord: Bool
    /// Whether it takes the white space on a side along.
    var stripsLeft: Bool
    var stripsRight: Bool
    /// Whether it is looked for in text that is normalized.
    var isNormalized: Bool
    /// What is looked for.
    var scalars: [Unicode.Scalar]
  }

  let tokens: [Token]
  /// By whether they are normalized, and by their first character, the longest first.
  private let starts: [Bool: [Unicode.Scalar: [Token]]]

  /// Reads the list.
  ///
  /// - Throws: `WordtoolError` of kind `badData`; among it a number that is another than the library would
  ///   give the token.
  init(_ json: JSONText?, vocabulary: PieceVocabulary, normalizer: Normalizer?) throws {
    var tokens: [Token] = []
    var list: [JSONText] = []
    if let json, !json.isNull {
      guard case .array(let items) = json else {
        throw PieceTokenizer.refusal("added_tokens that are no list", "a list")
      }
      list = items
    }
    // New tokens are numbered behind those of the model.
    var next = Int32(clamping: vocabulary.count)
    var known: [[UInt8]: Int32] = [:]
    for item in list {
      guard let content = item["content"]?.text, case .integer(let number)? = item["id"] else {
        throw PieceTokenizer.refusal("an added token without content or id", "both")
      }
      if content.isEmpty { continue }
      func flag(_ name: String, _ value: Bool = false) throws -> Bool {
        try item.flag(name, value, of: "an added token")
      }
      let bytes = Array(content.utf8)
      let given = known[bytes] ?? vocabulary.id(of: content)
      let id = given ?? next
      if given == nil { next += 1 }
      guard number == Int(id) else {
        throw PieceTokenizer.refusal(
          "the number \(number) of the added token \(JSONText.quoted(content))",
          "\(id), which the Python library gives it", remedy: "save the tokenizer anew")
      }
      known[bytes] = id
      var looked = PieceText(scalars: Array(content.unicodeScalars), startsText: true)
      let isNormalized = try flag("normalized", !flag("special"))
      if isNormalized { try normalizer?.apply(&looked) }
      guard !looked.scalars.isEmpty else {
        throw PieceTokenizer.refusal(
          "the added token \(JSONText.quoted(content)), of which its normalizer leaves nothing",
          "some text")
      }
      tokens.removeAll { $0.id == id }
      tokens.append(
        Token(
          id: id, content: content, isSingleWord: try flag("single_word"),
          stripsLeft: try flag("lstrip"),
          stripsRight: try flag("rstrip"), isNormalized: isNormalized, scalars: looked.scalars))
    }
    self.tokens = tokens
    var starts: [Bool: [Unicode.Scalar: [Token]]] = [:]
    for token in tokens {
      starts[token.isNormalized, default: [:]][token.scalars[0], default: []].append(token)
    }
    for (kind, group) in starts {
      for (first, tokens) in group {
        starts[kind]?[first] = tokens.sorted { $0.scalars.count > $1.scalars.count }
      }
    }
    self.starts = starts
  }

  /// A part of a text: a token, or what is between tokens.
  enum Part {
    case token(Int32)
    case text(PieceText)
  }

  /// Cuts a text at the tokens that are, or are not, normalized.
  func cut(_ text: PieceText, normalized: Bool) -> [Part] {
    guard let starts = starts[normalized] else { return [.text(text)] }
    var parts: [Part] = []
    var done = 0
    var at = 0
    let scalars = text.scalars
    while at < scalars.count {
      guard
        let token = starts[scalars[at]]?.first(where: { token in
          token.scalars.count <= scalars.count - at
            && scalars[at..<at + token.scalars.count].elementsEqual(token.scalars)
        })
      else {
        at += 1
        continue
      }
      var (start, end) = (at, at + token.scalars.count)
      at = end
      if token.isSingleWord {
        let touches =
          start > 0 && ScalarClasses.isWord(scalars[start - 1])
          || end < scalars.count && ScalarClasses.isWord(scalars[end])
        if touches { continue }
      }
      if token.stripsLeft {
        while start > done, ScalarClasses.isSpace(scalars[start - 1]) { start -= 1 }
      }
      if token.stripsRight {
        while end < scalars.count, ScalarClasses.isSpace(scalars[end]) { end += 1 }
      }
      if start > done { parts.append(.text(text.part(done..<start))) }
      parts.append(.token(token.id))
      done = end
    }
    if done < scalars.count { parts.append(.text(text.part(done..<scalars.count))) }
    return parts
  }
}

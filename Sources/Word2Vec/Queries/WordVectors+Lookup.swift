import Tokenize
import WordtoolCore

extension WordVectors {
  /// The row of a word as a person types it, or nil.
  ///
  /// The exact spelling if it is there; else what the stored tokenizer rule makes of it, so that
  /// `Sweden` finds `sweden` and `U.S.` finds `u.s`; without a stored rule, the lower-case form. A
  /// typographic apostrophe finds the straight one.
  ///
  /// Where a tokenizer makes vectors of texts, the token that is the whole word, or one that is typed with
  /// the marks of the tokenizer, as `##ing` is.
  public func index(forQuery word: String) -> Int? {
    if let texts = storage.texts {
      return (texts.isMarked(word) ? index(for: word) : nil) ?? texts.row(for: word)
    }
    if let row = index(forUncut: word) { return row }
    for spelling in spellings(of: word) {
      if let row = index(for: form(of: spelling)) { return row }
      let tokens = tokens(of: spelling)
      if tokens.count == 1, let row = index(for: tokens[0]) { return row }
    }
    return nil
  }

  /// The row of a word that is an entry with every sign it has, or nil: in an expression the rule
  /// must not take the minus from `-king`.
  func index(forUncut word: String) -> Int? { index(for: word) ?? index(for: form(of: word)) }

  /// What a word as a person types it stands for: an entry, several entries where the rule cuts
  /// it, or a vector made of its parts.
  ///
  /// - Throws: `WordtoolError`: `unavailable` with near spellings for a word that is not there, `usage` for
  ///   one with a control character that is no entry of its own, `badData` for a file whose index misses a word it has, or whose n-grams are no numbers.
  public func resolve(_ word: String) throws -> QueryWord {
    if index(for: word) == nil { try QueryText.check(word) }
    if let found = known(word) { return found }
    // Which of its words is missing says more than that the whole is.
    if readsAsSum(word) { _ = try query(expression: word) }
    try checkIndex(misses: word)
    try checkComposed(word)
    throw try absence(of: word)
  }

  /// What a word stands for, or nil.
  package func known(_ word: String) -> QueryWord? {
    if let row = index(forQuery: word) {
      return QueryWord(text: word, rows: [row], reading: .entry)
    }
    if let found = phrase(word) { return found }
    if readsAsSum(word) { return sum(word) }
    // Whatever a tokenizer cuts is made of its tokens.
    let others = makesTextVectors ? [] : spellings(of: word) + [word.replacing("_", with: " ")]
    for spelling in others {
      let tokens = tokens(of: spelling)
      let rows = tokens.compactMap { index(forQuery: $0) }
      if tokens.count > 1, rows.count == tokens.count {
        return QueryWord(text: word, rows: rows, reading: .parts(tokens))
      }
    }
    if let vector = composed(word), vector.allSatisfy(\.isFinite) {
      return QueryWord(text: word, rows: [], reading: .composed(vector))
    }
    return nil
  }

  /// Whether an operator stands between the words of a text, so that it is a sum and no text to be cut.
  private func readsAsSum(_ text: String) -> Bool {
    let parts = text.split(whereSeparator: \.isWhitespace)
    return !makesTextVectors && parts.count > 2
      && parts.dropFirst().dropLast().contains { ["+", "-", "*"].contains($0) }
  }

  /// The sum that a text is, or nil when it cannot be read or a word of it is not there.
  private func sum(_ text: String) -> QueryWord? {
    guard let expression = try? VectorExpression(text, isWord: { index(forUncut: $0) != nil })
    else { return nil }
    let terms = expression.terms.compactMap { factor, word in
      known(word).map { QueryWord.Term(factor: factor, word: $0) }
    }
    guard terms.count == expression.terms.count else { return nil }
    return QueryWord(text: text, rows: terms.flatMap(\.word.rows), reading: .expression(terms))
  }

  /// The entry that several words apart by blanks make as a phrase: as they are spelled, or in the form
  /// the stored rule gives them; nil for one word, and where there is no such entry.
  func phrase(_ words: String) -> QueryWord? {
    let parts = words.split(whereSeparator: \.isWhitespace).map(String.init)
    guard parts.count > 1, !makesTextVectors else { return nil }
    var forms = [parts] + spellings(of: words).map { tokens(of: $0) }
    if tokenizer == nil { forms.append(parts.map { $0.lowercased() }) }
    for form in forms where form.count > 1 {
      let text = form.joined(separator: PhraseModel.delimiter)
      if let row = index(for: text) {
        return QueryWord(text: words, rows: [row], reading: .phrase(text))
      }
    }
    return nil
  }

  /// What a word's parts make, whether or not it is numbers. Without a rule a word is taken as typed.
  private func composed(_ word: String) -> [Float]? {
    let vector = storage.composer?.vector(for: tokenizer?.normalize(word) ?? word)
    return vector?.count == dimension ? vector : nil
  }

  /// The form of a word without a row: as the rule has it, without one as it was typed.
  func normalized(_ word: String) -> String { tokenizer?.normalize(word) ?? word }

  /// The n-grams that a word without a row is made of, with their shares of its vector.
  func parts(of word: String) -> [(text: String, vector: [Float])] {
    storage.composer?.parts(of: tokenizer?.normalize(word) ?? word) ?? []
  }

  /// Rows of words are proved when a file is read; those of n-grams are first seen here.
  private func checkComposed(_ word: String) throws {
    guard let column = composed(word)?.firstIndex(where: { !$0.isFinite }) else { return }
    throw WordtoolError(
      .badData, path: path,
      found: "value \(column + 1) of the vector made for '\(word)' is not a finite number",
      expected: "finite numbers", remedy: "the file is damaged, or its training went wrong")
  }

  /// Whether words without a row get vectors as well: those of a fastText model with n-grams do.
  public var makesUnknownWords: Bool { storage.composer != nil }

  /// The word, and with a straight apostrophe where it has a typographic one.
  private func spellings(of word: String) -> [String] {
    word.contains("\u{2019}") ? [word, word.replacing("\u{2019}", with: "'")] : [word]
  }

  private var tokenizer: WordTokenizer? {
    tokenizerRuleJSON.flatMap { storage.tokenizers.tokenizer(for: $0) }
  }

  /// The form that the stored rule gives a word, without cutting it.
  private func form(of word: String) -> String {
    tokenizer?.normalize(word) ?? word.lowercased()
  }

  /// What the stored rule cuts a word into; without a rule, what stands between blanks.
  private func tokens(of word: String) -> [String] {
    tokenizer?.tokens(in: word) ?? word.split(separator: " ").map(String.init)
  }

  /// The error for a word that is not there.
  private func absence(of word: String) throws -> WordtoolError {
    if word.allSatisfy(\.isWhitespace) {
      return WordtoolError(.unavailable, found: "a blank question has no answer")
    }
    var remedies: [String] = []
    let tokens = tokens(of: word)
    if tokens.count > 1 {
      let missing = tokens.filter { index(forQuery: $0) == nil }
      remedies.append(
        "its rule makes \(tokens.count, "word") of it, and "
          + missing.map { "'\($0)'" }.joined(separator: ", ")
          + (missing.count == 1 ? " is not there" : " are not there"))
    }
    let near = try nearSpellings(of: word)
    if !near.isEmpty { remedies.append("near spellings: \(near.joined(separator: ", "))") }
    return WordtoolError(
      .unavailable,
      found: "'\(word)' is not in the vocabulary" + (name.map { " of \($0)" } ?? ""),
      remedy: remedies.isEmpty ? nil : remedies.joined(separator: "; "))
  }

  /// Looks at all words for one that the hash table does not find: a table that was read from a
  /// file may be wrong.
  private func checkIndex(misses word: String) throws {
    guard storage.isRead else { return }
    for spelling in Set([word, form(of: word)]) {
      var spelling = spelling
      let row = spelling.withUTF8 { bytes in
        (0..<count).first { unsafe WordTable.equal(storage.words.bytes(at: $0), bytes) }
      }
      if let row, index(for: spelling) == nil {
        throw WordtoolError(
          .badData, path: path,
          found: "vocabulary.index does not lead to word \(row + 1), '\(spelling)'",
          expected: "every word in it", remedy: "the file is damaged; write it anew")
      }
    }
  }
}

extension VectorStorage {
  /// Whether a row's values give the length that is stored for it.
  ///
  /// - Throws: ``WordtoolError`` of kind `badData` when they do not.
  func check(row: Int) throws {
    guard isRead else { return }
    let exact = min(rows.exactLength(of: row), Double(Float.greatestFiniteMagnitude))
    let stored = unsafe Double(norms[row])
    // Lengths are sums of floats; the smallest floats have few digits.
    let tolerance = 1e-3 * max(exact, stored) + Double(Float.leastNormalMagnitude) * 1e-3
    // Written so that it fails for a length that is not a number.
    guard abs(exact - stored) <= tolerance, rows.firstBadColumn(of: row) == nil else {
      throw contradiction(inRow: row)
    }
  }

  /// The error for a row whose values and length contradict each other.
  func contradiction(inRow row: Int) -> WordtoolError {
    let word = unsafe String(decoding: words.bytes(at: row), as: UTF8.self)
    return WordtoolError(
      .badData,
      found:
        "the values of word \(row + 1), '\(word)', have the length \(rows.exactLength(of: row))",
      expected: unsafe "the stored length \(norms[row])",
      remedy: "the file is damaged; write it anew")
  }
}

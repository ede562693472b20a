import WordtoolCore

/// The n-grams of characters of a word, as a model stores them.
public struct NGramsAnswer: Codable, Hashable, Sendable {
  /// An n-gram, or the row that a word has of its own beside them.
  public struct Part: Codable, Hashable, Sendable {
    /// The n-gram, with `<` and `>` for the ends of the word; the word itself for its own row.
    public var text: String
    /// Whether it is the word's own row.
    public var isWord: Bool
    /// Its rows in the model's table: one, with floret several, whose sum the values are.
    public var rows: [Int]
    /// The rows counted from the first n-gram: the hash modulo the number of buckets; none for a word.
    public var buckets: [Int]
    /// The length of its values.
    public var norm: Double
    /// The cosine of its values and the word's vector; 0 where one of them is zero.
    public var cosine: Double
    /// The values, [dimension].
    public var vector: [Float]
  }

  /// The word as the vocabulary spells it, else in the form its rule gives it.
  public var word: String
  /// Whether it has a vector of its own.
  public var isKnown: Bool
  /// The word's own row, where vectors of words are the means of it and n-grams, then the n-grams in the
  /// order of the word.
  public var parts: [Part]
}

extension WordVectors {
  /// Whether vectors of words are made of n-grams of characters that can be told.
  public var hasNGrams: Bool {
    storage.composer is SubwordRows || storage.composer is NGramComposer
  }

  /// Answers what n-grams a word has.
  ///
  /// - Parameter word: as a person types it; it need not be in the vocabulary.
  /// - Throws: `WordtoolError`: `usage` for vectors without n-grams, `badData` for a damaged file.
  public func answer(toNGramsOf word: String) throws -> Answered<NGramsAnswer> {
    guard let composer = storage.composer, hasNGrams else {
      throw WordtoolError(
        .usage, path: name, found: "vectors without n-grams of characters",
        expected: "a model of fastText, floret, spaCy or finalfusion, or one of train-embeddings "
          + "with subwords")
    }
    var answer = Answered<NGramsAnswer>()
    let row = index(forQuery: word)
    let text = row.map { self.word(at: $0) } ?? normalized(word)
    guard let whole = row.map({ vector(at: $0) }) ?? composer.vector(for: text) else {
      answer.problems.append(
        WordtoolError(
          .unavailable, found: "'\(text)' is not in the vocabulary and has no n-gram with a row"))
      return answer
    }
    let grams = composer.storedNGrams(of: text)
    var parts: [NGramsAnswer.Part] = []
    let own = row.flatMap { row in
      (composer as? SubwordRows)?.ownRow(row)
        ?? nGramTable?.ownRow(of: Array(text.utf8), vector: whole)
    }
    if let row, let own {
      parts.append(
        part(StoredNGram(text: text, rows: [row], buckets: [], vector: own), of: whole, true))
    }
    parts += grams.map { part($0, of: whole, false) }
    if let value = (parts.flatMap(\.vector) + whole).first(where: { !$0.isFinite }) {
      throw WordtoolError(
        .badData, path: path, found: "\(value) in an n-gram of '\(text)'",
        expected: "finite numbers", remedy: "the file is damaged, or its training went wrong")
    }
    answer.answer = NGramsAnswer(word: text, isKnown: row != nil, parts: parts)
    return answer
  }

  private func part(
    _ gram: StoredNGram, of whole: [Float], _ isWord: Bool
  ) -> NGramsAnswer.Part {
    func length(_ vector: [Float]) -> Double {
      vector.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    }
    let norm = length(gram.vector)
    let product = zip(gram.vector, whole).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    let lengths = norm * length(whole)
    return NGramsAnswer.Part(
      text: gram.text, isWord: isWord, rows: gram.rows, buckets: gram.buckets, norm: norm,
      cosine: lengths > 0 ? Swift.min(1, Swift.max(-1, product / lengths)) : 0, vector: gram.vector)
  }
}

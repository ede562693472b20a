public import WordtoolCore

/// The cosine similarity of two words.
public struct SimilarityAnswer: Codable, Hashable, Sendable {
  /// The first word, as it was asked.
  public var a: String
  /// The second word, as it was asked.
  public var b: String
  /// The similarity, -1 ... 1.
  public var similarity: Float
  /// What it is made of; nil unless that was asked for.
  public var explanation: Explanation?
}

/// The cosine similarities of some words with each other.
public struct SimilarityMatrixAnswer: Codable, Hashable, Sendable {
  /// The words, as they were asked.
  public var words: [String]
  /// [words, words]; 1 on the diagonal, but 0 for a vector of zeros.
  public var similarities: [[Float]]
}

/// The place of one word among the neighbours of another.
public struct RankAnswer: Codable, Hashable, Sendable {
  /// The word whose neighbours are counted, as it was asked.
  public var a: String
  /// The word whose place is asked for, as it was asked.
  public var b: String
  /// The place: 1 for the nearest.
  public var rank: Int
  /// The similarity, -1 ... 1.
  public var similarity: Float
}

/// The word that fits others least.
public struct OddOneOutAnswer: Codable, Hashable, Sendable {
  /// A word and its cosine similarity to the mean of all.
  public struct Fit: Codable, Hashable, Sendable {
    /// The word.
    public var word: String
    /// The similarity, -1 ... 1.
    public var similarity: Float
  }

  /// The odd one.
  public var odd: String
  /// All words, the odd one first.
  public var words: [Fit]
}

/// The vector of a word.
public struct VectorAnswer: Codable, Hashable, Sendable {
  /// The word as the vocabulary spells it; one that the rule cuts, as it was asked.
  public var word: String
  /// [dimension].
  public var vector: [Float]
}

extension WordVectors {
  /// Answers how similar two words are.
  ///
  /// - Parameters:
  ///   - a: a word as a person types it.
  ///   - b: the other word.
  ///   - explains: whether the answer says what the similarity is made of.
  /// - Throws: `WordtoolError` of kind `badData` for a damaged file.
  public func answer(
    toSimilarityOf a: String, and b: String, explains: Bool = false
  ) throws -> Answered<SimilarityAnswer> {
    var answer = Answered<SimilarityAnswer>()
    if let words = try answer.resolve([a, b], in: self) {
      let similarity = Float(try similarity(words[0], words[1]))
      answer.answer = SimilarityAnswer(
        a: a, b: b, similarity: similarity, explanation: explains ? try explanation(of: a, b) : nil)
      try answer.noteZeros(among: words, in: self)
    }
    return answer
  }

  /// Answers how similar some words are to each other; words that are not there are left out, and two
  /// must be there.
  ///
  /// - Parameters:
  ///   - words: words as a person types them.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  /// - Throws: `WordtoolError`: `interrupted` once `stop` is raised, `badData` for a damaged file.
  /// - Complexity: O(n²·D) for n words.
  public func answer(
    toSimilaritiesOf words: [String], stop: StopFlag = StopFlag()
  ) throws -> Answered<SimilarityMatrixAnswer> {
    var answer = Answered<SimilarityMatrixAnswer>()
    guard let found = try answer.resolve(words, in: self, atLeast: 2, expected: "two or more")
    else { return answer }
    // Of one row the values as stored, as for two words.
    let vectors = try found.map { try vector(of: $0, isRaw: $0.rows.count == 1).values }
    var similarities = [[Float]](
      repeating: [Float](repeating: 0, count: found.count), count: found.count)
    for row in found.indices {
      if stop.isRaised {
        throw WordtoolError(.interrupted, found: "the comparison was stopped before its end")
      }
      for column in row..<found.count {
        let similarity = Float(Self.cosine(vectors[row], vectors[column]))
        similarities[row][column] = similarity
        similarities[column][row] = similarity
      }
    }
    answer.answer = SimilarityMatrixAnswer(
      words: found.map(\.text), similarities: similarities)
    try answer.noteZeros(among: found, in: self)
    return answer
  }

  /// Answers which place `b` has among the neighbours of `a`.
  ///
  /// - Throws: `WordtoolError`: `interrupted` once `stop` is raised, `badData` for a damaged file.
  public func answer(
    toRankOf b: String, from a: String, threads: Int = Workers.defaultCount,
    stop: StopFlag = StopFlag()
  ) throws -> Answered<RankAnswer> {
    var answer = Answered<RankAnswer>()
    guard let words = try answer.resolve([a, b], in: self) else { return answer }
    let rank = try answer.attempt { try self.rank(of: b, from: a, threads: threads, stop: stop) }
    if let rank {
      answer.answer = RankAnswer(
        a: a, b: b, rank: rank, similarity: Float(try similarity(words[0], words[1])))
      try answer.noteZeros(among: words, in: self)
    }
    return answer
  }

  /// Answers which of some words fits the others least; words that are not there are left out, and
  /// three must be there.
  ///
  /// - Throws: `WordtoolError` of kind `badData` for a damaged file.
  public func answer(toOddOneOutOf words: [String]) throws -> Answered<OddOneOutAnswer> {
    var answer = Answered<OddOneOutAnswer>()
    let expected = "three or more, for two fit each other equally"
    guard let found = try answer.resolve(words, in: self, atLeast: 3, expected: expected)
    else { return answer }
    let fits = try oddOneOut(found.map(\.text))
    try answer.noteZeros(among: found, in: self)
    let least = fits.prefix { $0.similarity == fits[0].similarity }.map { "'\($0.word)'" }
    if least.count > 1 {
      answer.notes.append("\(least.joined(separator: " and ")) fit equally little")
    }
    answer.answer = OddOneOutAnswer(
      odd: fits[0].word, words: fits.map { .init(word: $0.word, similarity: $0.similarity) })
    return answer
  }

  /// Answers with the direction of a word; a vector of zeros has none.
  ///
  /// - Throws: `WordtoolError` of kind `badData` for a damaged file.
  public func answer(toQueryOf word: String) throws -> Answered<QueryVector> {
    var answer = Answered<QueryVector>()
    guard let found = try answer.attempt({ try query([word]) }) else { return answer }
    answer.note(found.words)
    if found.hasDirection {
      answer.answer = found
    } else {
      answer.problems.append(
        WordtoolError(
          .unavailable, found: "the vector of '\(word)' is zero", expected: "one with a direction"))
    }
    return answer
  }

  /// Answers with the vector of a word.
  ///
  /// - Parameters:
  ///   - text: a word as a person types it.
  ///   - normalizes: whether it is divided by its length.
  /// - Throws: `WordtoolError` of kind `badData` for a damaged file.
  public func answer(
    toVectorOf text: String, normalizes: Bool = false
  ) throws -> Answered<VectorAnswer> {
    var answer = Answered<VectorAnswer>()
    guard let word = try answer.resolve([text], in: self)?.first else { return answer }
    try located {
      for row in word.rows { try storage.check(row: row) }
    }
    let stored = word.rows.count == 1 && !word.isSum
    let values =
      normalizes
      ? try vector(of: word, isRaw: false).values.map { Float($0) }
      : vector(for: text) ?? []
    answer.answer = VectorAnswer(word: stored ? self.word(at: word.rows[0]) : text, vector: values)
    return answer
  }
}

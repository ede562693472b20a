public import WordtoolCore

/// The words of another set that translate a word.
public struct TranslationAnswer: Codable, Hashable, Sendable {
  /// A word with its scores.
  public struct Candidate: Codable, Hashable, Sendable {
    /// The word.
    public var word: String
    /// The score by CSLS.
    public var score: Float
    /// The cosine after the alignment.
    public var similarity: Float
  }

  /// The word that was asked.
  public var query: String
  /// The answers, best first.
  public var translations: [Candidate]

  /// An answer; without translations the one to a word that has none.
  public init(query: String, translations: [Candidate] = []) {
    self.query = query
    self.translations = translations
  }
}

/// The words that two sets share and how they differ.
public struct ComparisonAnswer: Codable, Hashable, Sendable {
  /// A shared word.
  public struct Change: Codable, Hashable, Sendable {
    /// The word.
    public var word: String
    /// The cosine of its vectors after the alignment.
    public var similarity: Double
    /// How many nearest words are in both lists.
    public var common: Int
    /// Its nearest words in the first set.
    public var a: [String]
    /// Its nearest words in the second set.
    public var b: [String]
  }

  /// How many words both sets have.
  public var shared: Int
  /// The mean cosine of those after the alignment.
  public var meanSimilarity: Double
  /// The words that were asked, or moved most.
  public var words: [Change]

  /// The answer for some changes.
  public init(_ comparison: VectorComparison, _ changes: [VectorComparison.Change]) {
    shared = comparison.count
    meanSimilarity = comparison.meanSimilarity
    words = changes.map {
      .init(
        word: $0.word, similarity: $0.similarity, common: $0.commonCount, a: $0.first, b: $0.second)
    }
  }
}

extension WordTranslator {
  /// Answers with the translations of words as people type them.
  ///
  /// - Throws: as ``translations(of:count:threads:stop:)``. What is wrong with a word is in its answer.
  public func answers(
    toTranslationsOf words: [String], count: Int = 10, threads: Int = Workers.defaultCount,
    stop: StopFlag = StopFlag()
  ) throws -> [Answered<TranslationAnswer>] {
    var answers = words.map { _ in Answered<TranslationAnswer>() }
    var asked: [(answer: Int, row: Int)] = []
    for (place, word) in words.enumerated() {
      guard let found = try answers[place].resolve([word], in: source)?.first else { continue }
      guard found.rows.count == 1 else {
        answers[place].problems.append(
          WordtoolError(
            .unavailable, found: "'\(word)' is not one word of the vocabulary",
            expected: "a word that has a row"))
        continue
      }
      asked.append((place, found.rows[0]))
    }
    let found = try translations(
      of: asked.map(\.row), count: count, threads: threads, stop: stop)
    for ((place, _), translations) in zip(asked, found) {
      answers[place].answer = TranslationAnswer(
        query: words[place],
        translations: translations.map {
          .init(word: $0.word, score: $0.score, similarity: $0.similarity)
        })
    }
    return answers
  }
}

extension VectorComparison {
  /// Answers with the row of a word among those that both sets have.
  public func answer(toIndexOf word: String) -> Answered<Int> {
    var answer = Answered<Int>()
    answer.answer = index(for: word)
    if answer.answer == nil {
      answer.problems.append(
        WordtoolError(
          .unavailable, found: "'\(word)' is not among the \(count) words that both have",
          expected: "a word of both"))
    }
    return answer
  }
}

public import WordtoolCore

/// The words that complete an analogy.
public struct AnalogyAnswer: Codable, Hashable, Sendable {
  /// A word and its score by the method that was asked for.
  public struct Candidate: Codable, Hashable, Sendable {
    /// The word.
    public var word: String
    /// The score: a cosine for ``AnalogyMethod/add``, 0 or more for ``AnalogyMethod/mul``.
    public var score: Float
    /// What it is made of; nil unless that was asked for.
    public var explanation: Explanation?
  }

  /// The words that are added, as they were asked.
  public var positive: [String]
  /// The words that are taken away, as they were asked.
  public var negative: [String]
  /// The answers, best first.
  public var answers: [Candidate]

  /// An answer; without candidates the one to a question that has none.
  public init(positive: [String], negative: [String], answers: [Candidate] = []) {
    self.positive = positive
    self.negative = negative
    self.answers = answers
  }
}

extension WordVectors {
  /// Answers questions `a - b + c`, together by one pass over the rows where the method allows it.
  ///
  /// - Parameters:
  ///   - questions: three words each, as a person types them.
  ///   - method: how the three words make a question.
  ///   - options: how many answers, and which words may be one.
  ///   - isRaw: whether vectors enter the sum with the lengths they have, not with length 1; for
  ///     ``AnalogyMethod/add`` alone.
  ///   - explains: whether answers by ``AnalogyMethod/add`` say what their score is made of.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  /// - Throws: `WordtoolError`: `usage` for options out of their range and for `isRaw` with another
  ///   method, `interrupted` once `stop` is raised, `badData` for a damaged file. What is wrong with a question is in its answer.
  public func answers(
    toAnalogies questions: [[String]], method: AnalogyMethod = .add,
    options: SearchOptions = SearchOptions(), isRaw: Bool = false, explains: Bool = false,
    stop: StopFlag = StopFlag()
  ) throws -> [Answered<AnalogyAnswer>] {
    var answers: [Answered<AnalogyAnswer>] = []
    var queries: [(index: Int, query: AnalogyQuery)] = []
    for (index, words) in questions.enumerated() {
      var answer = Answered<AnalogyAnswer>()
      if words.count != 3 {
        answer.problems.append(
          WordtoolError(
            .usage, found: "\(words.count, "word") in '\(words.joined(separator: " "))'",
            expected: "three: A B C"))
      } else if let found = try answer.resolve(words, in: self) {
        queries.append((index, AnalogyQuery(positive: [found[0], found[2]], negative: [found[1]])))
      }
      answers.append(answer)
    }
    let found = try analogies(
      queries.map(\.query), method: method, options: options, isRaw: isRaw, stop: stop)
    for ((index, asked), neighbors) in zip(queries, found) {
      let words = questions[index]
      let sum = explains && method == .add ? try query(terms: asked.terms, isRaw: isRaw) : nil
      answers[index].answer = AnalogyAnswer(
        positive: [words[0], words[2]], negative: [words[1]],
        answers: try neighbors.map { match in
          .init(
            word: match.word, score: match.similarity,
            explanation: try sum.map { try explanation(ofRow: match.index, for: $0) })
        })
      if neighbors.isEmpty && options.count > 0 {
        answers[index].notes.append(
          "\(words[0]) - \(words[1]) + \(words[2]): the sum is zero or there is no other word")
      }
    }
    return answers
  }
}

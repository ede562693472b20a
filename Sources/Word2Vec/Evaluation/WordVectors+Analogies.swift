public import WordtoolCore

extension WordVectors {
  /// Answers analogy questions and counts the right answers.
  ///
  /// The answer is the best word by `method`; the three words of the question are no answers.
  ///
  /// - Parameters:
  ///   - limit: only the first so many words exist: questions with others are skipped, and
  ///     others are no answers; nil for all.
  ///   - matching: how the words of the file find those of the vectors.
  ///   - threads: how many threads work; the result does not depend on it.
  public func evaluateAnalogies(
    _ questions: AnalogyQuestions, method: AnalogyMethod = .add, limit: Int? = nil,
    matching: WordMatching = .query, threads: Int = Workers.defaultCount,
    stop: StopFlag = StopFlag()
  ) throws -> AnalogyEvaluation {
    try evaluateAnalogies(
      questions, method: method, limit: limit, matching: matching, threads: threads,
      stop: stop, epsilon: Self.productEpsilon)
  }

  package func evaluateAnalogies(
    _ questions: AnalogyQuestions, method: AnalogyMethod, limit: Int?, matching: WordMatching,
    threads: Int, stop: StopFlag, epsilon: Float
  ) throws -> AnalogyEvaluation {
    let matcher = WordMatcher(vectors: self, matching: matching, limit: limit)
    var asked: [AnalogySolver.Question] = []
    var sectionOf: [Int] = []
    var tallies = [AnalogyEvaluation.Tally](
      repeating: AnalogyEvaluation.Tally(), count: questions.sections.count)
    for (number, section) in questions.sections.enumerated() {
      for question in section.questions {
        let rows = question.words.compactMap(matcher.row)
        guard rows.count == 4 else {
          tallies[number].skipped += 1
          continue
        }
        tallies[number].asked += 1
        asked.append(
          .init(
            a: rows[0], b: rows[1], c: rows[2], answer: rows[3],
            excluded: rows.prefix(3).flatMap { matcher.others[$0] ?? [] }))
        sectionOf.append(number)
      }
    }
    try located {
      for row in Set(asked.flatMap { [$0.a, $0.b, $0.c, $0.answer] }).sorted() {
        try storage.check(row: row)
      }
    }
    let solver = AnalogySolver(
      storage: storage, limit: Swift.min(count, limit ?? count), method: method, epsilon: epsilon)
    let answers = try solver.answers(to: asked, threads: threads, stop: stop)
    for (index, question) in asked.enumerated()
    where answers[index] == question.answer
      || matcher.others[question.answer]?.contains(answers[index]) ?? false
    {
      tallies[sectionOf[index]].correct += 1
    }
    return AnalogyEvaluation(
      sections: zip(questions.sections, tallies).map {
        .init(name: $0.name, isSyntactic: $0.isSyntactic, tally: $1)
      })
  }
}

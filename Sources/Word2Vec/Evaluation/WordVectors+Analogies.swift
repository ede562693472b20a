public import WordtoolCore

extension WordVectors {
  /// Answers analogy questions and counts the right answers.
  ///
  /// The answer is the best word by `method`; the three words of the question are no answers. Where a
  /// question has several words for b the first one that is known is taken, where it has several answers any
  /// of them is right, and it is asked when one of them is known.
  ///
  /// - Parameters:
  ///   - questions: the questions.
  ///   - method: how three words make a question.
  ///   - limit: only the first so many words exist: questions with others are skipped, and others
  ///     are no answers; nil for all.
  ///   - matching: how the words of the file find those of the vectors.
  ///   - threads: how many threads work; the result does not depend on it.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
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
    var right: [[Int]] = []
    var places: [Int] = []
    var outcomes: [Bool?] = []
    // Words of BATS come back thousands of times.
    var known: [String: Int?] = [:]
    func row(_ word: String) -> Int? {
      if let found = known[word] { return found }
      let found = matcher.row(word)
      known[word] = .some(found)
      return found
    }
    for question in questions.sections.joined(by: \.questions) {
      outcomes.append(nil)
      let words = question.words
      let answers = ([words[3]] + question.otherAnswers).compactMap(row)
      guard let a = row(words[0]), let c = row(words[2]), !answers.isEmpty,
        let b = ([words[1]] + question.otherB).lazy.compactMap(row).first
      else { continue }
      asked.append(
        .init(a: a, b: b, c: c, excluded: [a, b, c].flatMap { matcher.others[$0] ?? [] }))
      right.append(answers.count == 1 ? answers : Array(Set(answers)))
      places.append(outcomes.count - 1)
    }
    try located {
      for row in Set(asked.flatMap { [$0.a, $0.b, $0.c] } + right.joined()).sorted() {
        try storage.check(row: row)
      }
    }
    let solver = AnalogySolver(
      storage: storage, limit: Swift.min(count, limit ?? count), method: method, epsilon: epsilon)
    let answers = try solver.answers(to: asked, threads: threads, stop: stop)
    for (index, answer) in answers.enumerated() {
      outcomes[places[index]] = right[index].contains {
        $0 == answer || matcher.others[$0]?.contains(answer) ?? false
      }
    }
    return AnalogyEvaluation(questions, outcomes: outcomes)
  }
}

extension Sequence {
  /// The elements of the arrays that the elements have, one after another.
  fileprivate func joined<Inner>(by path: KeyPath<Element, [Inner]>) -> [Inner] {
    flatMap { $0[keyPath: path] }
  }
}

public import WordtoolCore

/// The words nearest to a word, a mean of words, an expression or a vector.
public struct NearestAnswer: Codable, Hashable, Sendable {
  /// A word and its cosine similarity to what was asked.
  public struct Neighbor: Codable, Hashable, Sendable {
    /// The word.
    public var word: String
    /// The similarity, -1 ... 1.
    public var similarity: Float
    /// What it is made of; nil unless that was asked for.
    public var explanation: Explanation?
  }

  /// What was asked, with single blanks.
  public var query: String
  /// The answers, best first.
  public var neighbors: [Neighbor]
  /// True where an index was searched that may miss some; nil where every word was looked at.
  public var approximate: Bool?

  /// An answer; without neighbours the one to a question that has none.
  public init(query: String, neighbors: [Neighbor] = []) {
    self.query = query
    self.neighbors = neighbors
  }
}

/// Questions for the words nearest to something.
public struct NearestQuestions: Sendable {
  /// How many answers, and which words may be answers.
  public var search: SearchOptions
  /// Whether vectors enter sums with the lengths they have and not with length 1.
  public var isRaw = false
  /// Whether the least similar words are asked for.
  public var asksForLeast = false
  /// Whether answers say what their similarity is made of.
  public var explains = false

  /// Questions with these options.
  public init(search: SearchOptions = SearchOptions()) { self.search = search }

  /// A question as the words it is made of, joined by single blanks.
  public static func text(_ question: String) -> String {
    question.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// Whether the parts of a question are joined by signs, or one of them has a factor or a
  /// parenthesis.
  public static func isExpression(_ parts: [String]) -> Bool {
    parts.contains { part in
      part == "+" || part == "-" || (part.count > 1 && part.contains { "*+(".contains($0) })
    }
  }
}

/// What the nearest words are asked for.
public enum NearestQuestion: Hashable, Sendable {
  /// Words (of several the mean of those that are there) or an expression, as people type them.
  case text(String)
  /// [dimension], of any length.
  case vector([Float])

  /// The question as an answer repeats it.
  public var text: String {
    switch self {
    case .text(let text): NearestQuestions.text(text)
    case .vector(let values): values.map(\.description).joined(separator: ",")
    }
  }
}

extension WordVectors {
  /// Answers questions as people type them, all by one pass over the rows: words (of several the
  /// mean of those that are there) or expressions.
  ///
  /// - Throws: `WordtoolError`: `usage` for options out of their range, `interrupted` once `stop`
  ///   is raised, `badData` for a damaged file. What is wrong with a question is in its answer.
  public func answers(
    to questions: [String], _ options: NearestQuestions, stop: StopFlag = StopFlag()
  ) throws -> [Answered<NearestAnswer>] {
    try answers(to: questions.map { .text($0) }, options, stop: stop)
  }

  /// Answers questions, texts and vectors, all by one pass over the rows.
  ///
  /// - Throws: as `answers(to:_:stop:)` of texts. A vector of another dimension, or with values that
  ///   are not finite, is a problem of its answer, of kind `usage`.
  public func answers(
    to questions: [NearestQuestion], _ options: NearestQuestions, stop: StopFlag = StopFlag()
  ) throws -> [Answered<NearestAnswer>] {
    var answers: [Answered<NearestAnswer>] = []
    var queries: [QueryVector?] = []
    for question in questions {
      var answer = Answered<NearestAnswer>()
      switch question {
      case .text(let text):
        queries.append(try query(for: text, isRaw: options.isRaw, &answer))
      case .vector(let values):
        queries.append(try answer.attempt { try query(values: values) })
      }
      answers.append(answer)
    }
    try fill(&answers, texts: questions.map(\.text), queries, options, stop: stop)
    return answers
  }

  /// Answers a question for the words nearest to a vector.
  ///
  /// - Throws: as `answers(to:_:stop:)`, and `usage` for a vector of another dimension.
  public func answer(
    toVector values: [Float], _ options: NearestQuestions, stop: StopFlag = StopFlag()
  ) throws -> Answered<NearestAnswer> {
    var answers = [Answered<NearestAnswer>()]
    try fill(
      &answers, texts: [NearestQuestion.vector(values).text], [try query(values: values)], options,
      stop: stop)
    return answers[0]
  }

  private func query(
    for question: String, isRaw: Bool, _ answer: inout Answered<NearestAnswer>
  ) throws -> QueryVector? {
    let parts = question.split(whereSeparator: \.isWhitespace).map(String.init)
    let text = parts.joined(separator: " ")
    guard !parts.isEmpty else {
      answer.notes.append("a blank question has no answer")
      return nil
    }
    if index(for: text) == nil {
      guard try answer.attempt({ try QueryText.check(question) }) != nil else { return nil }
    }
    if index(forUncut: text) != nil {
      return try answer.attempt { try query([text], isRaw: isRaw) }
    }
    if NearestQuestions.isExpression(parts) {
      let found = try answer.attempt { try query(expression: text, isRaw: isRaw) }
      if let found { answer.note(found.words) }
      return found
    }
    if let phrase = phrase(text) {
      answer.note([phrase])
      answer.notes.append("'\(parts.joined(separator: " + "))' asks for each of the words")
      return try query(terms: [(1, phrase)], isRaw: isRaw)
    }
    let known = try parts.compactMap { part in try answer.attempt { try resolve(part) } }
    answer.note(known)
    guard !known.isEmpty else { return nil }
    return try query(terms: known.map { (1, $0) }, isRaw: isRaw)
  }

  /// Searches for all queries together and says why an answer is empty.
  private func fill(
    _ answers: inout [Answered<NearestAnswer>], texts: [String], _ queries: [QueryVector?],
    _ options: NearestQuestions, stop: StopFlag
  ) throws {
    let asked = queries.indices.filter { queries[$0] != nil }
    let vectors = asked.compactMap { queries[$0] }
    let found = try neighbors(
      of: options.asksForLeast ? vectors.map(\.reversed) : vectors, options: options.search,
      stop: stop)
    for (place, index) in asked.enumerated() {
      let query = vectors[place]
      guard query.hasDirection else {
        answers[index].problems.append(
          WordtoolError(
            .unavailable,
            found: query.row.map { "the vector of '\(word(at: $0))' is zero" }
              ?? "the terms of '\(texts[index])' add up to zero",
            expected: "a vector with a direction"))
        continue
      }
      let sign: Float = options.asksForLeast ? -1 : 1
      answers[index].answer = NearestAnswer(
        query: texts[index],
        neighbors: try found[place].map { match in
          .init(
            word: match.word, similarity: sign * match.similarity,
            explanation: options.explains ? try explanation(ofRow: match.index, for: query) : nil)
        })
      if isApproximate && options.search.limit == nil { answers[index].answer?.approximate = true }
      if found[place].isEmpty && options.search.count > 0 {
        answers[index].notes.append("'\(texts[index])': " + emptiness(options.search))
      }
    }
  }

  /// Why a search that could be made found nothing.
  private func emptiness(_ options: SearchOptions) -> String {
    if let minimum = options.minimumSimilarity {
      return "no word has a similarity of \(minimum) or more"
    }
    return "there is no other word" + (options.limit.map { " among the first \($0)" } ?? "")
  }
}

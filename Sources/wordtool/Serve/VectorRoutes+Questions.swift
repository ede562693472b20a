import Server
import Word2Vec
import WordtoolCore

/// How many questions one request may have, and how long their answers may be together.
enum Batch {
  /// Questions that go through the rows together: as many as one block of a product has.
  static let together = 64
  /// Questions of one request.
  static let most = 1000
  /// Words, or texts, that answer one request.
  static let mostAnswers = 100_000

  /// - Throws: `HTTPFailure`: 422 for questions that ask for more than an answer may have.
  static func check(_ questions: Int, of count: Int) throws {
    guard questions == 1 || questions * count <= mostAnswers else {
      throw HTTPFailure(
        422, found: "\(questions) questions for \(count) each",
        expected: "at most \(mostAnswers) in all", remedy: "ask for a smaller `k`, or in parts")
    }
  }
}

extension VectorRoutes {
  private static let restrict = Parameter.optional(
    "restrict", .integer(1 ... .max), "Only the first so many words of the vectors are answers.")

  /// Numbers that a float holds.
  private static let floats =
    -Double(Float.greatestFiniteMagnitude)...Double(Float.greatestFiniteMagnitude)

  var nearest: Route {
    let text = Parameter.Kind.text(longest: Self.longestQuestion)
    let dimension = vectors.dimension
    let parameters = [
      Parameter.required(
        "q", text,
        "A word, several (their mean), or an expression such as king - man + 0.5*woman.",
        example: "\"sweden\""),
      .inBody(
        "vector", .numbers(count: dimension...dimension, Self.floats),
        "In place of a text: the numbers of a vector."),
      .inBody(
        "questions", .texts(count: 1...Batch.most, longest: Self.longestQuestion),
        "In place of one text: many, each as q; the list of their answers is in the same order."),
      count(), Self.restrict,
      .optional("minSimilarity", .number(-1...1), "Less similar words are left out."),
      .optional("least", .flag, "The least similar words are given.", usual: "false"),
      .optional(
        "includeInputs", .flag, "The words of the question may be answers.", usual: "false"),
      .optional(
        "raw", .flag, "Vectors enter sums with the lengths they have, not with length 1.",
        usual: "false"),
      .optional("explain", .flag, "Answers say what each similarity is made of.", usual: "false"),
    ]
    return Route(
      "/api/nearest", "The words nearest to a word, a mean of words, an expression or a vector.",
      parameters: parameters, alternatives: [["q"], ["vector"], ["questions"]], takesJSON: true,
      schema: Schemas.nearest,
      work: .together(apart: ["q", "vector"], most: Batch.together) { asked, stop in
        var options = NearestQuestions(search: search(asked[0]))
        options.isRaw = asked[0].flag("raw")
        options.asksForLeast = asked[0].flag("least")
        options.explains = asked[0].flag("explain")
        if let questions = asked[0].texts("questions") {
          try Batch.check(questions.count, of: options.search.count)
          let elements = zip(questions, try vectors.answers(to: questions, options, stop: stop))
            .map { $1.element(orElse: NearestAnswer(query: NearestQuestions.text($0))) }
          return asked.map { _ in .success(HTTPResponse(json: elements)) }
        }
        let questions = asked.map { one in
          one.numbers("vector").map { NearestQuestion.vector($0.map { Float($0) }) }
            ?? .text(one.text("q") ?? "")
        }
        return try vectors.answers(to: questions, options, stop: stop)
          .map { answer in Result { try answer.response { [$0] } } }
      })
  }

  var analogy: Route {
    let word = Parameter.Kind.text(longest: Self.longestQuestion)
    return Route(
      "/api/analogy", "The words nearest to a - b + c.",
      parameters: [
        .required("a", word, "What is added.", example: "\"king\""),
        .required("b", word, "What is taken away.", example: "\"man\""),
        .required("c", word, "What is added.", example: "\"woman\""),
        .inBody(
          "questions", .tuples(size: 3, count: 1...Batch.most, longest: Self.longestQuestion),
          "In place of three words: many times three; the list of answers is in the same order."),
        count(), Self.restrict,
        .optional(
          "method", .choice(AnalogyMethod.allCases.map(\.rawValue)),
          "How similarities are combined.",
          usual: "\"add\""),
        .optional("includeInputs", .flag, "The three words may be answers.", usual: "false"),
        .optional(
          "raw", .flag, "Vectors enter the sum with the lengths they have; of the method add.",
          usual: "false"),
        .optional("explain", .flag, "Answers say what each score is made of.", usual: "false"),
      ], alternatives: [["a", "b", "c"], ["questions"]], takesJSON: true, schema: Schemas.analogy,
      work: .together(apart: ["a", "b", "c"], most: Batch.together) { asked, stop in
        let options = search(asked[0])
        let several = asked[0].tuples("questions")
        let questions = several ?? asked.map { one in ["a", "b", "c"].map { one.text($0) ?? "" } }
        if several != nil { try Batch.check(questions.count, of: options.count) }
        let answers = try vectors.answers(
          toAnalogies: questions,
          method: asked[0].text("method").flatMap { AnalogyMethod(rawValue: $0) } ?? .add,
          options: options, isRaw: asked[0].flag("raw"), explains: asked[0].flag("explain"),
          stop: stop)
        guard several != nil else {
          return answers.map { answer in Result { try answer.response { $0 } } }
        }
        let elements = zip(questions, answers).map { words, answer in
          answer.element(
            orElse: AnalogyAnswer(positive: [words[0], words[2]], negative: [words[1]]))
        }
        return asked.map { _ in .success(HTTPResponse(json: elements)) }
      })
  }
}

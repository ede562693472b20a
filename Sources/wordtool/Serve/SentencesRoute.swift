import Server
import Word2Vec
import WordtoolCore

extension Route {
  /// The lines of a file nearest to a text: what `nearest-sentences FILE TEXT --json` prints.
  ///
  /// - Parameters:
  ///   - search: the lines.
  ///   - largestCount: the most lines that an answer may have.
  ///   - isByVectors: whether texts are compared by vectors, so that many questions are one product.
  static func sentences(
    of search: TextSearch, largestCount: Int, isByVectors: Bool
  ) -> Route {
    let text = Parameter.Kind.text(longest: 400_000)
    return Route(
      "/api/sentences", "The lines of a file nearest to a text.",
      parameters: [
        .required("q", text, "The text.", example: "\"the king speaks\""),
        .inBody(
          "questions", .texts(count: 1...Batch.most, longest: 400_000),
          "In place of one text: many; the list of their answers is in the same order."),
        .optional(
          "k", .integer(1...largestCount), "How many lines are given.",
          usual: "\(min(10, largestCount))"),
      ], alternatives: [["q"], ["questions"]], takesJSON: true, schema: Schemas.sentences,
      work: .together(apart: ["q"], most: isByVectors ? Batch.together : 1) { asked, stop in
        let count = asked[0].integer("k") ?? min(10, largestCount)
        if let questions = asked[0].texts("questions") {
          try Batch.check(questions.count, of: count)
          let answers = try search.answers(to: questions, count: count, threads: 1, stop: stop)
          let elements = zip(questions, answers).map {
            $1.element(orElse: NearestTextsAnswer(query: $0))
          }
          return asked.map { _ in .success(HTTPResponse(json: elements)) }
        }
        let questions = asked.map { $0.text("q") ?? "" }
        return try search.answers(to: questions, count: count, threads: 1, stop: stop)
          .map { answer in Result { try answer.response { $0 } } }
      })
  }
}

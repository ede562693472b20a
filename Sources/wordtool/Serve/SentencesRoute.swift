import Server
import Word2Vec
import WordtoolCore

extension Route {
  /// The lines of a file nearest to a text: what `nearest-sentences FILE TEXT --json` prints.
  ///
  /// - Parameters:
  ///   - search: the lines.
  ///   - method: how they are compared; by vectors many questions are one product.
  ///   - weighting: how words count in sums.
  ///   - largestCount: the most lines that an answer may have.
  static func sentences(
    of search: TextSearch, method: SentenceWeightingOptions.Method, _ weighting: SentenceWeighting,
    largestCount: Int
  ) -> Route {
    let isByVectors = method != .wmd
    let way =
      switch (method, weighting) {
      case (.sif, .inverseFrequency(let a)):
        "sif with a smoothing of \(a): words weigh a / (a + p), and what all lines share is taken out"
      case (.wmd, _): "Word Mover's Distance"
      default: "the cosine of the means of their words"
      }
    let text = Parameter.Kind.text(longest: 400_000)
    return Route(
      "/api/sentences", "The lines of a file nearest to a text, by \(way).",
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

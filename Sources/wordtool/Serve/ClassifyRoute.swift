import SeqModels
import Server
import WordtoolCore

extension Route {
  /// The classes of a text: what `classify MODEL --text TEXT --json` prints.
  static func classify(by classifier: TextClassifier) -> Route {
    Route(
      "/api/classify", "The likeliest labels of a text.",
      parameters: [
        .required("text", .text(longest: 400_000), "The text.", example: "\"A wonderful film.\""),
        .optional(
          "k", .integer(1...1000), "How many labels are given at most; all with a threshold.",
          usual: "1"),
        .optional(
          "threshold", .number(0...1), "Only labels of this probability or more are given."),
        .optional(
          "explain", .flag,
          "Labels say which words and n-grams made them, of models that can tell.",
          usual: "false"),
      ], takesJSON: true, schema: Schemas.labels,
      work: .single { asked, stop in
        let text = asked.text("text") ?? ""
        guard !text.allSatisfy(\.isWhitespace) else {
          throw HTTPFailure(422, found: "a blank `text`", expected: "words")
        }
        let threshold = asked.number("threshold")
        let answer = try classifier.answers(
          for: LabelledText(texts: [text]),
          count: asked.integer("k") ?? (threshold == nil ? 1 : .max), threshold: threshold ?? 0,
          threads: 1, stop: stop)[0]
        let explanations =
          asked.flag("explain")
          ? try classifier.explanations(of: text, labels: answer.predictions.map(\.label))
            .map(ExplanationAnswer.init) : nil
        return HTTPResponse(
          json: ClassifyCommand.Answer(
            line: 1, known: answer.knownCount, predictions: answer.predictions,
            explanations: explanations))
      })
  }
}

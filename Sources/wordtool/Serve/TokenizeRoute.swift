import Server
import Tokenize

extension Route {
  /// Text cut into tokens: what `tokenize --format json` prints, an object a token.
  static var tokenize: Route {
    Route(
      "/api/tokenize", "The tokens of a text with their places, an object a line.",
      parameters: [
        .required(
          "text", .text(longest: 400_000), "The text.", example: "\"The food was GOOD, not bad.\""),
        .optional(
          "unit", .choice(TokenUnit.allCases.map(\.rawValue)), "What the text is cut into.",
          usual: "\"word\""),
        .optional("locale", .text(longest: 100), "The language of the text.", usual: "\"en\""),
      ], takesJSON: true, mediaType: MediaType.jsonLines,
      work: .single { asked, _ in
        let unit = asked.text("unit").flatMap { TokenUnit(rawValue: $0) } ?? .word
        let rule = WordOptions.rule(
          locale: asked.text("locale") ?? "en", unit: unit == .word ? nil : unit)
        return HTTPResponse(
          mediaType: MediaType.jsonLines,
          body: .bytes(
            try TokenReader(rule: rule).tokens(
              of: asked.text("text") ?? "", as: .json(withKinds: unit == .word))))
      })
  }
}

import SeqModels
import Server
import WordtoolCore

/// The route that writes text with a language model.
struct GenerateRoute {
  /// A model is asked by one thread at a time.
  let model: Locked<any LanguageModel>

  init(_ model: sending any LanguageModel) { self.model = Locked(model) }

  /// A part of a text, as it comes.
  private struct Piece: Encodable {
    var piece: String
  }

  /// Streams `{"piece": ...}` a line, and at last the document of `generate MODEL --json`.
  var route: Route {
    Route(
      "/api/generate", "Text by a language model, a piece a line as it comes, then all of it.",
      parameters: [
        .optional(
          "prompt", .blankText(longest: 40_000), "What the text begins with.", usual: "\"\""),
        .optional("length", .integer(0...10_000), "How many tokens are written.", usual: "100"),
        .optional(
          "temperature", .number(0...100), "Below 1 the likely becomes likelier; 0 is greedy.",
          usual: "1"),
        .optional("topK", .integer(1...1_000_000), "Drawn are the k likeliest tokens only."),
        .optional(
          "topP", .number(1e-9...1), "Drawn are the likeliest that together have this probability.",
          usual: "1"),
        .optional(
          "repetitionPenalty", .number(0.01...100), "Holds back what was just written.", usual: "1"),
        .optional(
          "repetitionWindow", .integer(1...100_000), "How many of the last tokens are held back.",
          usual: "64"),
        .optional("stop", .text(longest: 1000), "The text ends where this comes up, without it."),
        .optional("seed", .integer(0...(1 << 53)), "Where the random choices start.", usual: "1"),
        .optional("stream", .flag, "Whether pieces are sent as they come.", usual: "true"),
      ], takesJSON: true, mediaType: MediaType.jsonLines, isLong: true,
      work: .single { asked, stop in try respond(to: asked, stop) })
  }

  private func respond(to asked: Arguments, _ stop: StopFlag) throws -> HTTPResponse {
    var options = SamplingOptions()
    options.temperature = asked.number("temperature") ?? 1
    options.topK = asked.integer("topK")
    options.topP = asked.number("topP") ?? 1
    options.repetitionPenalty = asked.number("repetitionPenalty") ?? 1
    options.repetitionWindow = asked.integer("repetitionWindow") ?? 64
    options.seed = UInt64(asked.integer("seed") ?? 1)
    try options.validate()
    let prompt = asked.text("prompt") ?? ""
    // What is wrong with the prompt is told by the status, before anything is sent.
    let unknown = try model.withLock { model in
      _ = try GenerationStart(model, prompt: prompt)
      return try model.unknownTokens(in: prompt)
    }
    let streams = asked.flag("stream", usual: true)
    let chosen = options
    var response = HTTPResponse(
      mediaType: MediaType.jsonLines,
      body: .parts { writer, stop in
        let answer = try model.withLock { model in
          var start = try GenerationStart(model, prompt: prompt)
          let text = try start.generate(
            length: asked.integer("length") ?? 100, options: chosen, stopString: asked.text("stop"),
            stop: stop
          ) { if streams { try writer.write(JSONOutput.line(Piece(piece: $0)) + "\n") } }
          return GenerateCommand.Answer(
            prompt: prompt, text: text.text, tokens: text.tokenCount, ending: text.ending,
            seed: chosen.seed)
        }
        try writer.write(JSONOutput.line(answer) + "\n")
      })
    if !unknown.isEmpty {
      response.add(notes: [
        "not in the vocabulary, taken as <unk>: " + unknown.joined(separator: " ")
      ])
    }
    return response
  }
}

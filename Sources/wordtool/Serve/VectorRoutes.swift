import Server
import Word2Vec
import WordtoolCore

/// The routes that ask word vectors. Each asks the library what the command of its name asks, with the
/// names of its options, and gives the document that the command prints under `--json`.
struct VectorRoutes {
  let vectors: WordVectors
  /// The most words that an answer may have.
  let largestCount: Int

  /// Words, and expressions of them, are no longer than this, in characters.
  static let longestQuestion = 4000
  private static let longestText = 400_000
  /// Words of a matrix: its answer has the square of it.
  private static let matrixSize = 500

  var routes: [Route] {
    [
      nearest, analogy, similarity, matrix, vector, sentence, words, health(at: "/health"),
      health(at: "/healthz"),
    ]
  }

  func count(_ usual: Int = 10) -> Parameter {
    .optional(
      "k", .integer(1...largestCount), "How many words are given.",
      usual: "\(min(usual, largestCount))")
  }

  func search(_ arguments: Arguments) -> SearchOptions {
    // Requests are answered side by side, each by one thread.
    SearchOptions(
      count: arguments.integer("k") ?? min(10, largestCount), limit: arguments.integer("restrict"),
      minimumSimilarity: arguments.number("minSimilarity").map { Float($0) },
      includesInputs: arguments.flag("includeInputs"), threads: 1)
  }

  private var similarity: Route {
    let word = Parameter.Kind.text(longest: Self.longestQuestion)
    return Route(
      "/api/similarity", "The cosine similarity of two words.",
      parameters: [
        .required("a", word, "A word.", example: "\"cat\""),
        .required("b", word, "Another word.", example: "\"dog\""),
        .optional("explain", .flag, "The answer says what it is made of.", usual: "false"),
      ], takesJSON: true, schema: Schemas.similarity,
      work: .single { asked, _ in
        try vectors.answer(
          toSimilarityOf: asked.text("a") ?? "", and: asked.text("b") ?? "",
          explains: asked.flag("explain")
        ).response { $0 }
      })
  }

  private var matrix: Route {
    Route(
      "/api/matrix", "The cosine similarities of some words with each other.",
      parameters: [
        .required(
          "words", .texts(count: 2...Self.matrixSize, longest: Self.longestQuestion),
          "The words; in a query each is given as words=WORD. One that is not there is left out.",
          example: "[\"cat\",\"dog\",\"lion\"]")
      ], takesJSON: true, schema: Schemas.matrix,
      work: .single { asked, stop in
        try vectors.answer(toSimilaritiesOf: asked.texts("words") ?? [], stop: stop)
          .response { $0 }
      })
  }

  private var vector: Route {
    Route(
      "/api/vector", "The vector of a word.",
      parameters: [
        .required("word", .text(longest: Self.longestQuestion), "The word.", example: "\"sweden\""),
        .optional("normalize", .flag, "The vector is given at length 1.", usual: "false"),
      ], takesJSON: true, schema: Schemas.vector,
      work: .single { asked, _ in
        try vectors.answer(
          toVectorOf: asked.text("word") ?? "", normalizes: asked.flag("normalize")
        ).response { [$0] }
      })
  }

  private var sentence: Route {
    Route(
      "/api/sentence", "The vector of a text, made of its words.",
      parameters: [
        .required(
          "text", .text(longest: Self.longestText), "The text.", example: "\"the king speaks\""),
        .optional(
          "method", .choice(["mean", "sif"]), "mean of unit vectors, or weights by frequency.",
          usual: "\"mean\""),
        .optional(
          "smoothing", .number(1e-12...1), "The a of a / (a + p), of the method sif.",
          usual: "0.001"),
        .optional("normalize", .flag, "The vector is given at length 1.", usual: "false"),
      ], takesJSON: true, schema: Schemas.sentence,
      work: .single { asked, _ in
        let isWeighted = asked.text("method") == "sif"
        guard isWeighted || asked.number("smoothing") == nil else {
          throw HTTPFailure(422, found: "`smoothing` with `method` mean", expected: "`method` sif")
        }
        return try SentenceEncoder(
          vectors,
          weighting: isWeighted ? .inverseFrequency(asked.number("smoothing") ?? 1e-3) : .uniform
        ).answer(toVectorOf: asked.text("text") ?? "", normalizes: asked.flag("normalize"))
          .response { $0 }
      })
  }

  private var words: Route {
    Route(
      "/api/words", "The first words of the vectors that begin with some text.",
      parameters: [
        .optional(
          "prefix", .blankText(longest: Self.longestQuestion), "What they begin with.",
          usual: "\"\""),
        count(),
      ], takesJSON: true, schema: Schemas.words,
      work: .single { asked, _ in
        HTTPResponse(
          json: vectors.answer(
            toWordsBeginningWith: asked.text("prefix") ?? "", count: search(asked).count))
      })
  }

  private struct Health: Encodable {
    let status = "ok"
    let version = WordTool.version
    var vectors: String?
    var words: Int
    var dimension: Int
  }

  private func health(at path: String) -> Route {
    let answer = Health(
      vectors: vectors.metadata[WordVectors.MetadataKey.corpusName], words: vectors.count,
      dimension: vectors.dimension)
    return Route(
      path, "Whether it answers, and about what.", schema: Schemas.health,
      work: .single { _, _ in HTTPResponse(json: answer) })
  }
}

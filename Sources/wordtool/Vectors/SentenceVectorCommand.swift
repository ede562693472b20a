import ArgumentParser
import Word2Vec

/// `wordtool sentence-vector`: the numbers of texts.
struct SentenceVectorCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "sentence-vector",
    abstract: "Print the vectors of texts.",
    discussion: """
      The vector of a text is the mean of its words' vectors, each of length 1, as fastText's \
      print-sentence-vectors. With --method sif frequent words count less: a word whose share of the \
      training text is p counts a / (a + p) (Arora, Liang and Ma 2017). Words that are not there are left \
      out. A text is one argument; with '-' each line of standard input is one.

      tsv: the values apart by tabs, 6 decimals, a line a text; a text without a known word gives a blank \
      line. json: {"text", "vector", "known", "unknown"} a text.

      Example:
        wordtool sentence-vector 'the king speaks to the people'
        wordtool sentence-vector - --json < questions.txt
      """,
    aliases: ["print-sentence-vectors"])

  @Argument(help: ArgumentHelp("Texts.", valueName: "text"))
  var texts: [String]

  @OptionGroup var weighting: SentenceWeightingOptions

  @Flag(help: "Print each vector at length 1.")
  var normalize = false

  @OptionGroup var vectors: VectorsOptions
  @OptionGroup var json: JSONOptions
  @OptionGroup var lookup: LookupOptions

  var optionRules: [OptionRule] { weighting.optionRules }

  func validate() throws {
    if weighting.method == .wmd {
      throw ValidationError("--method wmd has no vectors of texts, expected mean or sif")
    }
  }

  func run() throws {
    let encoder = try SentenceEncoder(
      try VectorSet(vectors).vectors, weighting: weighting.weighting)
    var lookup = Lookup(lookup)
    let answer = { try encoder.answer(toVectorOf: $0, normalizes: normalize) }
    if texts == ["-"] {
      try QuestionLines.forEach {
        try $0.map(answer)
      } show: {
        try print(try lookup.tell($0, line: $2), $1)
      }
    } else {
      for text in texts { try print(try lookup.tell(try answer(text)), text) }
    }
    try lookup.finish()
  }

  private func print(_ answer: SentenceVectorAnswer?, _ text: String) throws {
    if json.json {
      return try JSONOutput.write(
        answer ?? SentenceVectorAnswer(text: text))
    }
    let values = answer?.vector.map { NumberFormat.fixed(Double($0)) } ?? []
    try StandardOutput.shared.writeLine(values.joined(separator: "\t"))
  }
}

/// `--method` and `--smoothing` of the commands about texts.
struct SentenceWeightingOptions: ParsableArguments, ConditionalOptions {
  /// How texts are compared.
  enum Method: String, CaseIterable, ExpressibleByArgument {
    case mean, sif, wmd
  }

  @Option(
    help: ArgumentHelp(
      "How a text is made of its words: mean (of unit vectors), sif (weights by frequency; among many "
        + "texts without their common direction), wmd (Word Mover's Distance).", valueName: "name"))
  var method: Method = .mean

  @Option(
    help: ArgumentHelp(
      "The a of a / (a + p), the weight of a word with the frequency p. (default: 0.001)",
      valueName: "a"))
  var smoothing: Double?

  func validate() throws {
    if let smoothing, !(smoothing > 0 && smoothing.isFinite) {
      throw ValidationError("--smoothing is \(smoothing), expected a number above 0")
    }
  }

  var optionRules: [OptionRule] {
    [OptionRule(["--smoothing"], need: "--method sif", isMet: method == .sif)]
  }

  /// How words count in sums.
  var weighting: SentenceWeighting { Self.weighting(method, smoothing: smoothing) }

  /// How words count in sums.
  ///
  /// - Parameter smoothing: the a of a / (a + p), of the method sif; nil for 0.001.
  static func weighting(_ method: Method, smoothing: Double?) -> SentenceWeighting {
    method == .sif ? .inverseFrequency(smoothing ?? 1e-3) : .uniform
  }
}

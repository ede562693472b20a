import ArgumentParser
import SeqModels
import WordtoolCore

/// `wordtool perplexity`: how well a model predicts a text.
struct PerplexityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "perplexity",
    abstract: "Measure how well a language model predicts text.",
    discussion: """
      MODEL is a model of train-lm or an n-gram model of another program in ARPA format; the \
      content of the file decides. An ARPA file is read whole first; 'convert' makes one of it that \
      is not. TEXT has one sentence a line and is cut into tokens as the \
      model's text was. The ends of sentences count as tokens. Perplexity is given over all tokens, \
      unknown ones as <unk>, and without those; bits per character are the bits of everything, \
      divided by the code points of the text. The text is read and measured piece by piece, in memory \
      that does not grow with it; that of --tune is held whole.

      Several models are mixed with --mix, with --weights or with the weights that predict another \
      text best, --tune; that text should not be TEXT itself. Each one's own perplexity is printed \
      too.

      Example:
        wordtool perplexity ptb.arpa ptb.test.txt
        wordtool perplexity ptb.lm ptb.test.txt --mix ptb.arpa --tune ptb.valid.txt
        wordtool perplexity play.arpa - --json < act5.txt
      """)

  @Argument(help: ArgumentHelp("The model.", valueName: "model"), completion: .file())
  var model: String

  @Argument(
    help: ArgumentHelp(
      "Text files and folders, plain or .gz; '-' is standard input.", valueName: "text"),
    completion: .file())
  var texts: [String]

  @OptionGroup var mix: MixOptions

  @Option(
    help: ArgumentHelp(
      "Find the weights under which this text is likeliest.", valueName: "file"),
    completion: .file())
  var tune: String?

  @Flag(
    help: ArgumentHelp(
      "Print a line for each token instead: the token as the model sees it, a tab and log10 of "
        + "its probability; sentences end with </s>."))
  var perToken = false

  @OptionGroup var input: TextFileOptions

  @OptionGroup var threads: ThreadsOptions

  @Flag(help: "Print one JSON document instead of the table; with --per-token one a line.")
  var json = false

  /// What is printed; the names are a contract.
  struct Answer: Encodable {
    struct Model: Encodable {
      var model: String
      var weight: Double
      var perplexity: Double
      var perplexityWithoutUnknown: Double
    }

    struct Tuning: Encodable {
      var text: String
      var rounds: Int
      var perplexity: Double
    }

    var perplexity: Double
    var perplexityWithoutUnknown: Double
    var bitsPerCharacter: Double
    var tokens: Int
    var sentences: Int
    var unknown: Int
    var characters: Int
    /// Of a mixture only.
    var models: [Model]?
    /// With --tune only.
    var tuning: Tuning?
  }

  struct TokenAnswer: Encodable {
    var token: String
    var log10Probability: Double
  }

  func validate() throws {
    if tune != nil && mix.mix.isEmpty {
      throw ValidationError("--tune needs --mix, expected a second model")
    }
    if tune != nil && mix.weights != nil {
      throw ValidationError("--tune and --weights exclude each other")
    }
  }

  func run() throws {
    let stop = Interrupts.stopFlag()
    let paths = mix.paths(with: model)
    var mixture = try mix.load(model, threads: threads.count)
    var tuning: Answer.Tuning?
    if let tune {
      let found = try mixture.tuned(
        on: input.files([tune]), isStrict: input.strict, encoding: input.encoding, stop: stop)
      StandardError.warnOfReplacements(found.report.replacedCount)
      mixture = found.mixture
      tuning = Answer.Tuning(
        text: tune, rounds: found.iterationCount, perplexity: found.report.perplexity)
    }
    let measured = try mixture.measure(
      input.files(texts), isStrict: input.strict, encoding: input.encoding, stop: stop
    ) { ids, values in
      if perToken { try printTokens(ids, values, mixture) }
    }
    let whole = measured.mixture
    StandardError.warnOfReplacements(whole.replacedCount)
    if perToken { return }
    var models: [Answer.Model]?
    if paths.count > 1 {
      models = paths.indices.map { place in
        let own = measured.models[place]
        return Answer.Model(
          model: paths[place], weight: mixture.weights[place], perplexity: own.perplexity,
          perplexityWithoutUnknown: own.perplexityWithoutUnknown)
      }
    }
    let answer = Answer(
      perplexity: whole.perplexity, perplexityWithoutUnknown: whole.perplexityWithoutUnknown,
      bitsPerCharacter: whole.bitsPerCharacter, tokens: whole.tokenCount,
      sentences: whole.sentenceCount, unknown: whole.unknownCount,
      characters: whole.characterCount, models: models, tuning: tuning)
    if json { return try JSONOutput.write(answer) }
    try print(answer)
  }

  private func printTokens(
    _ ids: [Int32], _ values: [Double], _ model: MixtureModel
  ) throws {
    let out = StandardOutput.shared
    for (id, value) in zip(ids, values) {
      let answer = TokenAnswer(
        token: model.token(id), log10Probability: PerplexityReport.log10(ofNatural: value))
      if json {
        try JSONOutput.write(answer)
      } else {
        try out.writeLine("\(answer.token)\t\(NumberFormat.fixed(answer.log10Probability))")
      }
    }
  }

  private func print(_ answer: Answer) throws {
    var lines = [
      ("perplexity", NumberFormat.fixed(answer.perplexity, 4)),
      ("without unknown tokens", NumberFormat.fixed(answer.perplexityWithoutUnknown, 4)),
      ("bits per character", NumberFormat.fixed(answer.bitsPerCharacter, 4)),
      ("tokens", NumberFormat.grouped(answer.tokens)),
      ("sentences", NumberFormat.grouped(answer.sentences)),
      ("unknown tokens", NumberFormat.grouped(answer.unknown)),
      ("characters", NumberFormat.grouped(answer.characters)),
    ]
    for (number, model) in (answer.models ?? []).enumerated() {
      lines.append(
        (
          "model \(number + 1)",
          "weight \(NumberFormat.fixed(model.weight, 4))  "
            + "perplexity \(NumberFormat.fixed(model.perplexity, 4))  \(model.model)"
        ))
    }
    if let tuning = answer.tuning {
      lines.append(
        (
          "weights tuned on",
          "\(tuning.text)  perplexity \(NumberFormat.fixed(tuning.perplexity, 4)), "
            + NumberFormat.counted(tuning.rounds, "round")
        ))
    }
    try StandardOutput.shared.writePairs(lines)
  }
}

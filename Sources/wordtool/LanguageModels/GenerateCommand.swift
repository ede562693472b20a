import ArgumentParser
import SeqModels
import WordtoolCore

/// `wordtool generate`: text out of a language model.
struct GenerateCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Write text with a language model.",
    discussion: """
      MODEL is any model of train-lm, or an n-gram model of another program in ARPA format. Text is \
      written as it comes. The end of a sentence is a token too, printed as a line end; then the \
      next sentence begins. <unk> is never written. The same model, options and seed give the same \
      text.

      With --beam nothing is drawn: the likeliest texts are searched for, and written when they are \
      found, --samples of them, best first, by the mean log probability of their tokens.

      Example:
        wordtool generate ptb.arpa --prompt 'the company said' --length 50 --seed 3
        wordtool generate play.arpa --length 500 --temperature 0.8 --top-k 20
        wordtool generate ptb.arpa --prompt 'the company' --beam 8 --stop $'\\n'
      """)

  @Argument(help: ArgumentHelp("The model.", valueName: "model"), completion: .file())
  var model: String

  @Option(
    help: ArgumentHelp(
      "What the text begins with; it is printed too. (default: the begin of a sentence)",
      valueName: "text"))
  var prompt = ""

  @Option(
    help: ArgumentHelp(
      "Let the model read this text before the prompt; it is not printed. A model that has read "
        + "nothing yet does not know where in a text it is.",
      valueName: "file"), completion: .file())
  var context: String?

  @Option(help: ArgumentHelp("Tokens to write.", valueName: "n"))
  var length = 100

  @Option(
    help: ArgumentHelp(
      "Below 1 the likely becomes likelier; 0 is greedy.", valueName: "t"))
  var temperature = 1.0

  @Flag(help: "Always take the likeliest token, like --temperature 0.")
  var greedy = false

  @Option(help: ArgumentHelp("Draw from the k likeliest. (default: all)", valueName: "k"))
  var topK: Int?

  @Option(
    help: ArgumentHelp(
      "Draw from the likeliest that together have this probability.", valueName: "p"))
  var topP = 1.0

  @Option(
    help: ArgumentHelp(
      "Search for the likeliest texts, following b at a time, instead of drawing.",
      valueName: "b"))
  var beam: Int?

  @Option(
    help: ArgumentHelp(
      "Hold back what was just written: its log probabilities are multiplied by this.",
      valueName: "r"))
  var repetitionPenalty = 1.0

  @Option(
    help: ArgumentHelp(
      "How many of the last tokens are held back, those of the prompt included.",
      valueName: "n"))
  var repetitionWindow = 64

  @Option(
    help: ArgumentHelp(
      "End where this text comes up, without it. (default: only --length ends)",
      valueName: "text"))
  var stop: String?

  @Option(
    help: ArgumentHelp(
      "Texts to write, one after the other, each with the next seed.", valueName: "n"))
  var samples = 1

  @Option(help: ArgumentHelp("The line between two texts.", valueName: "text"))
  var separator = "---"

  @Option(help: ArgumentHelp("Where the random choices start.", valueName: "n"))
  var seed: UInt64 = 1

  @OptionGroup var mix: MixOptions

  @Flag(help: "Print one JSON document for each text, a line each.")
  var json = false

  /// What is printed; the names are a contract.
  struct Answer: Encodable {
    var prompt: String
    var text: String
    var tokens: Int
    var ending: GeneratedText.Ending
    var seed: UInt64
    /// With --beam only.
    var meanLogProbability: Double?
  }

  private var options: SamplingOptions {
    var options = SamplingOptions()
    options.temperature = greedy ? 0 : temperature
    options.topK = topK
    options.topP = topP
    options.repetitionPenalty = repetitionPenalty
    options.repetitionWindow = repetitionWindow
    options.seed = seed
    return options
  }

  func validate() throws {
    try OptionCheck.whole([
      ("--length", length, 0 ... .max), ("--top-k", topK, 1 ... .max), ("--beam", beam, 1...10_000),
      ("--repetition-window", repetitionWindow, 1 ... .max), ("--samples", samples, 1 ... .max),
    ])
    try OptionCheck.notNegative([("--temperature", temperature)])
    try OptionCheck.positive([("--repetition-penalty", repetitionPenalty)])
    if let stop, stop.isEmpty { throw ValidationError("--stop is empty, expected some text") }
    if !(topP > 0 && topP <= 1) {
      throw ValidationError("--top-p is \(topP), expected above 0 and at most 1")
    }
    if let beam, samples > beam {
      throw ValidationError("--samples is \(samples), expected at most the \(beam) of --beam")
    }
  }

  var optionRules: [OptionRule] {
    [
      OptionRule(
        ["--greedy", "--temperature", "--top-k", "--top-p"],
        need: "text that is drawn, not to --beam", isMet: beam == nil),
      OptionRule(["--temperature"], need: "text that is drawn, not to --greedy", isMet: !greedy),
      OptionRule(
        ["--top-k", "--top-p"], need: "text that is drawn: neither --greedy nor --temperature 0",
        isMet: !greedy && temperature > 0),
      OptionRule(
        ["--repetition-window"], need: "--repetition-penalty", isMet: repetitionPenalty != 1),
      OptionRule(
        ["--separator"], need: "--samples above 1 without --json", isMet: samples > 1 && !json),
    ]
  }

  func run() throws {
    let flag = Interrupts.stopFlag()
    let mixture = try mix.load(model)
    let model: any LanguageModel = mixture.models.count == 1 ? mixture.models[0] : mixture
    let unknown = try model.unknownTokens(in: prompt)
    let context =
      try context.map { path in
        try String(decoding: TextSource(path: path).readAll(limit: 1 << 26), as: UTF8.self)
      } ?? ""
    if let beam {
      let texts = try model.beamSearch(
        context: context, prompt: prompt, length: length, width: beam, count: samples,
        options: options, stopString: stop, stop: flag)
      for (number, text) in texts.enumerated() {
        var printer = Printer(command: self, number: number)
        try printer.write(text.text)
        try printer.end(text, seed: seed)
      }
      warn(of: unknown)
      try checkInterruption(texts.first)
      return
    }
    let start = try GenerationStart(model, context: context, prompt: prompt)
    for number in 0..<samples {
      var options = options
      var start = start
      options.seed = seed &+ UInt64(number)
      var printer = Printer(command: self, number: number)
      let text = try start.generate(
        length: length, options: options, stopString: stop, stop: flag
      ) { try printer.write($0) }
      try printer.end(text, seed: options.seed)
      if number == 0 { warn(of: unknown) }
      if text.tokenCount > 0, text.text.allSatisfy(\.isWhitespace) {
        StandardError.warn(
          "nothing but blanks and line ends was written: the model finds them the most likely")
      }
      try checkInterruption(text)
    }
  }

  private func warn(of unknown: [String]) {
    guard !unknown.isEmpty else { return }
    StandardError.warn(
      "not in the vocabulary, taken as <unk>: \(unknown.joined(separator: " "))")
  }

  private func checkInterruption(_ text: GeneratedText?) throws {
    guard let text, text.ending == .interrupted else { return }
    throw WordtoolError(
      .interrupted, found: "stopped after \(NumberFormat.counted(text.tokenCount, "token"))")
  }

  /// Writes one text as it comes, or as JSON in the end.
  private struct Printer {
    let command: GenerateCommand
    let number: Int
    private let out = StandardOutput.shared
    private var isBegun = false
    private var lastFlush = 0.0
    /// A file or a pipe gets what has come together in that many seconds: a call of the system for
    /// every character would cost more than a small model.
    private static let flushInterval = 0.02

    init(command: GenerateCommand, number: Int) {
      self.command = command
      self.number = number
    }

    mutating func write(_ piece: String) throws {
      if command.json { return }
      try begin()
      try out.write(piece)
      let now = Environment.seconds()
      guard StandardOutput.isTerminal || now - lastFlush >= Self.flushInterval else { return }
      lastFlush = now
      try out.flush()
    }

    private mutating func begin() throws {
      guard !isBegun else { return }
      isBegun = true
      if number > 0 { try out.writeLine(command.separator) }
      try out.write(command.prompt)
    }

    mutating func end(_ text: GeneratedText, seed: UInt64) throws {
      if command.json {
        try JSONOutput.write(
          Answer(
            prompt: command.prompt, text: text.text, tokens: text.tokenCount, ending: text.ending,
            seed: seed, meanLogProbability: text.meanLogProbability))
        return try out.flush()
      }
      try begin()
      if (command.prompt + text.text).last?.isNewline != true { try out.write("\n") }
      try out.flush()
    }
  }
}

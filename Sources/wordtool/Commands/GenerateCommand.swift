import ArgumentParser
import Platform
import SeqModels

/// `wordtool generate`: text out of a language model.
struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Write text with a language model.",
    discussion: """
      Text is written as it comes. The end of a sentence is a token too, printed as a line end; \
      then the next sentence begins. <unk> is never written. The same model, options and seed give \
      the same text.

      Example:
        wordtool generate ptb.arpa --prompt 'the company said' --length 50 --seed 3
        wordtool generate play.arpa --length 500 --temperature 0.8 --top-k 20
      """)

  @Argument(help: ArgumentHelp("The model, in ARPA format.", valueName: "model"))
  var model: String

  @Option(
    help: ArgumentHelp(
      "What the text begins with; it is printed too. (default: the begin of a sentence)",
      valueName: "text"))
  var prompt = ""

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
      "End where this text comes up, without it. (default: only --length ends)",
      valueName: "text"))
  var stop: String?

  @Option(help: ArgumentHelp("Where the random choices start.", valueName: "n"))
  var seed: UInt64 = 1

  @OptionGroup var json: JSONOptions

  struct Answer: Encodable {
    var prompt: String
    var text: String
    var tokens: Int
    var ending: GeneratedText.Ending
    var seed: UInt64
  }

  private var options: SamplingOptions {
    var options = SamplingOptions()
    options.temperature = greedy ? 0 : temperature
    options.topK = topK
    options.topP = topP
    options.seed = seed
    return options
  }

  func validate() throws {
    if length < 0 { throw ValidationError("--length is \(length), expected at least 0") }
    if let stop, stop.isEmpty { throw ValidationError("--stop is empty, expected some text") }
    if !(temperature >= 0 && temperature.isFinite) {
      throw ValidationError("--temperature is \(temperature), expected a number of at least 0")
    }
    if let topK, topK < 1 { throw ValidationError("--top-k is \(topK), expected at least 1") }
    if !(topP > 0 && topP <= 1) {
      throw ValidationError("--top-p is \(topP), expected above 0 and at most 1")
    }
  }

  func run() throws {
    let flag = StopFlag()
    Interrupts.whenInterrupted(raise: flag)
    let model = try NGramModel(contentsOf: model)
    let out = StandardOutput.shared
    var isBegun = false
    func begin() throws {
      guard !isBegun else { return }
      isBegun = true
      if !json.json { try out.write(prompt) }
    }
    let unknown = try model.unknownTokens(in: prompt)
    let result = try model.generate(
      prompt: prompt, length: length, options: options, stopString: stop, stop: flag
    ) { piece in
      try begin()
      guard !json.json else { return }
      try out.write(piece)
      try out.flush()
    }
    try begin()
    if !unknown.isEmpty {
      StandardError.warn(
        "not in the vocabulary, taken as <unk>: \(unknown.joined(separator: " "))")
    }
    if json.json {
      try JSONOutput.write(
        Answer(
          prompt: prompt, text: result.text, tokens: result.tokenCount, ending: result.ending,
          seed: seed))
    } else if (prompt + result.text).last?.isNewline != true {
      try out.write("\n")
    }
    if result.ending == .interrupted {
      throw WordtoolError(.interrupted, found: "stopped after \(result.tokenCount) tokens")
    }
  }
}

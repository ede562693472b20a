import ArgumentParser
import Platform
import SeqModels

/// `wordtool perplexity`: how well a model predicts a text.
struct PerplexityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "perplexity",
    abstract: "Measure how well a language model predicts text.",
    discussion: """
      MODEL is an n-gram model in ARPA format, of train-lm or another program. TEXT has one sentence \
      a line and is cut into tokens as the model's text was. The ends of sentences count as tokens. \
      Perplexity is given over all tokens, unknown ones as <unk>, and without those; bits per \
      character are the bits of everything, divided by the code points of the text.

      Example:
        wordtool perplexity ptb.arpa ptb.test.txt
        wordtool perplexity play.arpa - --json < act5.txt
      """)

  @Argument(help: ArgumentHelp("The model.", valueName: "model"))
  var model: String

  @Argument(
    help: ArgumentHelp(
      "Text files and folders, plain or .gz; '-' is standard input.", valueName: "text"))
  var texts: [String]

  @Flag(
    help: "Refuse text that is not valid UTF-8. (default: replace what is not and count it)")
  var strict = false

  @OptionGroup var json: JSONOptions

  struct Answer: Encodable {
    var perplexity: Double
    var perplexityWithoutUnknown: Double
    var bitsPerCharacter: Double
    var tokens: Int
    var sentences: Int
    var unknown: Int
    var characters: Int
  }

  func run() throws {
    let stop = StopFlag()
    Interrupts.whenInterrupted(raise: stop)
    let model = try NGramModel(contentsOf: model)
    let report = try model.perplexity(of: texts, isStrict: strict, stop: stop)
    StandardError.warnOfReplacements(report.replacedCount)
    if json.json {
      return try JSONOutput.write(
        Answer(
          perplexity: report.perplexity,
          perplexityWithoutUnknown: report.perplexityWithoutUnknown,
          bitsPerCharacter: report.bitsPerCharacter, tokens: report.tokenCount,
          sentences: report.sentenceCount, unknown: report.unknownCount,
          characters: report.characterCount))
    }
    try StandardOutput.shared.writePairs([
      ("perplexity", NumberFormat.fixed(report.perplexity, 4)),
      ("without unknown tokens", NumberFormat.fixed(report.perplexityWithoutUnknown, 4)),
      ("bits per character", NumberFormat.fixed(report.bitsPerCharacter, 4)),
      ("tokens", NumberFormat.grouped(report.tokenCount)),
      ("sentences", NumberFormat.grouped(report.sentenceCount)),
      ("unknown tokens", NumberFormat.grouped(report.unknownCount)),
      ("characters", NumberFormat.grouped(report.characterCount)),
    ])
  }
}

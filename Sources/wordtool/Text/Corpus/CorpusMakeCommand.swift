import ArgumentParser
import Corpora
import WordtoolCore

/// `wordtool corpus make`.
struct CorpusMakeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "make",
    abstract: "Write a corpus that wordtool generates, and its analogy questions.",
    discussion: """
      atlas: text generated from tables of facts that come with wordtool; no person wrote it. \
      The same seed and number of words give the same bytes everywhere.

      Example:
        wordtool corpus make atlas
        wordtool corpus make atlas -o - --words 100000 | wordtool vocab -
      """)

  @Argument(
    help: ArgumentHelp("The corpus: \(Atlas.name).", valueName: "name"),
    completion: .list([Atlas.name]))
  var name: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Where the text goes; '-' is standard output. (default: NAME.txt)", valueName: "file"),
    completion: .file())
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Where the questions go, in the format of questions-words.txt. (default: "
        + "NAME-questions.txt, nowhere when the text goes to standard output)",
      valueName: "file"), completion: .file())
  var questions: String?

  @Option(help: ArgumentHelp("How many words to write, at least.", valueName: "n"))
  var words = Atlas.defaultWords

  @Option(help: ArgumentHelp("Which text to generate.", valueName: "n"))
  var seed: UInt64 = Atlas.defaultSeed

  @OptionGroup var json: JSONOptions

  struct Summary: Encodable {
    var name: String
    var words: Int
    var seed: UInt64
    var licence: String
    var text: String
    var questions: String?
  }

  func validate() throws {
    if name != Atlas.name {
      throw ValidationError("no corpus is called '\(name)', expected \(Atlas.name)")
    }
    try OptionCheck.whole([("--words", words, 1 ... .max)])
    if json.json && output == "-" {
      throw ValidationError("--json and -o - would both write to standard output")
    }
  }

  func run() throws {
    let textPath = output ?? "\(name).txt"
    let questionsPath = questions ?? (textPath == "-" ? nil : "\(name)-questions.txt")
    try OutputPaths.check([textPath, questionsPath], printing: json.json ? "the summary" : nil)
    let textFile = try OutputKind.text.open(textPath)
    let questionsFile = try questionsPath.map { try OutputKind.text.open($0) }
    let written = try Atlas.writeCorpus(seed: seed, words: words) { try textFile.write($0) }
    try textFile.commit()
    if let questionsFile {
      try questionsFile.write(try Atlas.questions(seed: seed))
      try questionsFile.commit()
    }
    if json.json {
      try JSONOutput.write(
        Summary(
          name: name, words: written, seed: seed, licence: Atlas.licence, text: textPath,
          questions: questionsPath))
    } else if !textFile.isStandardOutput {
      try StandardOutput.shared.writeLine(
        "\(textPath): \(NumberFormat.grouped(written)) words of generated text"
          + (questionsPath.map { "; questions about it in \($0)" } ?? ""))
    }
  }
}

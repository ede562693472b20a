import ArgumentParser
import Word2Vec

/// `wordtool vector`: the numbers themselves.
struct VectorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vector",
    abstract: "Print the vectors of words.",
    discussion: """
      tsv: the word and its values apart by tabs, 6 decimals. word2vec and fasttext: the lines of \
      those tools' text files. json: [{"word", "vector"}]. With '-' for WORD the words of standard \
      input are asked, one a line, and json prints one object a line.

      Example:
        wordtool vector sweden
        wordtool vector sweden norway --json
      """,
    aliases: ["print-word-vectors"])

  @Argument(
    help: ArgumentHelp("Words.", valueName: "word"), completion: Completions.words)
  var words: [String]

  @Flag(help: "Print each vector at length 1.")
  var normalize = false

  @OptionGroup var vectors: VectorsOptions
  @OptionGroup var style: StyleOptions
  @OptionGroup var lookup: LookupOptions

  func run() throws {
    let vectors = try VectorSet(vectors).vectors
    var lookup = Lookup(lookup)
    if words == ["-"] {
      try QuestionLines.forEach { lines in
        try lines.map {
          try vectors.answer(toVectorOf: NearestQuestions.text($0), normalizes: normalize)
        }
      } show: {
        guard let answer = try lookup.tell($0, line: $2) else { return }
        if style.resolved == .json { try JSONOutput.write(answer) } else { try print(answer) }
      }
    } else {
      let answers = try words.compactMap {
        try lookup.tell(try vectors.answer(toVectorOf: $0, normalizes: normalize))
      }
      if style.resolved == .json {
        if !answers.isEmpty { try JSONOutput.write(answers) }
      } else {
        for answer in answers { try print(answer) }
      }
    }
    try lookup.finish()
  }

  private func print(_ answer: VectorAnswer) throws {
    let values = answer.vector.map { Double($0) }
    let line =
      switch style.resolved {
      case .tsv, .json:
        ([answer.word] + values.map { NumberFormat.fixed($0) }).joined(separator: "\t")
      case .table:
        TerminalText.wrapped(
          ([TerminalText.shown(answer.word)] + values.map { NumberFormat.fixed($0) })
            .joined(separator: " "), columns: StandardOutput.columns.map { max(20, $0 - 2) }
        ).joined(separator: "\n  ")
      case .word2vec:
        answer.word + " " + values.map { NumberFormat.fixed($0) + " " }.joined()
      case .fasttext:
        answer.word + " " + values.map { NumberFormat.general($0, 5) + " " }.joined()
      }
    try StandardOutput.shared.writeLine(style.resolved == .table ? line : TerminalText.shown(line))
  }
}

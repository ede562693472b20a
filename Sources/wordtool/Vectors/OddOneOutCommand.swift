import ArgumentParser
import Word2Vec
import WordtoolCore

/// `wordtool odd-one-out`: the word that fits the others least.
struct OddOneOutCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "odd-one-out",
    abstract: "Print the word that fits the others least.",
    discussion: """
      That is the word with the smallest cosine to the mean of all of them, each of length 1. \
      Prints every word with that cosine, the odd one first.

      Example:
        wordtool odd-one-out breakfast cereal dinner lunch
      """,
    aliases: ["doesnt-match"])

  @Argument(
    help: ArgumentHelp(
      "Three words or more; '-' reads them from standard input, a question a line.",
      valueName: "word"), completion: Completions.words)
  var words: [String]

  @OptionGroup var vectors: VectorsOptions
  @OptionGroup var style: StyleOptions
  @OptionGroup var lookup: LookupOptions

  func validate() throws {
    if words != ["-"] && words.count < 3 {
      throw ValidationError(
        "\(words.count, "word") \(words.count == 1 ? "was" : "were") given, expected at least three"
      )
    }
  }

  func run() throws {
    let style = try style.resolved(among: [.table, .tsv, .json], for: "odd-one-out")
    let vectors = try VectorSet(vectors).vectors
    var lookup = Lookup(lookup)
    if words == ["-"] {
      try QuestionLines.forEach { lines in
        try lines.map {
          try vectors.answer(
            toOddOneOutOf: $0.split(whereSeparator: \.isWhitespace).map(String.init))
        }
      } show: {
        try print(try lookup.tell($0, line: $2), style, isBatch: true)
      }
    } else {
      try print(
        try lookup.tell(try vectors.answer(toOddOneOutOf: words)), style, isBatch: false)
    }
    try lookup.finish()
  }

  private func print(
    _ answer: OddOneOutAnswer?, _ style: StyleOptions.Style, isBatch: Bool
  ) throws {
    let out = StandardOutput.shared
    guard let answer else {
      if isBatch && style == .tsv { try out.write("\n") }
      return
    }
    let rows = answer.words.map { WordListing.Row(word: $0.word, score: $0.similarity) }
    switch style {
    case .json: try JSONOutput.write(answer)
    case .table:
      let title = "odd: \(answer.odd)"
      try out.writeStyled(
        WordListing.table(rows, title: title, scoreName: "similarity to the mean"))
    default:
      try out.write(WordListing.tsv(rows) + (isBatch ? "\n" : ""))
    }
  }
}

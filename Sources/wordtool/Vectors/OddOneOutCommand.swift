import ArgumentParser
import Word2Vec

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
      valueName: "word"))
  var words: [String]

  @OptionGroup var vectors: VectorsOptions
  @OptionGroup var style: StyleOptions
  @OptionGroup var lookup: LookupOptions

  struct Answer: Encodable {
    struct Fit: Encodable {
      var word: String
      var similarity: Float
    }
    var odd: String
    var words: [Fit]
  }

  func validate() throws {
    if words != ["-"] && words.count < 3 {
      throw ValidationError("\(words.count) words were given, expected at least three")
    }
  }

  func run() throws {
    let style = try style.resolved(among: [.table, .tsv, .json], for: "odd-one-out")
    var lookup = Lookup(try VectorSet(vectors), lookup)
    if words == ["-"] {
      try StandardInput.forEachQuestion { line in
        let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
        try answer(words, &lookup, style, isBatch: true)
        return true
      }
    } else {
      try answer(words, &lookup, style, isBatch: false)
    }
    try lookup.finish()
  }

  private func answer(
    _ words: [String], _ lookup: inout Lookup, _ style: StyleOptions.Style, isBatch: Bool
  ) throws {
    let known = try words.compactMap { try lookup.known($0) }
    let out = StandardOutput.shared
    guard known.count >= 2 else {
      if isBatch && style == .tsv { try out.write("\n") }
      return
    }
    let rows = try lookup.set.vectors.oddOneOut(known).map {
      WordListing.Row(word: $0.word, score: $0.similarity)
    }
    lookup.countAnswer()
    switch style {
    case .json:
      try JSONOutput.write(
        Answer(
          odd: rows[0].word,
          words: rows.map { Answer.Fit(word: $0.word, similarity: $0.score) }))
    case .table:
      let title = "odd: \(rows[0].word)"
      try out.write(WordListing.table(rows, title: title, scoreName: "similarity to the mean"))
    default:
      try out.write(WordListing.tsv(rows) + (isBatch ? "\n" : ""))
    }
  }
}

import ArgumentParser
import Word2Vec

/// `wordtool rank`: how near B is to A among all words.
struct RankCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rank",
    abstract: "Print the place of B among the neighbours of A.",
    discussion: """
      1 means that no word is nearer to A. A itself does not count.

      Example:
        wordtool rank sweden norway
      """)

  @Argument(
    help: ArgumentHelp("The word whose neighbours are counted.", valueName: "a"),
    completion: Completions.words)
  var first: String
  @Argument(
    help: ArgumentHelp("The word whose place is asked for.", valueName: "b"),
    completion: Completions.words)
  var second: String

  @OptionGroup var vectors: VectorsOptions
  @OptionGroup var threads: ThreadsOptions
  @OptionGroup var json: JSONOptions
  @OptionGroup var lookup: LookupOptions

  func run() throws {
    let vectors = try VectorSet(vectors).vectors
    var lookup = Lookup(lookup)
    let found = try vectors.answer(toRankOf: second, from: first, threads: threads.count)
    if let answer = try lookup.tell(found) {
      if json.json {
        try JSONOutput.write(answer)
      } else {
        try StandardOutput.shared.writeLine(
          "\(answer.rank)\t\(NumberFormat.fixed(Double(answer.similarity)))")
      }
    }
    try lookup.finish()
  }
}

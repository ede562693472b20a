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

  @Argument(help: ArgumentHelp("The word whose neighbours are counted.", valueName: "a"))
  var first: String
  @Argument(help: ArgumentHelp("The word whose place is asked for.", valueName: "b"))
  var second: String

  @OptionGroup var vectors: VectorsOptions
  @OptionGroup var threads: ThreadsOptions
  @OptionGroup var json: JSONOptions
  @OptionGroup var lookup: LookupOptions

  struct Answer: Encodable {
    var a: String
    var b: String
    var rank: Int
    var similarity: Float
  }

  func run() throws {
    var lookup = Lookup(try VectorSet(vectors), lookup)
    if let known = try lookup.allKnown([first, second]) {
      let set = lookup.set
      let rank = try set.vectors.rank(of: known[1], from: known[0], threads: threads.count)
      let similarity = try set.vectors.similarity(known[0], known[1])
      lookup.countAnswer()
      if json.json {
        try JSONOutput.write(Answer(a: first, b: second, rank: rank, similarity: similarity))
      } else {
        try StandardOutput.shared.writeLine(
          "\(rank)\t\(NumberFormat.fixed(Double(similarity)))")
      }
    }
    try lookup.finish()
  }
}

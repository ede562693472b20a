import ArgumentParser
import Word2Vec

/// `wordtool closer`: the words between A and B.
struct CloserCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "closer",
    abstract: "Print the words that are nearer to A than B is.",
    discussion: """
      As many as rank counts before B, the nearest first; A itself is none of them. -k prints the first of \
      them only.

      Example:
        wordtool closer sweden iceland
      """,
    aliases: ["closer-than"])

  @Argument(
    help: ArgumentHelp("The word whose neighbours are meant.", valueName: "a"),
    completion: Completions.words)
  var first: String
  @Argument(
    help: ArgumentHelp("The word that bounds them.", valueName: "b"), completion: Completions.words)
  var second: String

  @OptionGroup var vectors: VectorsOptions

  @Option(
    name: [.customShort("k"), .customLong("count")],
    help: ArgumentHelp("How many words to print. (default: all)", valueName: "k"))
  var count: Int?

  @OptionGroup var style: StyleOptions
  @OptionGroup var lookup: LookupOptions
  @OptionGroup var threads: ThreadsOptions

  func validate() throws { try OptionCheck.whole([("-k", count, 1 ... .max)]) }

  func run() throws {
    let style = try style.resolved(among: [.table, .tsv, .json], for: "closer")
    let vectors = try VectorSet(vectors, threads: threads.count).vectors
    var lookup = Lookup(lookup)
    let found = try vectors.answer(
      toWordsCloserTo: first, than: second, count: count, threads: threads.count,
      stop: Interrupts.stopFlag())
    if let answer = try lookup.tell(found) {
      let rows = answer.words.map { WordListing.Row(word: $0.word, score: $0.similarity) }
      switch style {
      case .json: try JSONOutput.write(answer)
      case .table:
        try StandardOutput.shared.writeStyled(
          WordListing.table(
            rows, title: "nearer to \(first) than \(second), \(answer.rank - 1) words",
            scoreName: "similarity"))
      default: try StandardOutput.shared.write(WordListing.tsv(rows))
      }
    }
    try lookup.finish()
  }
}

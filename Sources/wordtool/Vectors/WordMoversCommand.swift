import ArgumentParser
import Word2Vec

/// `wordtool wmd`: how far the words of one text are from those of another.
struct WordMoversCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wmd",
    abstract: "Print the Word Mover's Distance of two texts.",
    discussion: """
      How far the words of A have to travel to become those of B, at the least: 0 for the same words, at \
      most 2 (Kusner et al. 2015). A word weighs how often it occurs in its text, and the way between two \
      words is the Euclidean distance of their vectors at length 1. Words that are not there are left out. \
      Prints the distance and its relaxed bound, apart by a tab; --explain prints what becomes of what as \
      well: both words, the share of the text, the distance.

      Example:
        wordtool wmd 'the king speaks to the press' 'a queen greets the media'
      """)

  @Argument(help: ArgumentHelp("A text.", valueName: "a"))
  var first: String
  @Argument(help: ArgumentHelp("Another text.", valueName: "b"))
  var second: String

  @Flag(help: "Print which words become which.")
  var explain = false

  @OptionGroup var vectors: VectorsOptions
  @OptionGroup var json: JSONOptions
  @OptionGroup var lookup: LookupOptions

  func run() throws {
    let vectors = try VectorSet(vectors).vectors
    var lookup = Lookup(lookup)
    let found = try vectors.answer(
      toWordMoversDistanceOf: first, and: second, explains: explain)
    if let answer = try lookup.tell(found) {
      if json.json {
        try JSONOutput.write(answer)
      } else {
        try StandardOutput.shared.write(Self.lines(answer))
      }
    }
    try lookup.finish()
  }

  /// The distance and its bound, then what becomes of what, where that was asked for.
  static func lines(_ answer: WordMoversAnswer) -> String {
    let moves = (answer.moves ?? []).map { move in
      [
        TerminalText.escaped(move.from), TerminalText.escaped(move.to),
        NumberFormat.fixed(move.mass), NumberFormat.fixed(move.distance),
      ]
    }
    let all = [[NumberFormat.fixed(answer.distance), NumberFormat.fixed(answer.relaxed)]] + moves
    return all.map { $0.joined(separator: "\t") + "\n" }.joined()
  }
}

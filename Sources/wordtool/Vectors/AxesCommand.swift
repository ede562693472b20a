import ArgumentParser
import Word2Vec
import WordtoolCore

/// `wordtool axes`: words on axes that pairs of words give.
struct AxesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "axes",
    abstract: "Place words on axes that pairs of words give.",
    discussion: """
      An axis A:B leads from A to B: the difference of their vectors at length 1. The number of a word is \
      the cosine between it and the axis, above 0 towards B. Several pairs apart by commas or blanks make one \
      axis, the mean of theirs; each --axis is an axis of its own. The table has a row a word and a column an axis.

      Example:
        wordtool axes king queen boy girl --axis man:woman --axis child:king
        wordtool axes nurse engineer --axis he:she,man:woman,king:queen
      """)

  @Argument(
    help: ArgumentHelp("Words to place.", valueName: "word"), completion: Completions.words)
  var words: [String]

  @Option(
    help: ArgumentHelp(
      "An axis: pairs A:B apart by commas or blanks; may be given again.", valueName: "a:b,..."))
  var axis: [String]

  @OptionGroup var vectors: VectorsOptions
  @OptionGroup var style: StyleOptions
  @OptionGroup var lookup: LookupOptions

  func run() throws {
    let style = try style.resolved(among: [.table, .tsv, .json], for: "axes")
    let pairs = try axis.map { try Self.pairs($0, in: "--axis") }
    let vectors = try VectorSet(vectors).vectors
    var lookup = Lookup(lookup)
    let found = try vectors.answer(toPlacesOf: words, onAxes: zip(axis, pairs).map { ($0, $1) })
    if let answer = try lookup.tell(found) { try print(answer, style) }
    try lookup.finish()
  }

  /// The pairs of an axis, `man:woman,king:queen`.
  ///
  /// - Parameter place: where they stand, for messages.
  static func pairs(_ text: String, in place: String) throws -> [(String, String)] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { pair in
      let ends = pair.split(separator: ":", omittingEmptySubsequences: false)
      guard ends.count == 2, ends.allSatisfy({ !$0.isEmpty }) else {
        throw WordtoolError(
          .usage, found: "'\(pair)' in \(place)", expected: "two words: man:woman")
      }
      return (String(ends[0]), String(ends[1]))
    }
  }

  /// A row of the axes, then a row a word.
  static func rows(of answer: AxesAnswer, decimals: Int) -> [[String]] {
    [["word"] + answer.axes]
      + answer.words.map { place in
        [place.word] + place.values.map { NumberFormat.fixed($0, decimals) }
      }
  }

  private func print(_ answer: AxesAnswer, _ style: StyleOptions.Style) throws {
    if style == .json { return try JSONOutput.write(answer) }
    let isTable = style == .table
    let rows = Self.rows(of: answer, decimals: isTable ? 3 : 6)
    if isTable { return try StandardOutput.shared.write(TextTable.aligned(rows)) }
    for row in rows {
      try StandardOutput.shared.writeLine(
        row.map { TerminalText.escaped($0) }.joined(separator: "\t"))
    }
  }
}

import ArgumentParser
import Word2Vec
import WordtoolCore

/// `wordtool nearest-sentences`: the lines of a file nearest to a text.
struct NearestSentencesCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "nearest-sentences",
    abstract: "Print the lines of a file or folder that are nearest to a text.",
    discussion: """
      Each line of FILE is a text, and with --html each block of a page; a folder stands for the files in \
      it. By mean and sif the similarity is the cosine between the vectors of \
      two texts (see sentence-vector), for all lines by one matrix product; sif also takes out the \
      direction that all lines share. By wmd it is Word Mover's Distance, smaller is nearer: how far the \
      words of one text have to travel to become those of the other (Kusner et al. 2015); lines that its \
      relaxed bound rules out are not measured, and the answer is exact.

      A question is one argument; with '-' each line of standard input is one. tsv: the number of the \
      line, the similarity or distance, the text; of a folder FILE:LINE instead of the number. With '-' the \
      question comes first, and a blank line ends each answer.

      Example:
        wordtool nearest-sentences news.txt 'Oil prices are falling' -k 3
        wordtool nearest-sentences news.txt 'Oil prices are falling' --method wmd
        wordtool nearest-sentences news.txt.gz - --json < questions.txt
        wordtool nearest-sentences pages/ 'Oil prices are falling' --html
      """,
    aliases: ["search"])

  @Argument(
    help: ArgumentHelp(
      "A text a line, plain or .gz, or a folder of such files; '-' is standard input.",
      valueName: "file"), completion: .file())
  var file: String

  @Argument(help: ArgumentHelp("Texts to look for.", valueName: "query"))
  var queries: [String]

  @OptionGroup var weighting: SentenceWeightingOptions

  @Option(
    name: [.customShort("k"), .customLong("count")],
    help: ArgumentHelp("How many lines to print.", valueName: "k"))
  var count = 10

  @OptionGroup var input: TextInputOptions
  @OptionGroup var vectors: VectorsOptions
  @OptionGroup var style: StyleOptions
  @OptionGroup var lookup: LookupOptions
  @OptionGroup var threads: ThreadsOptions

  var optionRules: [OptionRule] { weighting.optionRules }

  func validate() throws {
    try OptionCheck.whole([("-k", count, 1 ... .max)])
    if file == "-" && queries == ["-"] {
      throw ValidationError("the file and the questions are both '-', expected one of them")
    }
  }

  func run() throws {
    let style = try style.resolved(among: [.table, .tsv, .json], for: "nearest-sentences")
    let set = try VectorSet(vectors, threads: threads.count).vectors
    var lookup = Lookup(lookup)
    let search = try TextSearch(
      path: file, files: try input.files([file]), encoding: input.encoding, vectors: set,
      method: weighting.method, weighting: weighting.weighting, threads: threads.count)
    if queries == ["-"] {
      try QuestionLines.forEach {
        try search.answers(to: $0, count: count)
      } show: {
        try print(try lookup.tell($0, line: $2), $1, style, isBatch: true)
      }
    } else {
      let answers = try search.answers(to: queries, count: count)
      let isBatch = queries.count > 1
      for (query, answer) in zip(queries, answers) {
        try print(try lookup.tell(answer), query, style, isBatch: isBatch)
      }
    }
    try lookup.finish()
  }

  private func print(
    _ answer: NearestTextsAnswer?, _ query: String, _ style: StyleOptions.Style, isBatch: Bool
  ) throws {
    let out = StandardOutput.shared
    let found = answer?.neighbors ?? []
    func place(_ text: NearestTextsAnswer.Text) -> String {
      (text.file.map { TerminalText.escaped($0) + ":" } ?? "") + String(text.line)
    }
    func score(_ text: NearestTextsAnswer.Text, _ decimals: Int) -> String {
      NumberFormat.fixed(text.similarity ?? text.distance ?? 0, decimals)
    }
    switch style {
    case .json: try JSONOutput.write(answer ?? NearestTextsAnswer(query: query))
    case .table:
      guard answer != nil else { return }
      let room = StandardOutput.columns.map { max(20, $0 - 20) } ?? .max
      let name = weighting.method == .wmd ? "distance" : "similarity"
      let rows = found.map { text in
        [
          place(text), score(text, 4),
          TerminalCells.shortened(TerminalText.escaped(text.text), to: room),
        ]
      }
      try out.writeStyled(TerminalText.escaped(query) + "\n")
      let width = rows.map { TerminalCells.count(in: $0[0]) }.max().map { max(8, $0) } ?? 8
      for row in [["line", name, "text"]] + rows {
        try out.writeLine(
          row[0].padded(to: width, onLeft: true) + "  " + row[1].padded(to: 10, onLeft: true) + "  "
            + row[2])
      }
      if isBatch { try out.write("\n") }
    default:
      let first = isBatch ? TerminalText.escaped(query) + "\t" : ""
      for text in found {
        try out.writeLine(
          first + "\(place(text))\t\(score(text, 6))\t" + TerminalText.escaped(text.text))
      }
      if isBatch { try out.write("\n") }
    }
  }
}

import ArgumentParser
import Word2Vec
import WordtoolCore

/// `wordtool nearest-sentences`: the lines of a file nearest to a text.
struct NearestSentencesCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "nearest-sentences",
    abstract: "Print the lines of a file that are nearest to a text.",
    discussion: """
      Each line of FILE is a text. By mean and sif the similarity is the cosine between the vectors of \
      two texts (see sentence-vector), for all lines by one matrix product; sif also takes out the \
      direction that all lines share. By wmd it is Word Mover's Distance, smaller is nearer: how far the \
      words of one text have to travel to become those of the other (Kusner et al. 2015); lines that its \
      relaxed bound rules out are not measured, and the answer is exact.

      A question is one argument; with '-' each line of standard input is one. tsv: the number of the \
      line, the similarity or distance, the text; with '-' the question first, and a blank line ends each \
      answer.

      Example:
        wordtool nearest-sentences news.txt 'Oil prices are falling' -k 3
        wordtool nearest-sentences news.txt 'Oil prices are falling' --method wmd
        wordtool nearest-sentences news.txt.gz - --json < questions.txt
      """,
    aliases: ["search"])

  @Argument(
    help: ArgumentHelp("A text a line, plain or .gz.", valueName: "file"), completion: .file())
  var file: String

  @Argument(help: ArgumentHelp("Texts to look for.", valueName: "query"))
  var queries: [String]

  @OptionGroup var weighting: SentenceWeightingOptions

  @Option(
    name: [.customShort("k"), .customLong("count")],
    help: ArgumentHelp("How many lines to print.", valueName: "k"))
  var count = 10

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
      file: file, vectors: set, weighting: weighting, threads: threads.count)
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
          String(text.line), score(text, 4),
          TerminalCells.shortened(TerminalText.escaped(text.text), to: room),
        ]
      }
      try out.writeStyled(TerminalText.escaped(query) + "\n")
      try out.write(
        "line".padded(to: 8, onLeft: true) + "  " + name.padded(to: 10, onLeft: true) + "  text\n")
      for row in rows {
        try out.writeLine(
          row[0].padded(to: 8, onLeft: true) + "  " + row[1].padded(to: 10, onLeft: true) + "  "
            + row[2])
      }
      if isBatch { try out.write("\n") }
    default:
      let first = isBatch ? TerminalText.escaped(query) + "\t" : ""
      for text in found {
        try out.writeLine(
          first + "\(text.line)\t\(score(text, 6))\t" + TerminalText.escaped(text.text))
      }
      if isBatch { try out.write("\n") }
    }
  }
}

/// The lines of a file, ready to be asked.
struct TextSearch {
  private enum Index {
    case cosine(SentenceIndex)
    case wordMovers(WordMoversIndex)
  }

  private let vectors: WordVectors
  private let texts: [String]
  private let index: Index
  private let threads: Int

  /// Reads a file and makes what a search needs.
  ///
  /// - Throws: ``WordtoolError``: as reading does; `badData` for a file in which no line has a known
  ///   word.
  init(
    file: String, vectors: WordVectors, weighting: SentenceWeightingOptions, threads: Int
  ) throws {
    self.vectors = vectors
    self.threads = threads
    var texts: [String] = []
    let lines = try LineReader(path: file, invalid: .replaced)
    while let line = try lines.nextLine() { texts.append(line) }
    StandardError.warnOfReplacements(lines.replacedCount, isTold: false)
    self.texts = texts
    let stop = Interrupts.stopFlag()
    let known: Int
    if weighting.method == .wmd {
      let found = try WordMoversIndex(of: texts, vectors: vectors, threads: threads, stop: stop)
      index = .wordMovers(found)
      known = found.count
    } else {
      let encoder = try SentenceEncoder(vectors, weighting: weighting.weighting)
      let found = try SentenceIndex(
        of: texts, encoder: encoder, removesCommonDirection: weighting.method == .sif,
        threads: threads, stop: stop)
      index = .cosine(found)
      known = found.count
    }
    guard known > 0 else {
      throw WordtoolError(
        .badData, path: file,
        found: texts.isEmpty
          ? "no text" : "\(NumberFormat.counted(texts.count, "line")) without a known word",
        expected: "texts with words of \(vectors.name ?? "the vectors")")
    }
    let missing = texts.count(where: { !$0.allSatisfy(\.isWhitespace) }) - known
    if missing > 0 {
      StandardError.note(
        "\(file): \(NumberFormat.counted(missing, "line")) without a known word left out")
    }
  }

  /// Answers questions.
  func answers(to queries: [String], count: Int) throws -> [Answered<NearestTextsAnswer>] {
    let stop = Interrupts.stopFlag()
    let found: [[TextMatch]]
    switch index {
    case .cosine(let index):
      found = try index.nearest(to: queries, count: count, threads: threads, stop: stop)
    case .wordMovers(let index):
      found = try queries.map {
        try index.nearest(to: $0, count: count, threads: threads, stop: stop).matches
      }
    }
    return zip(queries, found).map { query, matches in
      var answer = Answered<NearestTextsAnswer>()
      if matches.isEmpty {
        answer.problems.append(.noKnownWord(in: query, of: vectors))
      } else {
        answer.answer = NearestTextsAnswer(
          query: query, neighbors: matches.map { self.text($0) })
      }
      return answer
    }
  }

  private func text(_ match: TextMatch) -> NearestTextsAnswer.Text {
    var isDistance = false
    if case .wordMovers = index { isDistance = true }
    return .init(
      line: match.index + 1, text: texts[match.index],
      similarity: isDistance ? nil : match.score, distance: isDistance ? match.score : nil)
  }
}

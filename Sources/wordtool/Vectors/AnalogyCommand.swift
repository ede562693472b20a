import ArgumentParser
import Word2Vec

/// `wordtool analogy`: A - B + C.
struct AnalogyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "analogy",
    abstract: "Print the words nearest to A - B + C.",
    discussion: """
      'analogy king man woman' asks what is to woman as king is to man: king - man + woman. Each \
      word enters with length 1; the three words are not answers unless --include-inputs says so.

      With '-' each line of standard input is a question of three words. In the tsv and table \
      styles a blank line then ends each answer. (word2vec.c takes its three words in another \
      order: man king woman.)

      Example:
        wordtool analogy king man woman
        wordtool analogy berlin germany france --json
      """,
    aliases: ["analogies"])

  @Argument(
    help: ArgumentHelp("Three words, or '-' for questions on standard input.", valueName: "word"))
  var words: [String]

  @OptionGroup var vectors: VectorsOptions
  @OptionGroup var count: CountOptions
  @OptionGroup var restrict: RestrictOptions
  @OptionGroup var method: AnalogyMethodOptions

  @Flag(help: "Let the three words themselves be answers.")
  var includeInputs = false

  @OptionGroup var style: StyleOptions
  @OptionGroup var lookup: LookupOptions
  @OptionGroup var threads: ThreadsOptions

  struct Answer: Encodable {
    struct Candidate: Encodable {
      var word: String
      var score: Float
    }
    var positive: [String]
    var negative: [String]
    var answers: [Candidate]
  }

  func validate() throws {
    if words != ["-"] && words.count != 3 {
      throw ValidationError("\(words.count) words were given, expected three: A B C")
    }
  }

  func run() throws {
    var lookup = Lookup(try VectorSet(vectors, threads: threads.count), lookup)
    if words == ["-"] {
      try StandardInput.forEachQuestion(prompt: prompt) { line in
        if style.resolved == .word2vec && line == "EXIT" { return false }
        let parts = line.split(whereSeparator: \.isWhitespace).map(String.init)
        guard parts.count == 3 else {
          throw ValidationError("'\(line)' has \(parts.count) words, expected three: A B C")
        }
        try answer(parts, &lookup, isBatch: true)
        return true
      }
    } else {
      try answer(words, &lookup, isBatch: false)
    }
    try lookup.finish()
  }

  private var prompt: String {
    switch style.resolved {
    case .word2vec: "Enter three words (EXIT to break): "
    case .fasttext: "Query triplet (A - B + C)? "
    case .table, .tsv, .json: ""
    }
  }

  private func answer(_ words: [String], _ lookup: inout Lookup, isBatch: Bool) throws {
    var rows: [WordListing.Row]?
    if let known = try lookup.allKnown(words) {
      rows = try lookup.set.vectors.analogy(
        known[0], known[1], known[2], method: method.method,
        options: SearchOptions(
          count: count.count, restrict: restrict.restrict, includeInputs: includeInputs,
          threads: threads.count)
      ).map { WordListing.Row(word: $0.word, score: $0.similarity) }
      lookup.countAnswer()
    }
    try print(rows, words, lookup.set, isBatch: isBatch)
  }

  private func print(
    _ found: [WordListing.Row]?, _ words: [String], _ set: VectorSet, isBatch: Bool
  ) throws {
    let out = StandardOutput.shared
    let rows = found ?? []
    let blockEnd = isBatch ? "\n" : ""
    switch style.resolved {
    case .json:
      try JSONOutput.write(
        Answer(
          positive: [words[0], words[2]], negative: [words[1]],
          answers: rows.map { Answer.Candidate(word: $0.word, score: $0.score) }))
    case .tsv:
      try out.write(WordListing.tsv(rows) + blockEnd)
    case .table:
      guard found != nil else { return }
      let formula = "\(words[0]) - \(words[1]) + \(words[2])"
      try out.write(WordListing.table(rows, title: formula, scoreName: "score") + blockEnd)
    case .fasttext:
      try out.write(WordListing.fastText(rows))
    case .word2vec:
      guard try WordListing.printPositions(of: words, in: set) else { return }
      try out.write("\n" + String(repeating: " ", count: 46) + "Word              Distance\n")
      try out.write(WordListing.word2vecRule + "\n" + WordListing.word2vec(rows))
    }
  }
}

/// `--method` of the analogy commands.
struct AnalogyMethodOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How similarities are combined: add (3CosAdd, Mikolov et al. 2013) or mul (3CosMul, Levy "
        + "and Goldberg 2014).", valueName: "method"))
  var method: AnalogyMethod = .add
}

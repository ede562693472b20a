import ArgumentParser
import Word2Vec
import WordtoolCore

/// `wordtool analogy`: A - B + C.
struct AnalogyCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "analogy",
    abstract: "Print the words nearest to A - B + C.",
    discussion: """
      'analogy king man woman' asks what is to woman as king is to man: king - man + woman. Each \
      word enters with length 1 unless --raw says otherwise; the three words are not answers unless \
      --include-inputs says so.

      With '-' each line of standard input is a question of three words. In the tsv style \
      each line then begins with the question; in tsv and table a blank line ends each answer. (word2vec.c takes its three words in another \
      order: man king woman.)

      Example:
        wordtool analogy king man woman
        wordtool analogy berlin germany france --json
      """,
    aliases: ["analogies"])

  @Argument(
    help: ArgumentHelp("Three words, or '-' for questions on standard input.", valueName: "word"),
    completion: Completions.words)
  var words: [String]

  @OptionGroup var vectors: VectorsOptions
  @OptionGroup var count: CountOptions
  @OptionGroup var restrict: RestrictOptions
  @OptionGroup var method: AnalogyMethodOptions

  @Flag(help: "Let the three words themselves be answers.")
  var includeInputs = false

  @Flag(help: "Let vectors enter the sum with the lengths they have, not with length 1.")
  var raw = false

  @Flag(
    help: "Print what each score is made of: the three words, and the dimensions that add most.")
  var explain = false

  @OptionGroup var style: StyleOptions
  @OptionGroup var lookup: LookupOptions
  @OptionGroup var threads: ThreadsOptions

  func validate() throws {
    if words != ["-"] && words.count != 3 {
      throw ValidationError(
        "\(words.count, "word") \(words.count == 1 ? "was" : "were") given, expected three: A B C")
    }
  }

  var optionRules: [OptionRule] {
    [
      OptionRule(["--explain", "--raw"], need: "--method add", isMet: method.method == .add),
      OptionRule(
        ["--explain"], need: "--style table, tsv or json",
        isMet: [.table, .tsv, .json].contains(style.resolved)),
    ]
  }

  func run() throws {
    let vectors = try VectorSet(vectors, threads: threads.count).vectors
    var lookup = Lookup(lookup)
    let options = SearchOptions(
      count: count.count, limit: restrict.restrict, includesInputs: includeInputs,
      threads: threads.count)
    let answers = { (questions: [[String]]) in
      try vectors.answers(
        toAnalogies: questions, method: method.method, options: options, isRaw: raw,
        explains: explain)
    }
    if words == ["-"] {
      let end = style.resolved == .word2vec ? "EXIT" : nil
      try QuestionLines.forEach(prompt: prompt, until: end) {
        try answers($0.map(Self.words))
      } show: {
        try print(try lookup.tell($0, line: $2), Self.words($1), vectors, isBatch: true)
      }
    } else {
      try print(try lookup.tell(try answers([words])[0]), words, vectors, isBatch: false)
    }
    try lookup.finish()
  }

  private static func words(_ line: String) -> [String] {
    line.split(whereSeparator: \.isWhitespace).map(String.init)
  }

  private var prompt: String {
    switch style.resolved {
    case .word2vec: "Enter three words (EXIT to break): "
    case .fasttext: "Query triplet (A - B + C)? "
    case .table, .tsv, .json: ""
    }
  }

  private func print(
    _ found: AnalogyAnswer?, _ words: [String], _ vectors: WordVectors, isBatch: Bool
  ) throws {
    let out = StandardOutput.shared
    let rows = (found?.answers ?? []).map {
      WordListing.Row(word: $0.word, score: $0.score, explanation: $0.explanation)
    }
    let blockEnd = isBatch ? "\n" : ""
    switch style.resolved {
    case .json:
      let isThree = words.count == 3
      try JSONOutput.write(
        found
          ?? AnalogyAnswer(
            positive: isThree ? [words[0], words[2]] : words, negative: isThree ? [words[1]] : []))
    case .tsv:
      let question = isBatch ? words.joined(separator: " ") : nil
      try out.write(WordListing.tsv(rows, question: question) + blockEnd)
    case .table:
      guard found != nil else { return }
      let formula = "\(words[0]) - \(words[1]) + \(words[2])"
      try out.writeStyled(WordListing.table(rows, title: formula, scoreName: "score") + blockEnd)
    case .fasttext:
      try out.write(WordListing.fastText(rows))
    case .word2vec:
      guard try WordListing.printPositions(of: words, in: vectors), found != nil else { return }
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

import ArgumentParser
import Word2Vec
import WordtoolCore

/// `wordtool nearest`: the words nearest to a word, a mean of words or an expression.
struct NearestCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "nearest",
    abstract: "Print the words nearest to a word, to the mean of words, or to an expression.",
    discussion: """
      Nearness is the cosine of the angle between two vectors, 1 for the same direction. In sums \
      and means each word has length 1; the words asked for are left out of the answer. Words \
      pass through the rule their vocabulary was made by, so Sweden finds sweden. An expression \
      has + and - between words, factors as in 0.5*woman, and parentheses.

      With '-' for WORD each line of standard input is a question. In the tsv style each line then \
      begins with the question; in tsv and table a blank line ends each answer.

      Example:
        wordtool nearest sweden
        wordtool nearest 'king - man + 0.5*woman' -k 5 --json
        wordtool nearest - < questions.txt
      """,
    aliases: ["nn", "similar", "distance"])

  @Argument(
    help: ArgumentHelp("Words, or an expression of words.", valueName: "word"),
    completion: Completions.words)
  var words: [String] = []

  @OptionGroup var vectors: VectorsOptions
  @OptionGroup var count: CountOptions
  @OptionGroup var restrict: RestrictOptions

  @Option(
    help: ArgumentHelp(
      "Leave out words whose similarity is less. (default: none is)", valueName: "x"))
  var minSimilarity: Float?

  @Flag(help: "Print the least similar words, the least first.")
  var least = false

  @Flag(help: "Let the words of the question themselves be answers.")
  var includeInputs = false

  @Flag(help: "Let vectors enter sums and means with the lengths they have, not with length 1.")
  var raw = false

  @Flag(
    help: "Print what each similarity is made of: words, n-grams, and the dimensions that add most."
  )
  var explain = false

  @Option(
    help: ArgumentHelp(
      "Ask for the words nearest to these numbers, apart by commas or blanks: 0.1,0.2,...",
      valueName: "numbers"))
  var vector: String?

  @Flag(
    help: ArgumentHelp(
      "Search through the index that 'wordtool index' has made: quicker, and some of the nearest words may "
        + "be missed."))
  var approximate = false

  @Option(
    help: ArgumentHelp(
      "The index. (default: the name of the vectors and .index)", valueName: "path"),
    completion: .file())
  var index: String?

  @Option(
    help: ArgumentHelp(
      "How many words an approximate search keeps in view: more find more and take longer. (default: what "
        + "was measured to find 95 of a hundred)", valueName: "n"))
  var effort: Int?

  @OptionGroup var style: StyleOptions
  @OptionGroup var lookup: LookupOptions
  @OptionGroup var threads: ThreadsOptions

  func validate() throws {
    if words.isEmpty == (vector == nil) {
      throw ValidationError(
        words.isEmpty
          ? "no words were given, expected some, an expression or --vector"
          : "words and --vector were given, expected one of them")
    }
    try OptionCheck.whole([("--effort", effort, 1 ... .max)])
    if least && minSimilarity != nil {
      throw ValidationError("--least and --min-similarity exclude each other")
    }
    if let minSimilarity, minSimilarity.isNaN {
      throw ValidationError("--min-similarity is not a number")
    }
  }

  var optionRules: [OptionRule] {
    [
      OptionRule(
        ["--raw", "--strict", "--include-inputs"], need: "words, not to --vector",
        isMet: vector == nil),
      OptionRule(
        ["--explain"], need: "--style table, tsv or json",
        isMet: [.table, .tsv, .json].contains(style.resolved)),
      OptionRule(["--index", "--effort"], need: "--approximate", isMet: approximate),
      OptionRule(
        ["--least", "--restrict"], need: "searches without --approximate", isMet: !approximate),
    ]
  }

  func run() throws {
    let numbers = try vector.map(Self.numbers)
    let vectors = try openVectors()
    var lookup = Lookup(lookup)
    if words == ["-"] {
      try QuestionLines.forEach(prompt: prompt, until: end) {
        try vectors.answers(to: $0, questions)
      } show: {
        try print(try lookup.tell($0, line: $2), NearestQuestions.text($1), vectors, isBatch: true)
      }
    } else if let numbers {
      let found = try vectors.answer(toVector: numbers, questions)
      let answer = try lookup.tell(found)
      try print(answer, answer?.query ?? "", vectors, isBatch: false)
    } else {
      let text = words.joined(separator: " ")
      let found = try vectors.answers(to: [text], questions)[0]
      if found.answer == nil { Lookup.hint(at: words, of: "nearest") }
      try print(
        try lookup.tell(found), NearestQuestions.text(text), vectors, isBatch: false)
    }
    try lookup.finish()
  }

  private func openVectors() throws -> WordVectors {
    let set = try VectorSet(vectors, threads: threads.count)
    guard approximate else { return set.vectors }
    let path = index ?? IndexCommand.path(of: set.choice.path)
    guard Environment.exists(path) else {
      throw WordtoolError(
        .noSuchInput, path: path, found: "no index of \(set.choice.path)",
        remedy: "make it with 'wordtool index \(set.choice.path)'")
    }
    var found = try ApproximateIndex(contentsOf: path, for: set.vectors)
    if let effort { found.effort = effort }
    var vectors = set.vectors
    try vectors.searchApproximately(by: found)
    return vectors
  }

  private static func numbers(_ text: String) throws -> [Float] {
    try text.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "," || $0 == " " })
      .map { part in
        guard let number = Float(part), number.isFinite else {
          throw ValidationError("'\(part)' in --vector, expected numbers apart by commas or blanks")
        }
        return number
      }
  }

  private var questions: NearestQuestions {
    var questions = NearestQuestions(
      search: SearchOptions(
        count: count.count, limit: restrict.restrict, minimumSimilarity: minSimilarity,
        includesInputs: includeInputs, threads: threads.count))
    questions.isRaw = raw
    questions.asksForLeast = least
    questions.explains = explain
    return questions
  }

  private var prompt: String {
    switch style.resolved {
    case .word2vec: "Enter word or sentence (EXIT to break): "
    case .fasttext: "Query word? "
    case .table, .tsv, .json: ""
    }
  }

  private var end: String? { style.resolved == .word2vec ? "EXIT" : nil }

  private func print(
    _ found: NearestAnswer?, _ text: String, _ vectors: WordVectors, isBatch: Bool
  ) throws {
    let out = StandardOutput.shared
    let rows = (found?.neighbors ?? []).map {
      WordListing.Row(word: $0.word, score: $0.similarity, explanation: $0.explanation)
    }
    let blockEnd = isBatch ? "\n" : ""
    switch style.resolved {
    case .json:
      let answer = found ?? NearestAnswer(query: text)
      if isBatch { try JSONOutput.write(answer) } else { try JSONOutput.write([answer]) }
    case .tsv:
      try out.write(WordListing.tsv(rows, question: isBatch ? text : nil) + blockEnd)
    case .table:
      guard found != nil else { return }
      try out.writeStyled(WordListing.table(rows, title: text, scoreName: "similarity") + blockEnd)
    case .fasttext:
      try out.write(WordListing.fastText(rows))
    case .word2vec:
      let parts = text.split(separator: " ").map(String.init)
      let words = NearestQuestions.isExpression(parts) || vector != nil ? [] : parts
      guard try WordListing.printPositions(of: words, in: vectors), found != nil else { return }
      try out.write("\n" + String(repeating: " ", count: 46) + "Word       Cosine distance\n")
      try out.write(WordListing.word2vecRule + "\n" + WordListing.word2vec(rows))
    }
  }
}

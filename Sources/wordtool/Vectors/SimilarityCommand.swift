import ArgumentParser
import Word2Vec
import WordtoolCore

/// `wordtool similarity`: the cosine of two words, or of many pairs.
struct SimilarityCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "similarity",
    abstract: "Print the cosine similarity of two words, of several, or of the pairs in a file.",
    discussion: """
      Of three words and more each is compared with each: a table with a row and a column a word.

      A file of pairs holds two words a line, apart by a tab, a comma or spaces; what follows them on the \
      line is not looked at, nor are a first line that names the columns and the numbers of rows in \
      front. The output has one line a pair: both words and the similarity, apart \
      by tabs. Pairs with an unknown word are left out and told on standard error.

      Example:
        wordtool similarity cat dog
        wordtool similarity cat dog lion wolf
        wordtool similarity --pairs wordsim353.tsv
      """)

  @Argument(
    help: ArgumentHelp("Two words or more.", valueName: "word"), completion: Completions.words)
  var words: [String] = []

  @Option(
    help: ArgumentHelp("A file of pairs; '-' is standard input.", valueName: "file"),
    completion: .file())
  var pairs: String?

  @Flag(
    help: "Print what the similarity is made of as well: the dimensions that add most, and n-grams."
  )
  var explain = false

  @OptionGroup var vectors: VectorsOptions
  @OptionGroup var json: JSONOptions
  @OptionGroup var lookup: LookupOptions

  func validate() throws {
    if pairs == nil && words.count < 2 {
      throw ValidationError(
        "\(words.count, "word") \(words.count == 1 ? "was" : "were") given, expected two or "
          + "more, or --pairs FILE")
    }
    if pairs != nil && !words.isEmpty {
      throw ValidationError("words and --pairs were given, expected one of them")
    }
  }

  var optionRules: [OptionRule] {
    [
      OptionRule(
        ["--explain"], need: "two words, or --pairs", isMet: pairs != nil || words.count == 2)
    ]
  }

  func run() throws {
    let list = try pairs.map { try Self.readPairs($0) }
    let vectors = try VectorSet(vectors).vectors
    var lookup = Lookup(lookup)
    if words.count > 2 {
      if let answer = try lookup.tell(try vectors.answer(toSimilaritiesOf: words)) {
        try print(answer)
      }
      return try lookup.finish()
    }
    var answers: [SimilarityAnswer] = []
    for pair in list ?? [(words[0], words[1])] {
      let found = try vectors.answer(toSimilarityOf: pair.0, and: pair.1, explains: explain)
      if let answer = try lookup.tell(found) { answers.append(answer) }
    }
    let out = StandardOutput.shared
    if json.json {
      if list != nil {
        try JSONOutput.write(answers)
      } else if let answer = answers.first {
        try JSONOutput.write(answer)
      }
    } else {
      for answer in answers {
        let pair = "\(TerminalText.escaped(answer.a))\t\(TerminalText.escaped(answer.b))\t"
        try out.write((list == nil ? "" : pair) + Self.line(answer))
      }
    }
    try lookup.finish()
  }

  /// The similarity, and what it is made of where that was asked for.
  static func line(_ answer: SimilarityAnswer) -> String {
    NumberFormat.fixed(Double(answer.similarity))
      + (answer.explanation.map { "\t" + WordListing.text($0) } ?? "") + "\n"
  }

  /// A row of names, then a row a word; in columns on a terminal.
  private func print(_ answer: SimilarityMatrixAnswer) throws {
    if json.json { return try JSONOutput.write(answer) }
    let out = StandardOutput.shared
    let names = answer.words.map { TerminalText.escaped($0) }
    let isTable = StandardOutput.isTerminal
    let rows = answer.similarities.map { row in
      row.map { NumberFormat.fixed(Double($0), isTable ? 3 : 6) }
    }
    guard isTable else {
      try out.writeLine("word\t" + names.joined(separator: "\t"))
      for (name, row) in zip(names, rows) {
        try out.writeLine(name + "\t" + row.joined(separator: "\t"))
      }
      return
    }
    let width = names.map { TerminalText.cells(in: $0) }.max() ?? 0
    let column = max(6, width)
    try out.writeLine(
      String(repeating: " ", count: width)
        + names.map { "  " + $0.padded(to: column, onLeft: true) }.joined())
    for (name, row) in zip(names, rows) {
      try out.writeLine(
        name.padded(to: width) + row.map { "  " + $0.padded(to: column, onLeft: true) }.joined())
    }
  }

  private static func readPairs(_ path: String) throws -> [(String, String)] {
    let pairs = try PairLines.readPairs(path).map { ($0.fields[0], $0.fields[1]) }
    guard !pairs.isEmpty else {
      throw WordtoolError(.badData, path: path, found: "no pairs", expected: "two words a line")
    }
    return pairs
  }
}

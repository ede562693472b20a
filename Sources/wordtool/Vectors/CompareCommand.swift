import ArgumentParser
import Word2Vec
import WordtoolCore

/// `wordtool compare`: words that have moved between two sets of vectors.
struct CompareCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Print the words whose neighbours differ most between two sets of vectors.",
    discussion: """
      A is turned onto B by the words that both have (see align); then a word has moved as far as the \
      cosine of its two vectors is small (Hamilton et al. 2016), or as few of its nearest words are the \
      same (--by neighbors, Gonen et al. 2020). Only words that both have are neighbours. With words, \
      what became of those.

      tsv: the word, the cosine, how many neighbours are the same, the neighbours in A, those in B.

      Example:
        wordtool compare 1990.safetensors 2020.safetensors
        wordtool compare 1990.safetensors 2020.safetensors mouse tablet
      """)

  @Argument(help: ArgumentHelp("The one set of vectors.", valueName: "in"), completion: .file())
  var first: String
  @Argument(help: ArgumentHelp("The other set.", valueName: "in"), completion: .file())
  var second: String
  @Argument(help: ArgumentHelp("Words to tell about.", valueName: "word"))
  var words: [String] = []

  @Option(help: ArgumentHelp("By what words are ordered: cosine or neighbors.", valueName: "order"))
  var by: VectorComparison.Order = .cosine

  @Option(
    name: [.customShort("k"), .customLong("count")],
    help: ArgumentHelp("How many words to print. (default: 20)", valueName: "k"))
  var count: Int?

  @Option(help: ArgumentHelp("How many nearest words are compared.", valueName: "n"))
  var neighbors = 10

  @Option(
    help: ArgumentHelp(
      "Take the first n words of both, which are the frequent ones.", valueName: "n"))
  var restrict = 10_000

  @OptionGroup var reading: VectorReadingOptions
  @OptionGroup var style: StyleOptions
  @OptionGroup var lookup: LookupOptions
  @OptionGroup var threads: ThreadsOptions

  func validate() throws {
    try OptionCheck.whole([
      ("-k", count, 1 ... .max), ("--neighbors", neighbors, 1...10_000),
      ("--restrict", restrict, 2 ... .max),
    ])
  }

  var optionRules: [OptionRule] {
    [
      OptionRule(["--by", "-k", "--count"], need: "a run without words", isMet: words.isEmpty),
      OptionRule(["--strict"], need: "words", isMet: !words.isEmpty),
    ]
  }

  func run() throws {
    let style = try style.resolved(among: [.table, .tsv, .json], for: "compare")
    let stop = Interrupts.stopFlag()
    let one = try VectorPair.read(first, reading, threads: threads.count)
    let other = try VectorPair.read(second, reading, threads: threads.count)
    let comparison = try VectorComparison(of: one, with: other, limit: restrict, stop: stop)
    var lookup = Lookup(lookup)
    let changes: [VectorComparison.Change]
    if words.isEmpty {
      changes = try comparison.changes(
        by: by, count: count ?? 20, neighborCount: neighbors, threads: threads.count, stop: stop)
    } else {
      var rows: [Int] = []
      for word in words {
        if let row = try lookup.tell(comparison.answer(toIndexOf: word)) { rows.append(row) }
      }
      changes = try comparison.changes(
        of: rows, neighborCount: neighbors, threads: threads.count, stop: stop)
    }
    try print(ComparisonAnswer(comparison, changes), style)
    try lookup.finish()
  }

  private func print(_ answer: ComparisonAnswer, _ style: StyleOptions.Style) throws {
    let out = StandardOutput.shared
    if style == .json { return try JSONOutput.write(answer) }
    StandardError.note(
      "\(NumberFormat.counted(answer.shared, "word")) in both, mean cosine "
        + NumberFormat.fixed(answer.meanSimilarity, 4))
    func list(_ words: [String]) -> String {
      words.map { TerminalText.escaped($0) }.joined(separator: " ")
    }
    for change in answer.words {
      let word = TerminalText.escaped(change.word)
      if style == .table {
        try out.writeStyled(
          "\(word)  cosine \(NumberFormat.fixed(change.similarity, 4)), "
            + "\(change.common) of \(change.a.count) neighbours the same\n")
        try out.write("    A  \(list(change.a))\n    B  \(list(change.b))\n")
      } else {
        try out.writeLine(
          [
            word, NumberFormat.fixed(change.similarity), String(change.common), list(change.a),
            list(change.b),
          ].joined(separator: "\t"))
      }
    }
  }
}

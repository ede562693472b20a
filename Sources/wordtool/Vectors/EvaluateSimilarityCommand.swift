import ArgumentParser
import Word2Vec
import WordtoolCore

/// `wordtool evaluate similarity`: correlation with what people say.
struct EvaluateSimilarityCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "similarity",
    abstract: "Compare the similarities of word pairs with those that people gave.",
    discussion: """
      FILE has two words and a score a line, apart by tabs, commas or spaces, as WordSim-353, \
      SimLex-999, SimVerb-3500, MEN, RW, MTurk and RG-65 are published: the first line may name the \
      columns, and what follows the score is not looked at. Pairs with an unknown word are left out and \
      counted as missing. Of a folder each file that ends in .txt, .tsv or .csv is a set, and the answer is \
      a table with a row a set; files that begin with README or LICENSE are passed over.

      Words find their vectors as --match says: query takes the exact spelling, else what the rule that is \
      stored with the vectors makes of it; exact takes the spelling alone; caseless is what gensim does: of \
      King, king and KING the most frequent counts.

      Example:
        wordtool evaluate similarity wordsim353.tsv
        wordtool evaluate similarity word-similarity/ -v new.vec --against old.vec
      """,
    aliases: ["pairs"])

  @Argument(
    help: ArgumentHelp("The pairs, or a folder of such files.", valueName: "file"),
    completion: .file())
  var file: String

  @OptionGroup var vectors: VectorsOptions

  @OptionGroup var restrict: RestrictOptions

  @Option(
    name: .customLong("match"),
    help: ArgumentHelp("How words find their vectors: query, exact or caseless.", valueName: "how"))
  var matching: WordMatching = .query

  @OptionGroup var comparison: ComparisonOptions
  @OptionGroup var threads: ThreadsOptions
  @OptionGroup var json: JSONOptions

  var optionRules: [OptionRule] {
    comparison.optionRules + [
      OptionRule(["--threads"], need: "--against", isMet: comparison.against != nil)
    ]
  }

  /// What came of one file.
  private struct Row {
    var name: String
    var result: SimilarityEvaluation
    var other: SimilarityEvaluation?
    var difference: PairedBootstrap?

    var answer: SimilarityEvaluationAnswer {
      var answer = result.answer
      answer.against = other.map { .init($0, difference) }
      return answer
    }
  }

  func run() throws {
    let isFolder = Environment.isFolder(file)
    let files = isFolder ? try EvaluationFiles.pairs(in: file) : [file]
    let sets = try files.map { path in
      (
        EvaluationSet.name(of: path),
        try FileKind.reading(path, as: .similarityPairs) { try SimilarityPairs(contentsOf: path) }
      )
    }
    let set = try VectorSet(vectors)
    let other = try comparison.against.map { try VectorPair.read($0, vectors.reading, threads: 1) }
    let rows = try sets.map { name, pairs in
      var row = Row(
        name: name,
        result: try set.vectors.evaluateSimilarity(
          pairs, matching: matching, limit: restrict.restrict))
      if let other {
        let found = try other.evaluateSimilarity(
          pairs, matching: matching, limit: restrict.restrict)
        row.other = found
        row.difference = try row.result.compared(
          with: found, samples: comparison.sampleCount, seed: comparison.seed ?? 1,
          threads: threads.count, stop: Interrupts.stopFlag())
      }
      return row
    }
    if json.json {
      if !isFolder { return try JSONOutput.write(rows[0].answer) }
      return try JSONOutput.write(
        SimilaritySetsAnswer(sets: rows.map { .init(name: $0.name, answer: $0.answer) }))
    }
    if isFolder { try print(rows) } else { try print(rows[0]) }
  }

  private func print(_ rows: [Row]) throws {
    func number(_ value: Double?) -> String { value.map { NumberFormat.fixed($0, 4) } ?? "-" }
    let isTable = StandardOutput.isTerminal
    var titles = ["set", "spearman", "95 %", "pearson", "pairs", "missing"]
    if comparison.against != nil { titles += ["against", "difference", "95 %", "p"] }
    var table = isTable ? [titles] : []
    func range(_ low: Double?, _ high: Double?) -> String {
      guard let low, let high else { return "-" }
      return NumberFormat.fixed(low, 3) + (isTable ? "–" : " to ") + NumberFormat.fixed(high, 3)
    }
    for row in rows {
      let result = row.result
      var cells = [
        row.name, number(result.spearman),
        range(result.spearmanInterval?.lowerBound, result.spearmanInterval?.upperBound),
        number(result.pearson), String(result.pairs), String(result.missing),
      ]
      if let other = row.other {
        let found = row.difference
        cells += [
          number(other.spearman), number(found?.difference),
          range(found?.interval[0], found?.interval[1]),
          found.map { NumberFormat.general($0.pValue, 3) } ?? "-",
        ]
      }
      table.append(cells)
    }
    if isTable { return try StandardOutput.shared.write(TextTable.aligned(table)) }
    for row in table {
      try StandardOutput.shared.writeLine(
        row.map { TerminalText.escaped($0) }.joined(separator: "\t"))
    }
  }

  private func print(_ row: Row) throws {
    func number(_ value: Double?, _ interval: ClosedRange<Double>?) -> String {
      guard let value else { return "undefined" }
      let range = interval.map {
        "  (95 %: \(NumberFormat.fixed($0.lowerBound, 3)) to "
          + "\(NumberFormat.fixed($0.upperBound, 3)))"
      }
      return NumberFormat.fixed(value, 4) + (range ?? "")
    }
    let result = row.result
    try StandardOutput.shared.write(
      """
      spearman  \(number(result.spearman, result.spearmanInterval))
      pearson   \(number(result.pearson, result.pearsonInterval))
      pairs     \(result.pairs)
      missing   \(result.missing)

      """)
    guard let other = row.other else { return }
    try StandardOutput.shared.writeLine(
      "against   \(number(other.spearman, other.spearmanInterval))")
    if let found = row.difference {
      try StandardOutput.shared.writeLine(
        ComparisonOptions.line(found, factor: 1, decimals: 4))
    }
  }
}

/// The files of a folder of evaluation sets.
enum EvaluationFiles {
  /// Those of pairs.
  ///
  /// - Throws: ``WordtoolError`` of kind `badData` when there is none.
  static func pairs(in folder: String) throws -> [String] {
    let files = try InputFiles.expand([folder]).filter {
      EvaluationSet.isTaken($0, ["txt", "tsv", "csv"])
    }
    guard !files.isEmpty else {
      throw WordtoolError(
        .badData, path: folder, found: "no files of pairs",
        expected: "files that end in .txt, .tsv or .csv")
    }
    return files
  }
}

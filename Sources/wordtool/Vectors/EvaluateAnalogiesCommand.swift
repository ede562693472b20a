import ArgumentParser
import Word2Vec
import WordtoolCore

/// `wordtool evaluate analogies`: questions a : b = c : d.
struct EvaluateAnalogiesCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "analogies",
    abstract: "Count the analogy questions that vectors answer rightly.",
    discussion: """
      FILE is in the format of questions-words.txt: ': name' opens a section, other lines are \
      four words a b c d, and d is to be the nearest to b - a + c; a, b and c are no answers. A \
      question with an unknown word is skipped; 'of all' counts skipped questions as wrong. \
      Sections whose name begins with gram are the syntactic ones. The interval is Wilson's, 95 %. \
      Microsoft's set (a b c KIND d, or word_relationship.questions beside word_relationship.answers) and \
      files of BATS (a word, a tab, its answers apart by /) are read as well; of a folder each file is a \
      row.

      Words find their vectors as --match says: query takes the exact spelling, else what the rule \
      that is stored with the vectors makes of it, and only d itself is right; exact takes the \
      spelling alone; caseless is what gensim and word2vec's compute-accuracy do: of King, king and \
      KING the most frequent counts, and any of them is right. The three agree for vectors in small \
      letters.

      Example:
        wordtool evaluate analogies questions-words.txt --restrict 30000
        wordtool evaluate analogies questions-words.txt -v old.bin --method mul \\
            --json
        wordtool evaluate analogies BATS_3.0/ -v new.vec --against old.vec
      """)

  @Argument(
    help: ArgumentHelp("The questions, or a folder of such files.", valueName: "file"),
    completion: .file())
  var file: String

  @OptionGroup var vectors: VectorsOptions
  @OptionGroup var method: AnalogyMethodOptions

  @OptionGroup var restrict: RestrictOptions

  @Option(
    name: .customLong("match"),
    help: ArgumentHelp("How words find their vectors: query, exact or caseless.", valueName: "how"))
  var matching: WordMatching = .query

  @OptionGroup var comparison: ComparisonOptions
  @OptionGroup var style: StyleOptions
  @OptionGroup var threads: ThreadsOptions

  var optionRules: [OptionRule] { comparison.optionRules }

  func run() throws {
    let style = try style.resolved(
      among: [.table, .tsv, .json, .word2vec], for: "evaluate analogies")
    let questions = try FileKind.reading(file, as: .analogyQuestions) {
      try AnalogyQuestions(contentsOf: file)
    }
    let set = try VectorSet(vectors, threads: threads.count)
    let result = try set.vectors.evaluateAnalogies(
      questions, method: method.method, limit: restrict.restrict, matching: matching,
      threads: threads.count, stop: Interrupts.stopFlag())
    let against = try comparison.against.map { path in
      try VectorPair.read(path, vectors.reading, threads: threads.count).evaluateAnalogies(
        questions, method: method.method, limit: restrict.restrict, matching: matching,
        threads: threads.count, stop: Interrupts.stopFlag())
    }
    let difference = try against.flatMap {
      try result.compared(
        with: $0, samples: comparison.sampleCount, seed: comparison.seed ?? 1,
        threads: threads.count, stop: Interrupts.stopFlag())
    }
    switch style {
    case .json:
      var answer = result.answer
      answer.against = against?.answer.total
      answer.comparison = difference
      try JSONOutput.write(answer)
    case .word2vec: try printWord2Vec(result)
    case .tsv: try printRows(result, against, separator: "\t")
    default: try printRows(result, against, separator: nil)
    }
    if let difference, style != .json {
      try StandardOutput.shared.writeLine(
        ComparisonOptions.line(difference, factor: 100, decimals: 2))
    }
  }

  private func printRows(
    _ result: AnalogyEvaluation, _ against: AnalogyEvaluation?, separator: String?
  ) throws {
    let titles = ["section", "right", "asked", "skipped", "right %", "95 %", "of all %"]
    var rows = separator == nil ? [titles] : []
    // The longest names of sections leave no room for a word between the ends of an interval.
    let dash = separator == nil ? "–" : " to "
    func add(_ name: String, _ tally: AnalogyEvaluation.Tally) {
      rows.append(Self.row(name, tally, dash: dash))
    }
    let sets = result.sets
    for set in sets { add(set.name, set.tally) }
    for section in result.sections where sets.isEmpty { add(section.name, section.tally) }
    add("semantic", result.semantic)
    add("syntactic", result.syntactic)
    add("total", result.total)
    if let against { add("against", against.total) }
    if let separator {
      for row in rows { try StandardOutput.shared.writeLine(row.joined(separator: separator)) }
    } else {
      try StandardOutput.shared.write(TextTable.aligned(rows))
    }
  }

  private static func row(
    _ name: String, _ tally: AnalogyEvaluation.Tally, dash: String
  ) -> [String] {
    func percent(_ share: Double?) -> String {
      share.map { NumberFormat.fixed($0 * 100, 2) } ?? "-"
    }
    let interval = tally.interval.map {
      NumberFormat.fixed($0.lowerBound * 100, 1) + dash
        + NumberFormat.fixed($0.upperBound * 100, 1)
    }
    return [
      name, String(tally.correct), String(tally.asked), String(tally.skipped),
      percent(tally.accuracy), interval ?? "-", percent(tally.accuracyAll),
    ]
  }

  /// What compute-accuracy prints.
  private func printWord2Vec(_ result: AnalogyEvaluation) throws {
    /// Right answers and questions, added up from section to section.
    struct Sum {
      var correct = 0
      var asked = 0

      mutating func add(_ tally: AnalogyEvaluation.Tally) {
        correct += tally.correct
        asked += tally.asked
      }

      var percent: String {
        asked > 0 ? NumberFormat.fixed(Double(correct) / Double(asked) * 100, 2) : "-nan"
      }
    }
    var (running, semantic, syntactic) = (Sum(), Sum(), Sum())
    let out = StandardOutput.shared
    for section in result.sections {
      var own = Sum()
      own.add(section.tally)
      running.add(section.tally)
      if section.isSyntactic { syntactic.add(section.tally) } else { semantic.add(section.tally) }
      try out.write(
        """
        \(section.name):
        ACCURACY TOP1: \(own.percent) %  (\(section.tally.correct) / \
        \(section.tally.asked))
        Total accuracy: \(running.percent) %   Semantic accuracy: \(semantic.percent) %   \
        Syntactic accuracy: \(syntactic.percent) % 

        """)
    }
    let all = result.total.asked + result.total.skipped
    let share = all > 0 ? Double(result.total.asked) / Double(all) * 100 : 0
    try out.writeLine(
      "Questions seen / total: \(result.total.asked) \(all)   \(NumberFormat.fixed(share, 2)) % ")
  }
}

import ArgumentParser
import Word2Vec
import WordtoolCore

/// `wordtool evaluate weat`: associations between kinds of words.
struct EvaluateWEATCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weat",
    abstract: "Test which kinds of words stand nearer to which others.",
    discussion: """
      The Word Embedding Association Test (Caliskan, Bryson and Narayanan 2017). FILE has four lines \
      'name: word, word, ...' a test: the targets X and Y, the attributes A and B; a line '# title' may \
      stand in front. JSON with targ1, targ2, attr1 and attr2 is read as well. A positive effect says that \
      X is nearer to A and Y to B, 0.8 is large. p is the share of partitions of X and Y with a larger \
      statistic: of all of them up to 200,000, else of --samples drawn ones. Words that are not there are \
      left out and told.

      Example:
        wordtool evaluate weat flowers-insects.txt
        wordtool evaluate weat sent-weat1.jsonl --json
      """)

  @Argument(help: ArgumentHelp("The tests.", valueName: "file"), completion: .file())
  var file: String

  @Option(
    help: ArgumentHelp("Partitions that are drawn where there are too many.", valueName: "n"))
  var samples = 100_000

  @Option(help: ArgumentHelp("Where the drawing starts.", valueName: "n"))
  var seed: UInt64 = 1

  @OptionGroup var vectors: VectorsOptions
  @OptionGroup var threads: ThreadsOptions
  @OptionGroup var json: JSONOptions

  func validate() throws { try OptionCheck.whole([("--samples", samples, 1...100_000_000)]) }

  func run() throws {
    let tests = try AssociationSets.read(contentsOf: file)
    let set = try VectorSet(vectors, threads: threads.count).vectors
    let answers = try tests.map { sets in
      AssociationAnswer(
        sets,
        try set.test(
          sets, samples: samples, seed: seed, threads: threads.count, stop: Interrupts.stopFlag()))
    }
    for answer in answers where !answer.unknown.isEmpty {
      StandardError.note("not in the vocabulary: \(answer.unknown.joined(separator: ", "))")
    }
    if json.json { return try JSONOutput.write(answers) }
    var rows = [["test", "effect", "p", "partitions", "words"]]
    for answer in answers {
      let names = answer.lists.map(\.name)
      let counts = answer.lists.map { "\($0.known)/\($0.words)" }
      rows.append([
        answer.name ?? "\(names[0]), \(names[1]) : \(names[2]), \(names[3])",
        answer.effectSize.map { NumberFormat.fixed($0, 4) } ?? "undefined",
        NumberFormat.general(answer.p, 4),
        NumberFormat.grouped(answer.partitions) + (answer.exact ? "" : " drawn"),
        counts.joined(separator: " "),
      ])
    }
    if StandardOutput.isTerminal { return try StandardOutput.shared.write(TextTable.aligned(rows)) }
    for row in rows.dropFirst() {
      try StandardOutput.shared.writeLine(
        row.map { TerminalText.escaped($0) }.joined(separator: "\t"))
    }
  }
}

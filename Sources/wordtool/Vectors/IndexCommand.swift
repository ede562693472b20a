import ArgumentParser
import Word2Vec
import WordtoolCore

/// `wordtool index`: a graph through vectors for quick, approximate searches.
struct IndexCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "index",
    abstract: "Make an index beside vectors for quick, approximate searches.",
    discussion: """
      The index is a graph (HNSW) of which each word has links to near ones. With it nearest \
      --approximate looks at some thousands of words and not at all of them; some of the nearest may be \
      missed. How many of the ten nearest are found (recall) is measured with 1,000 words for several \
      efforts, which is how many words a search keeps in view, and printed; searches take the least effort \
      that finds 95 of a hundred, or what --effort says.

      The index belongs to these vectors: it is checked against them, and has to be made anew when they \
      change.

      Example:
        wordtool index wiki.safetensors
        wordtool nearest - --approximate -v wiki.safetensors < questions.txt
      """)

  @Argument(help: ArgumentHelp("The vectors to read.", valueName: "in"), completion: .file())
  var input: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The file to write. (default: the name of the vectors and .index)", valueName: "path"),
    completion: .file())
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Words among which the links of a word are chosen: more take longer and find more.",
      valueName: "n"))
  var effort = ApproximateIndex.defaultBuildEffort

  @Option(help: ArgumentHelp("Where random choices start.", valueName: "n"))
  var seed: UInt64 = 1

  @OptionGroup var reading: VectorReadingOptions
  @OptionGroup var json: JSONOptions
  @OptionGroup var threads: ThreadsOptions

  func validate() throws {
    try OptionCheck.whole([("--effort", effort, 1...100_000)])
    if input == "-" && output == nil {
      throw ValidationError("vectors from standard input have no name, expected --output")
    }
  }

  /// What was made.
  struct Answer: Encodable {
    var words: Int
    var bytes: Int?
    var effort: Int
    var recall: [ApproximateIndex.Measurement]
  }

  func run() throws {
    let output = output ?? Self.path(of: input)
    try OutputPaths.check(
      [output], inputs: [input, reading.wordList], printing: "the summary")
    let file = try OutputKind.index.open(output)
    let vectors = try VectorPair.read(input, reading, threads: threads.count)
    let index = try ApproximateIndex(
      of: vectors, buildEffort: effort, seed: seed, threads: threads.count,
      stop: Interrupts.stopFlag())
    try index.write(to: file)
    try file.commit()
    let answer = Answer(
      words: vectors.count, bytes: Environment.byteCount(of: output), effort: index.effort,
      recall: index.measurements)
    if json.json { return try JSONOutput.write(answer) }
    try StandardOutput.shared.writePairs(
      [
        ("index", output), ("words", NumberFormat.grouped(answer.words)),
        ("size", answer.bytes.map(NumberFormat.bytes) ?? "-"),
      ]
        + answer.recall.map {
          (
            "recall@10, effort \($0.effort)",
            NumberFormat.fixed($0.recall, 4) + ($0.effort == answer.effort ? "  (default)" : "")
          )
        })
  }

  /// The index of vectors that was given no name.
  static func path(of vectors: String) -> String {
    var path = Substring(vectors)
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path + ".index"
  }
}

import ArgumentParser
import Explorer
import Word2Vec
import WordtoolCore

/// `wordtool explore`: words as a page to walk through in a browser.
struct ExploreCommand: ParsableCommand, ConditionalOptions {
  enum Method: String, CaseIterable, ExpressibleByArgument {
    case pca, tsne, umap
  }

  static let configuration = CommandConfiguration(
    commandName: "explore",
    abstract: "Write one page of HTML on which words can be walked through in a browser.",
    discussion: """
      The page is one file that asks nothing of any network: a map of the words to move and zoom, named \
      groups, search, the nearest words of a word or of an expression such as king - man + woman, a \
      lasso, a table, and an address that keeps what is seen. Open it with any browser.

      Vectors are kept in it with a byte a value, about 5 MB for 30,000 words of 100 dimensions. \
      Its answers are those of 'nearest --restrict' with as many words as the page has; vectors of floats \
      are rounded, which moves a similarity by some thousandths.

      --column colours words by values of yours as well: a file of lines with a word, a tab and a number \
      or a text. A first line whose word is 'word' names the column. The same vectors and options give \
      the same bytes.

      Example:
        wordtool explore -o words.html
        wordtool explore wiki.safetensors -o wiki.html --top 10000 --dimensions 3
        wordtool explore wiki.safetensors -o wiki.html --column parts-of-speech.tsv
      """)

  @Argument(
    help: ArgumentHelp("The vectors. (default: as for nearest)", valueName: "vectors"),
    completion: .file())
  var path: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The page to write, .html.", valueName: "path"), completion: .file())
  var output: String

  @Option(help: ArgumentHelp("Show the first n words of the vectors.", valueName: "n"))
  var top = 30_000

  @Option(
    help: ArgumentHelp(
      "Colour words by the values in this file, too: word, tab, value.", valueName: "path"),
    completion: .file())
  var column: String?

  @Option(
    help: ArgumentHelp(
      "How words are placed: pca, tsne or umap. (default: pca for fewer than 30 words, or umap)",
      valueName: "name"))
  var method: Method?

  @Option(
    help: ArgumentHelp(
      "How many neighbours count about for tsne and umap. (default: 30 and 15, less for few words)",
      valueName: "n"))
  var perplexity: Int?

  @Option(
    help: ArgumentHelp(
      "Steps of tsne or umap. (default: 1000; 500, or 200 for 10,000 words and more)",
      valueName: "n"))
  var iterations: Int?

  @Option(help: ArgumentHelp("3 for a map in space beside that of the plane.", valueName: "n"))
  var dimensions = 2

  @Option(
    help: ArgumentHelp(
      "How many groups of words are told apart and named. (default: 6 to 30, by the number of words)",
      valueName: "n"))
  var groups: Int?

  @Option(
    help: ArgumentHelp("Where the random choices of groups and umap start.", valueName: "n"))
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      "What stands above the page. (default: the vectors' own name)", valueName: "text"))
  var title: String?

  @OptionGroup var reading: VectorReadingOptions
  @OptionGroup var json: JSONOptions
  @OptionGroup var threads: ThreadsOptions
  @OptionGroup var progress: ProgressOptions

  /// What was made.
  struct Answer: Encodable {
    var page: String
    var bytes: Int
    var words: Int
    var dimension: Int
    var map: String
    var groups: [String]
  }

  func validate() throws {
    try OptionCheck.whole([
      ("--top", top, 2...100_000), ("--perplexity", perplexity, 2...10_000),
      ("--iterations", iterations, 1...1_000_000), ("--dimensions", dimensions, 2...3),
      ("--groups", groups, 1...100),
    ])
  }

  var optionRules: [OptionRule] {
    [
      OptionRule(
        ["--perplexity", "--iterations"], need: "--method tsne or umap", isMet: method != .pca),
      OptionRule(["--json"], need: "-o FILE", isMet: output != "-"),
    ]
  }

  func run() throws {
    try OutputPaths.check(
      [output], inputs: [path, column, reading.wordList],
      printing: output == "-" ? nil : "the summary")
    let file = try OutputKind.page.open(output)
    var chosen = VectorsOptions()
    chosen.vectors = path
    chosen.reading = reading
    let column = try column.map { try WordColumn(contentsOf: $0) }
    let set = try VectorSet(chosen, threads: threads.count)
    var options = ExplorerOptions()
    options.wordCount = top
    options.placement = method.flatMap { .init(rawValue: $0.rawValue) }
    options.neighborCount = perplexity
    options.iterations = iterations
    options.dimension = dimensions
    options.groupCount = groups
    options.seed = seed
    options.title = title ?? Self.title(of: set)
    let reporter = progress.makeProgress()
    defer { reporter.finish() }
    let page = try ExplorerPage(
      of: set.vectors, options: options, column: column, threads: threads.count,
      stop: Interrupts.stopFlag()
    ) { share in
      reporter.update(Progress.Moment(phase: "placing", fraction: share, count: 0))
    }
    reporter.finish()
    if let column, page.unusedColumnWords > 0 {
      StandardError.note(
        "\(page.unusedColumnWords) of \(column.values.count) words of the column are not on the page"
      )
    }
    try file.write(page.html)
    try file.commit()
    // Nothing else may stand where the page went.
    if output != "-" { try print(page, dimension: set.vectors.dimension) }
  }

  /// What a page of some vectors is called: the corpus that they are of, or their file.
  static func title(of set: VectorSet) -> String? {
    set.vectors.metadata[WordVectors.MetadataKey.corpusName]
      ?? set.choice.path.split(separator: "/").last.map(String.init)
  }

  private func print(_ page: ExplorerPage, dimension: Int) throws {
    if json.json {
      return try JSONOutput.write(
        Answer(
          page: output, bytes: page.html.count, words: page.wordCount, dimension: dimension,
          map: page.caption, groups: page.groupNames))
    }
    try StandardOutput.shared.writePairs([
      ("page", output), ("size", NumberFormat.bytes(page.html.count)),
      ("words", NumberFormat.grouped(page.wordCount)), ("map", page.caption),
      ("groups", "\(page.groupNames.count)"),
      ("open it", "file://" + Environment.absolutePath(output)),
    ])
  }
}

import ArgumentParser
import Charts
import Projection
import Word2Vec
import WordtoolCore

/// `wordtool plot`: a map of words, or the course of trainings.
struct PlotCommand: ParsableCommand, ConditionalOptions {
  enum Method: String, CaseIterable, ExpressibleByArgument {
    case pca, tsne, umap
  }

  static let configuration = CommandConfiguration(
    commandName: "plot",
    abstract: "Draw words as points of a map, or the course of trainings.",
    discussion: """
      Without -o the map is drawn in letters on a terminal; elsewhere it is printed as words and \
      numbers. -o writes a picture (.svg, .png) or the numbers: a table (.tsv), a NumPy array (.npy, with \
      the words in NAME.words; .npz), or vectors.tsv and metadata.tsv for TensorBoard. Without words the most frequent \
      ones are drawn. Colours are groups of words (k-means). Names that find no room are left out \
      of a picture, their points are not; names that were asked for always stand.

      pca shows the two directions in which the words differ most, tsne and umap keep neighbours \
      together. \
      --x and --y give the axes a meaning: how far a word goes from the first to the second word of \
      a pair. The same vectors and options give the same bytes.

      --one-hot draws words twice: as columns with a single 1, between which every similarity is 0, and \
      as the vectors have them.

      --metrics draws what trainings wrote with their option of that name: each file a colour, solid \
      for the training, broken for the validation. Runs that were interrupted are drawn as far as they \
      went.

      Example:
        wordtool plot
        wordtool plot king queen france -n 12 -o map.svg
        wordtool plot --pairs france:paris italy:rome japan:tokyo -o capitals.svg
        wordtool plot king queen boy girl --x man:woman --y child:king -o axes.svg
        wordtool plot --one-hot king queen sweden norway -o one-hot.svg
        wordtool plot --metrics lstm.jsonl gru.jsonl --log -o runs.svg
      """,
    aliases: ["map"])

  @Argument(
    help: ArgumentHelp("Words to draw.", valueName: "word"), completion: Completions.words)
  var words: [String] = []

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp(
      "Draw to this .svg or .png file, or write the numbers to this .tsv, .npy or .npz file.",
      valueName: "path"), completion: .file())
  var output: String?

  @OptionGroup var vectors: VectorsOptions

  @Option(
    name: [.customShort("n"), .long],
    help: ArgumentHelp("Draw the n nearest words of each word too.", valueName: "n"))
  var neighbors = 0

  @Option(
    help: ArgumentHelp(
      "Draw pairs, apart by commas or blanks, with an arrow from the first to the second: "
        + "france:paris,italy:rome",
      valueName: "a:b,..."))
  var pairs: String?

  @Option(
    help: ArgumentHelp(
      "Draw the first n words of the vectors. (default: 300 without words, or none)",
      valueName: "n"))
  var top: Int?

  @Option(
    help: ArgumentHelp(
      "Leave out the first n words of the vectors, often of and the.", valueName: "n"))
  var skip = 0

  @Option(
    help: ArgumentHelp(
      "How words are placed: pca, tsne or umap. (default: pca for fewer than 30 words, or tsne)",
      valueName: "name"))
  var method: Method?

  @Option(
    help: ArgumentHelp(
      "Place words from left to right by how far they go from a to b; several pairs, apart by commas "
        + "or blanks, are averaged.",
      valueName: "a:b,..."))
  var x: String?

  @Option(
    help: ArgumentHelp("Place words from below to above in the same way.", valueName: "a:b,..."))
  var y: String?

  @Option(
    help: ArgumentHelp(
      "How many neighbours count about for tsne and umap. (default: 30 and 15, less for few words)",
      valueName: "x"))
  var perplexity: Double?

  @Option(
    help: ArgumentHelp("Steps of tsne or umap. (default: 1000 and 500)", valueName: "n"))
  var iterations: Int?

  @Option(help: ArgumentHelp("2, or 3 for the numbers of a map in space.", valueName: "n"))
  var dimensions = 2

  @Option(help: ArgumentHelp("How many groups of words are told apart.", valueName: "n"))
  var groups = 6

  @Option(
    help: ArgumentHelp("Where the random choices of groups and umap start.", valueName: "n"))
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("What stands above the picture.", valueName: "text"))
  var title: String?

  @Flag(help: "Draw light on dark.")
  var dark = false

  @Flag(help: "Draw in letters where the output is no terminal too, like --style table.")
  var terminal = false

  @Flag(
    help:
      "Draw the words as one-hot columns, and beside them as dense ones, with their similarities."
  )
  var oneHot = false

  @OptionGroup(title: "Courses of trainings") var trainings: CurveOptions
  @OptionGroup var style: StyleOptions
  @OptionGroup var lookup: LookupOptions
  @OptionGroup var threads: ThreadsOptions
  @OptionGroup var progress: ProgressOptions

  func run() throws {
    let style =
      terminal ? .table : try style.resolved(among: [.table, .tsv, .json], for: "plot")
    if !trainings.metrics.isEmpty { return try drawTrainings(style) }
    if oneHot { return try drawOneHot(style) }
    let ends = try x.map { [try Self.pairs($0, "--x"), try Self.pairs(y ?? "", "--y")] }
    let arrows = try pairs.map { try Self.pairs($0, "--pairs") } ?? []
    let numbers = try output.flatMap { try MapNumbers(path: $0, inputs: [vectors.vectors]) }
    let file =
      try numbers != nil
      ? nil
      : output.map { path in
        try OutputPaths.check([path], texts: [], inputs: [vectors.vectors], printing: nil)
        return try DrawingFile(path: path, kind: .wordMap)
      }
    let stop = Interrupts.stopFlag()
    let set = try VectorSet(vectors, threads: threads.count).vectors
    let reporter = progress.makeProgress()
    defer { reporter.finish() }
    var lookup = Lookup(lookup)
    let count = top ?? (isFrequent ? 300 : 0)
    var request = WordMap.Request(words: words, neighbors: neighbors, pairs: arrows)
    request.rows = min(skip, set.count)..<min(set.count, skip + count)
    request.threads = threads.count
    request.groups = groups
    request.dimension = dimensions
    request.seed = seed
    if let ends {
      request.placement = .axes(ends)
    } else {
      let hasSteps = perplexity != nil || iterations != nil
      switch method ?? (hasSteps ? .tsne : nil) {
      case .pca: request.placement = .principalComponents
      case .tsne: request.placement = .tsne(perplexity: perplexity, iterations: iterations ?? 1000)
      case .umap:
        request.placement = .umap(neighbors: perplexity.map { Int($0) }, epochs: iterations)
      case nil: request.placement = .automatic
      }
    }
    let steps = iterations ?? (method == .umap ? 500 : 1000)
    let map = try WordMap(request, in: set, &lookup, stop: stop) { share in
      reporter.update(
        Progress.Moment(
          phase: "placing", fraction: share, count: Int(share * Double(steps)), unit: "steps"))
    }
    reporter.finish()
    if let numbers {
      try numbers.write(map.entries)
    } else {
      try write(map, to: file, style)
    }
    try lookup.finish()
  }

  private func write(_ map: WordMap, to file: DrawingFile?, _ style: StyleOptions.Style) throws {
    if let file {
      return try file.write(isPicture ? picture(of: map) : Self.table(map))
    }
    let out = StandardOutput.shared
    switch style {
    case .json: try JSONOutput.write(map.entries)
    case .table:
      let size = StandardOutput.size
      // The words in it are escaped; what is left are its own colours.
      try out.writeStyled(
        map.letters(
          columns: size.columns, rows: size.rows,
          colors: StandardOutput.isTerminal && Environment.allowsColor))
    default: try out.write(Self.table(map))
    }
  }

  /// A row of names, then a row a word.
  private static func table(_ map: WordMap) -> String {
    let isSolid = map.entries.first?.z != nil
    let header = "word\tx\ty\(isSolid ? "\tz" : "")\tgroup\n"
    return header
      + map.entries.map { entry in
        let places = [entry.x, entry.y] + (entry.z.map { [$0] } ?? [])
        return
          ([TerminalText.escaped(entry.word)] + places.map { NumberFormat.fixed($0, 6) }
          + ["\(entry.group)"]).joined(separator: "\t") + "\n"
      }.joined()
  }

  private func picture(of map: WordMap) -> String {
    var picture = PointMap(title: title ?? defaultTitle)
    picture.subtitle = map.caption
    picture.isDark = dark
    if let x, let y {
      picture.axes = (x.replacing(":", with: " → "), y.replacing(":", with: " → "))
    }
    picture.points = map.entries.map {
      PointMap.Point(x: $0.x, y: $0.y, name: $0.word, color: $0.group - 1, isMain: $0.isMain)
    }
    picture.arrows = map.arrows
    let (text, omitted) = picture.svg()
    if omitted > 0 {
      StandardError.note(
        "\(omitted) of \(map.entries.count) names found no room; their points are drawn")
    }
    return text
  }

  private var defaultTitle: String {
    if let pairs { return pairs.replacing(":", with: " → ").replacing(",", with: ", ") }
    if !words.isEmpty { return words.joined(separator: ", ") }
    return "The most frequent words"
  }

  private static func pairs(_ text: String, _ option: String) throws -> [(String, String)] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { pair in
      let ends = pair.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      guard ends.count == 2, !ends.contains(where: \.isEmpty) else {
        throw ValidationError("'\(pair)' in \(option), expected two words as in man:woman")
      }
      return (ends[0], ends[1])
    }
  }
}

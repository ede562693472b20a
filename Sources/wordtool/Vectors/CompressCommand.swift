import ArgumentParser
import Word2Vec
import WordtoolCore

/// `wordtool compress`: vectors in fewer bytes, and what that costs.
struct CompressCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "compress",
    abstract: "Make vectors smaller, and measure what that changes.",
    discussion: """
      What is asked for is done in this order: words are left out (--min-count, --most); the mean and the \
      top principal components are taken out (--all-but-the-top, Mu and Viswanath 2018); values are left \
      out, all but those along the principal axes (--pca); the values that stay are kept in fewer bits \
      (--float16, --int8 or --pq). --pq cuts each vector into parts and keeps one byte a part, the number \
      of one of 256 centroids (product quantization, after a learned rotation: OPQ).

      The file that is written is safetensors, or finalfusion's under a name in .fifu, which holds codes and \
      floats; every command reads it. What is printed: the sizes; how \
      many of the ten nearest words of 1,000 words are found again (recall); the mean of |x - y|² / |x|² \
      between vectors before and after fewer values and bits; with --analogies and --pairs what these \
      evaluations give before and after. Unknown words get no vectors any more.

      Example:
        wordtool compress wiki.safetensors -o small.safetensors --int8
        wordtool compress wiki.safetensors -o tiny --pq 25 --most 100000
        wordtool compress wiki.safetensors -o tiny.fifu --pq 25
      """)

  @Argument(help: ArgumentHelp("The vectors to read.", valueName: "in"), completion: .file())
  var input: String

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "path"),
    completion: .file())
  var output: String

  @Flag(help: "Keep values as bytes with one factor a word: a quarter of the size.")
  var int8 = false

  @Flag(help: "Keep values as numbers of 16 bits: half of the size.")
  var float16 = false

  @Option(
    help: ArgumentHelp(
      "Keep n bytes a word, and one factor of 4 bytes: the codes of n parts.", valueName: "n"))
  var pq: Int?

  @Flag(help: "Cut vectors into parts as they are, without a learned rotation: quicker, worse.")
  var noRotation = false

  @Option(help: ArgumentHelp("Keep n values of a vector.", valueName: "n"))
  var pca: Int?

  @Option(
    help: ArgumentHelp(
      "Take out the mean and the first n principal components; about a hundredth of the dimension.",
      valueName: "n"))
  var allButTheTop: Int?

  @Option(
    help: ArgumentHelp(
      "Keep the n most frequent words: by their counts, else the first ones. (default: all)",
      valueName: "n"))
  var most: Int?

  @Option(help: ArgumentHelp("Keep words that occurred n times. (default: all)", valueName: "n"))
  var minCount: Int64?

  @Option(
    help: ArgumentHelp("Analogy questions to ask before and after.", valueName: "file"),
    completion: .file())
  var analogies: String?

  @Option(
    help: ArgumentHelp("Pairs of words with similarities to compare.", valueName: "file"),
    completion: .file())
  var pairs: String?

  @Option(help: ArgumentHelp("Where random choices start.", valueName: "n"))
  var seed: UInt64 = 1

  @OptionGroup var reading: VectorReadingOptions
  @OptionGroup var json: JSONOptions
  @OptionGroup var threads: ThreadsOptions

  func validate() throws {
    try OptionCheck.whole([
      ("--pq", pq, 1...4096), ("--pca", pca, 1...4096),
      ("--all-but-the-top", allButTheTop, 0...4096),
      ("--most", most, 1 ... .max), ("--min-count", minCount.map(Int.init), 1 ... .max),
    ])
    if [int8, float16, pq != nil].count(where: { $0 }) > 1 {
      throw ValidationError("--int8, --float16 and --pq exclude each other")
    }
    let asks =
      int8 || float16 || pq != nil || pca != nil || allButTheTop != nil || most != nil
      || minCount != nil
    if !asks {
      throw ValidationError(
        "nothing to do, expected --int8, --float16, --pq, --pca, --all-but-the-top, --most or "
          + "--min-count")
    }
    if isFinalfusion, int8 || float16 {
      throw ValidationError("finalfusion's .fifu holds floats and the codes of --pq alone")
    }
  }

  /// Whether the name of the output asks for finalfusion's format.
  private var isFinalfusion: Bool { FileSuffix(of: output).name == "fifu" }

  var optionRules: [OptionRule] { [OptionRule(["--no-rotation"], need: "--pq", isMet: pq != nil)] }

  private var options: CompressionOptions {
    var options = CompressionOptions(encoding: .floats, seed: seed)
    if int8 { options.encoding = .int8 }
    if float16 { options.encoding = .float16 }
    if let pq { options.encoding = .product(codeBytes: pq, rotates: !noRotation) }
    options.most = most
    options.minimumCount = minCount
    options.allButTheTop = allButTheTop
    options.principalAxes = pca
    return options
  }

  func run() throws {
    let stop = Interrupts.stopFlag()
    try OutputPaths.check(
      [output], inputs: [input, analogies, pairs, reading.wordList], printing: "the summary")
    let file = try OutputKind.compressed.open(output)
    let questions = try analogies.map { path in
      try FileKind.reading(path, as: .analogyQuestions) { try AnalogyQuestions(contentsOf: path) }
    }
    let similarities = try pairs.map { path in
      try FileKind.reading(path, as: .similarityPairs) { try SimilarityPairs(contentsOf: path) }
    }
    let vectors = try VectorPair.read(input, reading, threads: threads.count)
    let width = pca ?? vectors.dimension
    if isFinalfusion, let pq, width % pq != 0 {
      throw WordtoolError(
        .usage, path: output, found: "\(pq) parts of \(width) values",
        expected: "parts of one width, as finalfusion has them",
        remedy: "give --pq a divisor of \(width), or write safetensors")
    }
    if vectors.makesUnknownWords {
      StandardError.note("\(output): what makes vectors of unknown words is left behind")
    }
    let made = try vectors.compressed(options, threads: threads.count, stop: stop)
    try made.vectors.write(
      to: file, format: isFinalfusion ? .finalfusion : made.vectors.compressedFormat)
    try file.commit()

    var answer = CompressionAnswer(made, from: vectors)
    answer.bytesBefore = Environment.byteCount(of: input)
    answer.bytesAfter = Environment.byteCount(of: output)
    let recall = try SearchRecall(
      of: made.vectors, against: made.originals, seed: seed, threads: threads.count, stop: stop)
    answer.recall = recall.recall
    answer.recallQueries = recall.queries
    if let questions {
      let results = try [vectors, made.vectors].map {
        try $0.evaluateAnalogies(questions, threads: threads.count, stop: stop).total
      }
      answer.analogies = .init(before: results[0].accuracy, after: results[1].accuracy)
    }
    if let similarities {
      let results = try [vectors, made.vectors].map { try $0.evaluateSimilarity(similarities) }
      answer.spearman = .init(before: results[0].spearman, after: results[1].spearman)
    }
    if json.json { try JSONOutput.write(answer) } else { try print(answer) }
  }

  private func print(_ answer: CompressionAnswer) throws {
    func size(_ count: Int?) -> String { count.map(NumberFormat.bytes) ?? "-" }
    func change(_ change: CompressionAnswer.Change, _ factor: Double, _ digits: Int) -> String {
      guard let before = change.before, let after = change.after else { return "-" }
      let difference = NumberFormat.fixed((after - before) * factor, digits)
      return NumberFormat.fixed(before * factor, digits) + " to "
        + NumberFormat.fixed(after * factor, digits)
        + " (\(after < before ? "" : "+")\(difference))"
    }
    var lines = [
      (
        "words",
        NumberFormat.grouped(answer.wordsBefore) + " to " + NumberFormat.grouped(answer.words)
      ),
      ("values", "\(answer.dimensionBefore) to \(answer.dimension)"),
      ("bytes of a vector", "\(answer.vectorBytesBefore) to \(answer.vectorBytes)"),
      ("file", size(answer.bytesBefore) + " to " + size(answer.bytesAfter)),
      (
        "recall@10",
        NumberFormat.fixed(answer.recall, 4) + " of "
          + NumberFormat.counted(answer.recallQueries, "word")
      ),
      ("reconstruction error", NumberFormat.fixed(answer.reconstructionError)),
    ]
    if let analogies = answer.analogies {
      lines.append(("analogies, right %", change(analogies, 100, 2)))
    }
    if let spearman = answer.spearman { lines.append(("Spearman", change(spearman, 1, 4))) }
    try StandardOutput.shared.writePairs(lines)
  }
}

import ArgumentParser
import Word2Vec
import WordtoolCore

/// `wordtool align`: one set of vectors in the space of another.
struct AlignCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "align",
    abstract: "Turn vectors into the space of others, and translate words.",
    discussion: """
      A is turned, without a change of its cosines, so that it lies as near as it can to B at the pairs of \
      words (orthogonal Procrustes over unit vectors). --pairs has a word of A and one of B a line; without \
      it the words that both spell alike are the pairs. -o writes A in the space of B. --translate finds \
      the words of B for a word of A by CSLS, which is the cosine without the words that are near to \
      everything (Conneau et al. 2018); --test counts how often the right word of such a file is first, \
      and among the first five.

      tsv: the word, its translation, the CSLS score, the cosine.

      Example:
        wordtool align english.vec spanish.vec --pairs dictionary.txt -o mapped.vec
        wordtool align english.vec spanish.vec --pairs dictionary.txt --translate cat
        wordtool align 1990.safetensors 2020.safetensors -o turned.safetensors
      """)

  @Argument(help: ArgumentHelp("The vectors to turn.", valueName: "in"), completion: .file())
  var first: String
  @Argument(
    help: ArgumentHelp("The vectors whose space it is.", valueName: "in"), completion: .file())
  var second: String

  @Option(
    help: ArgumentHelp(
      "Pairs of words, one of each set a line, apart by a tab, a comma or spaces. (default: the words "
        + "that both have)", valueName: "file"), completion: .file())
  var pairs: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where the turned vectors go; '-' is standard output.", valueName: "path"),
    completion: .file())
  var output: String?

  @Option(
    help: ArgumentHelp(
      "The format of --output: \(WordVectors.Format.writable.map(\.rawValue).joined(separator: ", ")). "
        + "(default: \(WordVectors.Format.suffixHelp))", valueName: "name"))
  var format: WordVectors.Format?

  @Option(help: ArgumentHelp("Translate this word; may be given again.", valueName: "word"))
  var translate: [String] = []

  @Option(
    name: [.customShort("k"), .customLong("count")],
    help: ArgumentHelp("How many translations to print. (default: 10)", valueName: "k"))
  var count: Int?

  @Option(
    help: ArgumentHelp(
      "Count the pairs of this file that are translated rightly.", valueName: "file"),
    completion: .file())
  var test: String?

  @Option(
    help: ArgumentHelp(
      "Take the first n words of both for pairs that are spelled alike and for translations. (default: "
        + "all)", valueName: "n"))
  var restrict: Int?

  @OptionGroup var reading: VectorReadingOptions
  @OptionGroup var json: JSONOptions
  @OptionGroup var lookup: LookupOptions
  @OptionGroup var threads: ThreadsOptions

  func validate() throws {
    try OptionCheck.whole([("--restrict", restrict, 1 ... .max), ("-k", count, 1 ... .max)])
    if output == nil && translate.isEmpty && test == nil {
      throw ValidationError("nothing to do, expected --output, --translate or --test")
    }
    if output == "-" && !(translate.isEmpty && test == nil) {
      throw ValidationError("the vectors go to standard output, and so would the answers")
    }
    if !translate.isEmpty && test != nil {
      throw ValidationError("--translate and --test exclude each other")
    }
  }

  var optionRules: [OptionRule] {
    let translates = !translate.isEmpty
    return [
      OptionRule(["--format"], need: "--output", isMet: output != nil),
      OptionRule(["-k", "--count", "--strict"], need: "--translate", isMet: translates),
      OptionRule(["--json"], need: "--translate or --test", isMet: translates || test != nil),
      OptionRule(
        ["--restrict"], need: "--translate, --test or a run without --pairs",
        isMet: translates || test != nil || pairs == nil),
    ]
  }

  func run() throws {
    let stop = Interrupts.stopFlag()
    let format = try output.map { try self.format ?? WordVectors.Format(forPath: $0) }
    if let format, !format.isWritable {
      throw WordtoolError(
        .usage, path: output, found: "the format \(format.rawValue)",
        expected: "one for rows of words: "
          + WordVectors.Format.writable.map(\.rawValue).joined(separator: ", "))
    }
    let listPath = format.flatMap { format in output.flatMap { format.wordListPath(forPath: $0) } }
    try OutputPaths.check(
      [output, listPath], inputs: [first, second, pairs, test, reading.wordList])
    let file = try output.map { try OutputKind.vectors(format ?? .safetensors).open($0) }
    if let listPath, file?.isFile == true { try OutputKind.list.attempt(listPath) }
    let source = try VectorPair.read(first, reading, threads: threads.count)
    let target = try VectorPair.read(second, reading, threads: threads.count)
    let dictionary =
      try pairs.map { try rows($0, source, target) }
      ?? source.sharedWords(with: target, limit: restrict)
    guard !dictionary.isEmpty else {
      throw WordtoolError(
        .badData, path: pairs ?? first,
        found: pairs == nil
          ? "no word that \(second) has as well" : "no pair of words that are there",
        expected: "pairs to align by", remedy: pairs == nil ? "name some with --pairs" : nil)
    }
    let map = try OrthogonalMap(from: source, to: target, pairs: dictionary, stop: stop)
    if map.rank < map.dimension {
      StandardError.warn(
        "\(NumberFormat.counted(dictionary.count, "pair")) say nothing about "
          + "\(map.dimension - map.rank) of \(map.dimension) directions: take more pairs")
    }
    let turned = try source.mapped(by: map, threads: threads.count, stop: stop)
    if let file, let format, let output {
      try turned.write(to: file, format: format)
      try file.commit()
      ConvertCommand.noteWhatIsLost(source, format, from: first)
      StandardError.note("\(output): aligned by \(NumberFormat.counted(dictionary.count, "pair"))")
    }
    var translator = try WordTranslator(from: turned, to: target)
    translator.limit = restrict
    if let test { try count(try rows(test, source, target), translator, stop) }
    try answer(translator, stop)
  }

  /// The rows of the pairs of a file; those with a word that is not there are told.
  private func rows(
    _ path: String, _ source: WordVectors, _ target: WordVectors
  ) throws -> [OrthogonalMap.Pair] {
    let lines = try PairLines.readPairs(path)
    let found = lines.compactMap { line -> OrthogonalMap.Pair? in
      guard let one = source.index(forQuery: line.fields[0]),
        let other = target.index(forQuery: line.fields[1])
      else { return nil }
      return .init(source: one, target: other)
    }
    if found.count < lines.count {
      StandardError.note(
        "\(path): \(lines.count - found.count) of \(NumberFormat.counted(lines.count, "pair")) left out: "
          + "a word is not there")
    }
    return found
  }

  private func answer(_ translator: WordTranslator, _ stop: StopFlag) throws {
    guard !translate.isEmpty else { return }
    var lookup = Lookup(lookup)
    let answers = try translator.answers(
      toTranslationsOf: translate, count: count ?? 10, threads: threads.count, stop: stop)
    var found: [TranslationAnswer] = []
    for (word, answer) in zip(translate, answers) {
      found.append(try lookup.tell(answer) ?? TranslationAnswer(query: word))
    }
    if json.json {
      try JSONOutput.write(found)
    } else {
      for answer in found {
        for candidate in answer.translations {
          try StandardOutput.shared.writeLine(
            TerminalText.escaped(answer.query) + "\t" + TerminalText.escaped(candidate.word) + "\t"
              + NumberFormat.fixed(Double(candidate.score)) + "\t"
              + NumberFormat.fixed(Double(candidate.similarity)))
        }
      }
    }
    try lookup.finish()
  }

  /// How often the right word is first, and among the first five.
  struct TestAnswer: Encodable {
    var words: Int
    var precisionAt1: Double
    var precisionAt5: Double
  }

  /// A word with several right translations counts once, and any of them is right.
  private func count(
    _ pairs: [OrthogonalMap.Pair], _ translator: WordTranslator, _ stop: StopFlag
  ) throws {
    guard !pairs.isEmpty else {
      throw WordtoolError(
        .badData, path: test, found: "no pair of words that are there", expected: "pairs to test by"
      )
    }
    var right: [Int: Set<Int>] = [:]
    for pair in pairs { right[pair.source, default: []].insert(pair.target) }
    let words = right.keys.sorted()
    let found = try translator.translations(
      of: words, count: 5, threads: threads.count, stop: stop)
    func share(_ places: Int) -> Double {
      let hits = zip(words, found).count { word, translations in
        translations.prefix(places).contains { right[word]?.contains($0.index) == true }
      }
      return Double(hits) / Double(words.count)
    }
    let answer = TestAnswer(words: words.count, precisionAt1: share(1), precisionAt5: share(5))
    if json.json { return try JSONOutput.write(answer) }
    try StandardOutput.shared.writePairs([
      ("words", String(answer.words)),
      ("first is right", NumberFormat.fixed(answer.precisionAt1, 4)),
      ("among five", NumberFormat.fixed(answer.precisionAt5, 4)),
    ])
  }
}

/// Vectors that are named on the command line.
enum VectorPair {
  /// Reads one set and tells what was put right.
  static func read(
    _ path: String, _ reading: VectorReadingOptions, threads: Int
  ) throws -> WordVectors {
    var vectors = try FileKind.reading(path, as: .vectors) {
      try WordVectors(contentsOf: path, options: reading.options(threads: threads))
    }
    for warning in vectors.warnings { StandardError.warn("\(path): \(warning)") }
    vectors.name = path
    return vectors
  }
}

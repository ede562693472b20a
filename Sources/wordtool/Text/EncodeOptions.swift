public import ArgumentParser
public import Encoders
import Tokenize
import WordtoolCore

/// The texts of `wordtool encode` and where the rows go.
struct EncodeOptions: ParsableArguments {
  /// The formats rows are written in.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case mtx, npz, npy, json

    /// The format that a suffix names; Matrix Market without one.
    init(path: String) throws {
      let suffix = FileSuffix(of: path)
      switch suffix.name {
      case "mtx", "": self = .mtx
      case "npz": self = .npz
      case "npy": self = .npy
      case "json", "jsonl": self = .json
      default:
        throw WordtoolError(
          suffix: suffix, of: path, for: "rows", known: ["mtx", "npz", "npy", "json", "jsonl"],
          remedy: "or say it with --format")
      }
    }

    /// What an output of this format is.
    var kind: OutputKind {
      let isBinary = self == .npz || self == .npy
      return OutputKind(
        content: isBinary ? "a NumPy array" : "rows", others: .free, isText: !isBinary)
    }
  }

  /// What messages call the texts: the file where it is one.
  var name: String {
    guard texts.count < 2 else { return "the texts" }
    return texts.first.flatMap { $0 == "-" ? nil : $0 } ?? "standard input"
  }

  /// Runs `body`, and tells of texts that nothing can be learnt from by their name.
  func learning<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch var error as WordtoolError
      where error.kind == .badData && error.path == nil
    {
      error.path = name
      throw error
    }
  }

  /// The outputs of one run.
  struct Outputs {
    var rows: OutputFile
    var format: Format
    var names: OutputFile?
  }

  @Argument(
    help: ArgumentHelp("Text files, plain or .gz; '-' is standard input.", valueName: "text"),
    completion: .file())
  var texts: [String] = []

  @Option(
    help: ArgumentHelp(
      "Take the text from this tab-separated column, counted from 1. (default: the whole line)",
      valueName: "n"))
  var textColumn: Int?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where the rows go; '-' is standard output.", valueName: "path"),
    completion: .file())
  var output = "-"

  @Option(
    help: ArgumentHelp(
      "mtx (Matrix Market), npz (SciPy's CSR), npy (dense), json (an object a row). "
        + "(default: by the suffix of -o, mtx without one; .gz behind mtx and json packs)",
      valueName: "name"))
  var format: Format?

  @Option(
    help: ArgumentHelp(
      "The largest dense .npy that is written. (default: 4G)", valueName: "size"))
  var denseLimit: MemorySize?

  @Flag(help: "Print one JSON object a row, like --format json.")
  var json = false

  @Option(
    help: ArgumentHelp(
      "Write the names of the columns here, one a line, or as a JSON array to a .json file.",
      valueName: "path"), completion: .file())
  var names: String?

  func validate() throws {
    try OptionCheck.whole([("--text-column", textColumn, 1 ... .max)])
    if json, let format, format != .json {
      throw ValidationError("--json and --format \(format.rawValue) exclude each other")
    }
    if denseLimit != nil, try json || (format ?? Format(path: output)) != .npy {
      throw ValidationError("--dense-limit belongs to the dense arrays of .npy")
    }
  }

  /// Reads the texts.
  func documents(_ text: TextOptions) throws -> Documents {
    let documents = try Documents(
      linesOf: try text.input.files(texts), column: textColumn, encoding: text.encoding,
      isStrict: text.strict)
    StandardError.warnOfReplacements(documents.replacedCount)
    return documents
  }

  private static let usualDenseLimit = 4 << 30

  /// Opens the outputs; before long work begins.
  ///
  /// - Parameters:
  ///   - saved: what else is written.
  ///   - loaded: what is read besides the texts.
  func openOutputs(saving saved: [String?] = [], loading loaded: [String?] = []) throws -> Outputs {
    try OutputPaths.check([output, names] + saved, texts: texts, inputs: loaded)
    let format = try json ? .json : self.format ?? Format(path: output)
    let outputs = Outputs(
      rows: try format.kind.open(output), format: format,
      names: try names.map { try OutputKind.names.open($0) })
    for path in saved.compactMap(\.self) { try OutputKind.model.attempt(path) }
    return outputs
  }

  /// Writes the rows and the names of the columns.
  func write(
    _ matrix: SparseMatrix, to outputs: Outputs, columnNames: @autoclosure () -> [String]
  ) throws {
    let file = outputs.rows
    switch outputs.format {
    case .mtx: try matrix.writeMatrixMarket(to: file)
    case .npz: try matrix.writeNPZ(to: file)
    case .npy:
      let limit = denseLimit?.bytes ?? Self.usualDenseLimit
      guard matrix.denseByteCount <= limit else {
        throw WordtoolError(
          .unavailable, path: output == "-" ? "standard output" : output,
          found: "\(NumberFormat.bytes(matrix.denseByteCount)) as a dense array of "
            + "\(matrix.rowCount) x \(matrix.columnCount)",
          expected: "at most \(NumberFormat.bytes(limit))",
          remedy: ".npz and .mtx hold what is not zero alone; --dense-limit allows more")
      }
      try matrix.writeNPY(to: file)
    case .json: try matrix.writeJSONLines(to: file)
    }
    try file.commit()
    guard let list = outputs.names else { return }
    let names = columnNames()
    if FileSuffix(of: list.path).name == "json" {
      try list.write(JSONOutput.line(names) + "\n")
    } else {
      for name in names { try list.write(name + "\n") }
    }
    try list.commit()
  }
}

/// How the texts of bag-of-words, tf-idf and hashing become terms.
struct AnalysisOptions: ParsableArguments {
  /// What terms are made of.
  enum Unit: String, CaseIterable, ExpressibleByArgument {
    case token, word, char
    case charWithinWords = "char-wb"
  }

  @Option(
    help: ArgumentHelp(
      "token: as wordtool tokenizes; word, char, char-wb: scikit-learn's analyzers, word with its "
        + "pattern of two letters or more.", valueName: "name"))
  var unit: Unit = .token

  @Option(
    help: ArgumentHelp("Words or characters a term has, from and to.", valueName: "min-max"))
  var ngrams = "1-1"

  @OptionGroup var text: TextOptions

  func validate() throws { _ = try range() }

  /// Which of these have an effect.
  ///
  /// - Parameter isLoaded: whether a bag that was saved says how terms are made.
  func rules(isLoaded: Bool = false) -> [OptionRule] {
    let isToken = unit == .token
    let learning = "a bag that is learnt, not loaded"
    return [
      OptionRule(["--unit", "--ngrams"], need: learning, isMet: !isLoaded),
      text.tokenRule(need: learning, isMet: !isLoaded),
      text.tokenRule(
        but: ["--lowercase", "--no-lowercase", "--strip-accents", "--stop-words"],
        need: "--unit token", isMet: isToken),
      OptionRule(["--stop-words"], need: "--unit token or word", isMet: isToken || unit == .word),
    ] + (isToken ? text.optionRules : [])
  }

  private func range() throws -> ClosedRange<Int> {
    let ends = ngrams.split(separator: "-").map { Int($0) ?? 0 }
    guard 1...2 ~= ends.count, let first = ends.first, let last = ends.last, first >= 1,
      last >= first, last <= 1000
    else { throw ValidationError("--ngrams is '\(ngrams)', expected two numbers such as 1-2") }
    return first...last
  }

  /// The analysis that the options describe.
  func analysis() throws -> TextAnalysis {
    let kind: TextAnalysis.Unit =
      switch unit {
      case .token: .tokens(try text.rule())
      case .word: .words
      case .char: .characters
      case .charWithinWords: .charactersWithinWords
      }
    let stops = try text.processing.stopWords.map(TokenProcessing.stopWords) ?? []
    return TextAnalysis(
      kind, lowercase: text.words.lowercase ?? true,
      stripsAccents: unit != .token && text.processing.stripAccents, ngrams: try range(),
      stopWords: stops)
  }
}

/// What bag-of-words and tf-idf learn.
struct BagOptions: ParsableArguments, ConditionalOptions {
  @Flag(help: "Count 1 for a term that occurs, however often it does.")
  var binary = false

  @Option(
    help: ArgumentHelp(
      "Leave out terms of fewer texts than this number, or than this share if it has a point.",
      valueName: "n|share"))
  var minDocuments: DocumentLimit = .count(1)

  @Option(
    help: ArgumentHelp(
      "Leave out terms of more texts than this number, or than this share if it has a point.",
      valueName: "n|share"))
  var maxDocuments: DocumentLimit = .share(1)

  @Option(help: ArgumentHelp("Keep the n most frequent terms. (default: all)", valueName: "n"))
  var maxFeatures: Int?

  @Option(
    help: ArgumentHelp(
      "Count the terms of this file, one a line, and learn none.", valueName: "path"),
    completion: .file())
  var vocabulary: String?

  @Option(
    help: ArgumentHelp("Take the bag that --save wrote, and learn nothing.", valueName: "path"),
    completion: .file())
  var load: String?

  @Option(help: ArgumentHelp("Write the learnt bag here.", valueName: "path"), completion: .file())
  var save: String?

  func validate() throws {
    if vocabulary != nil, load != nil {
      throw ValidationError("--vocabulary and --load exclude each other")
    }
  }

  /// Which of these have an effect.
  var optionRules: [OptionRule] {
    [
      OptionRule(["--binary"], need: "a bag that is learnt, not loaded", isMet: load == nil),
      OptionRule(
        ["--min-documents", "--max-documents", "--max-features"],
        need: "a bag that is learnt: neither --load nor --vocabulary",
        isMet: load == nil && vocabulary == nil),
    ]
  }

  /// The bag, learnt or given, and the counts.
  func bag(
    _ documents: Documents, _ analysis: AnalysisOptions, threads: Int
  ) throws -> (bag: BagOfWords, counts: SparseMatrix) {
    let result: (bag: BagOfWords, counts: SparseMatrix)
    if let load {
      let bag = try FileKind.reading(load, as: .bagOfWords) {
        try BagOfWords(contentsOf: load)
      }
      if case .tokens(let rule) = bag.analysis.unit { StandardError.warn(of: rule, in: load) }
      result = (bag, try bag.transform(documents, threads: threads))
    } else if let vocabulary {
      let bag = try BagOfWords(
        vocabulary: try LineReader.all(vocabulary).filter { !$0.isEmpty },
        analysis: try analysis.analysis(), binary: binary)
      result = (bag, try bag.transform(documents, threads: threads))
    } else {
      let options = BagOfWordsOptions(
        analysis: try analysis.analysis(), binary: binary, minimumDocuments: minDocuments,
        maximumDocuments: maxDocuments, maximumFeatures: maxFeatures)
      result = try BagOfWords.fitTransform(documents, options: options, threads: threads)
    }
    if let save { try result.bag.write(to: save) }
    return result
  }
}

extension DocumentLimit: ExpressibleByArgument {
  /// A number of texts, or a share when the text has a point.
  public init?(argument: String) {
    if let count = Int(argument) {
      self = .count(count)
    } else if let share = Double(argument) {
      self = .share(share)
    } else {
      return nil
    }
  }

  /// What `--help` shows.
  public var defaultValueDescription: String {
    switch self {
    case .count(let count): "\(count)"
    case .share(let share): "\(share)"
    }
  }
}

extension SparseMatrix.Norm: ExpressibleByArgument {}
extension OneHotOptions.Unknown: ExpressibleByArgument {}

public import ArgumentParser
public import Encoders
import Tokenize
import WordtoolCore

/// The texts of `wordtool encode` and where the rows go.
struct EncodeOptions: ParsableArguments {
  /// The formats rows are written in.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case mtx, npz, npy, json

    /// The format that a suffix names.
    init?(path: String) {
      guard let dot = path.lastIndex(of: ".") else { return nil }
      switch path[dot...] {
      case ".mtx": self = .mtx
      case ".npz": self = .npz
      case ".npy": self = .npy
      case ".json", ".jsonl": self = .json
      default: return nil
      }
    }
  }

  @Argument(
    help: ArgumentHelp("Text files, plain or .gz; '-' is standard input.", valueName: "text"))
  var texts: [String] = []

  @Option(
    help: ArgumentHelp(
      "Take the text from this tab-separated column, counted from 1. (default: the whole line)",
      valueName: "n"))
  var textColumn: Int?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where the rows go; '-' is standard output.", valueName: "path"))
  var output = "-"

  @Option(
    help: ArgumentHelp(
      "mtx (Matrix Market), npz (SciPy's CSR), npy (dense), json (an object a row). "
        + "(default: by the suffix of -o, mtx without one)", valueName: "name"))
  var format: Format?

  @Flag(help: "Print one JSON object a row, like --format json.")
  var json = false

  @Option(
    help: ArgumentHelp(
      "Write the names of the columns here, one a line, or as a JSON array to a .json file.",
      valueName: "path"))
  var names: String?

  func validate() throws {
    if let textColumn, textColumn < 1 {
      throw ValidationError("--text-column is \(textColumn), expected at least 1")
    }
    if json, let format, format != .json {
      throw ValidationError("--json and --format \(format.rawValue) exclude each other")
    }
  }

  /// Reads the texts.
  func documents(_ text: TextOptions) throws -> Documents {
    let documents = try Documents(
      linesOf: texts.isEmpty ? ["-"] : texts, column: textColumn, encoding: text.encoding,
      isStrict: text.strict)
    if documents.replacedCount > 0 {
      StandardError.warn(
        "\(documents.replacedCount) byte sequences are invalid and were replaced by U+FFFD")
    }
    return documents
  }

  /// Opens the output; before long work begins.
  func openOutput() throws -> OutputFile { try OutputFile(path: output) }

  /// Writes the rows and the names of the columns.
  func write(
    _ matrix: SparseMatrix, to file: OutputFile, columnNames: @autoclosure () -> [String]
  ) throws {
    let format = json ? .json : self.format ?? Format(path: output) ?? .mtx
    switch format {
    case .mtx: try matrix.writeMatrixMarket(to: file)
    case .npz: try matrix.writeNPZ(to: file)
    case .npy: try matrix.writeNPY(to: file)
    case .json: try matrix.writeJSONLines(to: file)
    }
    try file.commit()
    guard let path = names else { return }
    let list = try OutputFile(path: path)
    let names = columnNames()
    if path.hasSuffix(".json") {
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
      kind, lowercase: text.lowercase ?? true, ngrams: try range(),
      stopWords: stops)
  }
}

/// What bag-of-words and tf-idf learn.
struct BagOptions: ParsableArguments {
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
      "Count the terms of this file, one a line, and learn none.", valueName: "path"))
  var vocabulary: String?

  @Option(
    help: ArgumentHelp("Take the bag that --save wrote, and learn nothing.", valueName: "path"))
  var load: String?

  @Option(help: ArgumentHelp("Write the learnt bag here.", valueName: "path"))
  var save: String?

  func validate() throws {
    if vocabulary != nil, load != nil {
      throw ValidationError("--vocabulary and --load exclude each other")
    }
  }

  /// The bag, learnt or given, and the counts.
  func bag(
    _ documents: Documents, _ analysis: AnalysisOptions, threads: Int
  ) throws -> (bag: BagOfWords, counts: SparseMatrix) {
    let result: (bag: BagOfWords, counts: SparseMatrix)
    if let load {
      let bag = try BagOfWords(contentsOf: load)
      result = (bag, try bag.transform(documents, threads: threads))
    } else if let vocabulary {
      let bag = try BagOfWords(
        vocabulary: try TextLines.read(vocabulary).map(String.init).filter { !$0.isEmpty },
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

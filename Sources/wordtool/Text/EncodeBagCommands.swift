import ArgumentParser
import Encoders
import WordtoolCore

/// `wordtool encode bag-of-words`.
struct EncodeBagOfWordsCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "bag-of-words",
    abstract: "Count the terms of each text.",
    discussion: """
      Example:
        wordtool encode bag-of-words reviews.txt --ngrams 1-2 --min-documents 5 \\
            -o reviews.npz
      """)

  @OptionGroup var input: EncodeOptions
  @OptionGroup var analysis: AnalysisOptions
  @OptionGroup var bag: BagOptions
  @OptionGroup var threads: ThreadsOptions

  var optionRules: [OptionRule] {
    analysis.rules(isLoaded: bag.load != nil) + bag.optionRules
  }

  func run() throws {
    let output = try input.openOutputs(saving: [bag.save], loading: [bag.load, bag.vocabulary])
    let documents = try input.documents(analysis.text)
    let (bag, counts) = try input.learning {
      try self.bag.bag(documents, analysis, threads: threads.count)
    }
    try input.write(counts, to: output, columnNames: bag.featureNames)
  }
}

/// `wordtool encode tf-idf`.
struct EncodeTfIdfCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "tf-idf",
    abstract: "Weigh the terms of each text by how telling they are.",
    discussion: """
      A count n of a term that df of N texts hold becomes n (ln((1 + N) / (1 + df)) + 1), and each \
      row is divided by its norm: scikit-learn's formula.

      Example:
        wordtool encode tf-idf reviews.txt -o reviews.npz --names terms.txt
      """)

  @OptionGroup var input: EncodeOptions
  @OptionGroup var analysis: AnalysisOptions
  @OptionGroup var bag: BagOptions
  @OptionGroup var threads: ThreadsOptions

  @Option(help: ArgumentHelp("What each row is divided by.", valueName: "l1|l2|none"))
  var norm: SparseMatrix.Norm = .l2

  @Flag(inversion: .prefixedNo, help: "Weigh terms by how few texts hold them.")
  var idf = true

  @Flag(inversion: .prefixedNo, help: "Count one more text that holds every term.")
  var smooth = true

  @Flag(help: "Take 1 + ln n for a count n.")
  var sublinear = false

  @Option(
    help: ArgumentHelp("Take the weights that --save-weights wrote.", valueName: "path"),
    completion: .file())
  var loadWeights: String?

  @Option(help: ArgumentHelp("Write the weights here.", valueName: "path"), completion: .file())
  var saveWeights: String?

  var optionRules: [OptionRule] {
    analysis.rules(isLoaded: bag.load != nil) + bag.optionRules + [
      OptionRule(
        ["--norm", "--idf", "--no-idf", "--smooth", "--no-smooth", "--sublinear"],
        need: "weights that are learnt, not loaded", isMet: loadWeights == nil),
      OptionRule(["--smooth", "--no-smooth"], need: "--idf", isMet: idf),
    ]
  }

  func run() throws {
    let output = try input.openOutputs(
      saving: [bag.save, saveWeights], loading: [bag.load, bag.vocabulary, loadWeights])
    let documents = try input.documents(analysis.text)
    let (bag, counts) = try input.learning {
      try self.bag.bag(documents, analysis, threads: threads.count)
    }
    let weights: TfIdf
    if let loadWeights {
      weights = try FileKind.reading(loadWeights, as: .tfIdf) {
        try TfIdf(contentsOf: loadWeights)
      }
      guard weights.idf.count == counts.columnCount else {
        throw WordtoolError(
          .badData, path: loadWeights, found: "\(weights.idf.count, "weight")",
          expected: "\(counts.columnCount), the terms of the bag",
          remedy: "load the bag that was saved with them")
      }
    } else {
      weights = try input.learning {
        try TfIdf.fit(
          counts,
          options: TfIdfOptions(norm: norm, usesIDF: idf, smoothsIDF: smooth, sublinear: sublinear))
      }
    }
    if let saveWeights { try weights.write(to: saveWeights) }
    try input.write(weights.transform(counts), to: output, columnNames: bag.featureNames)
  }
}

/// `wordtool encode hashing`.
struct EncodeHashingCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "hashing",
    abstract: "Count the terms of each text in columns that hashes name.",
    discussion: """
      Nothing is learnt: a term has the column and the sign of its MurmurHash3, as in \
      scikit-learn.

      Example:
        wordtool encode hashing reviews.txt --columns 65536 -o reviews.npz
      """)

  @OptionGroup var input: EncodeOptions
  @OptionGroup var analysis: AnalysisOptions
  @OptionGroup var threads: ThreadsOptions

  @Option(help: ArgumentHelp("How many columns there are.", valueName: "n"))
  var columns = 1 << 20

  @Flag(inversion: .prefixedNo, help: "Give counts the sign of the hash.")
  var alternateSign = true

  @Flag(help: "Count 1 for a term that occurs, however often it does.")
  var binary = false

  @Option(help: ArgumentHelp("What each row is divided by.", valueName: "l1|l2|none"))
  var norm: SparseMatrix.Norm = .l2

  func validate() throws {
    try OptionCheck.whole([("--columns", columns, 1...Int(Int32.max))])
    if input.names != nil { throw ValidationError("--names: hashed columns have no names") }
  }

  var optionRules: [OptionRule] { analysis.rules() }

  func run() throws {
    let output = try input.openOutputs()
    let documents = try input.documents(analysis.text)
    let encoder = HashingEncoder(
      analysis: try analysis.analysis(), featureCount: columns, alternatesSign: alternateSign,
      binary: binary, norm: norm)
    try input.write(
      try encoder.transform(documents, threads: threads.count), to: output, columnNames: [])
  }
}

import ArgumentParser
import SeqModels
import Word2Vec
import WordtoolCore

/// `wordtool convert`: vectors from one format into another.
struct ConvertCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Write vectors or n-grams in another format, or a classifier as fastText's.",
    discussion: """
      The format of the input is told by its content. What the new format cannot hold (counts, \
      the tokenizer's rule, licences) is left behind, and told on standard error. npy and projector \
      are two files: the words go to NAME.words beside NAME.npy, and to metadata.tsv beside \
      vectors.tsv (NAME_metadata.tsv beside NAME.tsv).

      A classifier of train-classifier --model fasttext --ngrams 1 goes to a .bin, which fastText \
      reads. It cuts text at white space: its answers are the same for texts cut into the model's words.

      An n-gram model goes to a .safetensors, which is mapped instead of read, or to an .arpa for \
      other programs; the numbers are the same.

      With --documents the vectors of the documents of a model are written, called by their names: other \
      programs read them as they do words, gensim as KeyedVectors.

      Example:
        wordtool convert GoogleNews-vectors-negative300.bin news.safetensors
        wordtool convert news.safetensors news.npz
        wordtool convert reviews.model reviews.bin
        wordtool convert ptb.arpa ptb.safetensors
        wordtool convert --documents reviews.docs reviews.npy
      """)

  @Argument(
    help: ArgumentHelp("The vectors or the model to read.", valueName: "in"), completion: .file())
  var input: String
  @Argument(
    help: ArgumentHelp(
      "The file to write, packed if its name ends in .gz; '-' is standard output.", valueName: "out"
    ), completion: .file())
  var output: String

  @Option(
    help: ArgumentHelp(
      "The format to write: \(WordVectors.Format.writable.map(\.rawValue).joined(separator: ", ")); of "
        + "floret's tables floret and floret-model as well. (default: \(WordVectors.Format.suffixHelp))",
      valueName: "name"))
  var format: WordVectors.Format?

  @Option(
    help: ArgumentHelp(
      "What stands in the place of blanks and ends of lines in words, where the new format cannot hold "
        + "them: _.", valueName: "text"))
  var replaceBlanks: String?

  @Flag(help: "Write the vectors of the documents of a model, instead of those of its words.")
  var documents = false

  @OptionGroup var restrict: RestrictOptions
  @OptionGroup var reading: VectorReadingOptions

  var optionRules: [OptionRule] {
    [OptionRule(["--lossy", "--word-list"], need: "vectors of words", isMet: !documents)]
  }

  /// Reads the vectors that are to be written.
  private func read() throws -> WordVectors {
    guard documents else {
      return try FileKind.reading(input, as: .vectors) {
        try WordVectors(contentsOf: input, options: reading.options())
      }
    }
    let model = try FileKind.reading(input, as: .documentModel) {
      try DocumentVectors(contentsOf: input)
    }
    if !model.labels.isEmpty { StandardError.note("the labels of documents are left behind") }
    return model.documents
  }

  /// Says how long reading takes beside writing, so that the end of both is known early. The weights are
  /// nanoseconds for a byte, measured with 60,000 x 300 floats on one core of an AMD EPYC; text is read and
  /// written by all threads. What is mapped takes no time to read.
  private func planWork(_ format: WordVectors.Format) {
    guard let size = Environment.byteCount(of: input),
      let start = try? FileStart.bytes(of: input, count: 512)
    else { return }
    let isText = !start.contains { $0 < 0x20 && ![0x09, 0x0A, 0x0D].contains($0) }
    let isPacked = FileStart.isPacked(input)
    // Digits of floats are packed to less than half; a float of four bytes takes eleven as text.
    let bytes = Double(size) * (isPacked ? 2.13 : 1)
    let textBytes = isText ? bytes : bytes * 11 / 4
    let threads = Double(Workers.defaultCount)
    let writesText = [.word2vecText, .fastTextVec, .glove, .projector].contains(format)
    PresentWork.plan([
      (.unpacking, isPacked ? 3.2 * bytes : 0), (.reading, isText ? 2.1 * bytes / threads : 0),
      (.writing, writesText ? 4.7 * textBytes / threads : 0.5 * textBytes * 4 / 11),
    ])
  }

  /// Writes a classifier for fastText.
  private func convertClassifier() throws {
    // A stream has no name that could tell, and there is one format only.
    var isStream = true
    if case .file = try OutputTarget(output) { isStream = false }
    let isNamed = isStream || FileSuffix(of: output).name == "bin"
    guard format == .fastTextModel || format == nil && isNamed else {
      throw WordtoolError(
        .usage, path: output, found: "a name for vectors, and a classifier to write",
        expected: "a .bin", remedy: "a classifier is written for fastText alone")
    }
    try OutputPaths.check([output], inputs: [input])
    let file = try OutputKind.fastText(["bin"]).open(output)
    let classifier = try TextClassifier(contentsOf: input)
    try classifier.fastTextModel().write(to: file)
    try file.commit()
    StandardError.note(ofWordsIn: classifier, input)
  }

  func run() throws {
    if !documents, input != "-" {
      switch FileRecognizer.kind(of: input) {
      case .classifier: return try convertClassifier()
      case .nGramModel, .mappedNGramModel: return try convertNGramModel()
      default: break
      }
    }
    // Opened first: an output that cannot be written is told before a large input is read.
    let format = try format ?? WordVectors.Format(forPath: output)
    let listPath = format.wordListPath(forPath: output)
    try OutputPaths.check([output, listPath], inputs: [input, reading.wordList])
    let file = try OutputKind.vectors(format).open(output)
    if let listPath, file.isFile { try OutputKind.list.attempt(listPath) }
    planWork(format)
    var vectors = try read()
    for warning in vectors.warnings { StandardError.warn("\(input): \(warning)") }
    try requireWords(vectors, for: format)
    if let count = restrict.restrict, count < vectors.count { vectors = try vectors.first(count) }
    if let replaceBlanks {
      vectors = try vectors.replacingBlanks(with: replaceBlanks, for: format)
    }
    try vectors.write(to: file, format: format)
    try file.commit()
    Self.noteWhatIsLost(vectors, format, from: input)
    if vectors.areCodes, format == .finalfusion, !vectors.keepsCodes(in: format) {
      StandardError.note(
        "finalfusion has codes of parts of one width alone: those of \(input) became floats")
    }
    if vectors.format == .finalfusion {
      StandardError.note(
        "rows of finalfusion have a length of 1: the lengths before that are left behind")
    }
  }

  /// A table of n-grams alone is nothing but words that it is not said to have, in most formats.
  private func requireWords(_ vectors: WordVectors, for format: WordVectors.Format) throws {
    let isKept = vectors.keepsUnknownWords(in: format) && format != .floretModel
    if vectors.count > 0 || !vectors.makesUnknownWords || isKept { return }
    throw WordtoolError(
      .badData, path: input, found: "n-grams and no words",
      expected: "words, of which \(format.rawValue) holds the vectors",
      remedy: "name them: --word-list FILE")
  }

  /// Foreign formats have words and values only, fastText's models n-grams as well.
  static func noteWhatIsLost(
    _ vectors: WordVectors, _ format: WordVectors.Format, from input: String
  ) {
    typealias Key = WordVectors.MetadataKey
    var lost: [String] = []
    if vectors.makesTextVectors {
      lost.append("the tokenizer that makes vectors of texts")
    } else if vectors.makesUnknownWords, !vectors.keepsUnknownWords(in: format) {
      lost.append("the n-grams of unknown words")
    }
    let isOwn = format.isOwn
    if format == .floret, vectors.count > 0 { lost.append("the words") }
    let keepsCounts = isOwn || [.projector, .fastTextModel, .floretModel].contains(format)
    if !keepsCounts, vectors.counts != nil { lost.append("counts") }
    for (key, name) in [
      (Key.tokenizerRule, "tokenizer rule"), (Key.trainingOptions, "training options"),
      (Key.corpusLicence, "licence"),
    ] where !isOwn && vectors.metadata[key] != nil {
      lost.append(name)
    }
    if !lost.isEmpty {
      StandardError.note(
        "\(format.rawValue) cannot hold what \(input) says besides: \(lost.joined(separator: ", "))"
      )
    }
  }
}

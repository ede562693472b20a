import ArgumentParser
import SeqModels
import Tokenize
import WordtoolCore

/// `wordtool quantize`: a classifier as fastText's `.ftz`.
struct QuantizeCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "quantize",
    abstract: "Make a fasttext classifier small, as fastText's .ftz.",
    discussion: """
      MODEL is what train-classifier --model fasttext wrote, or a supervised .bin of fastText's. Its \
      rows of words and n-grams become codes of a product quantizer, a byte for every --dsub values; \
      --cutoff and --size leave out all but the longest rows. fastText reads the file, and so do classify and \
      evaluate classification. For both, words are what stands between white space. The same model, \
      options and seed give the same bytes, whatever the number of threads.

      Example:
        wordtool quantize reviews.bin -o reviews.ftz --qnorm --cutoff 100000
        wordtool quantize reviews.bin -o small.ftz --size 500k --retrain r.tsv
      """)

  @Argument(help: ArgumentHelp("The model.", valueName: "model"), completion: .file())
  var model: String

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Where the quantized model goes.", valueName: "file"),
    completion: .file())
  var output: String

  @Option(help: ArgumentHelp("Values of a row that share a byte, 1 to 4096.", valueName: "n"))
  var dsub = 2

  @Flag(help: "Divide rows by their lengths, which get a byte of their own.")
  var qnorm = false

  @Flag(help: "Quantize the rows of labels as well.")
  var qout = false

  @Option(
    help: ArgumentHelp(
      "Keep so many rows of words and n-grams, the longest ones. (default: all)", valueName: "n"))
  var cutoff: Int?

  @Option(
    help: ArgumentHelp(
      "Keep as many rows, the longest ones, as a file of so many bytes has room for, as 500k or 2M.",
      valueName: "size"))
  var size: FileSize?

  @Option(
    help: ArgumentHelp(
      "Train the rows that were kept further on this labelled text.", valueName: "file"),
    completion: .file())
  var retrain: String?

  @Option(help: ArgumentHelp("Passes over the text of --retrain. (default: 5)", valueName: "n"))
  var epochs: Int?

  @Option(
    help: ArgumentHelp(
      "The learning rate of --retrain at the start. (default: 0.1)", valueName: "x"))
  var lr: Double?

  @Option(
    help: ArgumentHelp(
      "Decides the first centroids, and the order of texts in --retrain.", valueName: "n"))
  var seed: UInt64 = 1

  @OptionGroup(title: "Labelled text of --retrain") var layout: LayoutOptions
  @OptionGroup var threads: ThreadsOptions
  @OptionGroup var progress: ProgressOptions
  @OptionGroup var json: JSONOptions

  /// The names are a contract.
  struct Answer: Encodable {
    var rows: Int
    var rowsBefore: Int
    var bytes: Int
    var bytesBefore: Int
  }

  func validate() throws {
    try OptionCheck.whole([
      ("--dsub", dsub, 1...4096), ("--cutoff", cutoff, 1...Int(Int32.max)),
      ("--epochs", epochs, 1...1_000_000),
    ])
    try OptionCheck.positive([("--lr", lr)])
    if cutoff != nil, size != nil {
      throw ValidationError("--cutoff and --size exclude each other")
    }
  }

  var optionRules: [OptionRule] {
    [
      OptionRule(["--epochs", "--lr"], need: "--retrain", isMet: retrain != nil),
      OptionRule(allOf: LayoutOptions.self, need: "--retrain", isMet: retrain != nil),
      OptionRule(
        ["--progress", "--quiet", "-q"], need: "--retrain", isMet: retrain != nil),
    ] + layout.optionRules
  }

  func run() throws {
    let stop = Interrupts.stopFlag()
    try OutputPaths.check(
      [output], inputs: [model, retrain], printing: json.json ? "the summary" : nil)
    // Opened first: an output that cannot be written is told before a large model is read.
    let file = try OutputKind.fastText(["ftz"]).open(output)
    let classifier = try FileKind.reading(model, as: .classifier) {
      try TextClassifier(contentsOf: model, labelPrefix: layout.prefix.labelPrefix)
    }
    let text = try retrain.map { try layout.read([$0]) }
    var options = FastTextQuantizationOptions()
    options.partWidth = dsub
    options.separatesLengths = qnorm
    options.quantizesLabels = qout
    options.cutoff = cutoff
    options.size = size?.bytes
    options.epochs = epochs ?? options.epochs
    options.learningRate = lr.map { Float($0) } ?? options.learningRate
    options.seed = seed
    let shown = progress.makeProgress()
    defer { shown.finish() }
    let rows = try classifier.writeQuantized(
      to: file, options: options, retrainedOn: text, threads: threads.count, stop: stop
    ) { moment in
      shown.update(
        Progress.Moment(
          phase: "training", fraction: moment.fraction, count: moment.examples, unit: "texts",
          loss: moment.loss, learningRate: moment.learningRate))
    }
    try file.commit()
    shown.finish()
    StandardError.note(ofWordsIn: classifier, model)
    let answer = Answer(
      rows: rows.kept, rowsBefore: rows.all, bytes: InputFiles.totalByteCount([output]) ?? 0,
      bytesBefore: InputFiles.totalByteCount([model]) ?? 0)
    if json.json { return try JSONOutput.write(answer) }
    StandardError.note(
      "\(NumberFormat.grouped(answer.rows)) of \(NumberFormat.counted(answer.rowsBefore, "row")), "
        + (answer.bytes > 0
          ? "\(NumberFormat.bytes(answer.bytes)) instead of \(NumberFormat.bytes(answer.bytesBefore))"
          : "from \(NumberFormat.bytes(answer.bytesBefore))"))
  }
}

extension StandardError {
  /// Tells that fastText cuts text otherwise than a model that was written for it.
  static func note(ofWordsIn classifier: TextClassifier, _ path: String) {
    guard classifier.rule.segmentation != .whitespace || classifier.rule.lowercase else { return }
    note(
      "the words of \(path) are not what stands between white space: fastText's answers are the same for "
        + "texts that 'tokenize --format spaces' has cut into words")
  }
}

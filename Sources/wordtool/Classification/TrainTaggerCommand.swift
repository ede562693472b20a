import ArgumentParser
import SeqModels
import Tokenize
import WordtoolCore

/// `wordtool train-tagger`: words with tags in, a model that tags words out.
struct TrainTaggerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train-tagger",
    abstract: "Make a model that gives every word of a sentence a tag.",
    discussion: """
      FILE has a word, a tab and its tag a line, and a blank line between sentences, plain or .gz; \
      of fields between spaces the first is the word and the last the tag. The model is a recurrent \
      network with softmax at every word. The same text, seed and options give the same bytes, \
      whatever the number of threads.

      Example:
        wordtool train-tagger train.conll -o pos.model --valid dev.conll --embeddings wiki.safetensors
      """)

  @Argument(help: ArgumentHelp("Files of tagged words; '-' is standard input.", valueName: "file"))
  var files: [String]

  @Option(help: ArgumentHelp("The recurrent cell: rnn, lstm or gru.", valueName: "name"))
  var model: Cell = .lstm

  /// The cells that can be trained.
  enum Cell: String, CaseIterable, ExpressibleByArgument {
    case rnn, lstm, gru
  }

  @Option(
    help: ArgumentHelp(
      "Measure the accuracy on these tagged words after each pass, and keep the best.",
      valueName: "file"))
  var valid: String?

  @Option(help: ArgumentHelp("Measure the accuracy on these in the end.", valueName: "file"))
  var test: String?

  @Flag(inversion: .prefixedNo, help: "Lower-case the words.")
  var lowercase = true

  @Option(
    help: ArgumentHelp(
      "Words that occur less often share one embedding, unless --embeddings has them.",
      valueName: "n"))
  var minCount = 2

  @Option(help: ArgumentHelp("Values in an embedding, 1 to 4096.", valueName: "n"))
  var dim = 100

  @OptionGroup var shape: RecurrentShapeOptions

  @Flag(help: "Read the sentence from its start alone, not from its end as well.")
  var forwardOnly = false

  @Option(help: ArgumentHelp("The learning rate at the start.", valueName: "x"))
  var lr = 0.001

  @Option(help: ArgumentHelp("Passes over the sentences.", valueName: "n"))
  var epochs = 10

  @Option(
    help: ArgumentHelp(
      "How much each tag counts: balanced, or TAG=WEIGHT joined by commas. (default: all words "
        + "the same)",
      valueName: "weights"))
  var classWeights: ClassWeightList?

  @OptionGroup var common: TrainingRunOptions

  func validate() throws {
    if minCount < 1 { throw ValidationError("--min-count is \(minCount), expected at least 1") }
    if !(1...4096).contains(dim) { throw ValidationError("--dim is \(dim), expected 1 to 4096") }
    if !(lr > 0 && lr.isFinite) { throw ValidationError("--lr is \(lr), expected more than 0") }
    if epochs < 1 { throw ValidationError("--epochs is \(epochs), expected at least 1") }
  }

  /// What is printed at the end.
  struct Summary: Encodable {
    var model: String
    var parameters: Int
    var epochs: Int
    var sentences: Int
    var words: Int
    var seconds: Double
    var wordsPerSecond: Double
    var validAccuracy: Double?
    var testAccuracy: Double?
    var labels: [String]
    var threads: Int
    var seed: UInt64
  }

  func run() throws {
    let stop = StopFlag()
    Interrupts.whenInterrupted(raise: stop)
    let file = try OutputFile(path: common.output)
    for path in [valid, test].compactMap({ $0 }) where path != "-" {
      _ = try ByteSource(path: path)
    }
    let metrics = try common.metrics.map { try ClassifierMetrics(path: $0) }
    let progress = common.progress.makeProgress()
    defer { progress.finish() }
    var text = TaggedText()
    for path in files { try text.append(contentsOf: path) }
    func read(_ path: String?) throws -> TaggedText? {
      guard let path else { return nil }
      var text = TaggedText()
      try text.append(contentsOf: path)
      return text
    }
    let (valid, test) = (try read(valid), try read(test))
    var options = try shape.options(
      rule: TokenizerRule(segmentation: .whitespace, normalization: .nfc, lowercase: lowercase),
      dimension: dim)
    options.recurrent.cell = model == .lstm ? .lstm : model == .gru ? .gru : .rnnTanh
    options.recurrent.isBidirectional = !forwardOnly
    options.minimumCount = minCount
    options.learningRate = lr
    options.epochs = epochs
    options.classWeights = classWeights?.weights ?? .uniform
    options.seed = common.seed
    let start = Environment.seconds()
    let training = try SequenceTagger.train(
      on: text, options: options, valid: valid, threads: common.threads.count, stop: stop
    ) { moment in
      metrics?.add(moment, seconds: Environment.seconds() - start)
      progress.update(
        Progress.Moment(
          phase: "training", fraction: moment.fraction, count: moment.exampleCount,
          unit: "sentences", loss: moment.loss, learningRate: moment.learningRate))
    }
    let seconds = Environment.seconds() - start
    progress.finish()
    let report = try test.map { try training.tagger.evaluate($0, threads: common.threads.count) }
    if let report { ClassificationWarnings.tell(report) }
    let summary = Summary(
      model: model.rawValue, parameters: training.tagger.parameterCount, epochs: training.epochs,
      sentences: text.sentences.count, words: text.wordCount, seconds: seconds,
      wordsPerSecond: Double(text.wordCount * training.epochs) / max(seconds, 1e-9),
      validAccuracy: training.validAccuracy, testAccuracy: report?.accuracy,
      labels: training.tagger.tags, threads: common.threads.count, seed: common.seed)
    try training.tagger.write(to: file)
    metrics?.close()
    if common.json { return try JSONOutput.write(summary) }
    guard common.output != "-" else { return }
    var lines = [
      ("sentences", NumberFormat.grouped(summary.sentences)),
      ("words", NumberFormat.grouped(summary.words)),
      ("tags", NumberFormat.grouped(summary.labels.count)),
      ("passes", NumberFormat.grouped(summary.epochs)),
      ("seconds", NumberFormat.fixed(summary.seconds, 2)),
    ]
    for (name, value) in [
      ("valid accuracy", summary.validAccuracy), ("test accuracy", summary.testAccuracy),
    ] {
      if let value { lines.append((name, NumberFormat.fixed(value, 4))) }
    }
    lines.append(("model", common.output))
    try StandardOutput.shared.writePairs(lines)
  }
}

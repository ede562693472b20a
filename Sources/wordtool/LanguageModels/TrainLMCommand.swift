import ArgumentParser
import SeqModels
import Tokenize
import WordtoolCore

/// `wordtool train-lm`: text in, a model that predicts the next token out.
struct TrainLMCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train-lm",
    abstract: "Make a model of the next word or character from text.",
    discussion: """
      TEXT is files and folders, plain or .gz, or '-', one sentence a line. Words stand between \
      white space unless --tokenizer says otherwise; <unk> in the text is a word as any other, and \
      rare words become it with --min-count or --max-vocab. A character is a code point.

      --model ngram counts n-grams with interpolated modified Kneser-Ney smoothing and writes an \
      ARPA file, which KenLM and SRILM read as well. The other models are neural networks: \
      recurrent (see --cell), fixed-window (a hidden layer over the last words) and bag-of-words \
      (the mean of their embeddings); they are written as safetensors under PyTorch's names. With \
      --valid the weights of the best epoch are kept. The bytes are the same for any --threads.

      Example:
        wordtool train-lm ptb.train.txt -o ptb.arpa --model ngram --order 5 --test ptb.test.txt
        wordtool train-lm ptb.train.txt -o ptb.lm --cell lstm --valid ptb.valid.txt
        wordtool train-lm play.txt -o play.lm --unit char --layers 1 --hidden 512 --optimizer adam
      """)

  /// The models that can be trained.
  enum Model: String, CaseIterable, ExpressibleByArgument {
    case recurrent, ngram
    case fixedWindow = "fixed-window"
    case bagOfWords = "bag-of-words"

    /// What the library calls it; nil for the one that is not a network.
    var kind: NeuralOptions.Kind? { NeuralOptions.Kind(rawValue: rawValue) }
  }

  @Argument(
    help: ArgumentHelp(
      "Text files and folders, plain or .gz; '-' is standard input.", valueName: "text"))
  var texts: [String]

  @Option(
    help: ArgumentHelp(
      "The model: recurrent, ngram, fixed-window or bag-of-words.", valueName: "name"))
  var model: Model = .recurrent

  @Option(help: ArgumentHelp("Tokens in the longest n-grams, 1 to 5.", valueName: "n"))
  var order = 5

  @Option(help: ArgumentHelp("What is predicted: word or char.", valueName: "name"))
  var unit: TextUnit = .word

  @Option(
    help: ArgumentHelp("Tokens that occur less often become <unk>.", valueName: "n"))
  var minCount = 1

  @Option(
    help: ArgumentHelp(
      "Keep the n most frequent tokens, the others become <unk>. (default: all)", valueName: "n"))
  var maxVocab: Int?

  @Option(
    help: ArgumentHelp("Measure the perplexity of this text in the end.", valueName: "file"))
  var valid: String?

  @Option(
    help: ArgumentHelp("Measure the perplexity of this text too.", valueName: "file"))
  var test: String?

  @OptionGroup(title: "Text") var text: SentenceOptions

  @OptionGroup(title: "Networks") var shape: NeuralShapeOptions

  @Option(
    help: ArgumentHelp(
      "Vectors that the embeddings begin with, in any format the tool reads; --embedding is then "
        + "theirs.",
      valueName: "path"))
  var embeddings: String?

  @Flag(help: "Keep the embeddings of --embeddings as they are.")
  var freezeEmbeddings = false

  @OptionGroup(title: "Training of networks") var training: NeuralTrainingArguments

  @Option(
    help: ArgumentHelp(
      "Save the state of the training here after each epoch and when interrupted.",
      valueName: "file"))
  var checkpoint: String?

  @Option(
    help: ArgumentHelp(
      "Go on from a checkpoint, with the same TEXT: its options count, but for --epochs where "
        + "that is more.",
      valueName: "file"))
  var resume: String?

  @OptionGroup var common: TrainingRunOptions

  /// What is printed at the end; the names are a contract.
  struct Summary: Encodable {
    var parameters: Int
    var epochs: Int
    var seconds: Double
    var tokensPerSecond: Double
    var validPerplexity: Double?
    var testPerplexity: Double?
    var seed: UInt64
    var order: Int
    var tokens: Int
    var vocabulary: Int
    var ngrams: [Int]
  }

  func validate() throws {
    if !(1...NGramModel.maximumTrainedOrder).contains(order) {
      throw ValidationError(
        "--order is \(order), expected 1 to \(NGramModel.maximumTrainedOrder)")
    }
    if minCount < 1 { throw ValidationError("--min-count is \(minCount), expected at least 1") }
    if let maxVocab, maxVocab < 1 {
      throw ValidationError("--max-vocab is \(maxVocab), expected at least 1")
    }
    if freezeEmbeddings, embeddings == nil {
      throw ValidationError("--freeze-embeddings needs --embeddings")
    }
  }

  func run() throws {
    if let kind = model.kind {
      try NeuralLMTraining(
        texts: texts, output: common.output, kind: kind, unit: unit, minCount: minCount,
        maxVocab: maxVocab, valid: valid, test: test, text: text, shape: shape,
        training: training, seed: common.seed, threads: common.threads.count,
        embeddings: embeddings,
        freezeEmbeddings: freezeEmbeddings, checkpoint: checkpoint, resume: resume,
        metrics: common.metrics, json: common.json, progress: common.progress
      ).run()
    } else {
      try countNGrams()
    }
  }

  private func countNGrams() throws {
    let stop = StopFlag()
    Interrupts.whenInterrupted(raise: stop)
    var options = NGramOptions()
    options.order = order
    options.unit = unit
    options.rule = text.rule
    options.minimumCount = minCount
    options.maximumVocabulary = maxVocab
    options.isStrict = text.strict
    let file = try OutputFile(path: common.output)
    // Texts that are not there are told before the work, not after it.
    for path in [valid, test].compactMap({ $0 }) where path != "-" {
      _ = try ByteSource(path: path)
    }
    let progress = common.progress.makeProgress()
    defer { progress.finish() }
    let start = Environment.seconds()
    let trained = try NGramTrainer(texts, options: options, stop: stop) { count in
      progress.update(Progress.Moment(phase: "reading", fraction: nil, count: count))
    }
    progress.finish()
    let seconds = Environment.seconds() - start
    StandardError.warnOfReplacements(trained.replacedCount)
    let fallbacks = trained.discounts.indices.filter { trained.discounts[$0].areFallback }
    if !fallbacks.isEmpty && progress.isShown {
      StandardError.note(
        "too few rare n-grams of order \(fallbacks.map { "\($0 + 1)" }.joined(separator: ", ")) to "
          + "estimate discounts; 0.5, 1 and 1.5 are used")
    }
    func perplexity(_ path: String?) throws -> Double? {
      try path.map {
        try trained.model.perplexity(of: [$0], isStrict: text.strict, stop: stop).perplexity
      }
    }
    let summary = Summary(
      parameters: trained.model.parameterCount, epochs: 1, seconds: seconds,
      tokensPerSecond: Double(trained.tokenCount) / max(seconds, 1e-9),
      validPerplexity: try perplexity(valid), testPerplexity: try perplexity(test),
      seed: common.seed,
      order: order, tokens: trained.tokenCount, vocabulary: trained.model.vocabularyCount,
      ngrams: trained.model.counts)
    try trained.model.write(to: file)
    if common.json { return try JSONOutput.write(summary) }
    if common.output != "-" { try print(summary) }
  }

  private func print(_ summary: Summary) throws {
    var lines = [
      ("tokens", NumberFormat.grouped(summary.tokens)),
      ("vocabulary", NumberFormat.grouped(summary.vocabulary)),
      ("n-grams", summary.ngrams.map(NumberFormat.grouped).joined(separator: "  ")),
      ("seconds", NumberFormat.fixed(summary.seconds, 2)),
    ]
    if let value = summary.validPerplexity {
      lines.append(("valid perplexity", NumberFormat.fixed(value, 2)))
    }
    if let value = summary.testPerplexity {
      lines.append(("test perplexity", NumberFormat.fixed(value, 2)))
    }
    lines.append(("model", common.output))
    try StandardOutput.shared.writePairs(lines)
  }
}

extension TrainLMCommand.Summary {
  private enum Key: String, CodingKey {
    case parameters, epochs, seconds, tokensPerSecond, validPerplexity, testPerplexity, seed, order
    case tokens, vocabulary, ngrams
  }

  /// All names are always there; what was not measured is null.
  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(parameters, forKey: .parameters)
    try values.encode(epochs, forKey: .epochs)
    try values.encode(seconds, forKey: .seconds)
    try values.encode(tokensPerSecond, forKey: .tokensPerSecond)
    try values.encode(validPerplexity, forKey: .validPerplexity)
    try values.encode(testPerplexity, forKey: .testPerplexity)
    try values.encode(seed, forKey: .seed)
    try values.encode(order, forKey: .order)
    try values.encode(tokens, forKey: .tokens)
    try values.encode(vocabulary, forKey: .vocabulary)
    try values.encode(ngrams, forKey: .ngrams)
  }
}

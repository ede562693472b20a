import ArgumentParser
import SeqModels
import Tokenize
import WordtoolCore

/// `wordtool train-lm`: text in, a model that predicts the next token out.
struct TrainLMCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "train-lm",
    abstract: "Make a model of the next word or character from text.",
    discussion: """
      TEXT is files and folders, plain or .gz, or '-', one sentence a line. Words stand between \
      white space unless --tokenizer says otherwise; <unk> in the text is a word as any other, and \
      rare words become it with --min-count or --max-vocab. A character is a code point.

      --model ngram counts n-grams with interpolated modified Kneser-Ney smoothing and writes an \
      ARPA file, which KenLM and SRILM read as well, or, to a name in .safetensors, a file that is \
      mapped: questions are answered in place, without reading it first. The other models are neural networks: \
      recurrent (see --cell), fixed-window (a hidden layer over the last words) and bag-of-words \
      (the mean of their embeddings); they are written as safetensors under PyTorch's names. With \
      --valid the weights of the best epoch are kept. The bytes are the same for any --threads.

      Example:
        wordtool train-lm ptb.train.txt -o ptb.arpa --model ngram --order 5 \\
            --test ptb.test.txt
        wordtool train-lm ptb.train.txt -o ptb.lm --cell lstm --valid ptb.valid.txt
        wordtool train-lm play.txt -o play.lm --unit char --layers 1 --hidden 512 \\
            --optimizer adam
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
      "Text files and folders, plain or .gz; '-' is standard input.", valueName: "text"),
    completion: .file())
  var texts: [String]

  @Option(
    help: ArgumentHelp(
      "The model: recurrent, ngram, fixed-window or bag-of-words.", valueName: "name"))
  var model: Model = .recurrent

  @Option(help: ArgumentHelp("Tokens in the longest n-grams, 1 to 6.", valueName: "n"))
  var order = 5

  @Option(
    help: ArgumentHelp(
      "Sort n-grams in memory up to this size, in several passes over the text where it does not do: "
        + "512M, 4G, 50%; a network holds no more than this, and is refused before its training where "
        + "that does not do. (default: n-grams 1G, networks no limit)", valueName: "limit"))
  var memory: MemorySize?

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
    help: ArgumentHelp("Measure the perplexity of this text in the end.", valueName: "file"),
    completion: .file())
  var valid: String?

  @Option(
    help: ArgumentHelp("Measure the perplexity of this text too.", valueName: "file"),
    completion: .file())
  var test: String?

  @OptionGroup(title: "Text") var text: SentenceOptions

  @OptionGroup(title: "Networks") var shape: NeuralShapeOptions

  @Option(
    help: ArgumentHelp(
      "Vectors that the embeddings begin with, in any format the tool reads; --embedding is then "
        + "theirs.",
      valueName: "path"), completion: .file())
  var embeddings: String?

  @Flag(help: "Keep the embeddings of --embeddings as they are.")
  var freezeEmbeddings = false

  @OptionGroup(title: "Training of networks") var training: NeuralTrainingArguments

  @OptionGroup var state: CheckpointFileOptions
  @OptionGroup var output: ModelOutputOptions
  @OptionGroup var common: TrainingRunOptions

  func validate() throws {
    try OptionCheck.whole([
      ("--order", order, 1...NGramModel.maximumTrainedOrder),
      ("--min-count", minCount, 1 ... .max), ("--max-vocab", maxVocab, 1 ... .max),
    ])
  }

  var optionRules: [OptionRule] {
    let networks = "--model recurrent, fixed-window or bag-of-words"
    let isNetwork = model != .ngram
    return [
      OptionRule(["--order"], need: "--model ngram", isMet: !isNetwork),
      OptionRule(
        ["--tokenizer", "--locale", "--lowercase", "--no-lowercase"], need: "--unit word",
        isMet: unit == .word),
      OptionRule(
        ["--locale"], need: "--tokenizer words or --lowercase",
        isMet: text.tokenizer == .words || text.lowercase == true),
      OptionRule(allOf: NeuralShapeOptions.self, need: networks, isMet: isNetwork),
      OptionRule(allOf: NeuralTrainingArguments.self, need: networks, isMet: isNetwork),
      OptionRule(allOf: CheckpointFileOptions.self, need: networks, isMet: isNetwork),
      OptionRule(
        ["--embeddings", "--freeze-embeddings", "--metrics"], need: networks, isMet: isNetwork),
      OptionRule(["--freeze-embeddings"], need: "--embeddings", isMet: embeddings != nil),
      OptionRule(
        ["--embedding"], need: "a network without --embeddings, whose vectors have their own size",
        isMet: embeddings == nil),
    ] + shape.rules(of: model, hasEmbeddings: embeddings != nil)
      + training.rules(of: model, shape, hasValid: valid != nil || state.resume != nil)
  }

  func run() throws {
    if model == .ngram {
      try TrainingSession.run(NGramTraining(self))
    } else {
      try TrainingSession.run(NeuralLMTraining(self))
    }
  }
}

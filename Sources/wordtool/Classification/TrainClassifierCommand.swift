import ArgumentParser
import SeqModels
import WordtoolCore

/// `wordtool train-classifier`: labelled text in, a model that names the label of a text out.
struct TrainClassifierCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train-classifier",
    abstract: "Make a model that names the class of a text.",
    discussion: """
      FILE has a text and its label a line or row, plain or .gz: words that begin with __label__ \
      (as for fastText, also several a line), TSV, CSV or JSON lines. Which column is which is found \
      out as the options below say. bag-of-words is logistic regression over words and word n-grams; \
      fasttext is the mean of their embeddings and softmax; rnn, lstm and gru are recurrent networks \
      over the words, pooled to one set of features. The same text, seed and options give the same \
      bytes, whatever the number of threads.

      Example:
        wordtool train-classifier reviews.tsv -o reviews.model --test test.tsv
        wordtool train-classifier cooking.train -o cooking.model --model fasttext --epochs 25
        wordtool train-classifier reviews.tsv -o lstm.model --model lstm --embeddings wiki.safetensors
      """)

  /// The models that can be trained.
  enum Model: String, CaseIterable, ExpressibleByArgument {
    case bagOfWords = "bag-of-words"
    case fasttext, rnn, lstm, gru
  }

  @Argument(
    help: ArgumentHelp("Files of labelled text; '-' is standard input.", valueName: "file"))
  var files: [String]

  @Option(help: ArgumentHelp("The model.", valueName: "name"))
  var model: Model = .bagOfWords

  @Option(
    help: ArgumentHelp(
      "Measure the accuracy on this labelled text in the end; recurrent models after each pass, and "
        + "keep the best.", valueName: "file"))
  var valid: String?

  @Option(help: ArgumentHelp("Measure the accuracy on this one too.", valueName: "file"))
  var test: String?

  @OptionGroup(title: "Labelled text") var layout: LayoutOptions
  @OptionGroup(title: "Words") var words: DocumentOptions

  @Option(
    help: ArgumentHelp(
      "Word n-grams that count: one order or a range, 1 to 5.", valueName: "orders"))
  var ngrams = OrderRange(1...2)

  @Option(
    help: ArgumentHelp(
      "Leave out words and n-grams that occur less often. (default: 2, fasttext 1)",
      valueName: "n"))
  var minCount: Int?

  @Option(
    help: ArgumentHelp(
      "Hash n-grams of two words and more into this many numbers. (default: keep all apart)",
      valueName: "n"))
  var buckets: Int?

  @OptionGroup(title: "Model bag-of-words") var linear: LinearModelOptions
  @OptionGroup(title: "Models fasttext, rnn, lstm and gru") var network: EmbeddingModelOptions
  @OptionGroup(title: "Models rnn, lstm and gru") var recurrent: RecurrentModelOptions

  @Option(
    help: ArgumentHelp(
      "Passes over the texts. (default: 5; bag-of-words until it stands still, at most 200)",
      valueName: "n"))
  var epochs: Int?

  @Option(
    help: ArgumentHelp(
      "How much each class counts: balanced, or LABEL=WEIGHT joined by commas. (default: all "
        + "texts the same)",
      valueName: "weights"))
  var classWeights: ClassWeightList?

  @OptionGroup var common: TrainingRunOptions

  func validate() throws {
    if let minCount, minCount < 1 {
      throw ValidationError("--min-count is \(minCount), expected at least 1")
    }
    if let buckets, !(1...1 << 30).contains(buckets) {
      throw ValidationError("--buckets is \(buckets), expected 1 to \(1 << 30)")
    }
    if let epochs, !(1...1_000_000).contains(epochs) {
      throw ValidationError("--epochs is \(epochs), expected 1 to 1000000")
    }
  }

  func run() throws {
    do { try ClassifierTrainingRun(self).run() } catch let error as WordtoolError {
      throw error.namingFlags
    }
  }
}

/// What only the linear model has.
struct LinearModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What an occurrence counts: binary, counts, tf-idf, or nb (log ratio of the classes).",
      valueName: "name"))
  var weighting: BagOfWordsOptions.Weighting = .naiveBayes

  @Option(
    help: ArgumentHelp(
      "The factor of the loss against the penalty; more fits the training text closer. (default: "
        + BagOfWordsOptions.Weighting.allCases.map {
          "\($0.rawValue) \(NumberFormat.short($0.defaultCost))"
        }.joined(separator: ", ") + ")",
      valueName: "x"))
  var cost: Double?

  func validate() throws {
    if let cost, !(cost > 0 && cost.isFinite) {
      throw ValidationError("--cost is \(cost), expected more than 0")
    }
  }
}

/// What the models of embeddings have.
struct EmbeddingModelOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Values in an embedding, 1 to 4096.", valueName: "n"))
  var dim = 100
  @Option(
    help: ArgumentHelp(
      "The learning rate at the start. (default: fasttext 0.5, others 0.001)", valueName: "x"))
  var lr: Double?

  func validate() throws {
    if !(1...4096).contains(dim) { throw ValidationError("--dim is \(dim), expected 1 to 4096") }
    if let lr, !(lr > 0 && lr.isFinite) {
      throw ValidationError("--lr is \(lr), expected more than 0")
    }
  }
}

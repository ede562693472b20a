public import ArgumentParser
import Networks
public import SeqModels
import Tokenize
import Word2Vec

extension PoolingMethod: ExpressibleByArgument {}

/// The shape and the training of a recurrent network over words.
struct RecurrentModelOptions: ParsableArguments {
  @OptionGroup var shape: RecurrentShapeOptions

  @Flag(help: "Read from the end as well.")
  var bidirectional = false

  @Option(
    help: ArgumentHelp(
      "How the outputs of all steps become the features of a text.", valueName: "name"))
  var pooling: PoolingMethod = .mean

  @Option(
    help: ArgumentHelp("Words of a text that count: the last n of a longer one.", valueName: "n"))
  var maxLength = 400

  func validate() throws {
    if maxLength < 1 { throw ValidationError("--max-length is \(maxLength), expected at least 1") }
  }

  /// What was asked for.
  func options(rule: TokenizerRule, dimension: Int) throws -> SequenceTrainingOptions {
    var options = try shape.options(rule: rule, dimension: dimension)
    options.recurrent.isBidirectional = bidirectional
    options.pooling = pooling
    options.maximumLength = maxLength
    return options
  }
}

/// What a classifier and a tagger have in common.
struct RecurrentShapeOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Recurrent layers.", valueName: "n"))
  var layers = 1

  @Option(help: ArgumentHelp("Units of a layer in one direction.", valueName: "n"))
  var hidden = 128

  @Option(
    help: ArgumentHelp(
      "Vectors that the embeddings begin with, in any format the tool reads; --dim is then theirs. "
        + "Their words are known even where the training text does not have them.",
      valueName: "vectors"))
  var embeddings: String?

  @Flag(help: "Keep the embeddings of --embeddings as they are.")
  var freezeEmbeddings = false

  @Option(
    help: ArgumentHelp(
      "The share of values left out while training: of embeddings, between layers, and of "
        + "features.", valueName: "x"))
  var dropout = 0.3

  @Option(
    help: ArgumentHelp("The share of words left out while training.", valueName: "x"))
  var wordDropout = 0.0

  @Option(help: ArgumentHelp("Texts in a step.", valueName: "n"))
  var batch = 32

  @Option(
    help: ArgumentHelp(
      "Scale gradients down to this norm; 0 does not.", valueName: "x"))
  var clip = 5.0

  @Option(
    help: ArgumentHelp(
      "End after n passes without a better accuracy on --valid. (default: never)", valueName: "n"))
  var patience: Int?

  @Flag(help: "Take the mean of the weights after each step of the last pass.")
  var average = false

  func validate() throws {
    for (name, value, largest) in [
      ("--layers", layers, 100), ("--hidden", hidden, 1 << 16), ("--batch", batch, 1 << 20),
      ("--patience", patience ?? 1, Int.max),
    ] where value < 1 || value > largest {
      throw ValidationError("\(name) is \(value), expected 1 to \(largest)")
    }
    for (name, value) in [("--dropout", dropout), ("--word-dropout", wordDropout)]
    where !(value >= 0 && value < 1) {
      throw ValidationError("\(name) is \(value), expected at least 0 and below 1")
    }
    if !(clip >= 0 && clip.isFinite) {
      throw ValidationError("--clip is \(clip), expected at least 0")
    }
    if freezeEmbeddings, embeddings == nil {
      throw ValidationError("--freeze-embeddings needs --embeddings")
    }
  }

  /// What was asked for.
  func options(rule: TokenizerRule, dimension: Int) throws -> SequenceTrainingOptions {
    var options = SequenceTrainingOptions(rule: rule)
    options.recurrent.layers = layers
    options.recurrent.hidden = hidden
    options.embedding = dimension
    options.hasFrozenEmbeddings = freezeEmbeddings
    options.dropout.input = dropout
    options.dropout.betweenLayers = dropout
    options.dropout.output = dropout
    options.dropout.words = wordDropout
    options.batch = batch
    options.optimizer.clipNorm = clip > 0 ? clip : nil
    options.patience = patience
    options.averagesLastPass = average
    if let embeddings {
      let vectors = try WordVectors(contentsOf: embeddings)
      var values: [Float] = []
      values.reserveCapacity(vectors.count * vectors.dimension)
      for index in 0..<vectors.count { values += vectors.vector(at: index) }
      options.pretrained = PretrainedEmbeddings(
        words: (0..<vectors.count).map { vectors.word(at: $0) }, dimension: vectors.dimension,
        values: values, name: embeddings)
    }
    return options
  }
}

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
    try OptionCheck.whole([("--max-length", maxLength, 1 ... .max)])
  }

  /// What was asked for.
  func options(
    rule: TokenizerRule, dimension: Int, steps: StepOptions<some OptimizationDefaults>
  ) -> SequenceTrainingOptions {
    var options = shape.options(rule: rule, dimension: dimension, steps: steps)
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
      valueName: "vectors"), completion: .file())
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

  @Flag(help: "Take the mean of the weights after each step of the last pass.")
  var average = false

  func validate() throws {
    try OptionCheck.whole([("--layers", layers, 1...100), ("--hidden", hidden, 1...1 << 16)])
    try OptionCheck.shares([("--dropout", dropout), ("--word-dropout", wordDropout)])
  }

  /// Which options of the command have an effect.
  func rules(hasValid: Bool) -> [OptionRule] {
    [
      OptionRule(["--freeze-embeddings"], need: "--embeddings", isMet: embeddings != nil),
      OptionRule(
        ["--dim"], need: "a model without --embeddings, whose vectors have their own size",
        isMet: embeddings == nil),
      OptionRule(["--patience"], need: "a training with --valid", isMet: hasValid),
    ]
  }

  /// What was asked for.
  func options(
    rule: TokenizerRule, dimension: Int, steps: StepOptions<some OptimizationDefaults>
  ) -> SequenceTrainingOptions {
    var options = SequenceTrainingOptions(rule: rule)
    options.recurrent.layers = layers
    options.recurrent.hidden = hidden
    options.embedding = dimension
    options.hasFrozenEmbeddings = freezeEmbeddings
    options.dropout.input = dropout
    options.dropout.betweenLayers = dropout
    options.dropout.output = dropout
    options.dropout.words = wordDropout
    options.epochs = steps.epochs ?? options.epochs
    options.learningRate = steps.lr ?? options.learningRate
    options.batch = steps.batch
    options.optimizer.clipNorm = steps.clipNorm
    options.patience = steps.patience
    options.averagesLastPass = average
    return options
  }

  /// The vectors of `--embeddings`.
  func pretrained() throws -> PretrainedEmbeddings? {
    guard let embeddings else { return nil }
    let vectors = try FileKind.reading(embeddings, as: .vectors) {
      try WordVectors(contentsOf: embeddings)
    }
    var values: [Float] = []
    values.reserveCapacity(vectors.count * vectors.dimension)
    for index in 0..<vectors.count { values += vectors.vector(at: index) }
    return try PretrainedEmbeddings(
      words: (0..<vectors.count).map { vectors.word(at: $0) }, dimension: vectors.dimension,
      values: values, name: embeddings)
  }
}

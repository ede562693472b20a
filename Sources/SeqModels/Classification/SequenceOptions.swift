public import Networks
public import Tokenize
public import WordtoolCore

/// How a recurrent network that names labels of word sequences is trained.
public struct SequenceTrainingOptions: TrainingOptions {
  /// How text becomes words; not looked at where the words are given.
  public var rule: TokenizerRule
  /// Words that occur less often in the training text share one embedding, unless they have a
  /// pretrained one.
  public var minimumCount: Int
  /// The recurrent layers.
  public var recurrent: RecurrentOptions
  /// Values of an embedding; that of pretrained ones where there are some.
  public var embedding: Int
  /// Whether the embeddings stay as they begin.
  public var hasFrozenEmbeddings: Bool
  /// How the outputs of all steps become the features of a text; a tagger has none of it.
  public var pooling: PoolingMethod
  /// What training steps leave out.
  public var dropout: SequenceDropout
  /// Words of a text that count: the last ones of a longer text.
  public var maximumLength: Int
  /// Texts in a step, of similar length.
  public var batch: Int
  /// Passes over the texts at most.
  public var epochs: Int
  /// The learning rate at the start; it falls to a tenth in a straight line.
  public var learningRate: Double
  /// How gradients become steps.
  public var optimizer: OptimizerOptions
  /// Ends after so many passes without a better accuracy on the held-out text; nil never.
  public var patience: Int?
  /// Whether the model's weights are the mean of those after each step of the last pass.
  public var averagesLastPass: Bool
  /// How much each label counts.
  public var classWeights: ClassWeights
  /// Decides the first weights, the order of the texts and what is left out.
  public var seed: UInt64

  /// One layer of 128 LSTM units, the mean of their outputs, Adam at 0.001, five passes.
  public init(rule: TokenizerRule = .words) {
    self.rule = rule
    minimumCount = 2
    recurrent = RecurrentOptions()
    recurrent.hidden = 128
    embedding = 100
    hasFrozenEmbeddings = false
    pooling = .mean
    dropout = SequenceDropout()
    dropout.input = 0.3
    dropout.betweenLayers = 0.3
    dropout.output = 0.3
    maximumLength = 400
    batch = 32
    epochs = 5
    learningRate = 1e-3
    optimizer = OptimizerOptions()
    optimizer.method = .adam
    optimizer.clipNorm = 5
    averagesLastPass = false
    classWeights = .uniform
    seed = 1
  }

  /// Passes that suit a classifier of so many texts, 5 ... 50: 30,000 texts in all.
  ///
  /// Measured on AG News, four labels. An LSTM's accuracy after 5 passes over 100 texts is that of
  /// guessing, .25; after 50 it is .37, after 200 .39. Over 300 texts: .42 (10), .51 (50), .53 (100).
  /// Over 1,000: .56 (5), .64 (10), .67 (20), .68 (40). Over 3,000: .73 (5), .77 (10). The tanh RNN's
  /// stops rising at the same numbers.
  public static func epochs(forTexts count: Int) -> Int {
    min(50, max(5, 30_000 / max(1, count)))
  }

  /// - Throws: `WordtoolError` of kind `usage` that names the first property that is out of range.
  public func validate() throws {
    try recurrent.validate()
    for (name, value, limit) in [
      ("minimumCount", minimumCount, Int.max), ("embedding", embedding, 1 << 20),
      ("maximumLength", maximumLength, TrainingLimits.timeSteps),
      ("batch", batch, TrainingLimits.batch), ("epochs", epochs, TrainingLimits.epochs),
      ("patience", patience ?? 1, TrainingLimits.epochs),
    ] {
      try OptionCheck.require(name, value, in: 1...limit)
    }
    try OptionCheck.require("learningRate", learningRate, .positive)
    try dropout.validate()
    try optimizer.validate()
  }
}

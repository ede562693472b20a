public import Networks
public import Tokenize
public import WordtoolCore

/// The shape of a neural language model.
public struct NeuralOptions: Codable, Hashable, Sendable {
  /// What predicts the next token.
  public enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
    /// Recurrent layers over embeddings (Mikolov et al. 2010).
    case recurrent
    /// A hidden layer over the last words (Bengio et al. 2003).
    case fixedWindow = "fixed-window"
    /// The mean of the embeddings of the last words.
    case bagOfWords = "bag-of-words"
  }

  /// What predicts the next token.
  public var kind = Kind.recurrent
  /// The recurrent layers; of a fixed window `hidden` alone counts.
  public var recurrent = RecurrentOptions()
  /// Values of a token's embedding.
  public var embedding = 200
  /// How many words a fixed window or a bag sees.
  public var window = 5
  /// A fixed window over one-hot words: no embeddings.
  public var isOneHot = false
  /// Whether the softmax uses the embeddings as its weights (Press and Wolf 2017, Inan et al.
  /// 2017). The features must be as many as the values of an embedding.
  public var isTied = false
  /// Where the clusters of an adaptive softmax begin; empty for the full softmax.
  public var cutoffs: [Int] = []
  /// Words or characters.
  public var unit = TextUnit.word
  /// How words are found.
  public var rule = TokenizerRule.whitespace

  /// One layer of 200 LSTM units.
  public init() {}

  /// - Throws: `WordtoolError` of kind `usage` that names the first property that is out of range or
  ///   does not go with another.
  public func validate() throws {
    try recurrent.validate()
    try OptionCheck.require("embedding", embedding, in: 1...1 << 30)
    try OptionCheck.require("window", window, in: 1...1 << 20)
    try OptionCheck.require(
      !recurrent.isBidirectional, found: "`recurrent.isBidirectional`",
      expected: "a model that reads forward: the next token is what it predicts")
    try OptionCheck.require(
      cutoffs.allSatisfy { $0 >= 1 } && zip(cutoffs, cutoffs.dropFirst()).allSatisfy(<),
      found: "`cutoffs` is \(cutoffs)", expected: "rising numbers from 1")
    if isTied {
      try OptionCheck.require(
        cutoffs.isEmpty && !isOneHot,
        found: "`isTied` with \(isOneHot ? "`isOneHot`" : "`cutoffs`")", expected: "one of them")
      try OptionCheck.require(
        embedding == featureCount, found: "`isTied` with \(featureCount) features",
        expected: "as many as `embedding`, which is \(embedding)")
    }
  }

  /// Checks what hangs on the number of tokens, too.
  func validate(vocabulary: Int) throws {
    try validate()
    try OptionCheck.require(
      (cutoffs.last ?? 0) < vocabulary, found: "`cutoffs` is \(cutoffs)",
      expected: "numbers below the \(vocabulary) tokens")
  }

  /// Values the softmax reads.
  public var featureCount: Int {
    switch kind {
    case .recurrent: recurrent.outputCount
    case .fixedWindow: recurrent.hidden
    case .bagOfWords: embedding
    }
  }

  func parameterShapes(vocabulary: Int) -> [(name: String, shape: [Int])] {
    var shapes: [(name: String, shape: [Int])] = []
    switch kind {
    case .recurrent:
      shapes.append(("encoder.weight", [vocabulary, embedding]))
      shapes += recurrent.parameterShapes(inputCount: embedding, prefix: "rnn.")
    case .fixedWindow:
      shapes += WindowContext<Float>.shapes(
        vocabulary: vocabulary, window: window, embedding: embedding, hidden: recurrent.hidden,
        isOneHot: isOneHot)
    case .bagOfWords:
      shapes.append(("encoder.weight", [vocabulary, embedding]))
    }
    if !cutoffs.isEmpty {
      return shapes
        + AdaptiveSoftmax<Float>.shapes(
          vocabulary: vocabulary, features: featureCount, cutoffs: cutoffs)
    }
    if !isTied { shapes.append(("decoder.weight", [vocabulary, featureCount])) }
    shapes.append(("decoder.bias", [vocabulary]))
    return shapes
  }
}

/// How a neural language model is trained.
public struct NeuralTrainingOptions: TrainingOptions {
  /// How the learning rate moves: with `LearningRateSchedule.step` it is divided by ``decay`` before
  /// each epoch after the first ``decayAfter``.
  public typealias Schedule = LearningRateSchedule

  /// What a step's loss is divided by.
  public enum LossAverage: String, Codable, Hashable, Sendable, CaseIterable {
    /// The tokens of the step: the mean loss.
    case tokens
    /// The sequences of the batch: the loss is summed over the time steps, as Zaremba et al. 2014
    /// do. A rate and a clip norm are then `bptt` times those of the mean.
    case sequences
  }

  /// Passes over the text.
  public var epochs = 13
  /// Sequences read side by side: the text is cut in so many equal parts.
  public var batch = 20
  /// Time steps that gradients go back through; the state goes on (truncated backpropagation
  /// through time: Williams and Peng 1990).
  public var bptt = 35
  /// Whether each step draws its own length around ``bptt``; nil as false, as in older checkpoints.
  /// See `PieceLength`.
  public var hasJitter: Bool?
  /// The rule of the steps.
  public var optimizer = OptimizerOptions()
  /// The learning rate at the start.
  public var learningRate = 1.0
  /// How it moves.
  public var schedule = Schedule.plateau
  /// See ``Schedule``.
  public var decay = 2.0
  /// See `step`.
  public var decayAfter = 4
  /// Steps over which the rate rises from zero.
  public var warmup = 0
  /// What a step's loss is divided by.
  public var lossAverage = LossAverage.sequences
  /// What is left out while training.
  public var dropout = LanguageDropout()
  /// The factor of the mean square of the outputs, added to the loss (Merity et al. 2017).
  public var activationPenalty = 0.0
  /// The factor of the mean square of the outputs' change from step to step.
  public var temporalPenalty = 0.0
  /// How the recurrent weights begin.
  public var initialization = WeightInitialization.uniform
  /// All uniform weights begin between ± this; nil: 0.1 for embeddings and softmax, 1/√hidden for
  /// recurrent weights.
  public var initialRange: Double?
  /// Added to the bias of an LSTM's forget gate (Jozefowicz et al. 2015).
  public var forgetBias = 0.0
  /// Epochs without a better loss on the held-out text after which training ends; nil never.
  public var patience: Int?
  /// Epochs without a better loss after which the mean of the weights is kept and measured
  /// (non-monotonically triggered averaged SGD: Merity et al. 2018); nil never.
  public var averagingAfter: Int?
  /// Whether pretrained embeddings stay as they are.
  public var hasFrozenEmbeddings = false
  /// Training ends after so many steps, wherever that is; nil for no limit.
  public var maximumSteps: Int?
  /// Where all random choices come from.
  public var seed: UInt64 = 1

  private enum CodingKeys: String, CodingKey {
    case epochs, batch, bptt, hasJitter, optimizer
    // As in older checkpoints.
    case learningRate = "rate"
    case schedule, decay, decayAfter, warmup, lossAverage, dropout, activationPenalty
    case temporalPenalty, initialization, initialRange, forgetBias, patience, averagingAfter
    case hasFrozenEmbeddings, maximumSteps, seed
  }

  /// Zaremba et al.'s small setting, but for the schedule.
  public init() {
    optimizer.clipNorm = 5
  }

  /// - Throws: `WordtoolError` of kind `usage` that names the first property that is out of range.
  public func validate() throws {
    for (name, value, limit) in [
      ("epochs", epochs, TrainingLimits.epochs), ("batch", batch, TrainingLimits.batch),
      ("bptt", bptt, TrainingLimits.timeSteps), ("decayAfter", decayAfter, TrainingLimits.epochs),
      ("patience", patience ?? 1, TrainingLimits.epochs),
      ("averagingAfter", averagingAfter ?? 1, TrainingLimits.epochs),
      ("maximumSteps", maximumSteps ?? 1, TrainingLimits.count),
    ] {
      try OptionCheck.require(name, value, in: 1...limit)
    }
    try OptionCheck.require("warmup", warmup, in: 0...TrainingLimits.count)
    for (name, value, rule) in [
      ("learningRate", learningRate, OptionCheck.Rule.positive), ("decay", decay, .positive),
      ("activationPenalty", activationPenalty, .notNegative),
      ("temporalPenalty", temporalPenalty, .notNegative), ("forgetBias", forgetBias, .finite),
      ("initialRange", initialRange ?? 1, .positive),
    ] {
      try OptionCheck.require(name, value, rule)
    }
    try dropout.validate()
    try optimizer.validate()
  }

  /// How the rate moves, with its numbers.
  var movement: TrainingSchedule { TrainingSchedule(schedule, decay: decay, warmup: warmup) }
}

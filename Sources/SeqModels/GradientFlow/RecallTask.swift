import BLASCore
import Networks
public import WordtoolCore

/// How the recall task is set and learned.
public struct RecallOptions: TrainingOptions {
  /// Words between the one to remember and the question.
  public var distances = [5, 10, 30, 100]
  /// Words that may be asked for; a guess is right once in so many times.
  public var words = 8
  /// Other words, that fill the distance.
  public var fillers = 16
  /// Units of the recurrent layer, and values of an embedding.
  public var hidden = 64
  /// Sequences of a training step.
  public var batch = 32
  /// Training steps at most; training ends before where nothing more is to be learned.
  public var trainingSteps = 1000
  /// The learning rate of Adam.
  public var learningRate = 0.002
  /// The norm to which training clips the gradient.
  public var clipNorm = 1.0
  /// Sequences that are tested; none of them is trained on.
  public var testSequences = 1000
  /// The bias of the gates that keep the state; nil is the logarithm of the distance.
  public var keepBias: Double?
  /// Where all random choices come from.
  public var seed: UInt64 = 1

  /// 8 words at four distances.
  public init() {}

  /// - Throws: `WordtoolError` of kind `usage` that names the first property that is out of range.
  public func validate() throws {
    for (name, value, range) in [
      ("words", words, 2...1 << 20), ("fillers", fillers, 1...1 << 20),
      ("hidden", hidden, 1...1 << 20), ("batch", batch, 1...TrainingLimits.batch),
      ("trainingSteps", trainingSteps, 0...TrainingLimits.count),
      ("testSequences", testSequences, 0...1 << 30),
    ] + distances.map({ ("distances", $0, 0...TrainingLimits.timeSteps) }) {
      try OptionCheck.require(name, value, in: range)
    }
    for (name, value, rule) in [
      ("learningRate", learningRate, OptionCheck.Rule.positive), ("clipNorm", clipNorm, .positive),
      ("keepBias", keepBias ?? 0, .finite),
    ] {
      try OptionCheck.require(name, value, rule)
    }
  }

  /// The share of right answers without any memory.
  public var chance: Double { 1 / Double(words) }
}

/// How well a cell recalls at one distance.
public struct RecallResult: Codable, Hashable, Sendable {
  /// The cell.
  public var name: String
  /// Words between the one to remember and the question.
  public var distance: Int
  /// The share of right answers.
  public var accuracy: Double
  /// Training steps that were taken.
  public var steps: Int
}

/// The recall task: a word early in a text is marked and must be named after many others.
///
/// As in "France is where I grew up … I speak fluent ___": after a few words comes a mark and then
/// the word to remember, one of `words`; after `distance` random others a question, and the answer
/// is the word. Every sequence is drawn anew.
public enum RecallTask {
  /// Trains a network of a case at a distance and tests it.
  ///
  /// - Throws: `WordtoolError`: `diverged`, `interrupted`.
  public static func run(
    _ flowCase: GradientFlowCase, distance: Int, options: RecallOptions,
    threads: Int = Workers.defaultCount,
    stop: StopFlag = StopFlag(), progress: (Double) -> Void = { _ in }
  ) throws -> RecallResult {
    try options.validate()
    try OptionCheck.require("distance", distance, in: 0...TrainingLimits.timeSteps)
    var shape = NeuralOptions()
    shape.recurrent.cell = flowCase.cell
    shape.recurrent.hidden = options.hidden
    shape.embedding = options.hidden
    var training = NeuralTrainingOptions()
    training.initialization = flowCase.initialization
    training.seed = options.seed
    training.optimizer.method = .adam
    training.optimizer.clipNorm = options.clipNorm
    let network = try LanguageNetwork<Float>(
      shape, vocabulary: options.words + options.fillers + 2, threads: threads)
    network.start(training)
    flowCase.setKeepBias(
      options.keepBias ?? PortableMath.log(Double(max(1, distance))), in: network)
    let optimizer = try Optimizer(
      training.optimizer, parameters: network.parameters, compute: network.compute)
    var steps = 0
    var rightInARow = 0
    while steps < options.trainingSteps, rightInARow < 20 {
      if stop.isRaised {
        throw WordtoolError(.interrupted, found: "stopped after \(steps, "step")")
      }
      let batch = Batch(
        options, distance: distance, count: options.batch, stream: UInt64(steps), isTest: false)
      try network.packWeights(forTraining: true)
      let loss = try network.backward(
        batch.ids, targets: batch.targets, layout: batch.layout,
        state: network.encoder.makeState(batch: options.batch, padding: 0),
        scale: 1 / Float(options.batch), dropout: LanguageDropout(), draw: nil)
      let norm = optimizer.step(rate: options.learningRate)
      guard loss.isFinite, norm.isFinite else {
        throw WordtoolError(
          .diverged, found: "the loss of step \(steps + 1) of \(flowCase.rawValue) is not finite",
          remedy: "lower `learningRate`")
      }
      steps += 1
      rightInARow = loss / Double(options.batch) < 0.01 ? rightInARow + 1 : 0
      progress(Double(steps) / Double(options.trainingSteps))
    }
    return try RecallResult(
      name: flowCase.rawValue, distance: distance,
      accuracy: accuracy(of: network, distance: distance, options: options), steps: steps)
  }

  /// Sequences with one question each.
  private struct Batch {
    let ids: [Int32]
    let targets: [Int32]
    let layout: SequenceLayout

    init(_ options: RecallOptions, distance: Int, count: Int, stream: UInt64, isTest: Bool) {
      let (mark, question) = (options.words, options.words + 1)
      let lead = 3
      let length = lead + 2 + distance + 1
      var source = RandomSource(seed: options.seed, isTest ? .recallTest : .recallTraining, stream)
      var ids = [Int32](repeating: 0, count: length * count)
      var targets = [Int32](repeating: -1, count: length * count)
      for sequence in 0..<count {
        let word = Int(source.next() % UInt64(options.words))
        for step in 0..<length {
          let filler = options.words + 2 + Int(source.next() % UInt64(options.fillers))
          let id =
            step == lead ? mark : step == lead + 1 ? word : step == length - 1 ? question : filler
          ids[step * count + sequence] = Int32(id)
        }
        targets[(length - 1) * count + sequence] = Int32(word)
      }
      self.ids = ids
      self.targets = targets
      layout = SequenceLayout(steps: length, batch: count)
    }
  }

  private static func accuracy(
    of network: LanguageNetwork<Float>, distance: Int, options: RecallOptions
  ) throws -> Double {
    try network.packWeights(forTraining: false)
    var right = 0
    var asked = 0
    var scores = [Double](repeating: 0, count: network.vocabularyCount)
    for start in stride(from: 0, to: options.testSequences, by: 100) {
      let count = min(100, options.testSequences - start)
      let batch = Batch(
        options, distance: distance, count: count, stream: UInt64(start), isTest: true)
      let features = try network.encoder.forward(
        batch.ids, layout: batch.layout,
        state: network.encoder.makeState(batch: count, padding: 0), dropout: LanguageDropout(),
        draw: nil)
      let last = batch.layout.stepCount - 1
      for sequence in 0..<count {
        let row = batch.layout.row(step: last, sequence: sequence)
        try network.head.logProbabilities(features.rows(row..<row + 1), into: &scores)
        let answer = scores.indices.max { (scores[$0], $1) < (scores[$1], $0) }
        asked += 1
        if answer.map({ Int32($0) == batch.targets[row] }) ?? false { right += 1 }
      }
    }
    return asked == 0 ? 0 : Double(right) / Double(asked)
  }
}

import BLASCore
public import Networks
public import WordtoolCore

/// Trains a neural language model.
///
/// The text is one stream of tokens, cut in `batch` equal parts that are read side by side, `bptt`
/// tokens at a time, or about so many. The state goes on from piece to piece, its gradient does not
/// (truncated backpropagation through time). The same text, options and seed give the same weights for any
/// number of threads, and a training that was interrupted and resumed gives the weights of one that
/// was not.
public final class NeuralTrainer {
  /// What happened so far.
  public typealias Report = TrainingReport<Measured>

  /// What a training of a language model counts and measures.
  public struct Measured: Hashable, Sendable {
    /// Perplexity on the held-out text at the end of the epoch, where there is one.
    public var validPerplexity: Double?
    /// Tokens trained on in all.
    public var tokens = 0

    /// Before the first step.
    public init() {}
  }

  /// How it is trained.
  public let training: NeuralTrainingOptions
  let network: LanguageNetwork<Float>
  let vocabulary: LanguageVocabulary
  let optimizer: Optimizer<Float>
  var position: TrainingPosition
  var state: ContextState<Float>
  /// The weights with the least loss on the held-out text.
  var best: [Float] = []
  private let ids: [Int32]
  private let validIDs: [Int32]
  let partLength: Int

  /// Prepares a training from the start.
  ///
  /// - Parameters:
  ///   - options: the network.
  ///   - training: how it is trained.
  ///   - vocabulary: the tokens, by number.
  ///   - ids: the text, a line's end after each line.
  ///   - validIDs: the held-out text; empty for none.
  ///   - embeddings: first values of embeddings by token, [embedding] numbers each.
  ///   - threads: how many threads to use, at least 1; the result does not depend on it.
  /// - Throws: `WordtoolError`: `usage` for options out of range, or embeddings of another length;
  ///   `badData` for a text of fewer than two tokens, or a token that the vocabulary does not have;
  ///   `unavailable` without memory.
  public init(
    _ options: NeuralOptions, training: NeuralTrainingOptions, vocabulary: LanguageVocabulary,
    ids: [Int32], validIDs: [Int32] = [], embeddings: [Int32: [Float]] = [:],
    threads: Int = Workers.defaultCount
  ) throws {
    try options.validate(vocabulary: vocabulary.count)
    try training.validate()
    let tokens = 0..<Int32(vocabulary.count)
    for id in [ids, validIDs, Array(embeddings.keys)].joined() where !tokens.contains(id) {
      throw WordtoolError(
        .badData, found: "token \(id)", expected: "0 to \(vocabulary.count - 1)")
    }
    guard ids.count >= 2 else {
      throw WordtoolError(
        .badData, found: ids.isEmpty ? "a text without tokens" : "a text of one token",
        expected: "at least two tokens to learn what follows what")
    }
    self.training = training
    self.vocabulary = vocabulary
    position = TrainingPosition(rate: training.learningRate, dataHash: Self.hash(ids))
    self.ids = ids
    self.validIDs = validIDs
    let batch = min(training.batch, ids.count)
    partLength = (ids.count + batch - 1) / batch
    network = try LanguageNetwork(options, vocabulary: vocabulary.count, threads: threads)
    network.start(training)
    if let entry = network.parameters.entry("encoder.weight") {
      for (id, values) in embeddings.sorted(by: { $0.key < $1.key }) {
        try OptionCheck.require(
          values.count == entry.shape[1], found: "\(values.count, "value") for an embedding",
          expected: "\(entry.shape[1])")
        for (column, value) in values.enumerated() {
          unsafe network.parameters.values.base[
            entry.range.lowerBound + Int(id) * values.count + column] =
            value
        }
      }
    }
    optimizer = try Optimizer(
      training.optimizer, parameters: network.parameters, compute: network.compute)
    state = try network.encoder.makeState(batch: batch, padding: vocabulary.endID)
    network.setActivationPenalty(
      alpha: training.activationPenalty, beta: training.temporalPenalty)
  }

  private static func hash(_ ids: [Int32]) -> UInt64 {
    var hash = FNV1a()
    for id in ids { hash.add(UInt32(bitPattern: id)) }
    return hash.value
  }

  /// Tokens trained on so far, those before a checkpoint included.
  public var tokensTrained: Int { position.examples }

  /// Sequences read side by side.
  var batch: Int { min(training.batch, ids.count) }

  private var stepsPerEpoch: Int { (partLength + training.bptt - 1) / training.bptt }

  /// The share of all tokens of all epochs that was read.
  private var readShare: Double {
    (Double(position.epoch) + Double(position.place) / Double(partLength))
      / Double(max(1, training.epochs))
  }

  /// Trains to the end.
  ///
  /// - Parameters:
  ///   - stop: looked at after each step; then the state is as a checkpoint wants it.
  ///   - epochEnded: called at the end of each epoch, with the state a checkpoint wants.
  ///   - progress: called after each step.
  /// - Returns: the model with the weights of the best epoch where there is a held-out text, of the
  ///   last otherwise.
  /// - Throws: `WordtoolError`: `interrupted`; `diverged` when a loss, a gradient or a weight is
  ///   not finite.
  public func train(
    stop: StopFlag = StopFlag(), epochEnded: (Report) throws -> Void = { _ in },
    progress: (Report) -> Void = { _ in }
  ) throws -> NeuralLanguageModel {
    var report = Report(Measured())
    func update() {
      report.epoch = position.epoch + 1
      report.steps = position.step
      report.loss = position.meanLoss
      report.tokens = position.examples
      report.learningRate = rate
      report.fraction = min(1, readShare)
    }
    steps: while position.epoch < training.epochs {
      if position.stopping.isOver(patience: training.patience) { break }
      while position.place < partLength {
        network.compute.team.beginStep()
        let before = position.examples
        report.gradientNorm = try step()
        network.compute.team.endStep(work: position.examples - before)
        update()
        progress(report)
        if stop.isRaised {
          throw WordtoolError(
            .interrupted,
            found: "stopped in epoch \(position.epoch + 1) after step \(position.step)")
        }
        if position.step == training.maximumSteps { break steps }
      }
      update()
      report.validPerplexity = try endEpoch()
      try epochEnded(report)
    }
    if !best.isEmpty {
      _ = unsafe network.parameters.values.all.update(fromContentsOf: best)
      return try NeuralLanguageModel(network: network, vocabulary: vocabulary)
    }
    optimizer.adoptAverage()
    return try NeuralLanguageModel(network: network, vocabulary: vocabulary)
  }

  /// The rate of the next step.
  private var rate: Double {
    // How many steps of drawn lengths there will be is not known.
    let done =
      training.hasJitter == true
      ? readShare : Double(position.step) / Double(max(1, training.epochs * stepsPerEpoch))
    return training.movement.rate(
      ofStep: position.step, base: position.rate,
      decays: position.epoch + 1 - training.decayAfter, done: done)
  }

  /// One piece of text forward and back, and a step of the optimiser.
  private func step() throws -> Double {
    if position.place == 0 {
      state = try network.encoder.makeState(batch: batch, padding: vocabulary.endID)
    }
    let piece = PieceLength(training, step: position.step)
    let steps = min(piece.steps, partLength - position.place)
    var read = [Int32](repeating: vocabulary.endID, count: steps * batch)
    var targets = [Int32](repeating: -1, count: steps * batch)
    var count = 0
    for step in 0..<steps {
      for part in 0..<batch {
        let place = part * partLength + position.place + step
        guard place < ids.count else { continue }
        targets[step * batch + part] = ids[place]
        if place > 0 { read[step * batch + part] = ids[place - 1] }
        count += 1
      }
    }
    let draw = RecurrentStack<Float>.Draw(seed: training.seed, step: UInt64(position.step))
    let hasDropout = training.dropout != LanguageDropout()
    try network.packWeights(
      forTraining: true, dropout: training.dropout, draw: hasDropout ? draw : nil)
    let divisor = training.lossAverage == .tokens ? count : batch
    let loss = try network.backward(
      read, targets: targets, layout: SequenceLayout(steps: steps, batch: batch), state: state,
      scale: 1 / Float(max(1, divisor)), dropout: training.dropout, draw: hasDropout ? draw : nil)
    var frozen: [Range<Int>] = []
    if training.hasFrozenEmbeddings, let entry = network.parameters.entry("encoder.weight") {
      frozen.append(entry.range)
    }
    let norm = optimizer.step(rate: rate * piece.rateFactor, frozen: frozen)
    guard loss.isFinite, norm.isFinite else {
      throw WordtoolError(
        .diverged,
        found:
          "the \(loss.isFinite ? "gradient" : "loss") of step \(position.step + 1) is not finite",
        remedy: "lower `learningRate` or clip the gradients harder")
    }
    position.lossSum += loss
    position.lossCount += count
    position.examples += count
    position.step += 1
    position.place += steps
    return norm
  }

  /// Measures the held-out text and sets the rate of the next epoch.
  private func endEpoch() throws -> Double? {
    var perplexity: Double?
    if let name = network.parameters.firstNotFinite() {
      throw WordtoolError(
        .diverged, found: "\(name) is no longer finite after epoch \(position.epoch + 1)",
        remedy: "lower `learningRate` or clip the gradients harder")
    }
    if !validIDs.isEmpty {
      var isBest = false
      let loss = try optimizer.withAverage { () -> Double in
        let loss = try validLoss()
        isBest = try position.stopping.isBest(
          ValidationScore(loss: loss), epoch: position.epoch + 1)
        if isBest {
          // The old ones go before the new ones are taken.
          best = []
          best = unsafe Array(network.parameters.values.all)
        }
        return loss
      }
      perplexity = PortableMath.exp(loss)
      if !isBest {
        position.rate = training.movement.baseAfterPlateau(position.rate)
        if let patience = training.averagingAfter, position.stopping.isOver(patience: patience),
          !optimizer.isAveraging
        {
          try optimizer.beginAveraging()
          position.stopping.restartCounting()
        }
      }
    }
    position.beginNextEpoch()
    return perplexity
  }

  /// The mean loss a token of the held-out text, read in as many parts as the batch.
  private func validLoss() throws -> Double {
    try network.packWeights(forTraining: false)
    let parts = min(batch, validIDs.count)
    let length = (validIDs.count + parts - 1) / parts
    let state = try network.encoder.makeState(batch: parts, padding: vocabulary.endID)
    var sum = 0.0
    for start in stride(from: 0, to: length, by: training.bptt) {
      let steps = min(training.bptt, length - start)
      var read = [Int32](repeating: vocabulary.endID, count: steps * parts)
      var targets = [Int32](repeating: -1, count: steps * parts)
      for step in 0..<steps {
        for part in 0..<parts {
          let place = part * length + start + step
          guard place < validIDs.count else { continue }
          targets[step * parts + part] = validIDs[place]
          if place > 0 { read[step * parts + part] = validIDs[place - 1] }
        }
      }
      let losses = try network.losses(
        read, targets: targets, layout: SequenceLayout(steps: steps, batch: parts), state: state)
      sum = losses.reduce(sum, +)
    }
    return sum / Double(validIDs.count)
  }
}

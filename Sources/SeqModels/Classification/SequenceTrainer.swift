import BLASCore
import Networks
import WordtoolCore

/// Trains a network that names labels of word sequences, for texts and for single words alike.
struct SequenceTrainer {
  /// What the words of one example are called.
  enum Targets {
    /// The labels of each sequence: one, or several that are taken in turn at random.
    case sequences([[Int32]])
    /// The label of each word.
    case words([[Int32]])
  }

  let options: SequenceTrainingOptions
  /// Vectors the embeddings begin with.
  let pretrained: PretrainedEmbeddings?
  let vocabulary: SequenceVocabulary
  let sequences: [[Int32]]
  let targets: Targets
  let labelCount: Int
  let labelWeights: [Double]
  let threads: Int

  /// What a training gives.
  struct Result {
    var network: SequenceNetwork<Float>
    var epochs: Int
    /// The best accuracy on the held-out text, where there is one.
    var validAccuracy: Double?
    /// The mean loss of the last pass, in nats.
    var loss: Double

    /// ``loss`` as a share of what guessing by how frequent each label is costs; nil with weights of
    /// labels, which change what is a good guess.
    func lossShare(guessingLoss: Double, options: SequenceTrainingOptions) -> Double? {
      options.classWeights == .uniform && guessingLoss > 0 ? loss / guessingLoss : nil
    }
  }

  var shape: SequenceNetworkOptions {
    var shape = SequenceNetworkOptions()
    shape.recurrent = options.recurrent
    shape.embedding = pretrained?.dimension ?? options.embedding
    shape.vocabulary = vocabulary.trainedCount
    if case .sequences = targets { shape.pooling = options.pooling }
    shape.labels = labelCount
    shape.hasFrozenEmbeddings = options.hasFrozenEmbeddings
    return shape
  }

  /// Trains to the end.
  ///
  /// - Parameters:
  ///   - measure: the accuracy of a network on the held-out text, or nil without one.
  /// - Throws: `WordtoolError`: `interrupted`; `diverged` when a loss, a gradient or a weight is
  ///   not finite.
  func run(
    stop: StopFlag, measure: ((SequenceNetwork<Float>) throws -> Double?)?,
    progress: ((TrainingProgress) -> Void)?
  ) throws -> Result {
    let network = try SequenceNetwork<Float>(shape, threads: threads)
    start(network)
    let optimizer = try Optimizer(
      options.optimizer, parameters: network.parameters, compute: network.compute)
    let steps = (sequences.count + options.batch - 1) / options.batch * options.epochs
    let schedule = TrainingSchedule(.linear, decay: 1, warmup: 0)
    var step = 0
    var stopping = EarlyStopping()
    var best: [Float] = []
    var epoch = 0
    var lastLoss = 0.0
    while epoch < options.epochs, !stopping.isOver(patience: options.patience) {
      if options.averagesLastPass, epoch == options.epochs - 1 { try optimizer.beginAveraging() }
      var loss = 0.0
      var lossCount = 0
      var done = 0
      let batches = SequenceBatch.places(
        sequences, batch: options.batch, seed: options.seed, epoch: epoch)
      for places in batches {
        let batch = SequenceBatch(sequences, places)
        let rate = schedule.rate(
          ofStep: step, base: options.learningRate, decays: 0, done: Double(step),
          of: Double(steps))
        network.compute.team.beginStep()
        let (stepLoss, count) = try take(batch, network, optimizer, rate: rate, step: step)
        network.compute.team.endStep(work: batch.layout.rowCount)
        loss += stepLoss
        lossCount += count
        step += 1
        done += batch.members.count
        progress?(
          TrainingProgress(
            fraction: min(1, Double(step) / Double(steps)), epoch: epoch + 1,
            epochCount: options.epochs, examples: epoch * sequences.count + done,
            loss: loss / Double(max(1, lossCount)), learningRate: rate))
        if stop.isRaised {
          throw WordtoolError(
            .interrupted, found: "stopped in pass \(epoch + 1) after step \(step)")
        }
      }
      epoch += 1
      lastLoss = loss / Double(max(1, lossCount))
      if let name = network.parameters.firstNotFinite() {
        throw WordtoolError(
          .diverged, found: "\(name) is no longer finite after pass \(epoch)",
          remedy: "lower `learningRate`")
      }
      let accuracy = try optimizer.withAverage { try measure?(network) }
      progress?(
        TrainingProgress(
          fraction: Double(step) / Double(steps), epoch: min(epoch + 1, options.epochs),
          epochCount: options.epochs, examples: epoch * sequences.count,
          loss: lastLoss, validAccuracy: accuracy))
      guard let accuracy else { continue }
      if try stopping.isBest(ValidationScore(accuracy: accuracy), epoch: epoch) {
        // The old ones go before the new ones are taken.
        best = []
        best = optimizer.withAverage { unsafe Array(network.parameters.values.all) }
      }
    }
    if !best.isEmpty {
      _ = unsafe network.parameters.values.all.update(fromContentsOf: best)
    } else {
      optimizer.adoptAverage()
    }
    return Result(
      network: network, epochs: epoch, validAccuracy: stopping.best?.first, loss: lastLoss)
  }

  /// One step; returns the sum of the losses and how many there were.
  private func take(
    _ batch: SequenceBatch, _ network: SequenceNetwork<Float>, _ optimizer: Optimizer<Float>,
    rate: Double, step: Int
  ) throws -> (loss: Double, count: Int) {
    var ids: [Int32]
    switch targets {
    case .sequences(let labels):
      var random = RandomSource(seed: options.seed, .labelChoice, UInt64(step))
      ids = batch.members.map { place in
        let some = labels[place]
        return some.count == 1 ? some[0] : some.randomElement(using: &random) ?? -1
      }
    case .words(let labels):
      ids = [Int32](repeating: -1, count: batch.layout.rowCount)
      for (sequence, place) in batch.members.enumerated() {
        for (at, label) in labels[place].enumerated() {
          ids[batch.layout.row(step: at, sequence: sequence)] = label
        }
      }
    }
    let count = ids.count { $0 >= 0 }
    let scales = ids.map { id in
      id < 0 ? 0 : Float(labelWeights[Int(id)]) / Float(max(1, count))
    }
    let draw = RecurrentStack<Float>.Draw(seed: options.seed, step: UInt64(step))
    try network.packWeights(forTraining: true)
    let loss = try network.backward(
      batch.ids, layout: batch.layout, targets: ids, scales: scales, dropout: options.dropout,
      draw: options.dropout == SequenceDropout() ? nil : draw)
    let norm = optimizer.step(rate: rate)
    guard loss.isFinite, norm.isFinite else {
      throw WordtoolError(
        .diverged, found: "the loss or the gradient of step \(step + 1) is not finite",
        remedy: "lower `learningRate`")
    }
    return (loss, count)
  }

  /// First weights: embeddings from the vectors or small random numbers, the layers as PyTorch
  /// begins them, an LSTM's forget gates open.
  private func start(_ network: SequenceNetwork<Float>) {
    WeightStart.recurrent(
      options.recurrent, prefix: "rnn.", parameters: network.parameters,
      initialization: .orthogonal, range: nil, forgetBias: 1, seed: options.seed)
    let features = Double(options.recurrent.outputCount)
    for (array, entry) in network.parameters.entries.enumerated()
    where ["output.weight", "attention.weight", "attention.vector"].contains(entry.name) {
      WeightStart.uniform(
        network.parameters.view(entry.name), range: 1 / features.squareRoot(), seed: options.seed,
        array: WeightArray.outputs + array)
    }
    fill(network.embeddings.view("embedding.weight"), rows: vocabulary.trainedCount)
  }

  /// Writes the first embeddings of the words with numbers below `rows`.
  ///
  /// Pretrained vectors keep their proportions but are scaled as a whole to a root mean square of
  /// 0.3, whatever their training left them with; words without one begin with random numbers of a
  /// quarter of that.
  func fill(_ table: MatrixView<Float>, rows: Int) {
    let scale = Self.rootMeanSquare
    WeightStart.uniform(
      table.rows(0..<rows), range: Double(scale) * (pretrained == nil ? 1.7 : 0.4),
      seed: options.seed, array: WeightArray.embeddings)
    guard let pretrained else { return }
    let factor = pretrainedScale
    for (index, word) in pretrained.words.enumerated() {
      guard let id = vocabulary.table.find(word), Int(id) < rows else { continue }
      for (column, value) in pretrained.vector(index).enumerated() {
        table[Int(id), column] = value * factor
      }
    }
  }

  /// What pretrained vectors are multiplied by.
  private var pretrainedScale: Float {
    guard let pretrained else { return 1 }
    var sum = 0.0
    var count = 0
    // The words of the training text alone: rare words of the vectors say little of their size.
    for (index, word) in pretrained.words.enumerated() {
      guard let id = vocabulary.table.find(word), Int(id) < vocabulary.trainedCount else {
        continue
      }
      for value in pretrained.vector(index) { sum += Double(value) * Double(value) }
      count += pretrained.dimension
    }
    return sum > 0 ? Self.rootMeanSquare / Float((sum / Double(count)).squareRoot()) : 1
  }

  private static let rootMeanSquare: Float = 0.3

  /// A network for answers: the trained weights, and the embeddings of all words, those of the
  /// vectors alone included.
  func forAnswers(_ network: SequenceNetwork<Float>) throws -> SequenceNetwork<Float> {
    var shape = network.options
    shape.hasFrozenEmbeddings = true
    shape.vocabulary = vocabulary.count
    let result = try SequenceNetwork<Float>(shape, threads: threads)
    for entry in result.parameters.entries {
      guard let source = network.parameters.entry(entry.name) else { continue }
      unsafe (result.parameters.values.base + entry.range.lowerBound)
        .update(
          from: network.parameters.values.base + source.range.lowerBound,
          count: entry.range.count)
    }
    let table = result.embeddings.view("embedding.weight")
    fill(table, rows: vocabulary.count)
    let trained = network.embeddings.view("embedding.weight")
    unsafe table.base.update(from: trained.base, count: vocabulary.trainedCount * table.columns)
    return result
  }
}

import BLASCore
import Networks
package import WordtoolCore

extension NeuralTrainer {
  /// What a training is about to hold, before anything of it is taken: on top of what the process has
  /// already, the texts among it.
  ///
  /// - Parameters:
  ///   - options: the network.
  ///   - training: how it is trained.
  ///   - tokenCount: tokens of the text, its ends of lines included.
  ///   - measuredCount: tokens of the longest text that is measured in the end; 0 for none.
  ///   - keepsBest: whether there is held-out text.
  ///   - isResumed: whether it begins with a checkpoint.
  /// - Throws: `WordtoolError`: `usage` for options out of range, `unavailable` for weights that this
  ///   machine cannot hold.
  package static func memoryEstimate(
    of options: NeuralOptions, training: NeuralTrainingOptions, vocabulary: LanguageVocabulary,
    tokenCount: Int, measuredCount: Int, keepsBest: Bool, isResumed: Bool, threads: Int
  ) throws -> MemoryEstimate {
    try options.validate(vocabulary: vocabulary.count)
    try training.validate()
    let count = try Parameters<Float>.checkedCount(
      of: options.parameterShapes(vocabulary: vocabulary.count))
    let batch = max(1, min(training.batch, tokenCount))
    let partLength = (tokenCount + batch - 1) / batch
    // Drawn lengths are hardly ever more than four deviations, of 5, above the mean.
    let steps = min(partLength, training.bptt + (training.hasJitter == true ? 20 : 0))
    let memory = Batch(options, training, vocabulary, rows: steps * batch, batch: batch)
    var estimate = MemoryEstimate.ofProcess()
    estimate.addNetwork(
      weightCount: count, training.optimizer, keepsBest: keepsBest,
      keepsMean: training.averagingAfter != nil, isResumed: isResumed)
    estimate.add("weights laid out", MemoryEstimate.floats(memory.weights))
    estimate.add("values of a batch", MemoryEstimate.floats(memory.activations))
    estimate.add("products", MemoryEstimate.floats(memory.scratch))
    // Eight bytes for the probability of each token.
    estimate.add("measuring", 8 * measuredCount)
    estimate.addPast()
    return estimate
  }

  /// What a batch takes on its way through a network, in numbers of four bytes.
  private struct Batch {
    var weights = 0
    var activations = 0
    var scratch = 0

    init(
      _ options: NeuralOptions, _ training: NeuralTrainingOptions,
      _ vocabulary: LanguageVocabulary, rows: Int, batch: Int
    ) {
      let (embedding, features) = (options.embedding, options.featureCount)
      let dropout = training.dropout
      let maskRows = dropout.isLocked ? batch : rows
      switch options.kind {
      case .recurrent:
        let distinct = dropout.input > 0 ? nil : vocabulary.expectedDistinct(in: rows)
        let layers = RecurrentMemory(
          options.recurrent, inputCount: embedding, rows: rows, batch: batch,
          distinctRows: distinct, dropsWeights: dropout.recurrentWeights > 0,
          dropsBetween: dropout.betweenLayers > 0, isLocked: dropout.isLocked)
        (weights, activations, scratch) = (layers.weights, layers.activations, layers.scratch)
        activations += 2 * (distinct ?? rows) * embedding
        if dropout.input > 0 { activations += maskRows * embedding }
        if dropout.output > 0 { activations += (rows + maskRows) * features }
      case .fixedWindow:
        let inputs = options.isOneHot ? 0 : options.window * embedding
        weights = PackedSize.both(inputs, features)
        activations = rows * (2 * inputs + features + options.window)
        if dropout.output > 0 { activations += 2 * rows * features }
        scratch = PackedSize.count(rows, inputs, of: Float.self)
      case .bagOfWords: activations = rows * (features + options.window)
      }
      activations += rows * features
      addSoftmax(options, vocabulary, rows: rows, features: features)
    }

    private mutating func addSoftmax(
      _ options: NeuralOptions, _ vocabulary: LanguageVocabulary, rows: Int, features: Int
    ) {
      let count = vocabulary.count
      guard !options.cutoffs.isEmpty else {
        let most = FullSoftmax<Float>.rowsAtATime(rows, vocabulary: count)
        weights += PackedSize.both(features, count)
        activations += most * count
        scratch = max(scratch, PackedSize.count(most, features, of: Float.self))
        return
      }
      let shapes = AdaptiveSoftmax<Float>.shapes(
        vocabulary: count, features: features, cutoffs: options.cutoffs)
      for (_, shape) in shapes { weights += PackedSize.both(shape[0], shape[1]) }
      activations += rows * shapes[0].shape[0]
      scratch = max(scratch, PackedSize.count(rows, features, of: Float.self))
      let bounds = options.cutoffs + [count]
      let all = max(1, vocabulary.counts.reduce(0, +))
      for tail in options.cutoffs.indices {
        let inner = shapes[2 * tail + 1].shape[0]
        let share = vocabulary.counts[bounds[tail]..<bounds[tail + 1]].reduce(0, +)
        // A third more than the mean: the largest of all batches counts.
        let own = min(rows, Int(Double(rows) * Double(share) / Double(all) * 4 / 3) + 1)
        activations += own * (features + max(features, inner) + inner)
        activations += own * (bounds[tail + 1] - bounds[tail])
      }
    }
  }
}

extension LanguageVocabulary {
  /// How many different tokens so many tokens of the text have, were they drawn one by one.
  func expectedDistinct(in draws: Int) -> Int {
    let all = Double(max(1, counts.reduce(0, +)))
    let expected = counts.reduce(0.0) { sum, count in
      let missed = PortableMath.log(max(1e-9, 1 - Double(count) / all))
      return sum + 1 - PortableMath.exp(Double(draws) * missed)
    }
    return min(draws, count, Int(expected.rounded(.up)))
  }
}

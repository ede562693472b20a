import Networks
import WordtoolCore

extension SequenceTrainer {
  /// What the training is about to hold, on top of what the process has already, the texts among it.
  ///
  /// - Parameters:
  ///   - held: the held-out sequences; none without.
  ///   - answersTexts: whether the model is asked for texts in the end.
  /// - Throws: `WordtoolError` of kind `unavailable` for weights that this machine cannot hold.
  func memoryEstimate(held: [[Int32]], answersTexts: Bool) throws -> MemoryEstimate {
    let shape = shape
    let trained = try Parameters<Float>.checkedCount(of: shape.parameterShapes())
    let frozen =
      shape.hasFrozenEmbeddings
      ? try Parameters<Float>.checkedCount(of: shape.embeddingShapes(rows: shape.vocabulary)) : 0
    let batches = SequenceBatch.places(
      sequences, batch: options.batch, seed: options.seed, epoch: 0)
    let rows = Self.largest(batches, of: sequences)
    let answered = Self.largest(
      SequenceBatch.forAnswers(held, batch: RecurrentClassifier.batchSize), of: held)
    let batch = min(options.batch, max(1, sequences.count))
    let memory = batchMemory(shape, rows: rows, answeredRows: answered, batch: batch)
    var estimate = MemoryEstimate.ofProcess()
    estimate.addNetwork(
      weightCount: trained, options.optimizer, keepsBest: !held.isEmpty,
      keepsMean: options.averagesLastPass)
    estimate.add("embeddings", 4 * frozen)
    estimate.add("weights laid out", MemoryEstimate.floats(memory.weights))
    estimate.add("values of a batch", MemoryEstimate.floats(memory.activations))
    estimate.add("products", MemoryEstimate.floats(memory.scratch))
    // The model that answers has all words. What it takes beside is less than the optimizer has given back,
    // but for many words of vectors, or long texts.
    let words = 4 * vocabulary.count * shape.embedding + 4 * (trained - shape.trainedEmbeddings)
    estimate.add("the model", max(0, words - estimate["optimizer"]))
    if answersTexts {
      let rows = RecurrentClassifier.batchSize * min(options.maximumLength, longest)
      let answers = batchMemory(shape, rows: 0, answeredRows: rows, batch: batch)
      let then = 4 * answers.activations + 2 * answers.weights + words
      let now = estimate.byteCount - estimate[MemoryEstimate.heldName]
      estimate.add("answers", max(0, then - now))
    }
    estimate.addPast()
    return estimate
  }

  private var longest: Int { sequences.reduce(0) { max($0, $1.count) } }

  /// The most rows of a batch.
  private static func largest(_ batches: [[Int]], of sequences: [[Int32]]) -> Int {
    batches.reduce(0) { most, places in
      max(most, places.reduce(0) { $0 + sequences[$1].count })
    }
  }

  /// What batches take on their way through the network, in numbers of four bytes.
  private func batchMemory(
    _ shape: SequenceNetworkOptions, rows: Int, answeredRows: Int, batch: Int
  ) -> (weights: Int, activations: Int, scratch: Int) {
    let features = shape.recurrent.outputCount
    let layers = RecurrentMemory(
      shape.recurrent, inputCount: shape.embedding, rows: rows, answeredRows: answeredRows,
      batch: batch, distinctRows: nil, dropsWeights: false,
      dropsBetween: options.dropout.betweenLayers > 0, isLocked: false)
    var activations = layers.activations
    activations += max(rows, answeredRows) * shape.embedding
    if options.dropout.input > 0 { activations += rows * shape.embedding }
    if !shape.hasFrozenEmbeddings { activations += rows * shape.embedding }
    activations += rows * features
    if shape.pooling == .attention { activations += max(rows, answeredRows) * features }
    if shape.pooling == nil { activations += 2 * rows * (features + shape.labels) }
    return (layers.weights, activations, layers.scratch)
  }
}

extension SequenceNetworkOptions {
  /// Numbers in the embeddings that are trained.
  fileprivate var trainedEmbeddings: Int { hasFrozenEmbeddings ? 0 : vocabulary * embedding }
}

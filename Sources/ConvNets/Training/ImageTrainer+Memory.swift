import Networks
package import WordtoolCore

extension ImageTrainer {
  /// What a training is about to hold, before anything of it is taken: on top of what the process has
  /// already, the images among it.
  ///
  /// - Parameters:
  ///   - training: how it is trained.
  ///   - keepsBest: whether there are images to validate on.
  ///   - measures: whether images are answered for, in the end or after each epoch.
  ///   - isResumed: whether it begins with a checkpoint.
  ///   - threads: threads that work.
  /// - Throws: `WordtoolError`: `usage` for options out of range, `unavailable` for weights that this
  ///   machine cannot hold.
  package static func memoryEstimate(
    of description: ImageModelDescription, training: ImageTrainingOptions, imageCount: Int,
    keepsBest: Bool, measures: Bool, isResumed: Bool, threads: Int
  ) throws -> MemoryEstimate {
    try training.validate()
    let graph = description.graph
    let batch = min(training.batch, max(1, imageCount))
    let shape = description.inputShape
    let memory = NetworkMemory(
      graph, batch: batch, measured: measures ? ImageScoring.batchSize(for: shape) : 0,
      threads: threads)
    var estimate = MemoryEstimate.ofProcess()
    estimate.addNetwork(
      weightCount: try Parameters<Float>.checkedCount(
        of: graph.parameters.map { ($0.name, $0.shape) }), training.optimizer, keepsBest: keepsBest,
      isResumed: isResumed)
    estimate.add("filters laid out", 4 * memory.filters)
    estimate.add("values of a batch", MemoryEstimate.floats(memory.activations))
    estimate.add("products", 4 * memory.scratch)
    estimate.add("places", MemoryEstimate.floats(memory.other))
    // One is made, two wait, one is trained on.
    estimate.add("images of batches", MemoryEstimate.floats(4, batch, shape.valueCount))
    estimate.addPast()
    return estimate
  }
}

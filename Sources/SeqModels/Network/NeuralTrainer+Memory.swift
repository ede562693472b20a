import Networks
package import WordtoolCore

extension NeuralTrainer {
  /// What the training holds for good: beside it, what a batch needs on its way through the network.
  package var memoryEstimate: MemoryEstimate {
    var estimate = MemoryEstimate()
    let weights = 4 * network.parameters.values.count
    estimate.add("weights", weights)
    estimate.add("gradients", weights)
    estimate.add("optimizer", optimizer.memory.arrays.reduce(0) { $0 + 4 * $1.values.count })
    if measuresValidText { estimate.add("weights of the best epoch", weights) }
    estimate.add("text", textByteCount)
    return estimate
  }
}

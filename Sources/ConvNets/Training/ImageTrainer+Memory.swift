import Networks
package import WordtoolCore

extension ImageTrainer {
  /// What the training holds for good: beside it, what a batch needs on its way through the network, and
  /// images that are held.
  package var memoryEstimate: MemoryEstimate {
    var estimate = MemoryEstimate()
    let weights = 4 * execution.parameters.values.count
    estimate.add("weights", weights)
    estimate.add("gradients", weights)
    estimate.add("optimizer", optimizer.memory.arrays.reduce(0) { $0 + 4 * $1.values.count })
    if measuresValidImages { estimate.add("weights of the best epoch", weights) }
    return estimate
  }
}

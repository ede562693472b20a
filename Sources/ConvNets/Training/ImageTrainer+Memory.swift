import Networks
package import WordtoolCore

extension ImageTrainer {
  /// What the training holds for good: beside it, what a batch needs on its way through the network, and
  /// images that are held.
  package var memoryEstimate: MemoryEstimate {
    var estimate = MemoryEstimate()
    estimate.addNetwork(
      weightCount: execution.parameters.values.count, optimizer, keepsBest: measuresValidImages)
    return estimate
  }
}

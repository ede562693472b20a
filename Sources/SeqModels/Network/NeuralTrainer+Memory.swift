import Networks
package import WordtoolCore

extension NeuralTrainer {
  /// What the training holds for good: beside it, what a batch needs on its way through the network.
  package var memoryEstimate: MemoryEstimate {
    var estimate = MemoryEstimate()
    estimate.addNetwork(
      weightCount: network.parameters.values.count, optimizer, keepsBest: measuresValidText)
    estimate.add("text", textByteCount)
    return estimate
  }
}

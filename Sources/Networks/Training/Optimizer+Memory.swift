package import WordtoolCore

extension MemoryEstimate {
  /// Adds what the training of a network holds for good.
  ///
  /// - Parameters:
  ///   - count: the network's weights.
  ///   - optimizer: what changes them.
  ///   - keepsBest: whether the weights of the best epoch are kept beside those of the last.
  package mutating func addNetwork(
    weightCount count: Int, _ optimizer: Optimizer<Float>, keepsBest: Bool
  ) {
    let weights = 4 * count
    add("weights", weights)
    add("gradients", weights)
    add("optimizer", optimizer.memory.arrays.reduce(0) { $0 + 4 * $1.values.count })
    if keepsBest { add("weights of the best epoch", weights) }
  }
}

package import WordtoolCore

extension OptimizerOptions {
  /// How many numbers are remembered for each weight.
  package var memoriesPerWeight: Int {
    switch method {
    case .sgd: momentum > 0 ? 1 : 0
    case .adagrad, .rmsprop: 1
    case .adam, .adamw: 2
    }
  }
}

extension MemoryEstimate {
  /// Adds what the training of a network holds for good.
  ///
  /// - Parameters:
  ///   - count: the network's weights.
  ///   - optimizer: what changes them.
  ///   - keepsBest: whether the weights of the best epoch are kept beside those of the last.
  ///   - keepsMean: whether a mean of the weights is.
  ///   - isResumed: whether a checkpoint is mapped while its values are taken over.
  package mutating func addNetwork(
    weightCount count: Int, _ optimizer: OptimizerOptions, keepsBest: Bool, keepsMean: Bool = false,
    isResumed: Bool = false
  ) {
    let weights = Self.floats(count)
    let memories = Self.floats(count, optimizer.memoriesPerWeight)
    add("weights", weights)
    add("gradients", weights)
    add("optimizer", memories)
    if keepsMean { add("mean weights", weights) }
    if keepsBest { add("weights of the best epoch", weights) }
    if isResumed { add("checkpoint", memories.flatMap { other in weights.map { $0 + other } }) }
  }

  /// The bytes of an array of floats of these extents; nil for more than can be counted.
  package static func floats(_ extents: Int...) -> Int? {
    var count = 4
    for extent in extents {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product < 1 << 60 else { return nil }
      count = product
    }
    return count
  }
}

/// The memory of matrices that stand on the right in products, in numbers.
package enum PackedSize {
  /// A matrix laid out for products.
  package static func count<Scalar: NetworkScalar>(
    _ rows: Int, _ columns: Int, of _: Scalar.Type
  ) -> Int {
    (columns + Scalar.panelColumns - 1) / Scalar.panelColumns * Scalar.panelColumns * rows
  }

  /// A matrix of floats, and its transpose, laid out for products there and back.
  package static func both(_ rows: Int, _ columns: Int) -> Int {
    count(rows, columns, of: Float.self) + count(columns, rows, of: Float.self)
  }
}

package import Networks

/// A network with its numbers, for batches of images.
package final class NetworkExecution<Scalar: NetworkScalar> {
  /// The layers.
  package let graph: LayerGraph
  /// The trained numbers, named and shaped as ``LayerGraph/parameters`` says.
  package let parameters: Parameters<Scalar>
  /// The running statistics, named and shaped as ``LayerGraph/statistics`` says.
  package let statistics: Parameters<Scalar>
  /// The threads.
  package let compute: Compute<Scalar>

  /// Takes memory for the numbers; they are zero, running variances 1.
  package init(_ graph: LayerGraph, threads: Int) {
    self.graph = graph
    compute = Compute(threadCount: threads)
    parameters = Parameters(graph.parameters.map { ($0.name, $0.shape) })
    statistics = Parameters(graph.statistics.map { ($0.name, $0.shape) })
  }

  /// Draws the weights: He's normal distribution for convolutions (fan out) and torchvision's
  /// uniform one for fully connected layers.
  package func initialize(seed: UInt64) { preconditionFailure("not yet") }

  /// The parameters were changed from outside: whatever was derived from them is made anew.
  package func parametersChanged() {}

  /// The logits of a batch, [count, classes], valid until the next call.
  ///
  /// - Parameter images: `count` images in the order [channel, row, column], values as the network
  ///   expects them.
  package func logits(
    _ images: UnsafePointer<Scalar>, count: Int
  ) -> MatrixView<Scalar> { preconditionFailure("not yet") }

  /// Passes a batch forward and keeps every layer's result, whatever it costs.
  ///
  /// - Returns: the values of each node, in the order of the graph, valid until the next call.
  package func allActivations(
    _ images: UnsafePointer<Scalar>, count: Int
  ) -> [Activations<Scalar>] { preconditionFailure("not yet") }

  /// One training pass: forward, softmax with cross-entropy, backward. Gradients are added to
  /// `parameters.gradients`, those of the mean loss of the batch.
  ///
  /// - Parameters:
  ///   - targets: the probability of each class for each image, [count, classes]: one-hot, smoothed
  ///     or mixed.
  /// - Returns: the mean cross-entropy of the main output, and how many images got their likeliest
  ///   class right.
  package func train(
    _ images: UnsafePointer<Scalar>, targets: UnsafePointer<Scalar>, count: Int, seed: UInt64,
    step: Int
  ) -> (loss: Double, correct: Int) { preconditionFailure("not yet") }

  /// The gradient of one class's logit with respect to the images, [count, channel, row, column].
  package func inputGradient(
    _ images: UnsafePointer<Scalar>, count: Int, classes: [Int]
  ) -> [Scalar] { preconditionFailure("not yet") }
}

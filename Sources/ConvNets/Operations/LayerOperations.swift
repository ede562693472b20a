package import Networks

/// Makes the operations of layers.
package enum LayerOperations {
  /// The operation of a node, or nil for the input and for layers with filters or weights, whose
  /// operations need more than this.
  ///
  /// - Parameters:
  ///   - parameters: where batch normalisation finds its weights.
  ///   - statistics: where it finds its running mean and variance.
  package static func make<Scalar: NetworkScalar>(
    node: LayerGraph.NodeID, graph: LayerGraph, parameters: Parameters<Scalar>,
    statistics: Parameters<Scalar>, compute: Compute<Scalar>
  ) throws -> (any LayerOperation<Scalar>)? {
    let (layer, output) = (graph.nodes[node].layer, graph.nodes[node].shape)
    guard let first = graph.nodes[node].inputs.first else { return nil }
    let input = graph.nodes[first].shape
    switch layer {
    case .input, .convolution, .transposedConvolution, .fullyConnected: return nil
    case .relu: return ReLUOperation(compute: compute)
    case .tanh: return SquashingOperation(.tanh, compute: compute)
    case .sigmoid: return SquashingOperation(.sigmoid, compute: compute)
    case .maxPool(let pooling):
      return MaxPoolOperation(pooling, from: input, to: output, compute: compute)
    case .averagePool(let pooling):
      return AveragePoolOperation(pooling, from: input, to: output, compute: compute)
    case .adaptiveAveragePool:
      return AveragePoolOperation(adaptiveFrom: input, to: output, compute: compute)
    case .adaptiveMaxPool:
      return MaxPoolOperation(adaptiveFrom: input, to: output, compute: compute)
    case .batchNorm(let settings):
      return try BatchNormOperation(
        settings, name: graph.nodes[node].name, channels: input.channels, parameters: parameters,
        statistics: statistics, compute: compute)
    case .localResponseNorm(let settings):
      return try LocalResponseNormOperation(settings, channels: input.channels, compute: compute)
    case .dropout(let rate): return DropoutOperation(rate: rate, node: node, compute: compute)
    case .add: return AddOperation(compute: compute)
    case .concatenate: return ConcatenateOperation(compute: compute)
    case .flatten: return FlattenOperation(input, compute: compute)
    }
  }
}

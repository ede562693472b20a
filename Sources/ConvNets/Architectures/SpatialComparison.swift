/// Why a convolution needs so few numbers: what its layer would need without shared weights, and
/// without windows.
///
/// LeCun et al. 1989 argue with these numbers.
public struct SpatialComparison: Hashable, Sendable {
  /// Two fully connected networks, or this one and a larger one.
  public struct Cost: Hashable, Sendable {
    /// Trained numbers.
    public let parameterCount: Int
    /// Multiplications, each with an addition, for one image.
    public let multiplyAdds: Int
  }

  /// The network's first convolution.
  public let name: String
  /// What it reads.
  public let input: ImageShape
  /// What it makes.
  public let output: ImageShape
  /// Its numbers: one set of filters for all places.
  public let sharedCount: Int
  /// The numbers of a layer with the same windows and filters of its own at each place.
  public let locallyConnectedCount: Int
  /// The numbers of a layer all of whose outputs see all of its inputs.
  public let fullyConnectedCount: Int
  /// The whole network.
  public let network: Cost
  /// The sizes of the hidden layers of the fully connected network beside it.
  public let hiddenSizes: [Int]
  /// That network, on the same images and classes.
  public let fullyConnected: Cost

  /// Compares; nil when the network has no convolution.
  public init?(_ graph: LayerGraph, hiddenSizes: [Int] = Architecture.usualHiddenSizes) {
    let isConvolution = { (node: LayerGraph.Node) in
      if case .convolution = node.layer { true } else { false }
    }
    guard let first = graph.nodes.firstIndex(where: isConvolution) else { return nil }
    let node = graph.nodes[first]
    let weights = graph.parameters(of: first)[0].count
    let count = graph.parameters(of: first).reduce(0) { $0 + $1.count }
    name = node.name
    input = graph.nodes[node.inputs[0]].shape
    output = node.shape
    let biases = count == weights ? 0 : output.valueCount
    sharedCount = count
    locallyConnectedCount = weights * output.planeCount + biases
    fullyConnectedCount = input.valueCount * output.valueCount + biases
    let summary = NetworkSummary(graph)
    network = Cost(parameterCount: summary.parameterCount, multiplyAdds: summary.multiplyAdds)
    self.hiddenSizes = hiddenSizes
    let sizes = [graph.inputShape.valueCount] + hiddenSizes + [graph.classCount]
    let products = zip(sizes, sizes.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 }
    fullyConnected = Cost(
      parameterCount: products + sizes.dropFirst().reduce(0, +), multiplyAdds: products)
  }
}

import WordtoolCore

/// Layers and what each reads: a network without its numbers.
///
/// Nodes stand in an order in which every node comes after those that it reads. The names are those
/// of torchvision's modules (`layer1.0.conv1`), so that the names of the parameters are its names.
public struct LayerGraph: Hashable, Sendable {
  /// The number of a node.
  public typealias NodeID = Int

  /// A layer in its place.
  public struct Node: Hashable, Sendable {
    /// What parameter names begin with; unique. Layers without parameters have names too.
    public let name: String
    /// What it computes.
    public let layer: Layer
    /// The nodes that it reads.
    public let inputs: [NodeID]
    /// The shape of its result.
    public let shape: ImageShape
  }

  /// A head that takes part in training only (Szegedy et al. 2015, section 5).
  public struct AuxiliaryOutput: Hashable, Sendable {
    /// The node of its logits.
    public let node: NodeID
    /// The weight of its loss.
    public let weight: Double
  }

  /// An array of numbers that a network has.
  public struct ArrayShape: Hashable, Sendable {
    /// Its name, `<node>.weight` for instance.
    public let name: String
    /// Its extents, outermost first; filters are [output, input / groups, row, column].
    public let shape: [Int]
    /// How many numbers there are.
    public var count: Int { shape.reduce(1, *) }
  }

  /// All layers; the first is the input.
  public private(set) var nodes: [Node]
  /// The node whose values are the logits, one channel a class.
  public private(set) var output: NodeID
  /// Further heads.
  public private(set) var auxiliaryOutputs: [AuxiliaryOutput] = []

  /// A network of the input alone.
  public init(input: ImageShape) {
    nodes = [Node(name: "input", layer: .input, inputs: [], shape: input)]
    output = 0
  }

  /// The shape of one image.
  public var inputShape: ImageShape { nodes[0].shape }
  /// Classes.
  public var classCount: Int { nodes[output].shape.valueCount }

  /// Adds a layer, which becomes the output.
  ///
  /// - Parameters:
  ///   - name: unique in the network.
  ///   - layer: the layer.
  ///   - inputs: the nodes it reads, in order; the newest one if nothing is said.
  /// - Returns: its number.
  /// - Throws: `WordtoolError`: `badData` when the shapes of the inputs do not suit the layer, for
  ///   instance when a window is larger than what it slides over; `usage` for a name that is taken or
  ///   inputs that are not there.
  @discardableResult
  public mutating func add(
    _ name: String, _ layer: Layer, _ inputs: NodeID...
  ) throws -> NodeID {
    try add(name, layer, inputs: inputs.isEmpty ? [nodes.count - 1] : inputs)
  }

  /// Adds a layer that reads any number of nodes.
  @discardableResult
  public mutating func add(_ name: String, _ layer: Layer, inputs: [NodeID]) throws -> NodeID {
    try OptionCheck.require(
      node(named: name) == nil, found: "two layers '\(name)'", expected: "distinct names")
    try OptionCheck.require(
      inputs.allSatisfy(nodes.indices.contains), found: "layer '\(name)' of the nodes \(inputs)",
      expected: "nodes from 0 to \(nodes.count - 1)")
    let shape = try LayerShapes.result(
      of: layer, name: name, inputs: inputs.map { nodes[$0].shape })
    nodes.append(Node(name: name, layer: layer, inputs: inputs, shape: shape))
    output = nodes.count - 1
    return output
  }

  /// Makes a node the logits of a head for training only.
  public mutating func markAuxiliary(_ node: NodeID, weight: Double) {
    auxiliaryOutputs.append(AuxiliaryOutput(node: node, weight: weight))
  }

  /// Makes a node the output.
  public mutating func setOutput(_ node: NodeID) { output = node }

  /// The node of that name, if there is one.
  public func node(named name: String) -> NodeID? { nodes.firstIndex { $0.name == name } }

  /// The trained arrays of a node, in torchvision's order.
  public func parameters(of node: NodeID) -> [ArrayShape] {
    let (name, inputs) = (nodes[node].name, nodes[node].inputs.map { nodes[$0].shape })
    func arrays(_ weight: [Int], bias: Int?) -> [ArrayShape] {
      [ArrayShape(name: name + ".weight", shape: weight)]
        + (bias.map { [ArrayShape(name: name + ".bias", shape: [$0])] } ?? [])
    }
    switch nodes[node].layer {
    case .convolution(let layer):
      return arrays(
        [
          layer.outputs, inputs[0].channels / layer.groups, layer.kernel.height, layer.kernel.width,
        ], bias: layer.hasBias ? layer.outputs : nil)
    case .transposedConvolution(let layer):
      return arrays(
        [
          inputs[0].channels, layer.outputs / layer.groups, layer.kernel.height, layer.kernel.width,
        ], bias: layer.hasBias ? layer.outputs : nil)
    case .fullyConnected(let outputs, let hasBias):
      return arrays([outputs, inputs[0].valueCount], bias: hasBias ? outputs : nil)
    case .batchNorm:
      return arrays([inputs[0].channels], bias: inputs[0].channels)
    default: return []
    }
  }

  /// The arrays of a node that are measured in training and not trained: running means and
  /// variances.
  public func statistics(of node: NodeID) -> [ArrayShape] {
    guard case .batchNorm = nodes[node].layer else { return [] }
    let (name, channels) = (nodes[node].name, nodes[node].shape.channels)
    return [
      ArrayShape(name: name + ".running_mean", shape: [channels]),
      ArrayShape(name: name + ".running_var", shape: [channels]),
    ]
  }

  /// All trained arrays.
  public var parameters: [ArrayShape] { nodes.indices.flatMap(parameters(of:)) }
  /// All running statistics.
  public var statistics: [ArrayShape] { nodes.indices.flatMap(statistics(of:)) }
  /// How many numbers are trained.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }
}

/// What one layer makes and costs, for one image.
public struct LayerSummary: Hashable, Sendable {
  /// The layer's name; for a row that stands for several, of the first or what they have in common.
  public let name: String
  /// The first word of the layer's text: `conv`, `fc`, `max-pool`; `block` for several.
  public let kind: String
  /// The layer's text, `conv 64 3x3 pad 1`.
  public let text: String
  /// Rows, columns and depth of what it makes.
  public let output: ImageShape
  /// Trained numbers.
  public let parameterCount: Int
  /// Multiplications with a weight, each with an addition; those of normalisations are not counted.
  public let multiplyAdds: Int
  /// What one value of its output depends on.
  public let receptiveField: ReceptiveField
  /// Memory of its output, of 4 bytes a value.
  public let activationBytes: Int
  /// Whether it takes part in training only.
  public let isAuxiliary: Bool
}

/// What a network makes and costs, layer by layer, for one image.
public struct NetworkSummary: Hashable, Sendable {
  /// All layers but the input, in the order of the graph.
  public let layers: [LayerSummary]
  /// The same with one row for each residual or inception block and each head for training, and with
  /// layers that keep the shape in the row of the layer before them.
  public let blocks: [LayerSummary]
  /// The shape of an image.
  public let input: ImageShape
  /// Trained numbers, those of heads for training among them.
  public let parameterCount: Int
  /// Trained numbers of heads for training.
  public let auxiliaryParameterCount: Int
  /// Multiplications, each with an addition, that classify one image.
  public let multiplyAdds: Int
  /// Bytes that the results of all layers take that classify one image; training keeps them.
  public let activationBytes: Int

  /// Looks at a network.
  public init(_ graph: LayerGraph) {
    let needed = Self.nodes(behind: graph.output, in: graph)
    let fields = ReceptiveField.all(in: graph)
    let layers = graph.nodes.indices.dropFirst().map { id in
      let node = graph.nodes[id]
      let text = "\(node.layer)"
      return LayerSummary(
        name: node.name, kind: String(text.prefix { $0 != " " }), text: text, output: node.shape,
        parameterCount: graph.parameters(of: id).reduce(0) { $0 + $1.count },
        multiplyAdds: Self.multiplyAdds(of: id, in: graph), receptiveField: fields[id],
        activationBytes: node.shape.valueCount * 4, isAuxiliary: !needed[id])
    }
    self.layers = layers
    blocks = SummaryBlocks.rows(of: layers, in: graph)
    input = graph.inputShape
    parameterCount = graph.parameterCount
    auxiliaryParameterCount = layers.reduce(0) { $0 + ($1.isAuxiliary ? $1.parameterCount : 0) }
    multiplyAdds = layers.reduce(0) { $0 + ($1.isAuxiliary ? 0 : $1.multiplyAdds) }
    activationBytes = layers.reduce(0) { $0 + ($1.isAuxiliary ? 0 : $1.activationBytes) }
  }

  /// Which nodes a node needs, itself among them.
  private static func nodes(behind node: Int, in graph: LayerGraph) -> [Bool] {
    var needed = graph.nodes.map { _ in false }
    needed[node] = true
    for id in graph.nodes.indices.reversed() where needed[id] {
      for input in graph.nodes[id].inputs { needed[input] = true }
    }
    return needed
  }

  private static func multiplyAdds(of id: Int, in graph: LayerGraph) -> Int {
    let node = graph.nodes[id]
    guard let weight = graph.parameters(of: id).first else { return 0 }
    return switch node.layer {
    case .convolution: weight.count * node.shape.planeCount
    case .transposedConvolution:
      weight.count * graph.nodes[node.inputs[0]].shape.planeCount
    case .fullyConnected: weight.count
    default: 0
    }
  }
}

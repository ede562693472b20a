/// Szegedy et al. 2015 as torchvision has it: with batch normalisation (Ioffe and Szegedy 2015)
/// after every convolution, and 3 x 3 filters where the paper has 5 x 5.
struct GoogLeNet {
  private var graph: LayerGraph
  private let classes: Int
  private typealias NodeID = LayerGraph.NodeID

  /// The channels of an inception block.
  private struct Widths {
    let one: Int
    let reduce3: Int
    let three: Int
    let reduce5: Int
    let five: Int
    let pool: Int

    init(_ one: Int, _ reduce3: Int, _ three: Int, _ reduce5: Int, _ five: Int, _ pool: Int) {
      (self.one, self.reduce3, self.three) = (one, reduce3, three)
      (self.reduce5, self.five, self.pool) = (reduce5, five, pool)
    }
  }

  /// The weight of each auxiliary head's loss (section 5).
  private static let auxiliaryWeight = 0.3

  static func network(
    auxiliaryHeads: Bool, input: ImageShape, classes: Int
  ) throws -> LayerGraph {
    var network = GoogLeNet(graph: LayerGraph(input: input), classes: classes)
    try network.build(auxiliaryHeads: auxiliaryHeads)
    return network.graph
  }

  private mutating func build(auxiliaryHeads: Bool) throws {
    try convolution("conv1", .conv(64, 7, stride: 2, padding: 3, hasBias: false), of: 0)
    try graph.add("maxpool1", .maxPool(3, stride: 2, roundsUp: true))
    try convolution("conv2", .conv(64, 1, hasBias: false))
    try convolution("conv3", .conv(192, 3, padding: 1, hasBias: false))
    try graph.add("maxpool2", .maxPool(3, stride: 2, roundsUp: true))
    try inception("inception3a", Widths(64, 96, 128, 16, 32, 32))
    try inception("inception3b", Widths(128, 128, 192, 32, 96, 64))
    try graph.add("maxpool3", .maxPool(3, stride: 2, roundsUp: true))
    let first = try inception("inception4a", Widths(192, 96, 208, 16, 48, 64))
    try inception("inception4b", Widths(160, 112, 224, 24, 64, 64))
    try inception("inception4c", Widths(128, 128, 256, 24, 64, 64))
    let second = try inception("inception4d", Widths(112, 144, 288, 32, 64, 64))
    try inception("inception4e", Widths(256, 160, 320, 32, 128, 128))
    try graph.add("maxpool4", .maxPool(2, stride: 2, roundsUp: true))
    try inception("inception5a", Widths(256, 160, 320, 32, 128, 128))
    let last = try inception("inception5b", Widths(384, 192, 384, 48, 128, 128))
    if auxiliaryHeads {
      try auxiliaryHead("aux1", of: first)
      try auxiliaryHead("aux2", of: second)
    }
    try graph.add("avgpool", .adaptiveAveragePool(height: 1, width: 1), last)
    try graph.add("flatten", .flatten)
    try graph.add("dropout", .dropout(rate: 0.2))
    try graph.add("fc", .linear(classes))
  }

  /// Convolution without bias, normalisation, ReLU.
  @discardableResult
  private mutating func convolution(
    _ name: String, _ layer: Layer, of input: NodeID? = nil
  ) throws -> NodeID {
    try graph.add(name + ".conv", layer, input ?? graph.nodes.count - 1)
    try graph.add(name + ".bn", .batchNorm(epsilon: 0.001))
    return try graph.add(name + ".relu", .relu)
  }

  /// Filters of several sizes side by side; 1 x 1 convolutions keep the larger ones cheap.
  @discardableResult
  private mutating func inception(_ name: String, _ widths: Widths) throws -> NodeID {
    let input = graph.nodes.count - 1
    let one = try convolution(name + ".branch1", .conv(widths.one, 1, hasBias: false), of: input)
    try convolution(name + ".branch2.0", .conv(widths.reduce3, 1, hasBias: false), of: input)
    let three = try convolution(
      name + ".branch2.1", .conv(widths.three, 3, padding: 1, hasBias: false))
    try convolution(name + ".branch3.0", .conv(widths.reduce5, 1, hasBias: false), of: input)
    let five = try convolution(
      name + ".branch3.1", .conv(widths.five, 3, padding: 1, hasBias: false))
    try graph.add(
      name + ".branch4.0", .maxPool(3, stride: 1, padding: 1, roundsUp: true), input)
    let pool = try convolution(name + ".branch4.1", .conv(widths.pool, 1, hasBias: false))
    return try graph.add(name + ".concatenate", .concatenate, one, three, five, pool)
  }

  private mutating func auxiliaryHead(_ name: String, of input: NodeID) throws {
    try graph.add(name + ".avgpool", .adaptiveAveragePool(height: 4, width: 4), input)
    try convolution(name + ".conv", .conv(128, 1, hasBias: false))
    try graph.add(name + ".flatten", .flatten)
    try graph.add(name + ".fc1", .linear(1024))
    try graph.add(name + ".relu", .relu)
    try graph.add(name + ".dropout", .dropout(rate: 0.7))
    let logits = try graph.add(name + ".fc2", .linear(classes))
    graph.markAuxiliary(logits, weight: Self.auxiliaryWeight)
  }
}

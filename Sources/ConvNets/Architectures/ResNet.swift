/// He et al. 2016: blocks that add something to their input.
struct ResNet {
  private var graph: LayerGraph

  /// What a block is made of.
  enum Block {
    /// Two 3 x 3 convolutions.
    case basic
    /// 1 x 1 to a quarter of the channels, 3 x 3, and 1 x 1 back. A block that halves does it in the
    /// 3 x 3 convolution, as torchvision's does; the paper's in the first.
    case bottleneck

    /// Channels of a block's output for each of its inner ones.
    var expansion: Int { self == .basic ? 1 : 4 }
  }

  /// The kinds and numbers of blocks in each of the four stages, by weight layers (table 1).
  static let stages: [Int: (block: Block, counts: [Int])] = [
    18: (.basic, [2, 2, 2, 2]), 34: (.basic, [3, 4, 6, 3]), 50: (.bottleneck, [3, 4, 6, 3]),
    101: (.bottleneck, [3, 4, 23, 3]), 152: (.bottleneck, [3, 8, 36, 3]),
  ]

  /// The networks for ImageNet, section 4.1, with projections where the shape changes.
  ///
  /// - Parameters:
  ///   - block: what all blocks are made of.
  ///   - counts: blocks in each stage; see ``stages``.
  static func network(
    block: Block, counts: [Int], input: ImageShape, classes: Int
  ) throws -> LayerGraph {
    var network = ResNet(graph: LayerGraph(input: input))
    try network.begin(.conv(64, 7, stride: 2, padding: 3, hasBias: false))
    try network.graph.add("maxpool", .maxPool(3, stride: 2, padding: 1))
    try network.stages(block, counts, width: 64)
    try network.end(classes: classes)
    return network.graph
  }

  /// The network for 32 x 32 images, section 4.2, n = 3: three stages of 16, 32 and 64 channels. Where
  /// the shape changes, a 1 x 1 convolution projects (option B; the paper's own runs pad with zeros).
  static func small(input: ImageShape, classes: Int) throws -> LayerGraph {
    var network = ResNet(graph: LayerGraph(input: input))
    try network.begin(.conv(16, 3, padding: 1, hasBias: false))
    try network.stages(.basic, [3, 3, 3], width: 16)
    try network.end(classes: classes)
    return network.graph
  }

  private mutating func begin(_ convolution: Layer) throws {
    try graph.add("conv1", convolution)
    try graph.add("bn1", .batchNorm())
    try graph.add("relu", .relu)
  }

  private mutating func end(classes: Int) throws {
    try graph.add("avgpool", .adaptiveAveragePool(height: 1, width: 1))
    try graph.add("flatten", .flatten)
    try graph.add("fc", .linear(classes))
  }

  /// Each stage has twice the channels of the one before and half the height and width.
  private mutating func stages(_ block: Block, _ counts: [Int], width: Int) throws {
    for (stage, count) in counts.enumerated() {
      for index in 0..<count {
        try add(
          block, "layer\(stage + 1).\(index)", width: width << stage,
          stride: stage > 0 && index == 0 ? 2 : 1)
      }
    }
  }

  private mutating func add(_ block: Block, _ name: String, width: Int, stride: Int) throws {
    let input = graph.nodes.count - 1
    let outputs = width * block.expansion
    let convolutions: [Layer] =
      switch block {
      case .basic:
        [
          .conv(width, 3, stride: stride, padding: 1, hasBias: false),
          .conv(width, 3, padding: 1, hasBias: false),
        ]
      case .bottleneck:
        [
          .conv(width, 1, hasBias: false),
          .conv(width, 3, stride: stride, padding: 1, hasBias: false),
          .conv(outputs, 1, hasBias: false),
        ]
      }
    for (index, convolution) in convolutions.enumerated() {
      if index > 0 { try graph.add("\(name).relu\(index)", .relu) }
      try graph.add("\(name).conv\(index + 1)", convolution)
      try graph.add("\(name).bn\(index + 1)", .batchNorm())
    }
    let change = graph.nodes.count - 1
    var shortcut = input
    if stride != 1 || graph.nodes[input].shape.channels != outputs {
      try graph.add(
        "\(name).downsample.0", .conv(outputs, 1, stride: stride, hasBias: false), input)
      shortcut = try graph.add("\(name).downsample.1", .batchNorm())
    }
    try graph.add("\(name).add", .add, change, shortcut)
    try graph.add("\(name).relu\(convolutions.count)", .relu)
  }
}

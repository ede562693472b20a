/// Simonyan and Zisserman 2014: nothing but 3 x 3 convolutions, and halving.
enum VGG {
  /// The numbers of convolutions in each of the five blocks, by weight layers (table 1: A, B, D, E).
  static let blocks = [
    11: [1, 1, 2, 2, 2], 13: [2, 2, 2, 2, 2], 16: [2, 2, 3, 3, 3], 19: [2, 2, 4, 4, 4],
  ]
  private static let widths = [64, 128, 256, 512, 512]

  /// - Parameter convolutions: one of ``blocks``.
  static func network(
    convolutions: [Int], normalized: Bool, input: ImageShape, classes: Int
  ) throws -> LayerGraph {
    var features: [Layer] = []
    for (count, width) in zip(convolutions, widths) {
      for _ in 0..<count {
        features.append(.conv(width, 3, padding: 1))
        if normalized { features.append(.batchNorm()) }
        features.append(.relu)
      }
      features.append(.maxPool(2, stride: 2))
    }
    var graph = LayerGraph(input: input)
    try graph.addSequence("features", features)
    try graph.add("avgpool", .adaptiveAveragePool(height: 7, width: 7))
    try graph.add("flatten", .flatten)
    try graph.addSequence(
      "classifier",
      [
        .linear(4096), .relu, .dropout(rate: 0.5), .linear(4096), .relu, .dropout(rate: 0.5),
        .linear(classes),
      ])
    return graph
  }
}

/// The networks that won the ImageNet challenges of 2012 and 2013, and their present form.
enum AlexNet {
  /// Krizhevsky 2014, "One weird trick": one column for the two of 2012, no response normalisation;
  /// torchvision's `alexnet`.
  static func oneColumn(input: ImageShape, classes: Int) throws -> LayerGraph {
    try network(
      [
        .conv(64, 11, stride: 4, padding: 2), .relu, .maxPool(3, stride: 2),
        .conv(192, 5, padding: 2), .relu, .maxPool(3, stride: 2),
        .conv(384, 3, padding: 1), .relu,
        .conv(256, 3, padding: 1), .relu,
        .conv(256, 3, padding: 1), .relu, .maxPool(3, stride: 2),
      ], input: input, classes: classes)
  }

  /// Krizhevsky et al. 2012: two columns, one for each graphics card, which are two groups of
  /// channels; response normalisation after the first two layers.
  static func twoColumns(input: ImageShape, classes: Int) throws -> LayerGraph {
    try network(
      [
        .conv(96, 11, stride: 4, padding: 2), .relu, .krizhevskyNorm, .maxPool(3, stride: 2),
        .conv(256, 5, padding: 2, groups: 2), .relu, .krizhevskyNorm, .maxPool(3, stride: 2),
        .conv(384, 3, padding: 1), .relu,
        .conv(384, 3, padding: 1, groups: 2), .relu,
        .conv(256, 3, padding: 1, groups: 2), .relu, .maxPool(3, stride: 2),
      ], input: input, classes: classes)
  }

  /// Zeiler and Fergus 2013, figure 3: smaller filters and strides at the beginning, so that the
  /// first layers lose less.
  static func zfNet(input: ImageShape, classes: Int) throws -> LayerGraph {
    try network(
      [
        .conv(96, 7, stride: 2, padding: 1), .relu, .maxPool(3, stride: 2, padding: 1),
        .krizhevskyNorm,
        .conv(256, 5, stride: 2), .relu, .maxPool(3, stride: 2, padding: 1), .krizhevskyNorm,
        .conv(384, 3, padding: 1), .relu,
        .conv(384, 3, padding: 1), .relu,
        .conv(256, 3, padding: 1), .relu, .maxPool(3, stride: 2),
      ], input: input, classes: classes)
  }

  /// Features, 6 x 6 places of them, and three fully connected layers.
  private static func network(
    _ features: [Layer], input: ImageShape, classes: Int
  ) throws -> LayerGraph {
    var graph = LayerGraph(input: input)
    try graph.addSequence("features", features)
    try graph.add("avgpool", .adaptiveAveragePool(height: 6, width: 6))
    try graph.add("flatten", .flatten)
    try graph.addSequence(
      "classifier",
      [
        .dropout(rate: 0.5), .linear(4096), .relu, .dropout(rate: 0.5), .linear(4096), .relu,
        .linear(classes),
      ])
    return graph
  }
}

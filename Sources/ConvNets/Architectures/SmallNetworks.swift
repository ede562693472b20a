/// Networks for small images.
enum SmallNetworks {
  /// Hidden layers with ReLU between them: a multilayer perceptron.
  static func fullyConnected(
    hidden: [Int], input: ImageShape, classes: Int
  ) throws -> LayerGraph {
    var graph = LayerGraph(input: input)
    try graph.addSequence(
      "", [.flatten] + hidden.flatMap { [.linear($0), .relu] } + [.linear(classes)])
    return graph
  }

  /// LeCun et al. 1998 as it is usually written today: ReLU for the scaled tanh, maxima for the
  /// trained averages, all maps of the second convolution reading all of the first, and a softmax
  /// for the radial basis functions. Two zeros around the image make 28 x 28 the 32 x 32 of the
  /// paper.
  static func leNet5(input: ImageShape, classes: Int) throws -> LayerGraph {
    var graph = LayerGraph(input: input)
    try graph.add("conv1", .conv(6, 5, padding: 2))
    try graph.add("relu1", .relu)
    try graph.add("pool1", .maxPool(2, stride: 2))
    try graph.add("conv2", .conv(16, 5))
    try graph.add("relu2", .relu)
    try graph.add("pool2", .maxPool(2, stride: 2))
    try graph.add("flatten", .flatten)
    try graph.add("fc1", .linear(120))
    try graph.add("relu3", .relu)
    try graph.add("fc2", .linear(84))
    try graph.add("relu4", .relu)
    try graph.add("fc3", .linear(classes))
    return graph
  }

  /// The network of PyTorch's MNIST example.
  static func exampleCNN(input: ImageShape, classes: Int) throws -> LayerGraph {
    var graph = LayerGraph(input: input)
    try graph.add("conv1", .conv(32, 3))
    try graph.add("relu1", .relu)
    try graph.add("conv2", .conv(64, 3))
    try graph.add("relu2", .relu)
    try graph.add("pool", .maxPool(2, stride: 2))
    try graph.add("dropout1", .dropout(rate: 0.25))
    try graph.add("flatten", .flatten)
    try graph.add("fc1", .linear(128))
    try graph.add("relu3", .relu)
    try graph.add("dropout2", .dropout(rate: 0.5))
    try graph.add("fc2", .linear(classes))
    return graph
  }
}

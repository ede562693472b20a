import Platform

extension ImageModelDescription {
  /// The layers of an architecture.
  static func graph(_ text: String, input: ImageShape, classes: Int) throws -> LayerGraph {
    var graph = LayerGraph(input: input)
    switch text {
    case "fully-connected":
      try graph.add("flatten", .flatten)
      try graph.add("fc1", .fullyConnected(outputs: 64, hasBias: true))
      try graph.add("relu1", .relu)
      try graph.add("fc2", .fullyConnected(outputs: classes, hasBias: true))
    default:
      throw WordtoolError(.usage, found: "the network '\(text)'", expected: "fully-connected")
    }
    return graph
  }
}

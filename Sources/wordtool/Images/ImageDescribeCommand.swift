import ArgumentParser
import Charts
import ConvNets
import WordtoolCore

/// `wordtool image describe`: a network layer by layer.
struct ImageDescribeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe",
    abstract: "Show a network layer by layer, and what it costs.",
    discussion: """
      For one image, each layer with the rows x columns x depth it makes, its parameters, the \
      multiplications each with an addition, the rows and columns of the image that one of its \
      values depends on (the receptive field, as if the image had no end), the pixels from one place \
      to the next, and the memory of its output. Then what the first convolution saves beside a \
      fully connected layer. Without NETWORK, the networks that have a name. -o draws the volumes \
      that layers make, a box for each row of --brief, as .svg or .png.

      Layers of your own stand between commas:
        \(LayerList.grammar)
      H, W, K, S, P and D are numbers; K, S, P and D may be two, as 3x5; N may be classes.

      Example:
        wordtool image describe resnet-18 --brief
        wordtool image describe alexnet -o alexnet.svg
        wordtool image describe digits.model
        wordtool image describe \\
            "conv 8 3x3 pad 1, relu, max-pool 2, flatten, fc classes" \\
            --input 28x28x1 --classes 10
      """)

  @Argument(
    help: ArgumentHelp(
      "A network's name, fully-connected=SIZE,SIZE with the sizes of its hidden layers, layers, or a "
        + "model that 'image train' wrote.",
      valueName: "network"), completion: Completions.networks)
  var network: String?

  @Option(
    help: ArgumentHelp(
      "The size of the images. (default: the network's usual one)", valueName: "HxWxC"))
  var input: ImageExtents?

  @Option(help: ArgumentHelp("How many classes. (default: as usual)", valueName: "n"))
  var classes: Int?

  @Flag(
    help:
      "One row for each residual or inception block, and none for layers that keep the shape.")
  var brief = false

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("Draw the network to this SVG file.", valueName: "path"), completion: .file()
  )
  var output: String?

  @OptionGroup var json: JSONOptions

  func validate() throws {
    try OptionCheck.whole([("--classes", classes, 1...1 << 20)])
    if network == nil && (input != nil || classes != nil || brief || output != nil) {
      throw ValidationError("a network is missing")
    }
  }

  func run() throws {
    guard let network else { return try listNames() }
    try OutputPaths.check([output], inputs: [network], printing: json.json ? "the answer" : nil)
    let file = try output.map { try DrawingFile(path: $0) }
    let described = try DescribedNetwork(network, input: input, classes: classes)
    let (architecture, shape, classes) = (
      described.architecture, described.input, described.classes
    )
    let graph = try architecture.graph(input: shape, classes: classes)
    let summary = NetworkSummary(graph)
    let description = NetworkDescription(
      architecture, summary: summary, comparison: SpatialComparison(graph),
      enlarged: try enlarged(architecture, shape, classes: classes), classes: classes,
      isBrief: brief)
    if let file {
      // The layers inside of a block may lie side by side: only blocks are a row.
      let blocks = NetworkDescription(
        architecture, summary: summary, comparison: nil, enlarged: nil, classes: classes,
        isBrief: true)
      try file.write(blocks.drawing.svg())
    }
    if json.json {
      try JSONOutput.write(description)
    } else if file?.isStandardOutput != true {
      try StandardOutput.shared.write(description.text)
    }
  }

  /// The comparison for images of twice the height and width, where the network takes them.
  private func enlarged(
    _ architecture: Architecture, _ shape: ImageShape, classes: Int
  ) throws -> SpatialComparison? {
    guard shape.valueCount <= ImageShape.maximumValueCount / 4 else { return nil }
    let larger = ImageShape(
      height: shape.height * 2, width: shape.width * 2, channels: shape.channels)
    do {
      return SpatialComparison(try architecture.graph(input: larger, classes: classes))
    } catch let error as WordtoolError where error.kind == .badData {
      // Layers of one's own may suit one size only.
      return nil
    }
  }

  private struct NamedNetwork: Encodable {
    var name: String
    var source: String
    var input: [Int]
    var classes: Int
    var parameters: Int
    var multiplyAdds: Int
  }

  private func listNames() throws {
    let networks = try Architecture.names.map { name in
      let architecture = try Architecture(name)
      let (shape, classes) = (architecture.usualInput, architecture.usualClassCount)
      let summary = NetworkSummary(try architecture.graph(input: shape, classes: classes))
      return NamedNetwork(
        name: name, source: architecture.source, input: shape.extents, classes: classes,
        parameters: summary.parameterCount, multiplyAdds: summary.multiplyAdds)
    }
    if json.json { return try JSONOutput.write(networks) }
    let isNarrow = StandardOutput.columns.map { $0 < 150 } ?? false
    let number = NetworkDescription.number(isShort: isNarrow)
    try StandardOutput.shared.write(
      TextTable.aligned(
        [
          [
            "network", "from", "images", "classes", isNarrow ? "params" : "parameters",
            isNarrow ? "MACs" : "multiply-adds",
          ]
        ]
          + networks.map { network in
            [
              network.name, network.source, NetworkDescription.volume(network.input),
              NumberFormat.grouped(network.classes), number(network.parameters),
              number(network.multiplyAdds),
            ]
          }, left: 2, shrinking: [0, 1]))
  }
}

extension ImageShape {
  /// Rows, columns, depth.
  var extents: [Int] { [height, width, channels] }
}

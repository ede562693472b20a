import ConvNets
import Testing
import WordtoolCore

@Suite struct LayerListTests {
  private static let digit = ImageShape(height: 28, width: 28, channels: 1)

  @Test func aListIsTheNetworkItSays() throws {
    let list = try LayerList(
      parsing: """
        conv 32 3x3, relu, conv 64 3x3 pad 1 stride 2, bn, relu, max-pool 2, lrn, dropout 0.25,
        flatten, fc 128, relu, fc classes
        """)
    let graph = try list.graph(input: Self.digit, classes: 10)
    #expect(graph.nodes.dropFirst().map(\.name) == (0..<12).map(String.init))
    #expect(graph.nodes[6].shape == ImageShape(height: 6, width: 6, channels: 64))
    #expect(
      graph.parameters.map { "\($0.name) \($0.shape)" } == [
        "0.weight [32, 1, 3, 3]", "0.bias [32]", "2.weight [64, 32, 3, 3]", "2.bias [64]",
        "3.weight [64]", "3.bias [64]", "9.weight [128, 2304]", "9.bias [128]",
        "11.weight [10, 128]", "11.bias [10]",
      ])
  }

  @Test(arguments: [
    "conv 32 3x3, relu",
    "conv 8 3x5 stride 2x1 pad 1x2 dilation 2 groups 4 no-bias",
    "conv classes 3x3 pad 1",
    "transposed-conv 4 2x2 stride 2 pad 1 output-pad 1 dilation 2 groups 2 no-bias",
    "max-pool 3 stride 2 pad 1 ceil", "average-pool 2x3 exclude-pad",
    "adaptive-average-pool 1, adaptive-max-pool 3x4",
    "bn epsilon 0.001 momentum 0.01, lrn size 3 alpha 0.5 beta 1.0 k 2.0",
    "bn, lrn, dropout 0.25, relu, tanh, sigmoid, flatten, fc 10 no-bias, fc classes",
  ])
  func aListPrintsBackAsItWasWritten(text: String) throws {
    let list = try LayerList(parsing: text)
    #expect("\(list)" == text)
    #expect(try LayerList(parsing: "\(list)") == list)
  }

  @Test func spacesCapitalsAndOrderOfSettingsDoNotMatter() throws {
    #expect(
      try LayerList(parsing: " Conv 8 3 pad 1 STRIDE 2 ,\n\trelu")
        == LayerList(parsing: "conv 8 3x3 stride 2 pad 1, relu"))
  }

  @Test func namedNetworksInWordsAreThemselves() throws {
    let graph = try Architecture("googlenet").graph(
      input: ImageShape(height: 224, width: 224, channels: 3), classes: 10)
    for node in graph.nodes where ![.input, .add, .concatenate].contains(node.layer) {
      #expect(try LayerList(parsing: "\(node.layer)").steps.map(\.layer) == [node.layer])
    }
  }

  @Test(arguments: [
    ("conv 32 3x3, rely", "byte 13: 'rely', expected a layer: conv, "),
    ("conv 32", "byte 7: nothing after '32', expected a number or a size such as 3x3, from 1"),
    ("relu,", "byte 5: no layer, expected a layer: "),
    ("conv 0 3x3", "byte 5: '0', expected a number from 1 to 65536 or 'classes'"),
    ("conv 8 3x", "byte 7: '3x', expected a number or a size"),
    ("conv 8 3x3x3", "byte 7: '3x3x3', expected a number or a size"),
    ("fc 99999999999999999999", "byte 3: '99999999999999999999', expected a number from 1"),
    ("relu 3", "byte 5: '3', expected a comma"),
    ("conv 8 3x3 pad 1 pad 2", "byte 17: 'pad', expected a comma"),
    ("dropout 1", "byte 8: '1', expected a number, 0 to below 1"),
    ("dropout nan", "byte 8: 'nan', expected a number"),
    ("max-pool 2 pad 2", "byte 11: 'pad 2', expected a pad of at most half a window"),
    ("transposed-conv 2 3x3 output-pad 1", "byte 22: 'output-pad 1', expected an output-pad below"),
    ("max-pool 2 exclude-pad", "byte 11: 'exclude-pad', expected a comma"),
    ("", "byte 0: no layer"),
  ])
  func mistakesAreReportedWithTheirPlace(text: String, message: String) {
    let error = #expect(throws: WordtoolError.self) { try LayerList(parsing: text) }
    #expect(error?.kind == .usage)
    #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: [
    (
      "conv 8 3x3, fc classes",
      "layer 1, 'fc classes', reads 26 x 26 x 8, expected 1 x 1 places; put 'flatten' before it"
    ),
    (
      "conv 8 3x3, relu",
      "the network ends in 26 x 26 x 8, expected 1 x 1 x 10, a value for each class; "
        + "end it with 'flatten, fc classes'"
    ),
    (
      "conv 8 3x3 groups 3, flatten, fc classes",
      "layer 0, 'conv 8 3x3 groups 3', makes 8 channels of 1, "
        + "expected numbers of channels that 3 groups share"
    ),
    (
      "conv 8 30x30, flatten, fc classes",
      "images of 28 x 28 x 1 for the layers, expected at least 30 x 30; "
        + "enlarge them, or take a network that halves less often"
    ),
  ])
  func layersThatDoNotFitAreReported(text: String, message: String) throws {
    let architecture = try Architecture(text)
    let error = #expect(throws: WordtoolError.self) {
      try architecture.graph(input: Self.digit, classes: 10)
    }
    #expect(error?.description == message)
  }
}

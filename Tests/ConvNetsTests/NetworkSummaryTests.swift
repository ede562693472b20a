import ConvNets
import Testing

@Suite struct NetworkSummaryTests {
  private static let photo = ImageShape(height: 224, width: 224, channels: 3)
  private static let digit = ImageShape(height: 28, width: 28, channels: 1)

  private func summary(_ name: String, _ input: ImageShape = photo) throws -> NetworkSummary {
    NetworkSummary(
      try Architecture(name).graph(
        input: input, classes: input == Self.photo ? 1000 : 10))
  }

  private func layer(_ name: String, of summary: NetworkSummary) throws -> LayerSummary {
    try #require(summary.layers.first { $0.name == name })
  }

  @Test(arguments: [
    (
      "alexnet",
      [
        "features.0": [11, 4], "features.2": [19, 8], "features.3": [51, 8],
        "features.5": [67, 16], "features.10": [163, 16], "features.12": [195, 32],
      ]
    ),
    (
      "vgg-16",
      [
        "features.0": [3, 1], "features.4": [6, 2], "features.28": [196, 16],
        "features.30": [212, 32],
      ]
    ),
    ("resnet-18", ["conv1": [7, 2], "maxpool": [11, 4], "layer4.1.relu2": [435, 32]]),
    ("googlenet", ["inception5b.concatenate": [379, 32]]),
    // 483 in the paper's form, whose blocks halve in their first convolution.
    ("resnet-50", ["layer4.2.relu3": [427, 32]]),
  ])
  func receptiveFieldsAreTheKnownOnes(name: String, expected: [String: [Int]]) throws {
    let summary = try summary(name)
    for (node, numbers) in expected {
      let field = try layer(node, of: summary).receptiveField
      #expect(field.size == Extent(numbers[0]), "\(node)")
      #expect(field.stride == Extent(numbers[1]), "\(node)")
    }
  }

  @Test func fieldsOfUnevenAndEnlargingLayersAreTheirWindows() throws {
    func fields(_ text: String) throws -> [ReceptiveField] {
      ReceptiveField.all(
        in: try Architecture(text).graph(
          input: ImageShape(height: 12, width: 9, channels: 1), classes: 3))
    }
    // 12 rows in 4 windows of 3; 9 columns in 4 windows of 2 to 4.
    let pooled = try fields("adaptive-average-pool 4, flatten, fc classes")
    #expect(pooled[1].size == Extent(3, 3))
    #expect(pooled[1].stride == nil)
    #expect(pooled[2].size == Extent(12, 10))
    let enlarged = try fields(
      "conv 4 4x4 stride 4, transposed-conv 2 2x2 stride 2, conv classes 3x2 dilation 2, "
        + "adaptive-max-pool 1, flatten")
    #expect(enlarged[1].stride == Extent(4))
    #expect(enlarged[2].size == Extent(4))
    #expect(enlarged[2].stride == Extent(2))
    #expect(enlarged[3].size == Extent(12, 8))
  }

  /// Billions of multiplications with an addition, as torchvision's documentation lists them.
  @Test(arguments: [
    ("alexnet", 0.714), ("vgg-11", 7.609), ("vgg-16", 15.47), ("googlenet", 1.498),
    ("resnet-18", 1.814), ("resnet-50", 4.089), ("resnet-152", 11.514),
  ])
  func multiplyAddsAreTorchvisions(name: String, billions: Double) throws {
    #expect(abs(Double(try summary(name).multiplyAdds) / 1e9 - billions) < 0.006)
  }

  @Test func headsForTrainingAreCountedApart() throws {
    let with = try summary("googlenet")
    let without = try summary("googlenet-no-aux")
    #expect(with.parameterCount - with.auxiliaryParameterCount == without.parameterCount)
    #expect(with.multiplyAdds == without.multiplyAdds)
    #expect(with.activationBytes == without.activationBytes)
    #expect(without.auxiliaryParameterCount == 0)
  }

  @Test func everyLayerIsSummarised() throws {
    let summary = try summary("example-cnn", Self.digit)
    #expect(summary.layers.count == 11)
    let second = try layer("conv2", of: summary)
    #expect(second.kind == "conv")
    #expect(second.text == "conv 64 3x3")
    #expect(second.output == ImageShape(height: 24, width: 24, channels: 64))
    #expect(second.parameterCount == 18_496)
    #expect(second.multiplyAdds == 24 * 24 * 64 * 9 * 32)
    #expect(second.activationBytes == 24 * 24 * 64 * 4)
    #expect(summary.parameterCount == 1_199_882)
  }

  @Test func blocksAddUpToTheNetwork() throws {
    for name in Architecture.names {
      let architecture = try Architecture(name)
      let summary = NetworkSummary(
        try architecture.graph(
          input: architecture.usualInput, classes: architecture.usualClassCount))
      func sums(_ rows: [LayerSummary]) -> [Int] {
        [
          rows.reduce(0) { $0 + $1.parameterCount }, rows.reduce(0) { $0 + $1.multiplyAdds },
          rows.reduce(0) { $0 + $1.activationBytes },
        ]
      }
      #expect(sums(summary.blocks) == sums(summary.layers), "\(name)")
      #expect(sums(summary.blocks)[0] == summary.parameterCount)
    }
    #expect(
      try summary("resnet-18").blocks.map(\.name) == [
        "conv1", "maxpool", "layer1.0", "layer1.1", "layer2.0", "layer2.1", "layer3.0", "layer3.1",
        "layer4.0", "layer4.1", "avgpool", "flatten", "fc",
      ])
    let inception = try summary("googlenet").blocks
    #expect(inception.first { $0.name == "inception3a" }?.text == "6 conv, concatenate")
    #expect(inception.filter(\.isAuxiliary).map(\.name) == ["aux1", "aux2"])
    #expect(inception.first?.text == "conv 64 7x7 stride 2 pad 3 no-bias, bn epsilon 0.001, relu")
  }

  @Test func aConvolutionIsComparedWithWhatItSaves() throws {
    let graph = try Architecture("alexnet").graph(input: Self.photo, classes: 1000)
    let comparison = try #require(SpatialComparison(graph))
    #expect(comparison.name == "features.0")
    #expect(comparison.sharedCount == 11 * 11 * 3 * 64 + 64)
    #expect(comparison.locallyConnectedCount == (11 * 11 * 3 + 1) * 55 * 55 * 64)
    #expect(comparison.fullyConnectedCount == (224 * 224 * 3 + 1) * 55 * 55 * 64)
    #expect(comparison.network.parameterCount == 61_100_840)
    let dense = try Architecture("fully-connected").graph(input: Self.photo, classes: 1000)
    #expect(comparison.fullyConnected.parameterCount == dense.parameterCount)
    #expect(comparison.fullyConnected.multiplyAdds == NetworkSummary(dense).multiplyAdds)
    #expect(SpatialComparison(dense) == nil)
  }
}

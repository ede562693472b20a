import ConvNets
import Testing
import WordtoolCore

@Suite struct ArchitectureTests {
  struct Recorded: Decodable {
    struct Network: Decodable {
      var name: String
      var classes: Int
      var count: Int
      var parameters: String
      var statistics: String
    }
    var networks: [Network]
  }

  private static let photo = ImageShape(height: 224, width: 224, channels: 3)

  /// 64-bit FNV-1a of the names and shapes; see Scripts/golden/architectures.py.
  private func digest(_ arrays: [LayerGraph.ArrayShape]) -> String {
    var value: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in arrays.map({ "\($0.name) \($0.shape)\n" }).joined().utf8 {
      value = (value ^ UInt64(byte)) &* 0x100_0000_01B3
    }
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  @Test func parametersAndStatisticsAreTorchvisions() throws {
    let recorded = try Golden.read("architectures.json", as: Recorded.self).networks
    #expect(recorded.count == 32)
    for network in recorded {
      let graph = try Architecture(network.name).graph(input: Self.photo, classes: network.classes)
      #expect(graph.parameterCount == network.count, "\(network.name)")
      #expect(digest(graph.parameters) == network.parameters, "\(network.name)")
      #expect(digest(graph.statistics) == network.statistics, "\(network.name)")
      #expect(graph.classCount == network.classes)
    }
  }

  @Test(arguments: [
    ("alexnet", 61_100_840), ("vgg-16", 138_357_544), ("googlenet", 13_004_888),
    ("googlenet-no-aux", 6_624_904), ("resnet-18", 11_689_512), ("resnet-34", 21_797_672),
    ("resnet-50", 25_557_032), ("resnet-101", 44_549_160), ("resnet-152", 60_192_808),
    // Two groups of channels, as in the first implementations of the network.
    ("alexnet-2012", 60_965_224),
  ])
  func parameterCountsAreThePublishedOnes(name: String, count: Int) throws {
    #expect(try Architecture(name).graph(input: Self.photo, classes: 1000).parameterCount == count)
  }

  @Test func smallNetworksHaveTheirPapersCounts() throws {
    let digit = ImageShape(height: 28, width: 28, channels: 1)
    #expect(try Architecture("lenet-5").graph(input: digit, classes: 10).parameterCount == 61_706)
    let example = try Architecture("example-cnn").graph(input: digit, classes: 10)
    #expect(example.parameterCount == 1_199_882)
    #expect(example.parameters.first?.name == "conv1.weight")
    #expect(example.parameters.last?.name == "fc2.bias")
    // 0.27 million in table 6 of the paper, without its 2,752 numbers of projection.
    let small = ImageShape(height: 32, width: 32, channels: 3)
    #expect(
      try Architecture("resnet-20").graph(input: small, classes: 10).parameterCount == 272_474)
    let dense = try Architecture("fully-connected=300,100").graph(input: digit, classes: 10)
    #expect(dense.parameterCount == 785 * 300 + 301 * 100 + 101 * 10)
    #expect(
      dense.parameters.map(\.name) == [
        "1.weight", "1.bias", "3.weight", "3.bias", "5.weight", "5.bias",
      ])
  }

  @Test func layersHaveThePapersExtents() throws {
    func extents(_ name: String, _ nodes: [String]) throws -> [[Int]] {
      let graph = try Architecture(name).graph(input: Self.photo, classes: 1000)
      return try nodes.map {
        let shape = graph.nodes[try #require(graph.node(named: $0))].shape
        #expect(shape.height == shape.width)
        return [shape.height, shape.channels]
      }
    }
    // Zeiler and Fergus 2013, figure 3.
    #expect(
      try extents(
        "zfnet",
        [
          "features.0", "features.2", "features.4", "features.6", "features.8", "features.12",
          "features.14",
        ]) == [[110, 96], [55, 96], [26, 256], [13, 256], [13, 384], [13, 256], [6, 256]])
    // Szegedy et al. 2015, table 1.
    #expect(
      try extents(
        "googlenet",
        [
          "conv1.relu", "maxpool1", "conv3.relu", "maxpool2", "inception3b.concatenate", "maxpool3",
          "inception4e.concatenate", "maxpool4", "inception5b.concatenate", "avgpool",
        ])
        == [
          [112, 64], [56, 64], [56, 192], [28, 192], [28, 480], [14, 480], [14, 832], [7, 832],
          [7, 1024], [1, 1024],
        ])
    // He et al. 2016, table 1.
    #expect(
      try extents("resnet-50", ["conv1", "maxpool", "layer2.0.relu3", "layer4.2.relu3"])
        == [[112, 64], [56, 64], [28, 512], [7, 2048]])
  }

  @Test func googLeNetHasTwoHeadsForTraining() throws {
    let graph = try Architecture("googlenet").graph(input: Self.photo, classes: 5)
    #expect(graph.auxiliaryOutputs.map { graph.nodes[$0.node].name } == ["aux1.fc2", "aux2.fc2"])
    #expect(graph.auxiliaryOutputs.allSatisfy { $0.weight == 0.3 })
    #expect(graph.nodes[graph.output].name == "fc")
    let bare = try Architecture("googlenet-no-aux").graph(input: Self.photo, classes: 5)
    #expect(bare.auxiliaryOutputs.isEmpty)
  }

  @Test func allNamesAreReadAndMakeANetworkOfTheirUsualSize() throws {
    for name in Architecture.names {
      let architecture = try Architecture(name)
      #expect(architecture.name == name)
      #expect(try Architecture("\(architecture)") == architecture)
      let graph = try architecture.graph(
        input: architecture.usualInput, classes: architecture.usualClassCount)
      #expect(graph.classCount == architecture.usualClassCount)
    }
    #expect(try Architecture("vgg16_bn") == Architecture("VGG-16-BN"))
    #expect(try Architecture("resnet18").name == "resnet-18")
    #expect(try Architecture("LeNet").name == "lenet-5")
    #expect(try Architecture("fully-connected=") == .fullyConnected(hidden: []))
    #expect(try Architecture("fully-connected=512,512").name == "fully-connected")
  }

  @Test(arguments: [
    ("alexnet", 63), ("vgg-16", 32), ("zfnet", 53), ("lenet-5", 12), ("example-cnn", 6),
    ("resnet-18", 1), ("googlenet", 31),
  ])
  func imagesThatAreTooSmallAreRefusedWithTheSmallestSize(name: String, least: Int) throws {
    let architecture = try Architecture(name)
    func graph(_ side: Int) throws -> LayerGraph {
      try architecture.graph(
        input: ImageShape(height: side, width: side + 3, channels: 3), classes: 4)
    }
    #expect(try graph(least).classCount == 4)
    guard least > 1 else { return }
    let error = #expect(throws: WordtoolError.self) { try graph(least - 1) }
    #expect(
      error?.description.hasPrefix(
        "images of \(least - 1) x \(least + 2) x 3 for \(name), expected at least "
          + "\(least) x \(least);") == true, "\(error?.description ?? "")")
  }

  @Test func networksAboveTheLimitAreRefused() throws {
    let error = #expect(throws: WordtoolError.self) {
      try Architecture("fully-connected").graph(
        input: ImageShape(height: 4096, width: 4096, channels: 3), classes: 10)
    }
    #expect(error?.kind == .badData)
  }

  @Test func unknownNamesAreRefusedWithAllNames() {
    for text in ["resnet-19", "", "vgg-16=3", "fully-connected=3,x", "fully-connected=0"] {
      let error = #expect(throws: WordtoolError.self) { try Architecture(text) }
      #expect(error?.kind == .usage)
    }
    let error = #expect(throws: WordtoolError.self) { try Architecture("resnet-19") }
    #expect(error?.description.contains("resnet-18, resnet-34") == true)
  }
}

import WordtoolCore

/// A network by its name, or by the text of its layers, before the size of the images and the number
/// of classes are known.
///
/// The parameters have the names, shapes and order of torchvision's where it has the network.
public struct Architecture: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    case fullyConnected(hidden: [Int])
    case leNet5, exampleCNN, alexNet, alexNet2012, zfNet
    case vgg(weightLayers: Int, normalized: Bool)
    case googLeNet(auxiliaryHeads: Bool)
    case resNet(weightLayers: Int)
    case resNet20
    case layers(LayerList)
  }

  let kind: Kind
  /// The name, or the text of the layers, in its usual spelling; ``init(_:)`` reads it as this
  /// architecture.
  public let name: String

  /// The sizes of the hidden layers of `fully-connected` when none are given.
  public static let usualHiddenSizes = [512, 512]

  /// The networks that have a name.
  private static let named: [(name: String, kind: Kind)] = [
    ("fully-connected", .fullyConnected(hidden: usualHiddenSizes)), ("lenet-5", .leNet5),
    ("example-cnn", .exampleCNN), ("alexnet", .alexNet), ("alexnet-2012", .alexNet2012),
    ("zfnet", .zfNet),
    ("vgg-11", .vgg(weightLayers: 11, normalized: false)),
    ("vgg-11-bn", .vgg(weightLayers: 11, normalized: true)),
    ("vgg-13", .vgg(weightLayers: 13, normalized: false)),
    ("vgg-13-bn", .vgg(weightLayers: 13, normalized: true)),
    ("vgg-16", .vgg(weightLayers: 16, normalized: false)),
    ("vgg-16-bn", .vgg(weightLayers: 16, normalized: true)),
    ("vgg-19", .vgg(weightLayers: 19, normalized: false)),
    ("vgg-19-bn", .vgg(weightLayers: 19, normalized: true)),
    ("googlenet", .googLeNet(auxiliaryHeads: true)),
    ("googlenet-no-aux", .googLeNet(auxiliaryHeads: false)),
    ("resnet-18", .resNet(weightLayers: 18)), ("resnet-34", .resNet(weightLayers: 34)),
    ("resnet-50", .resNet(weightLayers: 50)), ("resnet-101", .resNet(weightLayers: 101)),
    ("resnet-152", .resNet(weightLayers: 152)), ("resnet-20", .resNet20),
  ]

  /// All names.
  public static var names: [String] { named.map(\.name) }

  /// Reads a name of ``names``, `fully-connected=300,100` with the sizes of its hidden layers, or
  /// the text of a ``LayerList``. Hyphens may be left out or be underscores, as in torchvision's
  /// `vgg16_bn`; `lenet` is `lenet-5`.
  ///
  /// - Throws: `WordtoolError` of kind `usage` when the text is none of these.
  public init(_ text: String) throws {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let wanted = Self.plain(parts.first ?? "")
    if let known = Self.named.first(where: {
      Self.plain($0.name) == wanted || ($0.kind == .leNet5 && wanted == "lenet")
    }) {
      switch (known.kind, parts.count) {
      case (_, 1): self.init(known.kind, name: known.name)
      case (.fullyConnected, _): self = .fullyConnected(hidden: try Self.sizes(parts[1], in: text))
      default:
        throw WordtoolError(
          .usage, found: "'\(text)'", expected: "\(known.name), which takes no '='")
      }
      return
    }
    let word = text.prefix { $0 != " " && $0 != "," }
    if word.count == text.count && !LayerList.layerNames.contains(word.lowercased()) {
      throw WordtoolError(
        .usage, found: "the network '\(text)'",
        expected: "one of \(Self.names.joined(separator: ", ")), or layers between commas")
    }
    self.init(layers: try LayerList(parsing: text))
  }

  /// A network of layers one after another.
  public init(layers: LayerList) { self.init(.layers(layers), name: layers.description) }

  /// A fully connected network with these hidden layers, each at least 1 or it cannot be built; none
  /// makes it a linear classifier.
  public static func fullyConnected(hidden: [Int]) -> Architecture {
    let sizes =
      hidden == usualHiddenSizes ? "" : "=" + hidden.map(String.init).joined(separator: ",")
    return Architecture(.fullyConnected(hidden: hidden), name: "fully-connected" + sizes)
  }

  private init(_ kind: Kind, name: String) {
    self.kind = kind
    self.name = name
  }

  /// Letters and digits of a name alone.
  private static func plain(_ name: some StringProtocol) -> String {
    name.lowercased().filter { $0 != "-" && $0 != "_" }
  }

  private static func sizes(_ text: Substring, in whole: String) throws -> [Int] {
    if text.isEmpty { return [] }
    return try text.split(separator: ",", omittingEmptySubsequences: false).map { field in
      guard let size = Int(field), (1...1 << 20).contains(size) else {
        throw WordtoolError(
          .usage, found: "'\(field)' in '\(whole)'",
          expected: "the sizes of hidden layers between commas, 1 to \(1 << 20)")
      }
      return size
    }
  }

  /// The size of the images that the network was published for.
  ///
  /// 28 x 28 x 1 for a text of layers, and for a fully connected network, which suit any.
  public var usualInput: ImageShape {
    switch kind {
    case .fullyConnected, .leNet5, .exampleCNN, .layers:
      ImageShape(height: 28, width: 28, channels: 1)
    case .resNet20: ImageShape(height: 32, width: 32, channels: 3)
    default: ImageShape(height: 224, width: 224, channels: 3)
    }
  }

  /// How many classes there were: 1,000 of ImageNet, or 10.
  public var usualClassCount: Int { usualInput.height == 224 ? 1000 : 10 }

  /// Where the network comes from.
  public var source: String {
    switch kind {
    case .fullyConnected: "a multilayer perceptron"
    case .leNet5: "LeCun et al. 1998, with ReLU and max pooling"
    case .exampleCNN: "PyTorch's MNIST example"
    case .alexNet: "Krizhevsky 2014, one column"
    case .alexNet2012: "Krizhevsky et al. 2012, two columns"
    case .zfNet: "Zeiler and Fergus 2013"
    case .vgg(_, let normalized):
      "Simonyan and Zisserman 2014" + (normalized ? ", with batch normalisation" : "")
    case .googLeNet(let auxiliaryHeads):
      "Szegedy et al. 2015, with batch normalisation"
        + (auxiliaryHeads ? "" : ", without heads for training")
    case .resNet: "He et al. 2016"
    case .resNet20: "He et al. 2016, section 4.2, with projections"
    case .layers: "layers one after another"
    }
  }

  /// The most numbers a network may have: 8 GB of them.
  static let maximumParameterCount = 1 << 31

  /// The network for images of this shape and so many classes.
  ///
  /// - Precondition: `classes` is at least 1.
  /// - Throws: `WordtoolError` of kind `badData` when the images are too small for the network, the
  ///   layers of a text do not fit together, or the network would have more than 2,147,483,648
  ///   parameters.
  public func graph(input: ImageShape, classes: Int) throws -> LayerGraph {
    let graph: LayerGraph
    do {
      graph = try build(input: input, classes: classes)
    } catch let error as WordtoolError where error.kind == .badData {
      guard let least = smallestSide(channels: input.channels, classes: classes),
        min(input.height, input.width) < least
      else { throw error }
      var isList = false
      if case .layers = kind { isList = true }
      throw WordtoolError(
        .badData, found: "images of \(input) for \(isList ? "the layers" : name)",
        expected: "at least \(least) x \(least)",
        remedy: "enlarge them, or take a network that halves less often")
    }
    let count = graph.parameterCount
    guard count <= Self.maximumParameterCount else {
      throw WordtoolError(
        .badData, found: "\(name) of \(input) images has \(count) parameters",
        expected: "at most \(Self.maximumParameterCount)", remedy: "make the images smaller")
    }
    return graph
  }

  /// The number of rows and columns below which there is no such network, if it is at most 1,024.
  private func smallestSide(channels: Int, classes: Int) -> Int? {
    func exists(_ side: Int) -> Bool {
      ImageShape(checking: side, side, channels).map {
        (try? build(input: $0, classes: classes)) != nil
      } ?? false
    }
    var (bad, good) = (0, 1)
    while !exists(good) {
      if good >= 1024 { return nil }
      (bad, good) = (good, good * 2)
    }
    while good - bad > 1 {
      let middle = (bad + good) / 2
      if exists(middle) { good = middle } else { bad = middle }
    }
    return good
  }

  private func build(input: ImageShape, classes: Int) throws -> LayerGraph {
    try OptionCheck.require("classes", classes, in: 1...ImageModelDescription.maximumClassCount)
    switch kind {
    case .fullyConnected(let hidden):
      return try SmallNetworks.fullyConnected(hidden: hidden, input: input, classes: classes)
    case .leNet5: return try SmallNetworks.leNet5(input: input, classes: classes)
    case .exampleCNN: return try SmallNetworks.exampleCNN(input: input, classes: classes)
    case .alexNet: return try AlexNet.oneColumn(input: input, classes: classes)
    case .alexNet2012: return try AlexNet.twoColumns(input: input, classes: classes)
    case .zfNet: return try AlexNet.zfNet(input: input, classes: classes)
    case .vgg(let weightLayers, let normalized):
      guard let convolutions = VGG.blocks[weightLayers] else {
        preconditionFailure("VGG-\(weightLayers)")
      }
      return try VGG.network(
        convolutions: convolutions, normalized: normalized, input: input, classes: classes)
    case .googLeNet(let auxiliaryHeads):
      return try GoogLeNet.network(
        auxiliaryHeads: auxiliaryHeads, input: input, classes: classes)
    case .resNet(let weightLayers):
      guard let (block, counts) = ResNet.stages[weightLayers] else {
        preconditionFailure("ResNet-\(weightLayers)")
      }
      return try ResNet.network(block: block, counts: counts, input: input, classes: classes)
    case .resNet20: return try ResNet.small(input: input, classes: classes)
    case .layers(let list): return try list.graph(input: input, classes: classes)
    }
  }
}

extension Architecture: CustomStringConvertible {
  /// ``name``.
  public var description: String { name }
}

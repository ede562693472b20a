import ArgumentParser
import ConvNets
import WordtoolCore

/// Which model of images is meant, and what a file of bare weights does not say.
struct ImageModelOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "A model that 'image train' wrote, or bare weights as torchvision's state_dict has them, with "
        + "--model; safetensors.",
      valueName: "model"), completion: .file())
  var path: String

  @Option(
    name: .customLong("model"),
    help: ArgumentHelp(
      "The network that bare weights belong to: a name or its layers.", valueName: "name|layers"),
    completion: .list(Architecture.names))
  var network: String?

  @Option(
    help: ArgumentHelp(
      "The names of the classes of bare weights, one a line. (default: numbers)",
      valueName: "file"), completion: .file())
  var classes: String?

  @Option(
    help: ArgumentHelp(
      "The size of the input, for networks whose weights do not depend on it. (default: that of "
        + "the training; of bare weights the network's usual)",
      valueName: "HxWxC"))
  var input: ImageExtents?

  @Flag(
    help: ArgumentHelp(
      "Scale the input of bare weights by ImageNet's means and deviations, and fit images by "
        + "crop=0.875."))
  var imagenet = false

  @OptionGroup(title: "Images of other sizes and colours") var fit: ImageFitOptions

  func validate() throws {
    if network == nil, classes != nil || imagenet {
      throw ValidationError("--classes and --imagenet belong to bare weights with --model")
    }
    if network == nil, input?.channels != nil {
      throw ValidationError("--input has channels only with --model: give height and width")
    }
  }

  /// Reads the model.
  func load(threads: Int) throws -> ImageModel {
    guard let network else {
      let size = input.map { Extent($0.height, $0.width) }
      let model = try FileKind.reading(path, as: .imageModel, .imageWeights) {
        try ImageModel(contentsOf: path, inputSize: size, threads: threads)
      }
      var preprocessing = model.description.preprocessing
      fit.adjust(&preprocessing)
      return try model.with(preprocessing: preprocessing)
    }
    let architecture = try Architecture(network)
    let usual = architecture.usualInput
    let shape = ImageShape(
      height: input?.height ?? usual.height, width: input?.width ?? usual.width,
      channels: input?.channels ?? usual.channels)
    var preprocessing = ImagePreprocessing()
    if imagenet {
      preprocessing = .imageNet
      preprocessing.fit = .crop(share: 0.875)
      if architecture.name.hasPrefix("googlenet") {
        // torchvision's published weights were converted from a network that was trained so.
        preprocessing.mean = [0.5, 0.5, 0.5]
        preprocessing.deviation = [0.5, 0.5, 0.5]
      }
      guard shape.channels == 3 else {
        throw ValidationError("--imagenet needs an input of 3 channels, not \(shape.channels)")
      }
    }
    fit.adjust(&preprocessing)
    return try ImageModel(
      weights: path, architecture: network, inputShape: shape,
      classNames: try classes.map(Self.names), preprocessing: preprocessing, threads: threads)
  }

  /// One name a line; white space around it does not count.
  private static func names(_ path: String) throws -> [String] {
    var lines = try LineReader.all(path).map(\.trimmed)
    while lines.last?.isEmpty == true { lines.removeLast() }
    guard !lines.isEmpty else {
      throw WordtoolError(.badData, path: path, found: "no names", expected: "one a line")
    }
    return lines
  }
}

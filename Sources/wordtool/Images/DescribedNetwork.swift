import ConvNets
import WordtoolCore

/// The network that an argument stands for: a name, layers, or a model's file.
struct DescribedNetwork {
  let architecture: Architecture
  let input: ImageShape
  let classes: Int
  /// The file, where it was one.
  let path: String?

  /// - Parameters:
  ///   - text: the argument.
  ///   - input: the size of images, where it is not to be the usual one, or the model's.
  ///   - classes: how many, likewise.
  init(_ text: String, input: ImageExtents?, classes: Int?) throws {
    let usual: ImageShape
    let usualClasses: Int
    (architecture, usual, usualClasses, path) = try Self.find(text)
    let (height, width) = (input?.height ?? usual.height, input?.width ?? usual.width)
    let channels = input?.channels ?? usual.channels
    guard height * width <= ImageShape.maximumValueCount / channels else {
      throw WordtoolError(
        .usage, found: "images of \(height) x \(width) x \(channels)",
        expected: "at most \(ImageShape.maximumValueCount) values")
    }
    self.input = ImageShape(height: height, width: width, channels: channels)
    self.classes = classes ?? usualClasses
  }

  /// The network, with what is usual for it or what the model was trained for.
  private static func find(_ text: String) throws -> (Architecture, ImageShape, Int, String?) {
    do {
      let architecture = try Architecture(text)
      return (architecture, architecture.usualInput, architecture.usualClassCount, nil)
    } catch {
      let isPath = text.contains("/") || text.hasSuffix(".safetensors")
      guard isPath || InputFiles.totalByteCount([text]) != nil else { throw error }
      let model = try FileKind.reading(text, as: .imageModel, .imageWeights) {
        try ImageModelDescription(contentsOf: text)
      }
      return (
        try Architecture(model.architecture), model.inputShape, model.classNames.count, text
      )
    }
  }
}

import ArgumentParser
import ConvNets
import WordtoolCore

/// Which image is meant: a file, or one image of a set.
struct ImageInput: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "A PNG, JPEG, PGM or PPM file, or a set of images; '-' is standard input.",
      valueName: "image"))
  var image: String

  @Option(help: ArgumentHelp("Which image of a set, from 0 on.", valueName: "n"))
  var index = 0

  @Option(help: ArgumentHelp("Which part of a set that has two.", valueName: "train|test"))
  var part: ImageDataset.Part = .train

  func validate() throws {
    if index < 0 { throw ValidationError("--index is \(index), expected 0 or more") }
  }

  /// One image, and what a set says about it.
  struct Loaded {
    var image: Image
    var name: String
    var label: String?
  }

  /// Reads the image.
  func load() throws -> Loaded { try Self.load(image, index: index, part: part) }

  /// Reads a file, or one image of a set.
  static func load(_ path: String, index: Int, part: ImageDataset.Part) throws -> Loaded {
    let source = try ImageSource(path, part: part)
    return Loaded(
      image: try source.image(at: index), name: source.name(at: index),
      label: source.label(at: index))
  }
}

/// Where a picture goes.
struct ImageOutput: ParsableArguments {
  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp(
      "Where the picture goes; the suffix .png, .jpg, .pgm or .ppm decides the format.",
      valueName: "path"))
  var output: String

  /// The format the name asks for.
  func format() throws -> ImageFormat { try Self.format(of: output) }

  /// The format a name asks for; PNG for standard output.
  static func format(of output: String) throws -> ImageFormat {
    if output == "-" { return .png }
    guard let format = ImageFormat(suffixOf: output) else {
      throw WordtoolError(
        .usage, path: output, found: "a name that tells no format",
        expected: ".png, .jpg, .pgm or .ppm at its end")
    }
    return format
  }
}

import ArgumentParser
import ConvNets
import WordtoolCore

/// Which image is meant: a file, or one image of a set.
struct ImageInput: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "A PNG, JPEG, PGM or PPM file, or a set of images; '-' is standard input.",
      valueName: "image"), completion: .file())
  var image: String

  @Option(help: ArgumentHelp("Which image of a set, from 0 on.", valueName: "n"))
  var index = 0

  @Option(help: ArgumentHelp("Which part of a set that has two.", valueName: "train|test"))
  var part: ImageDataset.Part = .train

  func validate() throws {
    try OptionCheck.whole([("--index", index, 0 ... .max)])
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
      valueName: "path"), completion: .file())
  var output: String

  /// The format a name asks for; PNG for standard output and other places without suffixes.
  private static func format(of output: String) throws -> ImageFormat {
    if case .file = try OutputTarget(output) {
    } else if FileSuffix(of: output).name.isEmpty {
      return .png
    }
    guard let format = ImageFormat(suffixOf: output) else {
      throw WordtoolError(
        .usage, path: output, found: "a name that tells no format",
        expected: ".png, .jpg, .pgm or .ppm at its end")
    }
    return format
  }

  /// Opens a picture's file.
  ///
  /// - Parameter inputs: what is read.
  static func open(
    _ output: String, besides others: [String?] = [], inputs: [String?]
  ) throws -> (file: OutputFile, format: ImageFormat) {
    let format = try format(of: output)
    try OutputPaths.check([output] + others, inputs: inputs)
    return (try OutputFile(path: output), format)
  }
}

/// What is beyond the border of images that are moved.
struct FillOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What lies beyond the border of a moved image.",
      valueName: "constant|nearest|reflect|wrap|grid-wrap"))
  var fill: FillMode = .nearest

  @Option(
    help: ArgumentHelp(
      "The value, 0 to 1, of a constant border and of cut-out squares.", valueName: "x"))
  var constant: Float = 0

  func validate() throws { try OptionCheck.finite("--constant", constant) }

  /// Which of these have an effect in a list of random changes.
  func rules(steps: String) -> [OptionRule] {
    [
      OptionRule(
        ["--constant"], need: "--fill constant, or cutout in --augment",
        isMet: fill == .constant || steps.contains("cutout"))
    ]
  }
}

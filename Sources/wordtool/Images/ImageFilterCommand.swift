import ArgumentParser
import ConvNets
import WordtoolCore

/// `wordtool image filter`: a kernel slid over an image.
struct ImageFilterCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "filter",
    abstract: "Slide a kernel over an image.",
    discussion: """
      Each pixel becomes the sum of the pixels under the kernel times its weights, in every channel \
      (correlation, as networks and scipy.ndimage.correlate have it; --flip for convolution). A \
      kernel of your own is a text file with a row a line; 1/9 is a number. --explain shows every \
      multiplication on a 5 x 5 image, or on the top left 5 x 5 of IMAGE. --kernel all draws what \
      each of the named ones makes of the image, in the order below.

      Example:
        wordtool image filter photo.png --kernel sobel-x -o edges.png
        wordtool image filter --explain
      """)

  @Argument(
    help: ArgumentHelp(
      "A PNG, JPEG, PGM or PPM file, or a set of images; '-' is standard input.",
      valueName: "image"), completion: .file())
  var image: String?

  @Option(
    help: ArgumentHelp(
      "identity, sharpen, edge, strong-edge, box, gaussian, sobel-x, sobel-y, emboss, all, or a "
        + "file.",
      valueName: "name|path"), completion: Completions.kernels)
  var kernel: String?

  @Option(help: ArgumentHelp("Pixels from one place to the next.", valueName: "n"))
  var stride = 1

  @Option(
    help: ArgumentHelp(
      "How far the kernel reaches beyond the border: same keeps the size, valid not at all, or so "
        + "many pixels. (default: same; with --explain valid)",
      valueName: "same|valid|n"))
  var padding: PaddingArgument?

  @Option(
    help: ArgumentHelp(
      "What lies beyond the border.", valueName: "constant|nearest|reflect|wrap"))
  var boundary: Boundary = .reflect

  @Option(help: ArgumentHelp("The value beyond a constant border.", valueName: "x"))
  var constant: Float = 0

  @Flag(help: "Turn the kernel by half a turn: convolution as in signal processing.")
  var flip = false

  @Flag(help: "Make a colour image grey first.")
  var grey = false

  @Option(
    help: ArgumentHelp(
      "How results outside 0 to 1 become pixels. (default: absolute for kernels whose weights sum "
        + "to 0, clamp for others)",
      valueName: "clamp|absolute|stretch|centered"))
  var range: Image.RangeMapping?

  @Flag(help: "Show every multiplication on a 5 x 5 image.")
  var explain = false

  @Option(help: ArgumentHelp("Which image of a set, from 0 on.", valueName: "n"))
  var index = 0

  @Option(help: ArgumentHelp("Which part of a set that has two.", valueName: "train|test"))
  var part: ImageDataset.Part = .train

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp(
      "Where the picture goes; the suffix .png, .jpg, .pgm or .ppm decides the format.",
      valueName: "path"), completion: .file())
  var output: String?

  @OptionGroup var json: JSONOptions

  func validate() throws {
    try OptionCheck.whole([("--stride", stride, 1...4096), ("--index", index, 0 ... .max)])
    try OptionCheck.finite("--constant", constant)
    if explain {
      if kernel == "all" { throw ValidationError("--explain shows one kernel, not all") }
      if json.json || output != nil {
        throw ValidationError("--explain prints text; it goes with neither --json nor -o")
      }
      return
    }
    if image == nil { throw ValidationError("an image is missing; --explain needs none") }
    if kernel == nil { throw ValidationError("--kernel is missing") }
    if kernel == "all" && (output == nil || json.json) {
      throw ValidationError("--kernel all draws: it goes with -o and without --json")
    }
    if output == nil && !json.json {
      throw ValidationError("-o is missing: where the picture goes ('--json' prints the numbers)")
    }
  }

  var optionRules: [OptionRule] {
    [
      OptionRule(["--constant"], need: "--boundary constant", isMet: boundary == .constant),
      OptionRule(["--range"], need: "a picture: -o", isMet: output != nil),
      OptionRule(["--grey"], need: "a whole image, not to --explain", isMet: !explain),
      OptionRule(["--index", "--part"], need: "a set of images", isMet: image != nil),
    ]
  }

  /// The longer side of each picture of `--kernel all`, in pixels.
  private static let cell = 224

  struct Answer: Encodable {
    var image: String
    var kernel: String
    var height: Int
    var width: Int
    var channels: Int
    /// [channel][row][column], in the scale 0 to 1 of the image.
    var values: [[[Float]]]
  }

  func run() throws {
    var kernel: ImageKernel?
    if let name = self.kernel, name != "all" {
      kernel =
        try ImageKernel(named: name)
        ?? FileKind.reading(name, as: .kernel) { try ImageKernel(contentsOf: name) }
    }
    if flip { kernel = kernel?.flipped }
    let loaded = try image.map { try ImageInput.load($0, index: index, part: part) }
    if explain {
      let filter = makeFilter(kernel ?? FilterExplanation.exampleKernel, default: .valid)
      let small = loaded.map { loaded in
        // The numbers 0 to 255 are easier to follow than their 255ths.
        let grey = loaded.image.mapped(by: .clamp)
        return grey.cropped(
          row: 0, column: 0, height: min(5, grey.height), width: min(5, grey.width)
        ).converted255()
      }
      return try StandardOutput.shared.write(
        try FilterExplanation.text(of: filter, on: small ?? FilterExplanation.exampleImage))
    }
    guard let loaded else { return }
    let target = try output.map { try ImageOutput.open($0, inputs: [image, self.kernel]) }
    var source = loaded.image
    if grey { source = try source.converted(toChannels: 1, path: loaded.name) }
    func filtered(_ kernel: ImageKernel) throws -> Image {
      try makeFilter(kernel, default: .same).apply(to: source)
    }
    func picture(_ result: Image, _ kernel: ImageKernel) -> Image {
      result.mapped(by: range ?? (kernel.isBalanced ? .absolute : .clamp))
    }
    guard let kernel else {
      let pictures = try ImageKernel.named.map { kernel in
        ContactSheet.fitted(
          picture(try filtered(flip ? kernel.flipped : kernel), kernel), side: Self.cell)
      }
      if let (file, format) = target {
        try ContactSheet.make(pictures, columns: 3).write(to: file, as: format)
        try file.commit()
      }
      return
    }
    let result = try filtered(kernel)
    if let (file, format) = target {
      try picture(result, kernel).write(to: file, as: format)
      try file.commit()
    }
    if json.json {
      try JSONOutput.write(
        Answer(
          image: loaded.name, kernel: kernel.name, height: result.height, width: result.width,
          channels: result.channels,
          values: (0..<result.channels).map { channel in
            (0..<result.height).map { row in
              (0..<result.width).map { result[row, $0, channel] }
            }
          }))
    }
  }

  private func makeFilter(
    _ kernel: ImageKernel, default usual: ImageFilter.Padding
  ) -> ImageFilter {
    ImageFilter(
      kernel, stride: stride, padding: padding?.padding ?? usual, boundary: boundary,
      constant: constant)
  }
}

extension Image {
  /// One plane of whole numbers 0 to 255.
  fileprivate func converted255() -> Image {
    let grey = channels == 3 ? grayscale() : plane(0)
    return grey.map { Float(Image.byte($0)) }
  }
}

/// `same`, `valid` or a number of pixels.
struct PaddingArgument: ExpressibleByArgument {
  static var defaultCompletionKind: CompletionKind { .list(["same", "valid"]) }

  var padding: ImageFilter.Padding

  init?(argument: String) {
    switch argument {
    case "same": padding = .same
    case "valid": padding = .valid
    default:
      guard let count = Int(argument), (0...ImageFilter.maximumPadding).contains(count) else {
        return nil
      }
      padding = .pixels(count)
    }
  }
}

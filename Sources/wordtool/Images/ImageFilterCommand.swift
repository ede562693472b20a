import ArgumentParser
import Charts
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
      kernel of your own is a text file with a row a line; 1/9 is a number. --pool keeps the largest \
      number or the mean of each window in place of a sum. --explain shows every step on a 5 x 5 \
      image, for --pool 4 x 4, or on the top left 5 x 5 of IMAGE, and draws with -o how the window \
      moves. --kernel all draws the image and what each of the named ones makes of it.

      Example:
        wordtool image filter photo.png --kernel sobel-x -o edges.png
        wordtool image filter --explain --stride 2 --padding 1 -o steps.svg
        wordtool image filter --explain --pool max
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

  @Option(
    help: ArgumentHelp(
      "Pool in place of a kernel: keep the largest number of each window, or the mean.",
      valueName: "max|average"))
  var pool: ImagePooling.Kind?

  @Option(help: ArgumentHelp("Rows and columns of the window of --pool.", valueName: "n"))
  var window = 2

  @Option(
    help: ArgumentHelp(
      "Pixels from one place to the next. (default: 1; of --pool those of the window)",
      valueName: "n"))
  var stride: Int?

  @Option(
    help: ArgumentHelp(
      "How far the kernel reaches beyond the border: same keeps the size, valid not at all, or so "
        + "many pixels. (default: same; with --explain or --pool valid)",
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

  @Flag(help: "Show every step on a few numbers.")
  var explain = false

  @Option(help: ArgumentHelp("Which image of a set, from 0 on.", valueName: "n"))
  var index = 0

  @Option(help: ArgumentHelp("Which part of a set that has two.", valueName: "train|test"))
  var part: ImageDataset.Part = .train

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp(
      "Where the picture goes; the suffix .png, .jpg, .pgm or .ppm decides the format; of --explain .svg "
        + "or .png.",
      valueName: "path"), completion: .file())
  var output: String?

  @Flag(help: "Draw the steps light on dark.")
  var dark = false

  @OptionGroup(title: "Sheets") var sheet: SheetOptions<FilterSheetDefaults>
  @OptionGroup var json: JSONOptions

  func validate() throws {
    try OptionCheck.whole([
      ("--stride", stride, 1...4096), ("--index", index, 0 ... .max),
      ("--window", window, 1...ImagePooling.maximumWindow),
    ])
    if kernel != nil, pool != nil {
      throw ValidationError("--kernel and --pool exclude each other")
    }
    try OptionCheck.finite("--constant", constant)
    if explain {
      if kernel == "all" { throw ValidationError("--explain shows one kernel, not all") }
      if json.json { throw ValidationError("--explain prints text and not --json") }
      return
    }
    if image == nil { throw ValidationError("an image is missing; --explain needs none") }
    if kernel == nil, pool == nil { throw ValidationError("--kernel is missing") }
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
      OptionRule(
        ["--range"], need: "a picture of an image: -o", isMet: output != nil && !explain),
      OptionRule(["--window"], need: "--pool", isMet: pool != nil),
      OptionRule(["--flip"], need: "a kernel, not to --pool", isMet: pool == nil),
      OptionRule(["--dark"], need: "--explain with -o", isMet: explain && output != nil),
      OptionRule(
        ["--cell", "--labels", "--no-labels"], need: "--kernel all", isMet: kernel == "all"),
      OptionRule(["--grey"], need: "a whole image, not to --explain", isMet: !explain),
      OptionRule(["--index", "--part"], need: "a set of images", isMet: image != nil),
    ]
  }

  struct Answer: Encodable {
    var image: String
    /// Its name, or `max` or `average` of pooling.
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
    if explain { return try explain(kernel, on: loaded?.image) }
    guard let loaded else { return }
    let target = try output.map { try ImageOutput.open($0, inputs: [image, self.kernel]) }
    var source = loaded.image
    if grey { source = try source.converted(toChannels: 1, path: loaded.name) }
    if kernel == nil, pool == nil {
      if let (file, format) = target {
        try self.sheet.draw(try namedKernels(on: source)).write(to: file, as: format)
        try file.commit()
      }
      return
    }
    let pooling = try makePooling()
    let result =
      try pooling.map { try $0.apply(to: source) }
      ?? makeFilter(kernel ?? FilterExplanation.exampleKernel, default: .same).apply(to: source)
    if let (file, format) = target {
      let mapping = range ?? (kernel?.isBalanced == true ? .absolute : .clamp)
      try result.mapped(by: mapping).write(to: file, as: format)
      try file.commit()
    }
    if json.json {
      try JSONOutput.write(
        Answer(
          image: loaded.name, kernel: kernel?.name ?? pool?.rawValue ?? "", height: result.height,
          width: result.width, channels: result.channels,
          values: (0..<result.channels).map { channel in
            (0..<result.height).map { row in
              (0..<result.width).map { result[row, $0, channel] }
            }
          }))
    }
  }

  /// Every step on a few numbers, as text and as a picture.
  private func explain(_ kernel: ImageKernel?, on image: Image?) throws {
    let file = try output.map { path in
      try OutputPaths.check([path], inputs: [self.image, self.kernel], printing: nil)
      return try DrawingFile(path: path)
    }
    let small = image.map { image in
      // The numbers 0 to 255 are easier to follow than their 255ths.
      let grey = image.mapped(by: .clamp)
      return grey.cropped(
        row: 0, column: 0, height: min(5, grey.height), width: min(5, grey.width)
      ).converted255()
    }
    let (drawing, text): (WindowDrawing, String)
    if let pooling = try makePooling() {
      let numbers = small ?? FilterExplanation.poolingImage
      drawing = try WindowDrawing(pooling, on: numbers)
      text = try FilterExplanation.text(of: pooling, on: numbers)
    } else {
      let filter = makeFilter(kernel ?? FilterExplanation.exampleKernel, default: .valid)
      let numbers = small ?? FilterExplanation.exampleImage
      drawing = try WindowDrawing(filter, on: numbers)
      text = try FilterExplanation.text(of: filter, on: numbers)
    }
    if let file { try file.write(drawing.chart(isDark: dark).svg()) }
    if file?.isStandardOutput != true { try StandardOutput.shared.write(text) }
  }

  /// The image, and what each kernel with a name makes of it.
  private func namedKernels(on source: Image) throws -> LabelledSheet {
    let side = sheet.cell ?? 224
    func cell(_ image: Image, _ name: String, _ scale: String) -> LabelledSheet.Cell {
      LabelledSheet.Cell(ContactSheet.fitted(image, side: side), name, scale)
    }
    let results = try ImageKernel.named.map { kernel in
      let result = try makeFilter(flip ? kernel.flipped : kernel, default: .same).apply(to: source)
      let mapping = range ?? (kernel.isBalanced ? .absolute : .clamp)
      return cell(result.mapped(by: mapping), kernel.name, SheetScale.text(result, mapping))
    }
    return LabelledSheet(
      [cell(source.mapped(by: .clamp), "original", "0 to 1")] + results, columns: 5,
      caption: "Below each name: what black to white stands for; 0 to ±1: the sign is dropped.")
  }

  private func makePooling() throws -> ImagePooling? {
    try pool.map {
      try ImagePooling(
        $0, window: window, stride: stride, padding: padding?.padding ?? .valid, boundary: boundary,
        constant: constant)
    }
  }

  private func makeFilter(
    _ kernel: ImageKernel, default usual: ImageFilter.Padding
  ) -> ImageFilter {
    ImageFilter(
      kernel, stride: stride ?? 1, padding: padding?.padding ?? usual, boundary: boundary,
      constant: constant)
  }
}

/// The sheet of all kernels.
enum FilterSheetDefaults: SheetDefaults {
  static let cellHelp =
    "The longest that the longer side of a picture of --kernel all may get, in pixels; small ones are "
    + "magnified by whole factors. (default: 224)"
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

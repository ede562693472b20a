import ArgumentParser
import Charts
import ConvNets
import WordtoolCore

/// `wordtool image whiten`: ZCA.
struct ImageWhitenCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "whiten",
    abstract: "Take the correlation out of images (ZCA).",
    discussion: """
      Learns the transform from a set and writes it with --save; --load applies one that was \
      learnt, so that test images are treated as training images were. Small images are whitened \
      whole. With --patch each pixel is whitened by the patch around it: one convolution, for \
      images of any size in bounded memory. -o draws images above what they become.

      --explain whitens pairs of numbers, the values of pixels and of their neighbours on the right, and \
      tells each step: centre, rotate, scale, rotate back; -o draws them.

      Example:
        wordtool image whiten mnist/ --save zca.safetensors -o digits.png
        wordtool image whiten photos/ --patch 9 --epsilon 0.001 \\
            --save zca.safetensors
        wordtool image whiten photo.jpg --load zca.safetensors -o white.png
        wordtool image whiten photo.jpg --explain -o steps.svg
      """)

  @Argument(
    help: ArgumentHelp(
      "A set of images, or a PNG, JPEG, PGM or PPM file; '-' is standard input.",
      valueName: "image"), completion: .file())
  var image: String

  @Option(
    help: ArgumentHelp("Take the transform from here.", valueName: "path"), completion: .file())
  var load: String?

  @Option(
    help: ArgumentHelp("Write the transform here, as safetensors.", valueName: "path"),
    completion: .file())
  var save: String?

  @Option(
    help: ArgumentHelp(
      "Whiten by patches of so many rows and columns, an odd number. (default: whole images)",
      valueName: "n"))
  var patch: Int?

  @Option(
    help: ArgumentHelp(
      "How many patches to learn from, or pairs of --explain. (default: 200000, or 400)",
      valueName: "n"))
  var patches: Int?

  @Option(
    help: ArgumentHelp(
      "Added to every variance; above 0 the noise of faint directions grows less.",
      valueName: "x"))
  var epsilon: Double = 0

  @Option(
    help: ArgumentHelp(
      "Leave out directions with less than this share of the largest variance.", valueName: "x"))
  var cutoff: Double = 1e-6

  @Option(help: ArgumentHelp("Which part of a set that has two.", valueName: "train|test"))
  var part: ImageDataset.Part = .train

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp(
      "Draw images and what they become here; of a single image only the latter. The suffix .png, "
        + ".jpg, .pgm or .ppm decides the format; of --explain .svg or .png.",
      valueName: "path"), completion: .file())
  var output: String?

  @Option(help: ArgumentHelp("How many images of a set are drawn.", valueName: "n"))
  var images = 10

  @Option(help: ArgumentHelp("Decides where patches and pairs are taken.", valueName: "n"))
  var seed: UInt64 = 1

  @Flag(help: "Tell each step for pairs of pixels.")
  var explain = false

  @Flag(help: "Draw the steps light on dark.")
  var dark = false

  @OptionGroup(title: "Sheets") var sheet: SheetOptions<WhitenSheetDefaults>

  @OptionGroup var threads: ThreadsOptions
  @OptionGroup var json: JSONOptions

  func validate() throws {
    if let patch, patch < 1 || patch % 2 == 0 {
      throw ValidationError("--patch is \(patch), expected an odd number from 1 on")
    }
    try OptionCheck.whole([
      ("--patches", patches, explain ? 2...WhiteningDrawing.mostPairs : 1...100_000_000),
      ("--images", images, 1...1000),
    ])
    try OptionCheck.notNegative([("--epsilon", epsilon)])
    try OptionCheck.shares([("--cutoff", cutoff)])
  }

  var optionRules: [OptionRule] {
    [
      OptionRule(
        ["--save", "--patch", "--patches", "--epsilon", "--cutoff"],
        need: "a transform that is learnt, not loaded", isMet: load == nil),
      OptionRule(
        [
          "--load", "--save", "--patch", "--cutoff", "--images", "--cell", "--labels",
          "--no-labels",
        ],
        need: "whole images or patches, not to --explain", isMet: !explain),
      OptionRule(["--patches"], need: "--patch or --explain", isMet: patch != nil || explain),
      OptionRule(["--dark"], need: "--explain with -o", isMet: explain && output != nil),
      OptionRule(
        ["--images", "--cell", "--labels", "--no-labels"], need: "a picture: -o",
        isMet: output != nil),
    ]
  }

  struct Answer: Encodable {
    var images: Int
    var values: Int
    var directions: Int
    var largestVariance: Double
    var smallestVariance: Double
    var neighborCorrelationBefore: Double
    var neighborCorrelationAfter: Double
    var deviation: Double?
    var peakResidentBytes: Int
  }

  /// Correlations are measured on at most so many images, evenly spread.
  private static let sampleCount = 1000

  func run() throws {
    let stop = Interrupts.stopFlag()
    if explain { return try explainSteps() }
    let picture = try output.map {
      try ImageOutput.open($0, besides: [save], inputs: [image, load])
    }
    if let save {
      try OutputPaths.check([save], inputs: [image, load])
      try OutputKind.model.attempt(save)
    }
    let source = try ImageSource(image, part: part)
    let transform: ZCAWhitening
    if let load {
      transform = try FileKind.reading(load, as: .whitening) {
        try ZCAWhitening(contentsOf: load)
      }
    } else {
      guard let set = source.dataset else {
        throw WordtoolError(
          .usage, path: image, found: "one image to learn from", expected: "a set of images",
          remedy: "--load applies a transform that was learnt")
      }
      let region = patch.map { ZCAWhitening.Region.patch(size: $0) } ?? .image
      transform = try ZCAWhitening(
        fitting: set,
        options: ZCAWhitening.Options(
          region: region, epsilon: epsilon, cutoff: cutoff, patchCount: patches ?? 200_000,
          seed: seed),
        threads: threads.count, stop: stop)
      if let save { try transform.write(to: save) }
    }
    var (before, after) = (NeighborCorrelation(), NeighborCorrelation())
    let step = max(1, source.count / Self.sampleCount)
    for index in stride(from: 0, to: source.count, by: step) {
      let image = try source.image(at: index)
      before.add(image)
      after.add(try white(image, transform, source.name(at: index)))
      if stop.isRaised {
        throw WordtoolError(.interrupted, path: self.image, found: "stopped on request")
      }
    }
    var deviation: Double?
    if load == nil, transform.region == .image, let set = source.dataset {
      deviation = try transform.deviation(on: set, threads: threads.count, stop: stop)
    }
    if let (file, format) = picture {
      try draw(transform, source).write(to: file, as: format)
      try file.commit()
      if file.isStandardOutput { return }
    }
    try report(
      Answer(
        images: source.count, values: transform.shape.valueCount, directions: transform.rank,
        largestVariance: transform.variances[0],
        smallestVariance: transform.variances[transform.rank - 1],
        neighborCorrelationBefore: before.value, neighborCorrelationAfter: after.value,
        deviation: deviation, peakResidentBytes: Environment.peakResidentBytes()))
  }

  private func white(_ image: Image, _ transform: ZCAWhitening, _ name: String) throws -> Image {
    do {
      return try transform.apply(to: image)
    } catch var error as WordtoolError {
      error.path = error.path ?? name
      throw error
    }
  }

  private func report(_ answer: Answer) throws {
    if json.json { return try JSONOutput.write(answer) }
    var pairs = [
      ("images", NumberFormat.grouped(answer.images)),
      ("values whitened together", NumberFormat.grouped(answer.values)),
      ("directions kept", NumberFormat.grouped(answer.directions)),
      ("largest variance", NumberFormat.general(answer.largestVariance)),
      ("smallest variance kept", NumberFormat.general(answer.smallestVariance)),
      ("correlation of neighbours", NumberFormat.fixed(answer.neighborCorrelationBefore, 4)),
      ("  after whitening", NumberFormat.fixed(answer.neighborCorrelationAfter, 4)),
    ]
    if let deviation = answer.deviation {
      pairs.append(("covariance off its goal by", NumberFormat.general(deviation, 3)))
    }
    try StandardOutput.shared.writePairs(pairs)
  }

  private func draw(_ transform: ZCAWhitening, _ source: ImageSource) throws -> Image {
    func whitened(_ index: Int) throws -> Image {
      // Three standard deviations either way fill the range.
      try white(try source.image(at: index), transform, source.name(at: index))
        .map { 0.5 + $0 / 6 }.mapped(by: .clamp)
    }
    if source.dataset == nil { return try whitened(0) }
    let shown = Array(0..<min(images, source.count))
    func cell(_ image: Image, _ name: String, _ index: Int) -> LabelledSheet.Cell {
      var cell = LabelledSheet.Cell(
        ContactSheet.fitted(image.mapped(by: .clamp), side: sheet.cell ?? 56), name)
      if let label = source.label(at: index) { cell.labels.append("class \(label)") }
      return cell
    }
    let originals = try shown.map { cell(try source.image(at: $0), "original", $0) }
    let after = try shown.map { cell(try whitened($0), "whitened", $0) }
    return sheet.draw(
      LabelledSheet(
        originals + after, columns: shown.count,
        caption:
          "original: black 0, white 1; whitened: grey 0, black −3 and white 3 standard deviations"
      ))
  }

  /// Images that pairs of pixels are taken from, evenly spread.
  private static let pairImages = 100

  private func explainSteps() throws {
    let file = try output.map { path in
      try OutputPaths.check([path], inputs: [image], printing: json.json ? "the answer" : nil)
      return try DrawingFile(path: path)
    }
    let source = try ImageSource(image, part: part)
    let step = max(1, source.count / Self.pairImages)
    let images = try stride(from: 0, to: source.count, by: step).map { try source.image(at: $0) }
    let drawing: WhiteningDrawing
    do {
      let pairs = try WhiteningSteps.neighbours(in: images, count: patches ?? 400, seed: seed)
      drawing = WhiteningDrawing(try WhiteningSteps(of: pairs, epsilon: epsilon))
    } catch var error as WordtoolError {
      error.path = error.path ?? image
      throw error
    }
    if let file { try file.write(drawing.chart(isDark: dark).svg()) }
    if json.json {
      try JSONOutput.write(drawing.answer)
    } else if file?.isStandardOutput != true {
      try StandardOutput.shared.writePairs(drawing.lines)
    }
  }
}

/// The sheet of images and what whitening makes of them.
enum WhitenSheetDefaults: SheetDefaults {
  static let cellHelp =
    "The longest that the longer side of an image on the sheet may get, in pixels; small ones are "
    + "magnified by whole factors. (default: 56)"
}

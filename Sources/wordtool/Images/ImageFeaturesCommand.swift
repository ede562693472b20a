import ArgumentParser
import ConvNets
import Libc
import WordtoolCore

/// `wordtool image features`: pictures of what a network looks for and sees.
struct ImageFeaturesCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "features",
    abstract: "Look inside a model of images.",
    discussion: """
      Draws, without IMAGE, the filters of the first layer; with IMAGE also its feature maps at a \
      layer, how the odds of a class fall when a square is covered (occlusion), which \
      pixels the class depends on (saliency: the magnitude of the gradient), and what of the image \
      led to the maps of the strongest channels of a layer (deconv: Zeiler and Fergus's \
      deconvolutional network). \
      Where IMAGE is a set, one of it is taken; for deconv with --across, the images with the largest \
      values of each channel are sought in it, and their parts stand below what was projected. \
      The pictures begin with the image itself. -o names a picture and --view what to draw, or a \
      folder for all of them.

      Example:
        wordtool image features digits.model -o filters.png
        wordtool image features digits.model mnist/ --part test --index 7 -o seven/
        wordtool image features resnet18.safetensors --model resnet-18 \\
            --imagenet cat.jpg --view deconv --layer layer3.1.relu -o deconv.png
      """)

  /// What is drawn.
  enum View: String, CaseIterable, ExpressibleByArgument {
    case filters, maps, occlusion, saliency, deconv
  }

  @OptionGroup var model: ImageModelOptions

  @Argument(
    help: ArgumentHelp(
      "A PNG, JPEG, PGM or PPM file, or a set of images; '-' is standard input.",
      valueName: "image"), completion: .file())
  var image: String?

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp(
      "A picture, whose suffix .png, .jpg, .pgm or .ppm decides the format, or a folder: one that is there, or with a '/' at its end.",
      valueName: "path"), completion: .file())
  var output: String

  @Option(
    help: ArgumentHelp(
      "What to draw: filters, maps, occlusion, saliency or deconv. (default: filters without IMAGE; "
        + "maps with one; all into a folder)",
      valueName: "name"))
  var view: View?

  @Option(
    help: ArgumentHelp(
      "The layer of maps and deconv, as 'image describe' names it. (default: the first with rows and "
        + "columns for maps, the last for deconv)",
      valueName: "name"))
  var layer: String?

  @Option(
    name: .customLong("class"),
    help: ArgumentHelp(
      "The class of occlusion and saliency. (default: the one the model gives)", valueName: "name"))
  var className: String?

  @Option(
    help: ArgumentHelp(
      "Rows and columns of the square that covers. (default: a fifth of the image's shorter side)",
      valueName: "n"))
  var window: Int?

  @Option(
    help: ArgumentHelp(
      "Pixels from one square to the next. (default: a 28th of the shorter side)", valueName: "n"))
  var stride: Int?

  @Option(
    help: ArgumentHelp(
      "Filters, maps or channels that are drawn, at most. (default: 64; of deconv 16)",
      valueName: "n"))
  var count: Int?

  @Option(help: ArgumentHelp("Which image of a set, from 0 on.", valueName: "n"))
  var index = 0

  @Option(help: ArgumentHelp("Which part of a set that has two.", valueName: "train|test"))
  var part: ImageDataset.Part = .train

  @Option(
    help: ArgumentHelp(
      "For deconv of a set: look at its first n images and draw the nine largest values of each "
        + "channel.",
      valueName: "n"))
  var across: Int?

  @OptionGroup(title: "Sheets") var sheet: SheetOptions<FeatureSheetDefaults>
  @OptionGroup var threads: ThreadsOptions

  func validate() throws {
    try OptionCheck.whole([
      ("--window", window, 1...4096), ("--stride", stride, 1...4096), ("--count", count, 1...4096),
      ("--index", index, 0 ... .max), ("--across", across, 1 ... .max),
    ])
    if image == nil, let view, view != .filters {
      throw ValidationError("--view \(view.rawValue) needs an image")
    }
  }

  private var isFolder: Bool { Environment.isFolder(output) || output.hasSuffix("/") }

  /// What is drawn.
  private var views: [View] {
    view.map { [$0] } ?? (image == nil ? [.filters] : isFolder ? View.allCases : [.maps])
  }

  var optionRules: [OptionRule] {
    func rule(_ options: [String], _ owners: View...) -> OptionRule {
      OptionRule(
        options, need: "--view " + owners.map(\.rawValue).joined(separator: " or "),
        isMet: views.contains(where: owners.contains))
    }
    return [
      rule(["--layer"], .maps, .deconv), rule(["--class"], .occlusion, .saliency),
      rule(["--window", "--stride"], .occlusion), rule(["--across"], .deconv),
      rule(["--count"], .filters, .maps, .deconv),
      OptionRule(["--index", "--part"], need: "a set of images", isMet: image != nil),
    ]
  }

  func run() throws {
    let stop = Interrupts.stopFlag()
    let (views, isFolder) = (self.views, self.isFolder)
    if isFolder { try OutputFolder.make(output) }
    // Outputs that cannot be written are told before the work.
    let prefix = output.hasSuffix("/") ? output : output + "/"
    let paths = isFolder ? views.map { prefix + $0.rawValue + ".png" } : [output]
    let files = try paths.map { try ImageOutput.open($0, inputs: [image, self.model.path]) }
    let model = try model.load(threads: threads.count)
    let source = try image.map { try ImageSource($0, part: part) }
    let drawing = ImageFeatureDrawing(command: self, model: model, source: source, stop: stop)
    for (place, view) in views.enumerated() {
      let (picture, text) = try drawing.draw(view)
      try picture.write(to: files[place].file, as: files[place].format)
      try files[place].file.commit()
      if !files[place].file.isStandardOutput {
        try StandardOutput.shared.writeLine("\(paths[place])\t\(text)")
      }
    }
  }
}

/// The sheets of `image features`.
enum FeatureSheetDefaults: SheetDefaults {
  static let cellHelp =
    "The longest that the longer side of a picture on a sheet may get, in pixels; small ones are "
    + "magnified by whole factors. (default: 96; of occlusion and saliency 224)"
}

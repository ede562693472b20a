import ArgumentParser
import ConvNets
import WordtoolCore

/// `wordtool image augment`: a contact sheet of random changes.
struct ImageAugmentCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "augment",
    abstract: "Show what random changes make of images.",
    discussion: """
      Writes a contact sheet: the image, then as many changed ones as fit into --count; of a set, \
      a row for each of --images. The steps, between commas and taken in order:
        \(AugmentationStep.grammar), mixup=PARAMETER
      Rotation, shift, shear and zoom beside each other are one transform about the centre. SHARE \
      is of the size or the value: 0.1 means up to a tenth more or less. Seed, epoch and the \
      image's number decide what happens to it, so training sees what is seen here. Centring and \
      scaling are drawn stretched to the full range.

      Example:
        wordtool image augment cat.jpg -o sheet.png
        wordtool image augment mnist/ --augment rotation=15,shift=0.1,zoom=0.1 \\
            -o sheet.png
      """)

  @Argument(
    help: ArgumentHelp(
      "A PNG, JPEG, PGM or PPM file, or a set of images; '-' is standard input.",
      valueName: "image"), completion: .file())
  var image: String

  @Option(
    help: ArgumentHelp(
      "What is done to the images, apart by commas or blanks.", valueName: "list"))
  var augment =
    "rotation=15,shift=0.1,shear=10,zoom=0.15,horizontal-flip,brightness=0.3,contrast=0.3,"
    + "saturation=0.3,hue=0.05"

  @OptionGroup var border: FillOptions

  @Option(
    help: ArgumentHelp("Images in a row of the sheet, the unchanged one first.", valueName: "n"))
  var columns = 8

  @Option(
    help: ArgumentHelp(
      "Images on the sheet from one image, the unchanged one among them. (default: 16; a row of "
        + "each image of a set)",
      valueName: "n"))
  var count: Int?

  @Option(help: ArgumentHelp("How many images of a set, from --index on.", valueName: "n"))
  var images = 6

  @Option(help: ArgumentHelp("The first image of a set, from 0 on.", valueName: "n"))
  var index = 0

  @Option(help: ArgumentHelp("Which part of a set that has two.", valueName: "train|test"))
  var part: ImageDataset.Part = .train

  @Option(help: ArgumentHelp("Decides all choices.", valueName: "n"))
  var seed: UInt64 = 1

  @OptionGroup(title: "Sheets") var sheet: SheetOptions<AugmentSheetDefaults>
  @OptionGroup var threads: ThreadsOptions
  @OptionGroup var output: ImageOutput

  func validate() throws {
    try OptionCheck.whole([
      ("--columns", columns, 1...100), ("--images", images, 1...1000),
      ("--index", index, 0...Int(Int32.max)), ("--count", count, 1...10_000),
    ])
  }

  var optionRules: [OptionRule] { border.rules(steps: augment) }

  func run() throws {
    var pipeline = try Augmentation(parsing: augment)
    pipeline.fill = border.fill
    pipeline.constant = border.constant
    let (file, format) = try ImageOutput.open(output.output, inputs: [image])
    let source = try ImageSource(image, part: part)
    let set = source.dataset
    let rows = Array(index..<max(index + 1, min(index + images, source.count)))
    let originals = try rows.map { try source.image(at: $0) }
    try learn(&pipeline, from: set, or: originals)

    let variants = (count ?? (set == nil ? 16 : columns)) - 1
    var changed = try (0..<variants).map { variant in
      try Self.change(
        originals, of: image, numbers: rows, with: pipeline, seed: seed, epoch: variant,
        threads: threads.count)
    }
    // The class of each changed image, by variant.
    var labels = changed.map { _ in rows.map { Self.label(of: source, $0) } }
    if pipeline.mixup > 0 {
      guard let set, rows.count > 1 else {
        throw WordtoolError(
          .usage, path: image, found: "mixup of one image", expected: "a set of images")
      }
      changed = try changed.enumerated().map { variant, images in
        let batch = try ImageBatch(images, labels: rows.map { set.labels[$0] })
        let mixed = try Mixup(batch, alpha: pipeline.mixup, seed: seed, epoch: variant, number: 0)
        labels[variant] = rows.indices.map { Self.label(of: mixed, $0, set.classNames) }
        return (0..<mixed.batch.count).map { mixed.batch.image(at: $0) }
      }
    }
    var cells: [LabelledSheet.Cell] = []
    for row in rows.indices {
      cells.append(cell(originals[row], "original", Self.label(of: source, rows[row])))
      for (variant, images) in changed.enumerated() {
        cells.append(cell(images[row], "variant \(variant + 1)", labels[variant][row]))
      }
    }
    let steps = augment.split { $0 == "," || $0 == " " }.joined(separator: ", ")
    try sheet.draw(LabelledSheet(cells, columns: columns, caption: steps)).write(
      to: file, as: format)
    try file.commit()
  }

  private static func label(of source: ImageSource, _ index: Int) -> String? {
    source.label(at: index).map { "class \($0)" }
  }

  /// The two classes of a mixture with their shares.
  private static func label(of mixed: Mixup, _ place: Int, _ names: [String]) -> String {
    let share = Int((mixed.shares[place] * 100).rounded())
    return "\(share) % \(names[Int(mixed.batch.labels[place])]), "
      + "\(100 - share) % \(names[Int(mixed.otherLabels[place])])"
  }

  /// Looks at the images for the steps that need it: at most so many of a set, evenly spread.
  private static let sampleCount = 2000

  private func learn(
    _ pipeline: inout Augmentation, from set: ImageDataset?, or originals: [Image]
  ) throws {
    let sample = set.map { set in
      Array(
        stride(from: 0, to: set.count, by: (set.count + Self.sampleCount - 1) / Self.sampleCount))
    }
    if pipeline.needsLighting, originals[0].channels == 3 {
      pipeline.lighting = try ColorLighting(indices: sample ?? [0]) {
        try set?.image(at: $0) ?? originals[$0]
      }
    }
    if pipeline.needsStatistics {
      guard let set else {
        throw WordtoolError(
          .usage, path: image, found: "feature-center or feature-scale of one image",
          expected: "a set of images")
      }
      pipeline.statistics = try ChannelStatistics(of: set, indices: sample)
    }
  }

  /// The images after one pass, whatever the number of threads.
  private static func change(
    _ images: [Image], of name: String, numbers: [Int], with pipeline: Augmentation, seed: UInt64,
    epoch: Int,
    threads: Int
  ) throws -> [Image] {
    let results = Locked([Image?](repeating: nil, count: images.count))
    let workers = min(threads, images.count)
    try Workers.run(count: workers) { worker in
      for place in stride(from: worker, to: images.count, by: workers) {
        do {
          let image = try pipeline.apply(
            to: images[place], seed: seed, epoch: epoch, index: numbers[place])
          results.withLock { $0[place] = image }
        } catch var error as WordtoolError {
          error.path = error.path ?? name
          throw error
        }
      }
    }
    return results.withLock { $0.compactMap { $0 } }
  }

  /// The image in the size of a cell, with what it is, its class, and its range where that is not 0 to 1.
  private func cell(_ image: Image, _ name: String, _ label: String?) -> LabelledSheet.Cell {
    let isUnit = image.values.allSatisfy { $0 >= 0 && $0 <= 1 }
    let mapping: Image.RangeMapping = isUnit ? .clamp : .stretch
    var cell = LabelledSheet.Cell(
      ContactSheet.fitted(image.mapped(by: mapping), side: sheet.cell ?? 96), name)
    if let label { cell.labels.append(label) }
    if !isUnit { cell.labels.append(SheetScale.text(image, mapping)) }
    return cell
  }
}

/// The sheet of changed images.
enum AugmentSheetDefaults: SheetDefaults {
  static let cellHelp =
    "The longest that the longer side of an image on the sheet may get, in pixels; small ones are "
    + "magnified by whole factors. (default: 96)"
}

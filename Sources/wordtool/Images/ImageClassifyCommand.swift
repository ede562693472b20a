import ArgumentParser
import ConvNets
import WordtoolCore

/// `wordtool image classify`: the class of each image.
struct ImageClassifyCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "classify",
    abstract: "Name the class of images.",
    discussion: """
      MODEL is what 'image train' wrote, or bare weights together with --model. IMAGE is PNG, JPEG, \
      PGM or PPM; a folder stands for the images in it, '-' for standard input; with --index it is a set, \
      one of whose images is asked about. A line \
      'IMAGE<TAB>CLASS<TAB>PROBABILITY' is printed for each image, with -k so many of them, the \
      likeliest first. --test compares the classes of labelled images with what the model says: \
      accuracy, precision, recall and F1 of each class, and the confusion matrix, whose rows are the \
      images' classes and whose columns those given.

      Example:
        wordtool image classify digits.model seven.png -k 3
        wordtool image classify digits.model mnist/ --part test --index 7 -k 3
        wordtool image classify digits.model --test mnist/
        wordtool image classify digits.model --test mnist/ -o confusion.svg
        wordtool image classify resnet18.safetensors --model resnet-18 --imagenet \\
            --classes imagenet.txt cat.jpg -k 5
      """)

  @OptionGroup var model: ImageModelOptions

  @Argument(
    help: ArgumentHelp(
      "PNG, JPEG, PGM or PPM files, or folders of them; with --index a set of images.",
      valueName: "image"), completion: .file())
  var images: [String] = []

  @Option(help: ArgumentHelp("Take one image of a set: which, from 0 on.", valueName: "n"))
  var index: Int?

  @Option(
    help: ArgumentHelp("With --index: which part of a set that has two.", valueName: "train|test"))
  var part: ImageDataset.Part = .train

  @Option(
    help: ArgumentHelp(
      "Labelled images: a set, or a folder with one folder per class; of a set with two parts the "
        + "test images.",
      valueName: "data"), completion: .file())
  var test: String?

  @Option(
    name: .customShort("k"),
    help: ArgumentHelp(
      "Classes to print for each image; with --test also: count an image as right when its class is "
        + "among the k likeliest.", valueName: "k"))
  var count: Int?

  @Flag(help: "Print logits, what the network puts out, instead of probabilities.")
  var logits = false

  @Flag(
    inversion: .prefixedNo, help: "With --test: print the confusion matrix.")
  var confusion = true

  @OptionGroup(title: "Confusion matrix") var matrix: ConfusionOptions

  @OptionGroup var folders: ImageFolderOptions
  @OptionGroup var threads: ThreadsOptions
  @OptionGroup var progress: ProgressOptions

  @Flag(help: "Print one JSON object an image; with --test one JSON document.")
  var json = false

  func validate() throws {
    try OptionCheck.whole([("-k", count, 1 ... .max), ("--index", index, 0 ... .max)])
    if images.isEmpty == (test == nil) {
      throw ValidationError(
        images.isEmpty
          ? "an image is missing, or --test with labelled ones"
          : "images and --test exclude each other")
    }
    if index != nil && images.count > 1 {
      throw ValidationError("\(images.count) inputs with --index, expected one set of images")
    }
  }

  var optionRules: [OptionRule] {
    [
      OptionRule(["--index", "--logits"], need: "images, not to --test", isMet: test == nil),
      OptionRule(["--part"], need: "--index", isMet: index != nil),
      OptionRule(
        [
          "--confusion", "--no-confusion", "-o", "--output", "--terminal", "--order", "--dark",
        ], need: "--test", isMet: test != nil),
    ] + matrix.rules(isPrinted: confusion, isJSON: json)
  }

  func run() throws {
    let stop = Interrupts.stopFlag()
    let picture = try matrix.open(inputs: [self.model.path, test], isJSON: json)
    let model = try model.load(threads: threads.count)
    if let test { return try evaluate(model, on: test, picture, stop) }
    if let index {
      let loaded = try ImageInput.load(images[0], index: index, part: part)
      let row = try model.logits(of: [Self.fitting(loaded.image, loaded.name, model)])[0]
      return try answer(loaded.name, row, model.classNames, label: loaded.label)
    }
    // As many at once as a step of the network takes: a folder may hold more than memory.
    let paths = try files()
    var failure: WordtoolError.Kind?
    for start in stride(from: 0, to: paths.count, by: Self.groupSize) {
      var group: [String] = []
      var images: [Image] = []
      for path in paths[start..<min(paths.count, start + Self.groupSize)] {
        do {
          images.append(try Self.image(path, for: model))
          group.append(path)
        } catch let error as WordtoolError where paths.count > 1 {
          // One bad image of many takes no answer from the others.
          StandardError.printLine("wordtool: error: \(error)")
          failure = failure ?? error.kind
        }
      }
      if images.isEmpty { continue }
      for (path, row) in zip(group, try model.logits(of: images)) {
        try answer(path, row, model.classNames)
      }
      if stop.isRaised {
        throw WordtoolError(
          .interrupted, found: "stopped after \(NumberFormat.counted(start + group.count, "image"))"
        )
      }
    }
    if let failure { throw ExitCode(failure.exitCode) }
  }

  /// An image that the model can take.
  private static func image(_ path: String, for model: ImageModel) throws -> Image {
    do {
      let image = try FileKind.reading(path, as: .image) {
        try Image(contentsOf: path)
      }
      return try fitting(image, path, model)
    } catch var error as WordtoolError where isSet(path) {
      error.remedy = setRemedy
      throw error
    }
  }

  /// The image, tried alone, so that the message can name it.
  private static func fitting(_ image: Image, _ path: String, _ model: ImageModel) throws -> Image {
    do {
      _ = try model.description.preprocessing.fitted(image, to: model.inputShape)
      return image
    } catch var error as WordtoolError {
      error.path = error.path ?? path
      throw error
    }
  }

  private static let groupSize = 32
  private static let setRemedy = "--index N asks about one image of a set, --test about all"

  /// Whether a file or folder that is no image is a set of them.
  private static func isSet(_ path: String) -> Bool {
    InputFiles.isReadAgain(path) && (try? ImageSource(path, part: .train))?.dataset != nil
  }

  /// The images, those of folders by their names.
  private func files() throws -> [String] {
    do {
      let listing = try ImageFormat.images(images)
      try listing.tell(isStrict: folders.strict)
      return listing.files
    } catch var error as WordtoolError where error.path.map(Self.isSet) == true {
      error.remedy = Self.setRemedy
      throw error
    }
  }

  private struct Answer: Encodable {
    struct Class: Encodable {
      var name: String
      var logit: Float?
      var probability: Float?

      private enum CodingKeys: String, CodingKey {
        case name = "class"
        case logit, probability
      }
    }
    var image: String
    /// What a set says of it.
    var label: String?
    var classes: [Class]
  }

  private func answer(
    _ path: String, _ row: [Float], _ names: [String], label: String? = nil
  ) throws {
    let values = logits ? row : ClassRanking.probabilities(of: row)
    let best = ClassRanking.best(count ?? 1, of: row)
    if json {
      return try JSONOutput.write(
        Answer(
          image: path, label: label,
          classes: best.map { place in
            .init(
              name: names[place], logit: logits ? values[place] : nil,
              probability: logits ? nil : values[place])
          }))
    }
    for place in best {
      try StandardOutput.shared.writeLine(
        "\(path)\t\(names[place])\t\(NumberFormat.fixed(Double(values[place])))")
    }
  }

  // MARK: Labelled images

  private func evaluate(
    _ model: ImageModel, on path: String, _ picture: DrawingFile?, _ stop: StopFlag
  ) throws {
    let progress = progress.makeProgress()
    defer { progress.finish() }
    var set = try ImageDataset(evaluating: path, classNames: model.classNames)
      .told(threads: threads.count, isStrict: folders.strict, stop: stop)
    let channels = model.inputShape.channels
    if model.description.preprocessing.convertsColors, [1, 3].contains(channels) {
      set = try set.converted(toChannels: channels)
    }
    let start = Environment.seconds()
    let report = try model.evaluate(set, k: count ?? 1, stop: stop) { done in
      progress.update(
        Progress.Moment(
          phase: "testing", fraction: Double(done) / Double(set.count), count: done,
          unit: "images"))
    }
    let seconds = Environment.seconds() - start
    progress.finish()
    try ImageReportAnswer(report, seconds: seconds).write(
      asJSON: json, showsConfusion: confusion, matrix, to: picture)
  }
}

import ArgumentParser
import ConvNets
import Networks

/// `wordtool image train`: images with classes in, a network that names the class of an image out.
struct ImageTrainCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Make a model that names the class of an image.",
    discussion: """
      DATA is a set in IDX (MNIST), CIFAR-10 binary or optdigits format, its folder, or a folder with \
      one folder of images per class. --model is the name of a network (\
      \(Architecture.names.joined(separator: ", "))), fully-connected=SIZE,SIZE with the sizes of its \
      hidden layers, or layers between commas; see 'image describe'. The model is written as \
      safetensors under torchvision's names. With validation images the weights of the best epoch are \
      kept. The same images, options and seed give the same bytes for any --threads.

      Example:
        wordtool image train mnist/ -o digits.model --model lenet-5 --test mnist/
        wordtool image train mnist/ -o digits.model \\
            --augment rotation=10,shift=0.1,zoom=0.1
        wordtool image train photos/ -o photos.model --model resnet-18 \\
            --input 224x224x3 --fit crop \\
            --augment resized-crop=224x224,horizontal-flip --valid-share 0.1
      """)

  @Argument(help: ArgumentHelp("Images with classes.", valueName: "data"), completion: .file())
  var data: String

  @Option(
    help: ArgumentHelp("The network: a name or its layers.", valueName: "name|layers"),
    completion: .list(Architecture.names))
  var model = "example-cnn"

  @Option(
    help: ArgumentHelp(
      "The size of the network's input: height x width, and channels. (default: that of the first "
        + "image)",
      valueName: "HxWxC"))
  var input: ImageExtents?

  @Option(
    help: ArgumentHelp(
      "Measure the accuracy on these images after each epoch, and keep the best weights.",
      valueName: "data"), completion: .file())
  var valid: String?

  @Option(
    help: ArgumentHelp(
      "Measure the accuracy on these images in the end; of a folder with two parts, on its test "
        + "images.",
      valueName: "data"), completion: .file())
  var test: String?

  @OptionGroup var folders: ImageFolderOptions
  @OptionGroup(title: "Training") var training: ImageTrainingArguments
  @OptionGroup(title: "Images of other sizes and colours") var fit: ImageFitOptions

  @OptionGroup var memory: TrainingMemoryOption
  @OptionGroup var state: CheckpointFileOptions
  @OptionGroup var output: ModelOutputOptions
  @OptionGroup var common: TrainingRunOptions

  func validate() throws {
    if valid != nil, training.validShare > 0 {
      throw ValidationError("--valid and --valid-share exclude each other")
    }
  }

  var optionRules: [OptionRule] {
    // A training that goes on may have set images aside at its start.
    let hasValid = valid != nil || training.validShare > 0 || state.resume != nil
    return training.rules(hasValid: hasValid)
  }

  func run() throws { try TrainingSession.run(ImageTrainingRun(self)) }
}

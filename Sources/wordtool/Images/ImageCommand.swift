import ArgumentParser

/// `wordtool image`: the commands about images.
struct ImageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "image",
    abstract: "Images as numbers, and what can be done to them.",
    discussion: """
      Reads PNG, JPEG, PGM and PPM images, and sets in IDX (MNIST), CIFAR-10 binary and optdigits \
      format or as one folder per class; the content decides, and files may be gzip.

      Example:
        wordtool image show photo.jpg
      """,
    subcommands: [
      ImageShowCommand.self, ImageFilterCommand.self, ImageAugmentCommand.self,
      ImageWhitenCommand.self, ImageDescribeCommand.self, ImageTimeCommand.self,
      ImageTrainCommand.self, ImageClassifyCommand.self, ImageFeaturesCommand.self,
    ])
}

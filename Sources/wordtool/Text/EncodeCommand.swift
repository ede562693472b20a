import ArgumentParser
import Encoders
import WordtoolCore

/// `wordtool encode`: texts to sparse rows.
struct EncodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encode",
    abstract: "Turn texts into rows of numbers.",
    discussion: """
      One row a line of text (one-hot: a word), written as Matrix Market, SciPy's .npz, NumPy's \
      .npy or JSON. Memory grows with what is not zero. --show draws how a sentence becomes rows \
      of zeros and ones, a bag of counts and a window, and what the bag forgets.

      Example:
        wordtool encode --show "the food was good, not bad at all"
        wordtool encode tf-idf reviews.txt -o reviews.npz --names terms.txt
      """,
    subcommands: [
      EncodeOneHotCommand.self, EncodeBagOfWordsCommand.self, EncodeTfIdfCommand.self,
      EncodeHashingCommand.self, EncodeWindowCommand.self,
    ])

  @Option(
    help: ArgumentHelp("Draw how this sentence is encoded.", valueName: "sentence"))
  var show: String?

  // Not --size: a parent's option would take that of 'encode window' away.
  @Option(help: ArgumentHelp("The words in the window that --show draws.", valueName: "n"))
  var window = 3

  func validate() throws { try OptionCheck.whole([("--window", window, 1 ... .max)]) }

  func run() throws {
    guard let show else {
      throw ValidationError(
        "a subcommand is missing: one-hot, bag-of-words, tf-idf, hashing, window, or --show")
    }
    let picture = try EncodingPicture(show, windowSize: window)
    let columns = StandardOutput.columns
    try StandardOutput.shared.write(try picture.rendered(columns: columns))
    // Beside the sentence of the lesson stands its opposite; beside any other, the lesson's pair.
    let isOpposite = show == EncodingPicture.oppositeExample
    let first = try EncodingPicture(
      isOpposite ? EncodingPicture.oppositeExample : EncodingPicture.example)
    let second = try EncodingPicture(
      isOpposite ? EncodingPicture.example : EncodingPicture.oppositeExample)
    try StandardOutput.shared.write("\n" + (try first.comparison(with: second, columns: columns)))
  }
}

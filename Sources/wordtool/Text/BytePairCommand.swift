import ArgumentParser
import Subword
import Tokenize
import WordtoolCore

/// `wordtool bpe`: byte-pair encoding.
struct BytePairCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bpe",
    abstract: "Learn byte-pair encodings, encode and decode with them.",
    discussion: """
      Encodings are byte-level, so any text comes back as it was, and are kept in the \
      tokenizer.json of Hugging Face.

      Example:
        wordtool bpe train reviews.txt --vocab-size 8000 -o tokenizer.json
        echo "the food was good" | wordtool bpe encode -m tokenizer.json
      """,
    subcommands: [
      BytePairTrainCommand.self, BytePairEncodeCommand.self, BytePairDecodeCommand.self,
    ])
}

/// `wordtool bpe train`.
struct BytePairTrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Learn an encoding from text.",
    discussion: """
      Example:
        wordtool bpe train reviews.txt --vocab-size 8000 -o tokenizer.json
      """)

  @Argument(
    help: ArgumentHelp(
      "Text files and folders, plain or .gz; '-' is standard input.", valueName: "text"),
    completion: .file())
  var texts: [String] = []

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Where the encoding goes.", valueName: "path"),
    completion: .file())
  var output = "-"

  @Option(
    help: ArgumentHelp("How many tokens there are to be, 256 bytes included.", valueName: "n"))
  var vocabSize = 30_000

  @Option(help: ArgumentHelp("How often a pair must occur.", valueName: "n"))
  var minFrequency = 2

  @Option(
    name: .customLong("special"),
    help: ArgumentHelp("A token that stands apart; may be given again.", valueName: "text"))
  var specials: [String] = []

  @Flag(help: "Put a space before text that does not begin with one.")
  var prefixSpace = false

  @OptionGroup var input: TextInputOptions
  @OptionGroup var threads: ThreadsOptions

  func run() throws {
    try OutputPaths.check([output], texts: texts)
    let file = try OutputKind.encoding.open(output)
    let options = BytePairTrainingOptions(
      vocabularySize: vocabSize, minimumFrequency: minFrequency,
      specialTokens: specials.map { SpecialToken($0) }, addsPrefixSpace: prefixSpace)
    let encoding = try BytePairEncoding.train(
      linesOf: try input.sources(texts), options: options, threads: threads.count)
    try encoding.write(to: file)
    try file.commit()
    if encoding.vocabularySize < vocabSize {
      StandardError.note(
        "the text has no more pairs to join: \(encoding.vocabularySize) tokens of \(vocabSize)")
    }
  }
}

/// `-m, --model` of the commands that use an encoding.
struct BytePairOptions: ParsableArguments {
  @Option(
    name: .shortAndLong, help: ArgumentHelp("A byte-level tokenizer.json.", valueName: "path"),
    completion: .file())
  var model: String

  @Argument(
    help: ArgumentHelp(
      "Text files and folders, plain or .gz; '-' is standard input.", valueName: "text"),
    completion: .file())
  var texts: [String] = []

  @OptionGroup var threads: ThreadsOptions
}

extension TextInputOptions {
  /// What opens the texts of files, and standard input without any; bytes are kept as they are,
  /// whether they are UTF-8 or not.
  fileprivate func sources(_ paths: [String]) throws -> [() throws -> TextSource] {
    let encoding = encoding
    return try files(paths).map { path in { try TextSource(path: path, encoding: encoding) } }
  }
}

/// `wordtool bpe encode`.
struct BytePairEncodeCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "encode",
    abstract: "Print the tokens of each line as numbers.",
    discussion: """
      Example:
        echo "the food was good" | wordtool bpe encode -m tokenizer.json
      """)

  @OptionGroup var options: BytePairOptions
  @OptionGroup var input: TextInputOptions

  @Flag(help: "Print the tokens instead of their numbers; a space shows as Ġ.")
  var tokens = false

  @Flag(help: "Print one JSON array a line.")
  var json = false

  @Option(
    help: ArgumentHelp("Pass over merges with this probability, 0 to 1.", valueName: "p"))
  var dropout = 0.0

  @Option(help: ArgumentHelp("Decides what is passed over.", valueName: "n"))
  var seed: UInt64 = 1

  func validate() throws {
    if !(0...1 ~= dropout) { throw ValidationError("--dropout is \(dropout), expected 0 to 1") }
  }

  var optionRules: [OptionRule] {
    [OptionRule(["--seed"], need: "--dropout above 0", isMet: dropout > 0)]
  }

  func run() throws {
    let encoding = try FileKind.reading(options.model, as: .bytePairEncoding) {
      try BytePairEncoding(contentsOf: options.model)
    }
    let stop = Interrupts.stopFlag()
    let out = StandardOutput.shared
    try unsafe encoding.writeTokens(
      ofLines: try input.sources(options.texts),
      as: TokenSpelling(tokens ? .texts : .numbers, isJSON: json), dropout: dropout, seed: seed,
      threads: options.threads.count, stop: stop
    ) { try unsafe out.write(bytes: $0) }
  }
}

/// `wordtool bpe decode`.
struct BytePairDecodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode",
    abstract: "Turn lines of token numbers back into text.",
    discussion: """
      Example:
        echo "the food" | wordtool bpe encode -m t.json | wordtool bpe decode \\
            -m t.json
      """)

  @OptionGroup var options: BytePairOptions
  @OptionGroup var encodingOption: EncodingOption

  @Flag(help: "Leave out special tokens.")
  var skipSpecial = false

  func run() throws {
    let encoding = try FileKind.reading(options.model, as: .bytePairEncoding) {
      try BytePairEncoding(contentsOf: options.model)
    }
    let lines = encodingOption.encoding
    let files = try InputFiles.told(options.texts, encoding: lines)
    let stop = Interrupts.stopFlag()
    let out = StandardOutput.shared
    try unsafe encoding.writeText(
      ofLines: files.map { path in { try TextSource(path: path, encoding: lines) } },
      skipsSpecialTokens: skipSpecial, threads: options.threads.count, stop: stop
    ) { try unsafe out.write(bytes: $0) }
  }
}

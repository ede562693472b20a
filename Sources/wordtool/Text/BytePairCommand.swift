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
    help: ArgumentHelp("Text files, plain or .gz; '-' is standard input.", valueName: "text"),
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

  @OptionGroup var input: BytePairTextOptions
  @OptionGroup var threads: ThreadsOptions

  func run() throws {
    try OutputPaths.check([output], texts: texts)
    let file = try OutputKind.encoding.open(output)
    let options = BytePairTrainingOptions(
      vocabularySize: vocabSize, minimumFrequency: minFrequency,
      specialTokens: specials.map { SpecialToken($0) }, addsPrefixSpace: prefixSpace)
    let encoding = try BytePairEncoding.train(
      linesOf: try input.files(texts).map { path in { try input.lines(of: path) } },
      options: options, threads: threads.count)
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
    help: ArgumentHelp("Text files, plain or .gz; '-' is standard input.", valueName: "text"),
    completion: .file())
  var texts: [String] = []

  @OptionGroup var input: BytePairTextOptions

  /// Calls `body` with each line of the texts, and its number in its file.
  func forEachLine(
    _ body: (UnsafeBufferPointer<UInt8>, _ path: String, _ number: Int) throws -> Void
  ) throws {
    for path in try input.files(texts) {
      let lines = try input.lines(of: path)
      while try unsafe lines.next({ try unsafe body($0, path, lines.number) }) != nil {}
    }
  }
}

/// Text whose bytes are kept as they are, whether they are UTF-8 or not.
struct BytePairTextOptions: ParsableArguments {
  @OptionGroup var encoding: EncodingOption

  /// The files that paths stand for, standard input without any.
  func files(_ paths: [String]) throws -> [String] {
    try InputFiles.told(paths, encoding: encoding.encoding)
  }

  /// The lines of a file.
  func lines(of path: String) throws -> LineReader {
    LineReader(try TextSource(path: path, encoding: encoding.encoding), invalid: .kept)
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
    var number: UInt64 = 0
    try unsafe options.forEachLine { line, _, _ in
      let ids = try unsafe encoding.encode(line.span, dropout: dropout, seed: seed &+ number)
      number += 1
      let out = StandardOutput.shared
      if tokens {
        let names = ids.map { ByteLevel.text(encoding.bytes(ofToken: $0) ?? []) }
        try out.writeLine(json ? JSONOutput.line(names) : names.joined(separator: " "))
      } else {
        let names = ids.map(String.init).joined(separator: json ? "," : " ")
        try out.writeLine(json ? "[\(names)]" : names)
      }
    }
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

  @Flag(help: "Leave out special tokens.")
  var skipSpecial = false

  func run() throws {
    let encoding = try FileKind.reading(options.model, as: .bytePairEncoding) {
      try BytePairEncoding(contentsOf: options.model)
    }
    let out = try OutputFile(path: "-")
    try unsafe options.forEachLine { line, path, number in
      let words = unsafe String(decoding: line, as: UTF8.self).split { " ,[]\t\r".contains($0) }
      let ids = try words.map { word in
        guard let id = Int32(word) else {
          throw WordtoolError(
            .badData, path: path, at: .line(number), found: "'\(word)'",
            expected: "the number of a token")
        }
        return id
      }
      try out.write(try encoding.decode(ids, skipsSpecialTokens: skipSpecial))
      try out.write("\n")
    }
    try out.commit()
  }
}

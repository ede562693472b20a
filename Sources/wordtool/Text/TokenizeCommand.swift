import ArgumentParser
import Tokenize
import WordtoolCore

/// `wordtool tokenize`: text to tokens.
struct TokenizeCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "tokenize",
    abstract: "Print the tokens of text.",
    discussion: """
      TEXT is files and folders, plain or .gz; without any, or with '-', standard input is read. \
      Text of any size passes through in little memory. --format json prints an object a token: \
      its text, its line, its place in the bytes of the text (start and end), its kind (letter, \
      number, kana, ideograph, other) and ICU's rule status. Sentences, paragraphs and graphemes \
      are printed as they stand unless a form is asked for.

      Example:
        echo "The food was GOOD, not bad." | wordtool tokenize
        wordtool tokenize --unit sentence --format json book.txt
        wordtool tokenize --strip-accents --urls replace:URL --format spaces \\
            wiki.txt.gz
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument {
    case lines, spaces, json, count
  }

  @Argument(
    help: ArgumentHelp(
      "Text files and folders, plain or .gz; '-' is standard input.", valueName: "text"),
    completion: .file())
  var texts: [String] = []

  @Option(
    help: ArgumentHelp(
      "lines: a token a line; spaces: the tokens of a line of text on one line; json: an object "
        + "a token; count: how many tokens, lines and bytes there are.",
      valueName: "name"))
  var format: Format = .lines

  @Option(help: ArgumentHelp("What text is cut into.", valueName: "unit"))
  var unit: TokenUnit = .word

  @OptionGroup var text: TextOptions
  @OptionGroup var threads: ThreadsOptions

  var optionRules: [OptionRule] {
    let findsWords = text.words.tokenizer == .words
    return text.optionRules + [
      OptionRule(["--unit"], need: "--tokenizer words", isMet: findsWords),
      OptionRule(
        ["--kinds", "--urls", "--emails", "--mentions", "--numbers"], need: "--unit word",
        isMet: unit == .word),
    ]
  }

  func run() throws {
    let stop = Interrupts.stopFlag()
    let reader = TokenReader(
      rule: try text.rule(unit: unit == .word ? nil : unit), encoding: text.encoding,
      isStrict: text.strict)
    let out = StandardOutput.shared
    let paths = try text.input.files(texts)
    if format == .count {
      let statistics = try reader.count(paths, threads: threads.count, stop: stop)
      try out.writeLine("tokens\t\(statistics.tokensRead)")
      try out.writeLine("lines\t\(statistics.lineCount)")
      try out.writeLine("bytes\t\(statistics.byteCount)")
      return StandardError.warnOfReplacements(statistics.invalidSequenceCount)
    }
    let layout: TokenLayout =
      switch format {
      case .spaces: .spaces
      case .json: .json(withKinds: unit == .word)
      case .lines, .count: .lines
      }
    let statistics = try unsafe reader.write(
      paths, as: layout, threads: threads.count, stop: stop
    ) { try unsafe out.write(bytes: $0) }
    StandardError.warnOfReplacements(statistics.invalidSequenceCount)
  }
}

import ArgumentParser
import Platform
import Tokenize

/// `wordtool tokenize`: text to tokens.
struct TokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize",
    abstract: "Print the tokens of text.",
    discussion: """
      TEXT names files; without any, or with '-', standard input is read. --format json prints an \
      object a token: its text, its place in the bytes of the line (start and end), the line and \
      the kind (letter, number, kana, ideograph, other).

      Example:
        echo "The food was GOOD, not bad." | wordtool tokenize
        wordtool tokenize --format spaces wiki.txt.gz
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument {
    case lines, spaces, json
  }

  @Argument(
    help: ArgumentHelp("Text files, plain or .gz; '-' is standard input.", valueName: "text"))
  var texts: [String] = []

  @Option(
    help: ArgumentHelp(
      "lines: a token a line; spaces: the tokens of a line of text on one line; json: an object "
        + "a token.", valueName: "name"))
  var format: Format = .lines

  @OptionGroup var text: TextOptions

  struct TokenObject: Encodable {
    var text: String
    var line: Int
    var start: Int
    var end: Int
    var kind: TokenKind
  }

  func run() throws {
    let tokenizer = try WordTokenizer(rule: text.rule)
    let out = StandardOutput.shared
    var replaced = 0
    for path in texts.isEmpty ? ["-"] : texts {
      var number = 0
      replaced += try TextStream.forEachLine(of: path, strict: text.strict) { line in
        number += 1
        switch format {
        case .lines:
          for token in tokenizer.tokens(in: line) { try out.writeLine(token) }
        case .spaces:
          try out.writeLine(tokenizer.tokens(in: line).joined(separator: " "))
        case .json:
          try tokenizer.enumerateTokens(in: line) { token in
            try JSONOutput.write(
              TokenObject(
                text: token.text, line: number, start: token.byteRange.lowerBound,
                end: token.byteRange.upperBound, kind: token.kind))
            return true
          }
        }
      }
    }
    if replaced > 0 {
      StandardError.warn("\(replaced) byte sequences are not UTF-8 and were replaced by U+FFFD")
    }
  }
}

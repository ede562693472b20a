public import ArgumentParser
public import SeqModels
import Tokenize

extension TextUnit: ExpressibleByArgument {}

/// How the text of a language model becomes words.
struct SentenceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How words are found: whitespace or words (Unicode word boundaries, by ICU).",
      valueName: "name"))
  var tokenizer: TokenizerRule.Segmentation = .whitespace

  @Option(
    help: ArgumentHelp(
      "The language of the text, for word boundaries and lower-casing.", valueName: "name"))
  var locale = "en"

  @Flag(
    inversion: .prefixedNo,
    help: "Lower-case by the locale's rules. (default: yes with words, no with whitespace)")
  var lowercase: Bool?

  @Flag(
    help: "Refuse text that is not valid UTF-8. (default: replace what is not and count it)")
  var strict = false

  /// The tokenizer rule the options describe.
  var rule: TokenizerRule {
    TokenizerRule(segmentation: tokenizer, locale: locale, lowercase: lowercase)
  }
}

extension StandardError {
  /// Tells how much of a text was not UTF-8, if any was not.
  static func warnOfReplacements(_ count: Int) {
    guard count > 0 else { return }
    warn(
      "\(count) byte sequences are not UTF-8 and were replaced by U+FFFD; --strict refuses such "
        + "text")
  }
}

extension StandardOutput {
  /// Prints names and values in two columns.
  func writePairs(_ lines: [(String, String)]) throws {
    let width = lines.map(\.0.count).max() ?? 0
    for (name, value) in lines { try writeLine("\(name.padded(to: width))  \(value)") }
  }
}

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

  @OptionGroup var input: TextFileOptions

  /// The tokenizer rule the options describe.
  var rule: TokenizerRule {
    TokenizerRule(segmentation: tokenizer, locale: locale, lowercase: lowercase)
  }
}

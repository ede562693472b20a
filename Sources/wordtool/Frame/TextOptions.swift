import ArgumentParser
import Platform
import Tokenize

/// TEXT and how it becomes words: what train-embeddings, vocab and tokenize share.
struct TextOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How text is cut: words (Unicode word boundaries, by ICU) or whitespace.",
      valueName: "name"))
  var tokenizer: TokenizerRule.Segmentation = .words

  @Option(
    help: ArgumentHelp(
      "The language of the text, for word boundaries and lower-casing.", valueName: "name"))
  var locale = "en"

  @Flag(
    inversion: .prefixedNo,
    help: "Lower-case by the locale's rules. (default: yes with words, no with whitespace)")
  var lowercase: Bool?

  @Option(
    help: ArgumentHelp(
      "Normal form of the words. (default: nfc with words, none with whitespace)",
      valueName: "nfc|nfkc|none"))
  var normalize: TokenizerRule.Normalization?

  @Flag(
    help: "Refuse text that is not valid UTF-8. (default: replace what is not and count it)")
  var strict = false

  /// The tokenizer rule the options describe.
  var rule: TokenizerRule {
    TokenizerRule(
      segmentation: tokenizer, locale: locale, normalization: normalize, lowercase: lowercase)
  }
}

/// An amount of memory: `512M`, `4G`, `80%` of what the machine has, or bytes.
package struct MemorySize: Equatable {
  package var bytes: Int

  /// Reads an amount. K, M, G and T are powers of 1024.
  package init?(_ text: String, physicalMemory: Int) {
    guard let last = text.last else { return nil }
    if last == "%" {
      guard let share = Double(text.dropLast()), share > 0, share <= 100 else { return nil }
      bytes = Int(Double(physicalMemory) * share / 100)
      return
    }
    let units: [Character: Double] = ["K": 10, "M": 20, "G": 30, "T": 40]
    let exponent = units[Character(last.uppercased())]
    guard let number = Double(exponent == nil ? text[...] : text.dropLast()), number > 0 else {
      return nil
    }
    var size = number
    for _ in 0..<Int(exponent ?? 0) { size *= 2 }
    guard size < 0x1p62 else { return nil }
    bytes = Int(size)
  }
}

extension MemorySize: ExpressibleByArgument {
  package init?(argument: String) {
    self.init(argument, physicalMemory: Environment.physicalMemoryBytes)
  }
}

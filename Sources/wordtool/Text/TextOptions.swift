import ArgumentParser
import Tokenize
import WordtoolCore

/// How text becomes tokens: what every command that reads text shares.
struct TextOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How text is cut: words (Unicode word boundaries, by ICU) or whitespace.",
      valueName: "name"))
  var tokenizer: TokenizerRule.Segmentation = .words

  @Option(
    help: ArgumentHelp(
      "The language of the text, for boundaries and lower-casing.", valueName: "name"))
  var locale = "en"

  @Option(
    help: ArgumentHelp(
      "Which tokens are kept: words (letters, numbers, kana, ideographs), all, or some of letter, "
        + "number, kana, ideograph, other, joined by commas. (default: words)",
      valueName: "kinds"))
  var kinds: KindList?

  @Flag(
    inversion: .prefixedNo,
    help: "Lower-case by the locale's rules. (default: yes with words, no with whitespace)")
  var lowercase: Bool?

  @Option(
    help: ArgumentHelp(
      "Normal form of the tokens. (default: nfc with words, none with whitespace)",
      valueName: "form"))
  var normalize: TokenizerRule.Normalization?

  @Option(
    help: ArgumentHelp(
      "The encoding of the text: utf-8, auto, or a name ICU knows such as latin-1 or utf-16.",
      valueName: "name"))
  var encoding = TextEncoding.utf8

  @Flag(
    help: "Refuse text that is invalid in its encoding. (default: replace it and count)")
  var strict = false

  @OptionGroup(title: "Tokens") var processing: ProcessingOptions

  /// The tokenizer rule the options describe.
  ///
  /// - Throws: ``WordtoolError`` when the stop words cannot be read.
  func rule(unit: TokenUnit? = nil) throws -> TokenizerRule {
    // Units that are not words are shown as they stand in the text, unless asked otherwise.
    let isPlain = unit != nil && unit != .word
    return TokenizerRule(
      segmentation: tokenizer, locale: locale,
      normalization: normalize ?? (isPlain ? TokenizerRule.Normalization.none : nil),
      lowercase: lowercase ?? (isPlain ? false : nil),
      kinds: kinds?.kinds ?? (isPlain ? .all : .words), unit: unit,
      processing: try processing.processing())
  }
}

/// What is done to tokens, and which are dropped.
struct ProcessingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Transliterate by an ICU id, such as 'Any-Latin; Latin-ASCII'.", valueName: "id"))
  var transliterate: String?
  @Flag(help: "Give full-width letters and half-width kana their usual width.")
  var foldWidth = false
  @Flag(help: "Take accents off.")
  var stripAccents = false
  @Option(help: ArgumentHelp("Punctuation inside tokens.", valueName: "policy"))
  var punctuation = TokenProcessing.PunctuationPolicy.keep
  @Option(help: ArgumentHelp("Digits of all scripts.", valueName: "policy"))
  var digits = TokenProcessing.DigitPolicy.keep
  @Flag(help: "Make each run of white space inside a token one space.")
  var collapseSpaces = false
  @Option(
    help: ArgumentHelp(
      "URLs: split, whole (one token), remove, or replace:TOKEN.", valueName: "policy"))
  var urls = TokenProcessing.EntityPolicy.split
  @Option(help: ArgumentHelp("E-mail addresses, likewise.", valueName: "policy"))
  var emails = TokenProcessing.EntityPolicy.split
  @Option(help: ArgumentHelp("Mentions (@name), likewise.", valueName: "policy"))
  var mentions = TokenProcessing.EntityPolicy.split
  @Option(help: ArgumentHelp("Tokens that are numbers, likewise.", valueName: "policy"))
  var numbers = TokenProcessing.EntityPolicy.split
  @Option(help: ArgumentHelp("Drop the words in this file, one a line.", valueName: "file"))
  var stopWords: String?
  @Option(help: ArgumentHelp("Drop tokens of fewer characters.", valueName: "n"))
  var minLength = 1
  @Option(help: ArgumentHelp("Drop tokens of more characters. (default: none)", valueName: "n"))
  var maxLength: Int?

  func validate() throws {
    if minLength < 1 { throw ValidationError("--min-length is \(minLength), expected at least 1") }
    if let maxLength, maxLength < minLength {
      throw ValidationError("--max-length is \(maxLength), expected at least \(minLength)")
    }
  }

  /// The steps, or nil when nothing is asked for.
  func processing() throws -> TokenProcessing? {
    var steps = TokenProcessing()
    let nothing = steps
    steps.transliteration = transliterate
    steps.foldsWidth = foldWidth
    steps.stripsAccents = stripAccents
    steps.punctuation = punctuation
    steps.digits = digits
    steps.collapsesWhitespace = collapseSpaces
    steps.urls = urls
    steps.emailAddresses = emails
    steps.mentions = mentions
    steps.numbers = numbers
    if let stopWords { steps.stopWords = try TokenProcessing.stopWords(contentsOf: stopWords) }
    steps.minimumLength = minLength
    steps.maximumLength = maxLength
    return steps == nothing ? nil : steps
  }
}

/// Kinds of tokens as an argument: `words`, `all`, `letter,number`.
struct KindList: ExpressibleByArgument {
  let kinds: TokenKinds

  init?(argument: String) {
    switch argument {
    case "words": kinds = .words
    case "all": kinds = .all
    default:
      var kinds: TokenKinds = []
      for name in argument.split(separator: ",", omittingEmptySubsequences: false) {
        guard let kind = TokenKind(rawValue: String(name)) else { return nil }
        kinds.formUnion(TokenKinds(kind))
      }
      self.kinds = kinds
    }
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

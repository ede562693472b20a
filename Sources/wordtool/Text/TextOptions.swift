import ArgumentParser
import Tokenize
import WordtoolCore

/// How text becomes words.
struct WordOptions: ParsableArguments, ConditionalOptions {
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
        + "number, kana, ideograph, other, apart by commas or blanks. (default: words)",
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

  var optionRules: [OptionRule] {
    let findsWords = tokenizer == .words
    return [
      OptionRule(["--kinds"], need: "--tokenizer words", isMet: findsWords),
      OptionRule(
        ["--locale"], need: "--tokenizer words or --lowercase",
        isMet: findsWords || lowercase == true),
    ]
  }

  /// The rule the options describe; units that are not words are shown as they stand in the text,
  /// unless asked otherwise.
  func rule(unit: TokenUnit? = nil, processing: TokenProcessing? = nil) -> TokenizerRule {
    Self.rule(
      tokenizer: tokenizer, locale: locale, kinds: kinds?.kinds, lowercase: lowercase,
      normalize: normalize, unit: unit, processing: processing)
  }

  /// The rule for such options, whether they are those of a command or of a request.
  static func rule(
    tokenizer: TokenizerRule.Segmentation = .words, locale: String = "en", kinds: TokenKinds? = nil,
    lowercase: Bool? = nil, normalize: TokenizerRule.Normalization? = nil, unit: TokenUnit?,
    processing: TokenProcessing? = nil
  ) -> TokenizerRule {
    let isPlain = unit ?? .word != .word
    return TokenizerRule(
      segmentation: tokenizer, locale: locale,
      normalization: normalize ?? (isPlain ? TokenizerRule.Normalization.none : nil),
      lowercase: lowercase ?? (isPlain ? false : nil),
      kinds: kinds ?? (isPlain ? .all : .words), unit: unit, processing: processing)
  }
}

/// How text becomes tokens: what every command that reads text shares.
struct TextOptions: ParsableArguments, ConditionalOptions {
  @OptionGroup var words: WordOptions

  @OptionGroup var input: TextFileOptions
  @OptionGroup(title: "Tokens") var processing: ProcessingOptions

  var optionRules: [OptionRule] {
    words.optionRules + [
      OptionRule(
        ["--numbers"], need: "--tokenizer words", isMet: words.tokenizer == .words)
    ]
  }

  /// The options that say which files are read, and how.
  private static let reading: Set<String> = [
    "--encoding", "--strict", "--html", "--include", "--exclude",
  ]

  /// The options that decide what the tokens are, where tokens do not come from this text's words.
  func tokenRule(but others: Set<String> = [], need: String, isMet: Bool) -> OptionRule {
    OptionRule(
      allOf: TextOptions.self, but: others.union(Self.reading), need: need, isMet: isMet)
  }
  /// The encoding of the text.
  var encoding: TextEncoding { input.encoding }
  /// Whether text that is invalid is refused.
  var strict: Bool { input.strict }

  /// The tokenizer rule the options describe.
  ///
  /// - Throws: ``WordtoolError`` when the stop words cannot be read.
  func rule(unit: TokenUnit? = nil) throws -> TokenizerRule {
    words.rule(unit: unit, processing: try processing.processing())
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
  @Option(
    help: ArgumentHelp(
      "E-mail addresses: split, whole, remove, or replace:TOKEN.", valueName: "policy"))
  var emails = TokenProcessing.EntityPolicy.split
  @Option(
    help: ArgumentHelp(
      "Mentions (@name): split, whole, remove, or replace:TOKEN.", valueName: "policy"))
  var mentions = TokenProcessing.EntityPolicy.split
  @Option(
    help: ArgumentHelp(
      "Tokens that are numbers: split (as they are), remove, or replace:TOKEN.",
      valueName: "policy"), completion: .list(["split", "remove"]))
  var numbers = TokenProcessing.EntityPolicy.split
  @Option(
    help: ArgumentHelp("Drop the words in this file, one a line.", valueName: "file"),
    completion: .file())
  var stopWords: String?
  @Option(help: ArgumentHelp("Drop tokens of fewer characters.", valueName: "n"))
  var minLength = 1
  @Option(help: ArgumentHelp("Drop tokens of more characters. (default: none)", valueName: "n"))
  var maxLength: Int?

  func validate() throws {
    try OptionCheck.whole([
      ("--min-length", minLength, 1 ... .max), ("--max-length", maxLength, minLength ... .max),
    ])
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
  static var defaultCompletionKind: CompletionKind {
    .list(["words", "all"] + TokenKind.allCases.map(\.rawValue))
  }

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
    self.init(argument, physicalMemory: MemorySizes.available)
  }
}

public import ArgumentParser
public import SeqModels
import Tokenize

extension LabelledTextLayout.Format: ExpressibleByArgument {}
extension LinearClassifierOptions.Weighting: ExpressibleByArgument {}

extension LabelledTextLayout.Column: ExpressibleByArgument {
  /// Reads a column: digits are a number, everything else a name.
  public init?(argument: String) { self.init(argument) }
}

/// How labelled text stands in a file.
struct LayoutOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The format of labelled text. (default: by the content and the suffix)", valueName: "name"))
  var format: LabelledTextLayout.Format?

  @Option(
    help: ArgumentHelp(
      "The column of the text: a number from 1, or its name in the header row or JSON object. "
        + "(default: a usual name such as text or sentence; without a header the longest)",
      valueName: "column"))
  var textColumn: LabelledTextLayout.Column?

  @Option(
    help: ArgumentHelp(
      "The column of the label. (default: a usual name such as label or class; without a header "
        + "the first that is not the text)",
      valueName: "column"))
  var labelColumn: LabelledTextLayout.Column?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Whether a table begins with a row of names. (default: yes if it has both usual names or a "
        + "column is asked for by name)"))
  var header: Bool?

  /// What was asked for.
  var layout: LabelledTextLayout {
    LabelledTextLayout(
      format: format, textColumn: textColumn, labelColumn: labelColumn, hasHeader: header)
  }

  /// Reads labelled text from some files.
  func read(_ paths: [String]) throws -> LabelledText {
    var text = LabelledText()
    for path in paths { try text.append(contentsOf: path, layout: layout) }
    return text
  }
}

/// How the texts of a classifier become words.
struct DocumentOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How words are found: words (Unicode word boundaries, by ICU) or whitespace.",
      valueName: "name"))
  var tokenizer: TokenizerRule.Segmentation = .words

  @Option(
    help: ArgumentHelp(
      "The language of the text, for word boundaries and lower-casing.", valueName: "name"))
  var locale = "en"

  @Option(
    help: ArgumentHelp(
      "Which tokens are kept: all, words (letters, numbers, kana, ideographs), or some of letter, "
        + "number, kana, ideograph, other, joined by commas. (default: words)",
      valueName: "kinds"))
  var kinds: KindList?

  @Flag(
    inversion: .prefixedNo,
    help: "Lower-case by the locale's rules. (default: yes with words, no with whitespace)")
  var lowercase: Bool?

  @Option(
    help: ArgumentHelp(
      "Normal form of the words. (default: nfc with words, none with whitespace)",
      valueName: "form"))
  var normalize: TokenizerRule.Normalization?

  /// The rule the options describe.
  var rule: TokenizerRule {
    TokenizerRule(
      segmentation: tokenizer, locale: locale, normalization: normalize, lowercase: lowercase,
      kinds: kinds?.kinds ?? .words)
  }
}

/// Orders of n-grams: `2` or `1-3`.
struct OrderRange: ExpressibleByArgument {
  let orders: ClosedRange<Int>

  init?(argument: String) {
    let parts = argument.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count <= 2, let first = parts.first ?? nil, let last = parts.last ?? nil,
      first >= 1, first <= last, last <= NGramFeatureOptions.maximumOrder
    else { return nil }
    orders = first...last
  }

  init(_ orders: ClosedRange<Int>) { self.orders = orders }

  var defaultValueDescription: String { "\(orders.lowerBound)-\(orders.upperBound)" }
}

/// Weights of classes: `balanced`, or `spam=3,ham=1`.
struct ClassWeightList: ExpressibleByArgument {
  let weights: ClassWeights

  init?(argument: String) {
    if argument == "balanced" {
      weights = .balanced
      return
    }
    var given: [String: Double] = [:]
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let equals = part.lastIndex(of: "="), equals > part.startIndex,
        let weight = Double(part[part.index(after: equals)...]), weight > 0, weight.isFinite,
        given.updateValue(weight, forKey: String(part[..<equals])) == nil
      else { return nil }
    }
    weights = .given(given)
  }
}

public import ArgumentParser
public import SeqModels
import WordtoolCore

extension LabelledTextLayout.Format: ExpressibleByArgument {}
extension LinearClassifierOptions.Weighting: ExpressibleByArgument {}
extension Calibration.Method: ExpressibleByArgument {}

extension ClassificationMetric: ExpressibleByArgument {
  /// Reads a metric as ``init(_:)`` does.
  public init?(argument: String) { self.init(argument) }
}

extension LabelledTextLayout.Column: ExpressibleByArgument {
  /// Reads a column: digits are a number, everything else a name.
  public init?(argument: String) { self.init(argument) }
}

/// How labelled text stands in a file.
struct LayoutOptions: ParsableArguments, ConditionalOptions {
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
      "Whether a table begins with a row of names. (default: yes if it has usual names, a column is "
        + "asked for by name, or its label stands in no other row while all others do)"))
  var header: Bool?

  @Option(
    help: ArgumentHelp(
      "What stands between the columns of CSV, such as ';' or tab. (default: by the content)",
      valueName: "character"))
  var delimiter: Delimiter?

  @OptionGroup var prefix: LabelPrefixOption

  @Flag(
    help: "Refuse a text without a label. (default: such texts are left out and counted)")
  var strict = false

  @OptionGroup var encoding: EncodingOption

  var optionRules: [OptionRule] {
    [
      OptionRule(
        ["--label-prefix"], need: "--format fasttext", isMet: [nil, .fastText].contains(format)),
      OptionRule(
        ["--text-column", "--label-column", "--header", "--no-header", "--delimiter"],
        need: "labels in a column, not to --label-prefix", isMet: prefix.labelPrefix == nil),
      OptionRule(
        ["--text-column", "--label-column"], need: "--format tsv, csv or jsonl",
        isMet: format != .fastText),
      OptionRule(
        ["--header", "--no-header"], need: "--format tsv or csv",
        isMet: ![.fastText, .jsonl, .json].contains(format)),
    ]
  }

  /// One character, or `tab`.
  struct Delimiter: ExpressibleByArgument {
    let scalar: Unicode.Scalar

    init?(argument: String) {
      let text = argument == "tab" || argument == "\\t" ? "\t" : argument
      guard text.unicodeScalars.count == 1, let scalar = text.unicodeScalars.first, scalar.isASCII
      else { return nil }
      self.scalar = scalar
    }
  }

  /// What was asked for.
  var layout: LabelledTextLayout {
    LabelledTextLayout(
      format: format, textColumn: textColumn, labelColumn: labelColumn, hasHeader: header,
      delimiter: delimiter?.scalar, encoding: encoding.encoding,
      labelPrefix: prefix.labelPrefix, isStrict: strict)
  }

  func validate() throws {
    if delimiter != nil, let format, format != .csv {
      throw ValidationError("--delimiter belongs to --format csv, not \(format.rawValue)")
    }
  }

  /// Reads labelled text from some files and tells what was doubtful.
  func read(_ paths: [String]) throws -> LabelledText {
    var text = LabelledText()
    for path in paths { try text.append(contentsOf: path, layout: layout) }
    StandardError.warnOfReplacements(text.replacedCount, isTold: false)
    for warning in text.warnings { StandardError.warn(warning) }
    if text.unlabelledCount > 0 {
      let all =
        NumberFormat.counted(text.count + text.unlabelledCount, "text")
        + (paths.count == 1 ? " of \(paths[0])" : "")
      StandardError.warn(
        "\(NumberFormat.grouped(text.unlabelledCount)) of \(all) "
          + (text.unlabelledCount == 1 ? "has no label and is" : "have no label and are")
          + " left out; --strict refuses such text")
    }
    return text
  }
}

extension LabelledText.Table {
  /// Its columns in words, `label 1, text 2 (sentence)`; nil where no labels were looked for.
  var columns: String? {
    func phrase(_ column: Column) -> String {
      "\(column.number)" + (column.name.map { " (\(Excerpt.of($0, limit: 24)))" } ?? "")
    }
    return label.map { "label \(phrase($0)), text \(phrase(text))" }
  }
}

/// `--label-prefix`.
struct LabelPrefixOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What words that are labels begin with in fastText's format. (default: __label__)",
      valueName: "prefix"))
  var labelPrefix: String?

  func validate() throws {
    if let labelPrefix, labelPrefix.isEmpty || labelPrefix.contains(where: \.isWhitespace) {
      throw ValidationError("--label-prefix '\(labelPrefix)' is no start of a word")
    }
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
  static var defaultCompletionKind: CompletionKind { .list(["balanced"]) }

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

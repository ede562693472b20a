import ArgumentParser
import Charts
import WordtoolCore

/// How the confusion matrix of a test is drawn.
struct ConfusionOptions: ParsableArguments {
  /// The order of rows and columns.
  enum Order: String, CaseIterable, ExpressibleByArgument {
    case labels, similarity
  }

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp(
      "Draw the confusion matrix to this .svg or .png file, or write its counts and shares to this .tsv "
        + "file.",
      valueName: "path"), completion: .file())
  var output: String?

  @Flag(help: "Draw the confusion matrix in letters.")
  var terminal = false

  @Option(
    help: ArgumentHelp(
      "The order of its rows and columns: that of the labels, or similarity, which puts those side by "
        + "side that are taken for one another.",
      valueName: "labels|similarity"))
  var order: Order = .labels

  @Flag(help: "Draw light on dark.")
  var dark = false

  private var isPicture: Bool {
    output.map { ["svg", "png"].contains(FileSuffix(of: $0).name) } ?? false
  }

  /// What belongs to what.
  ///
  /// - Parameters:
  ///   - isPrinted: whether the matrix is printed as numbers.
  ///   - isJSON: whether the answer is JSON.
  func rules(isPrinted: Bool, isJSON: Bool) -> [OptionRule] {
    [
      OptionRule(["--dark"], need: "-o FILE.svg or FILE.png", isMet: isPicture),
      OptionRule(["--terminal"], need: "a table, not to --json", isMet: !isJSON),
      OptionRule(
        ["--order"], need: "a confusion matrix: -o, --terminal or --confusion",
        isMet: output != nil || (terminal || isPrinted) && !isJSON),
    ]
  }

  /// Opens the file of the picture, before the work.
  func open(inputs: [String?], isJSON: Bool) throws -> DrawingFile? {
    try output.map { path in
      try OutputPaths.check([path], inputs: inputs, printing: isJSON ? "the answer" : nil)
      return try DrawingFile(path: path, kind: .confusion)
    }
  }

  /// The matrix in the order that was asked for.
  func ordered(_ matrix: ConfusionMatrix) throws -> ConfusionMatrix {
    order == .similarity ? try matrix.orderedBySimilarity() : matrix
  }

  /// Writes the matrix to its file, and draws it in letters where that was asked for.
  ///
  /// - Parameter kind: what a label is called.
  func draw(_ matrix: ConfusionMatrix, kind: String, to file: DrawingFile?) throws {
    if let file {
      try file.write(
        isPicture ? try matrix.chart(kind: kind, isDark: dark).svg() : matrix.table)
    }
    guard terminal, file?.isStandardOutput != true else { return }
    var chart = try matrix.chart(kind: kind, isDark: dark)
    chart.labels = chart.labels.map(TerminalText.escaped)
    let out = StandardOutput.shared
    try out.writeLine("")
    try out.writeStyled(
      chart.letters(
        columns: StandardOutput.columns ?? 80,
        colors: StandardOutput.isTerminal && Environment.allowsColor))
  }
}

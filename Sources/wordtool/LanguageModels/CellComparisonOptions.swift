import ArgumentParser
import SeqModels
import WordtoolCore

/// Recurrent cells between commas.
struct CellList: ExpressibleByArgument {
  static var defaultCompletionKind: CompletionKind {
    .list(GradientFlowCase.allCases.map(\.rawValue))
  }

  let cells: [GradientFlowCase]

  init?(argument: String) {
    let names = argument.split(separator: ",", omittingEmptySubsequences: false)
    cells = names.compactMap { GradientFlowCase(rawValue: String($0)) }
    guard cells.count == names.count else { return nil }
  }
}

/// What one comparison of recurrent cells has of its own.
protocol CellComparisonDefaults {
  static var hidden: Int { get }
  static var trainSteps: Int { get }
  static var trainStepsHelp: String { get }
  static var lr: Double { get }
}

/// What commands that compare recurrent cells have in common.
struct CellComparisonOptions<Defaults: CellComparisonDefaults>: ParsableArguments {
  @Option(help: ArgumentHelp("Units of the recurrent layer.", valueName: "n"))
  var hidden = Defaults.hidden

  @Option(help: ArgumentHelp(Defaults.trainStepsHelp, valueName: "n"))
  var trainSteps = Defaults.trainSteps

  @Option(help: ArgumentHelp("The learning rate of Adam.", valueName: "x"))
  var lr = Defaults.lr

  @Option(
    help: ArgumentHelp(
      "What is compared, apart by commas or blanks: rnn-tanh, rnn-relu, irnn (rnn-relu that begins as "
        + "the identity), gru, lstm. (default: all)",
      valueName: "name,..."))
  var cells: [CellList] = []

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("Draw what was found to this SVG file.", valueName: "path"),
    completion: .file())
  var output: String?

  @Option(
    help: ArgumentHelp(
      "The bias of the gates that keep the state. (default: the logarithm of the steps to go back)",
      valueName: "x"))
  var keepBias: Double?

  @Option(help: ArgumentHelp("Where the random choices start.", valueName: "n"))
  var seed: UInt64 = 1

  @OptionGroup var threads: ThreadsOptions
  @OptionGroup var json: JSONOptions
  @OptionGroup var progress: ProgressOptions

  /// The cells to compare.
  var cases: [GradientFlowCase] {
    cells.isEmpty ? GradientFlowCase.allCases : cells.flatMap(\.cells)
  }

  /// Opens the drawing's file, before the work.
  func openOutput(texts: [String] = [], model: String? = nil) throws -> DrawingFile? {
    try OutputPaths.check(
      [output], texts: texts, inputs: [model], printing: json.json ? "the answer" : nil)
    return try output.map { try DrawingFile(path: $0) }
  }

  func validate() throws {
    try OptionCheck.whole([
      ("--hidden", hidden, 1...65_536), ("--train-steps", trainSteps, 0...1_000_000_000),
    ])
    try OptionCheck.positive([("--lr", lr)])
  }
}

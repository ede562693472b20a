public import ArgumentParser
public import SeqModels

extension GradientFlowCase: ExpressibleByArgument {}

/// What commands that compare recurrent cells have in common.
struct CellComparisonOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "What is compared: rnn-tanh, rnn-relu, irnn (rnn-relu that begins as the identity), gru, "
        + "lstm. (default: all)",
      valueName: "name"))
  var cells: [GradientFlowCase] = []

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("Draw what was found to this SVG file.", valueName: "path"))
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
  var cases: [GradientFlowCase] { cells.isEmpty ? GradientFlowCase.allCases : cells }

  /// Fails unless each number is in its range.
  static func check(_ options: [(name: String, value: Int, range: ClosedRange<Int>)]) throws {
    for (name, value, range) in options where !range.contains(value) {
      throw ValidationError(
        "\(name) is \(value), expected \(range.lowerBound) to \(range.upperBound)")
    }
  }

  /// Fails unless each number is finite and above 0.
  static func checkPositive(_ options: [(name: String, value: Double)]) throws {
    for (name, value) in options where !(value > 0 && value.isFinite) {
      throw ValidationError("\(name) is \(value), expected a number above 0")
    }
  }
}

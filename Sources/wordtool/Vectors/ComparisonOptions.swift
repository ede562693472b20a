import ArgumentParser
import Word2Vec
import WordtoolCore

/// `--against`, `--samples` and `--seed` of the evaluations.
struct ComparisonOptions: ParsableArguments, ConditionalOptions {
  @Option(
    help: ArgumentHelp(
      "Evaluate these vectors as well, and tell how sure the difference is (paired bootstrap).",
      valueName: "path"), completion: .file())
  var against: String?

  @Option(
    help: ArgumentHelp(
      "How often questions are drawn for that. (default: 10000)", valueName: "n"))
  var samples: Int?

  @Option(help: ArgumentHelp("Where the drawing starts. (default: 1)", valueName: "n"))
  var seed: UInt64?

  func validate() throws { try OptionCheck.whole([("--samples", samples, 1...10_000_000)]) }

  var optionRules: [OptionRule] {
    [OptionRule(["--samples", "--seed"], need: "--against", isMet: against != nil)]
  }

  /// How often questions are drawn.
  var sampleCount: Int { samples ?? 10_000 }

  /// A line that tells about a comparison.
  ///
  /// - Parameter factor: 100 for shares that are shown in percent.
  static func line(_ found: PairedBootstrap, factor: Double, decimals: Int) -> String {
    func number(_ value: Double) -> String { NumberFormat.fixed(factor * value, decimals) }
    return "difference \(number(found.difference)) (95 %: \(number(found.interval[0])) to "
      + "\(number(found.interval[1])), p = \(NumberFormat.general(found.pValue, 3))) over "
      + "\(NumberFormat.grouped(found.count)) that both know"
  }
}

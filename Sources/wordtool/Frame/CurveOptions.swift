import ArgumentParser

/// Which curves of trainings are drawn.
struct CurveOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Draw the course of trainings from these files, which --metrics of train-embeddings, train-lm, "
        + "train-classifier, train-tagger or image train wrote, in place of words.",
      valueName: "file"), completion: .file())
  var metrics: [String] = []

  @Option(
    help: ArgumentHelp(
      "What of them, apart by commas or blanks, each in a panel of its own: loss, perplexity, accuracy, "
        + "learning-rate, gradient-norm, score. (default: perplexity or loss, and accuracy where there "
        + "is one)",
      valueName: "name,..."))
  var curves: QuantityList?

  @Option(
    help: ArgumentHelp(
      "What goes from left to right: epochs, examples (or words, tokens, images) or seconds. (default: "
        + "epochs where each has a line, or examples)",
      valueName: "name"))
  var over: TrainingCurves.Course?

  @Flag(help: "Draw heights by their logarithms, but for accuracy.")
  var log = false

  /// More files than that cannot be told apart.
  private static let mostFiles = 14

  func validate() throws {
    if metrics.count > Self.mostFiles {
      throw ValidationError(
        "\(metrics.count) files with --metrics, expected at most \(Self.mostFiles) in one picture")
    }
    if metrics.count(where: { $0 == "-" }) > 1 {
      throw ValidationError("standard input twice with --metrics, expected once")
    }
  }

  /// Reads the files.
  func read() throws -> TrainingCurves {
    let files = try metrics.map { path in
      let file = try FileKind.reading(path, as: .metrics) { try MetricsFile(path: path) }
      if file.isCut {
        StandardError.warn(
          "\(path): its end is cut short; the \(NumberFormat.counted(file.moments.count, "line")) before are drawn"
        )
      }
      return file
    }
    return try TrainingCurves(of: files, quantities: curves?.quantities ?? [], course: over)
  }
}

/// Quantities between commas, each once.
struct QuantityList: ExpressibleByArgument {
  static var defaultCompletionKind: CompletionKind {
    .list(TrainingCurves.Quantity.allCases.map(\.rawValue))
  }

  let quantities: [TrainingCurves.Quantity]

  init?(argument: String) {
    let names = argument.split(separator: ",", omittingEmptySubsequences: false)
    quantities = names.compactMap { TrainingCurves.Quantity(rawValue: String($0)) }
    guard quantities.count == names.count, Set(quantities).count == names.count else { return nil }
  }
}

import ArgumentParser

/// What the trainings of language models, classifiers and taggers have in common.
struct TrainingRunOptions: ParsableArguments {
  @Option(
    name: .shortAndLong, help: ArgumentHelp("Where the model goes.", valueName: "model"))
  var output: String

  @Option(
    help: ArgumentHelp(
      "Write the course of the training here, a JSON object a line, while it goes on.",
      valueName: "file"))
  var metrics: String?

  @Option(help: ArgumentHelp("Where the random choices start.", valueName: "n"))
  var seed: UInt64 = 1

  @OptionGroup var threads: ThreadsOptions
  @OptionGroup var progress: ProgressOptions

  @Flag(help: "Print the summary as one JSON document.")
  var json = false

  func validate() throws {
    if json && output == "-" {
      throw ValidationError("--json and --output - exclude each other")
    }
  }
}

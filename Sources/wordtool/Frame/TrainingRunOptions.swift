import ArgumentParser

/// What all trainings have in common.
struct TrainingRunOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Write the course of the training here, a JSON object a line, while it goes on.",
      valueName: "file"), completion: .file())
  var metrics: String?

  @Option(help: ArgumentHelp("Where the random choices start.", valueName: "n"))
  var seed: UInt64 = 1

  @OptionGroup var threads: ThreadsOptions
  @OptionGroup var progress: ProgressOptions

  @Flag(help: "Print the summary as one JSON document.")
  var json = false
}

/// `-o` of the trainings that make a model.
struct ModelOutputOptions: ParsableArguments {
  @Option(
    name: .shortAndLong, help: ArgumentHelp("Where the model goes.", valueName: "model"),
    completion: .file())
  var output: String
}

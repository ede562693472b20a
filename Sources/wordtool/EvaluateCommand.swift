import ArgumentParser

/// `wordtool evaluate`: the group of measurements.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure how good vectors and classifiers are.",
    discussion: """
      Example:
        wordtool evaluate analogies questions-words.txt --restrict 30000
        wordtool evaluate similarity wordsim353.tsv
        wordtool evaluate classification reviews.model test.tsv
      """,
    subcommands: [
      EvaluateAnalogiesCommand.self, EvaluateSimilarityCommand.self, EvaluateWEATCommand.self,
      EvaluateClassificationCommand.self, EvaluateTaggingCommand.self,
    ])
}

import ArgumentParser
import SeqModels
import WordtoolCore

/// `wordtool evaluate tagging`: how often a tagger is right.
struct EvaluateTaggingCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "tagging",
    abstract: "Compare the tags a model gives with those that words have.",
    discussion: """
      FILE is tagged words as for train-tagger. Accuracy is the share of words \
      with the right tag. A tag the model does not know is counted as wrong, and told.

      Example:
        wordtool evaluate tagging pos.model test.conll
        wordtool evaluate tagging pos.model test.conll -o confusion.svg
      """,
    aliases: ["tagger"])

  @Argument(help: ArgumentHelp("The model.", valueName: "model"), completion: .file())
  var model: String

  @Argument(help: ArgumentHelp("Tagged words.", valueName: "file"), completion: .file())
  var file: String

  @Flag(help: "Print the confusion matrix too: rows are the words' tags, columns those given.")
  var confusion = false

  @OptionGroup(title: "Confusion matrix") var matrix: ConfusionOptions
  @OptionGroup(title: "Tagged words") var layout: TaggedTextOptions
  @OptionGroup var threads: ThreadsOptions
  @OptionGroup var json: JSONOptions

  var optionRules: [OptionRule] { matrix.rules(isPrinted: confusion, isJSON: json.json) }

  func run() throws {
    let picture = try matrix.open(inputs: [model, file], isJSON: json.json)
    let tagger = try FileKind.reading(model, as: .tagger) {
      try SequenceTagger(contentsOf: model)
    }
    StandardError.warn(of: tagger.rule, in: model)
    let text = try layout.read([file])
    let report = try tagger.evaluate(text, threads: threads.count)
    ClassificationWarnings.tell(report)
    try ClassificationAnswer.write(
      report, unit: "words", asJSON: json.json, showsConfusion: confusion, matrix, to: picture)
  }
}

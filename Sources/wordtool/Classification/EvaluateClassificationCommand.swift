import ArgumentParser
import SeqModels
import WordtoolCore

/// `wordtool evaluate classification`: how often a classifier is right.
struct EvaluateClassificationCommand: ParsableCommand, ConditionalOptions {
  static let configuration = CommandConfiguration(
    commandName: "classification",
    abstract: "Compare the classes a model names with the labels of a text.",
    discussion: """
      FILE is labelled text as for train-classifier. Accuracy is the share of texts whose likeliest \
      label is one of theirs. Precision and recall count the first k labels of each text, with \
      --threshold only those that reach it. The macro \
      average is over the labels that occur or were given. A label the model does not know is \
      counted as wrong, and told.

      Example:
        wordtool evaluate classification reviews.model test.tsv
        wordtool evaluate classification cooking.model cooking.valid -k 3 --json
        wordtool evaluate classification news.model test.csv -o confusion.svg
      """,
    aliases: ["classifier"])

  @Argument(help: ArgumentHelp("The model.", valueName: "model"), completion: .file())
  var model: String

  @Argument(help: ArgumentHelp("Labelled text.", valueName: "file"), completion: .file())
  var file: String

  @Option(
    name: .customShort("k"),
    help: ArgumentHelp("Labels to give to each text.", valueName: "k"))
  var count = 1

  @Option(
    help: ArgumentHelp(
      "Give a text only labels with this probability or more, 0 to below 1.", valueName: "p"))
  var threshold: Double?

  @Flag(
    help: "Print the confusion matrix too: rows are the texts' labels, columns those given.")
  var confusion = false

  @OptionGroup(title: "Confusion matrix") var matrix: ConfusionOptions
  @OptionGroup(title: "Labelled text") var layout: LayoutOptions
  @OptionGroup var threads: ThreadsOptions
  @OptionGroup var json: JSONOptions

  func validate() throws {
    try OptionCheck.whole([("-k", count, 1 ... .max)])
    try OptionCheck.shares([("--threshold", threshold)])
  }

  var optionRules: [OptionRule] {
    layout.optionRules + matrix.rules(isPrinted: confusion, isJSON: json.json)
  }

  func run() throws {
    let stop = Interrupts.stopFlag()
    let picture = try matrix.open(inputs: [model, file], isJSON: json.json)
    let classifier = try FileKind.reading(model, as: .classifier) {
      try TextClassifier(contentsOf: model, labelPrefix: layout.prefix.labelPrefix)
    }
    StandardError.warn(of: classifier.rule, in: model)
    let text = try layout.read([file])
    let report = try classifier.evaluate(
      text, k: count, threshold: threshold ?? 0, threads: threads.count, stop: stop)
    ClassificationWarnings.tell(report)
    try ClassificationAnswer.write(
      report, unit: "texts", asJSON: json.json, showsConfusion: confusion, matrix, to: picture)
  }
}

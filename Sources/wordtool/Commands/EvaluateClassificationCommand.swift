import ArgumentParser
import Platform
import SeqModels

/// `wordtool evaluate classification`: how often a classifier is right.
struct EvaluateClassificationCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "classification",
    abstract: "Compare the classes a model names with the labels of a text.",
    discussion: """
      FILE is labelled text as for train-classifier. Accuracy is the share of texts whose likeliest \
      label is one of theirs. Precision and recall count the first k labels of each text. The macro \
      average is over the labels that occur or were given. A label the model does not know is \
      counted as wrong, and told.

      Example:
        wordtool evaluate classification reviews.model test.tsv
        wordtool evaluate classification cooking.model cooking.valid -k 3 --json
      """,
    aliases: ["classifier"])

  @Argument(help: ArgumentHelp("The model.", valueName: "model"))
  var model: String

  @Argument(help: ArgumentHelp("Labelled text.", valueName: "file"))
  var file: String

  @Option(
    name: .customShort("k"),
    help: ArgumentHelp("Labels to give to each text.", valueName: "k"))
  var count = 1

  @Flag(
    help: "Print the confusion matrix too: rows are the texts' labels, columns those given.")
  var confusion = false

  @OptionGroup(title: "Labelled text") var layout: LayoutOptions
  @OptionGroup var threads: ThreadsOptions
  @OptionGroup var json: JSONOptions

  struct Answer: Encodable {
    struct Label: Encodable {
      var label: String
      var precision: Double?
      var recall: Double?
      var f1: Double
      var examples: Int
      var predicted: Int
      var known: Bool

      enum Key: String, CodingKey {
        case label, precision, recall, f1, examples, predicted, known
      }

      func encode(to encoder: any Encoder) throws {
        // What is undefined is null, not left out.
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(label, forKey: .label)
        try values.encode(precision, forKey: .precision)
        try values.encode(recall, forKey: .recall)
        try values.encode(f1, forKey: .f1)
        try values.encode(examples, forKey: .examples)
        try values.encode(predicted, forKey: .predicted)
        try values.encode(known, forKey: .known)
      }
    }
    struct Cell: Encodable {
      var label: String
      var predicted: String
      var count: Int
    }
    var examples: Int
    var accuracy: Double
    var k: Int
    var precisionAtK: Double
    var recallAtK: Double
    var microF1: Double
    var macroF1: Double
    var labels: [Label]
    var confusion: [Cell]
  }

  func validate() throws {
    if count < 1 { throw ValidationError("-k is \(count), expected at least 1") }
  }

  func run() throws {
    let stop = StopFlag()
    Interrupts.whenInterrupted(raise: stop)
    let classifier = try TextClassifier(contentsOf: model)
    let text = try layout.read([file])
    let report = try classifier.evaluate(text, k: count, threads: threads.count, stop: stop)
    ClassificationWarnings.tell(report)
    if json.json { return try JSONOutput.write(answer(report)) }
    let out = StandardOutput.shared
    try out.writePairs([
      ("texts", NumberFormat.grouped(report.exampleCount)),
      ("accuracy", NumberFormat.fixed(report.accuracy, 4)),
      ("precision@\(count)", NumberFormat.fixed(report.precisionAtK, 4)),
      ("recall@\(count)", NumberFormat.fixed(report.recallAtK, 4)),
      ("micro F1", NumberFormat.fixed(report.microF1, 4)),
      ("macro F1", NumberFormat.fixed(report.macroF1, 4)),
    ])
    try out.writeLine("")
    let seen = report.labels.filter { $0.count + $0.predictedCount > 0 }
    func share(_ value: Double?) -> String { value.map { NumberFormat.fixed($0, 4) } ?? "-" }
    try out.write(
      TextTable.aligned(
        [["label", "precision", "recall", "F1", "texts", "given"]]
          + seen.map {
            [
              $0.name, share($0.precision), share($0.recall), share($0.f1), "\($0.count)",
              "\($0.predictedCount)",
            ]
          }))
    if confusion {
      try out.writeLine("")
      try out.write(TextTable.aligned(matrix(report)))
    }
  }

  /// The confusion matrix of the labels that stand in it.
  private func matrix(_ report: ClassificationReport) -> [[String]] {
    let seen = Set(report.confusion.flatMap { [$0.label, $0.predicted] }).sorted()
    var rows = [["label"] + seen.map { report.labels[$0].name }]
    for label in seen {
      let cells = report.confusion.filter { $0.label == label }
      rows.append(
        [report.labels[label].name]
          + seen.map { place in "\(cells.first { $0.predicted == place }?.count ?? 0)" })
    }
    return rows
  }

  private func answer(_ report: ClassificationReport) -> Answer {
    Answer(
      examples: report.exampleCount, accuracy: report.accuracy, k: count,
      precisionAtK: report.precisionAtK, recallAtK: report.recallAtK, microF1: report.microF1,
      macroF1: report.macroF1,
      labels: report.labels.filter { $0.count + $0.predictedCount > 0 }.map {
        Answer.Label(
          label: $0.name, precision: $0.precision, recall: $0.recall, f1: $0.f1,
          examples: $0.count, predicted: $0.predictedCount, known: $0.isKnown)
      },
      confusion: report.confusion.map {
        Answer.Cell(
          label: report.labels[$0.label].name, predicted: report.labels[$0.predicted].name,
          count: $0.count)
      })
  }
}

import SeqModels

/// What a measurement of labels prints; the names are a contract.
struct ClassificationAnswer: Encodable {
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
  var labels: [LabelAnswer]
  var confusion: [Cell]
}

extension ClassificationAnswer {
  /// What a report says.
  init(_ report: ClassificationReport) {
    examples = report.exampleCount
    accuracy = report.accuracy
    k = report.k
    precisionAtK = report.precisionAtK
    recallAtK = report.recallAtK
    microF1 = report.microF1
    macroF1 = report.macroF1
    labels = report.labels.filter { $0.count + $0.predictedCount > 0 }.map {
      LabelAnswer(
        label: $0.name, precision: $0.precision, recall: $0.recall, f1: $0.f1, examples: $0.count,
        predicted: $0.predictedCount, known: $0.isKnown)
    }
    confusion = report.confusion.map {
      Cell(
        label: report.labels[$0.label].name, predicted: report.labels[$0.predicted].name,
        count: $0.count)
    }
  }

  /// Prints a report: figures, a row for each label, and the confusion matrix where asked for.
  static func write(
    _ report: ClassificationReport, unit: String, asJSON: Bool, showsConfusion: Bool
  ) throws {
    if asJSON { return try JSONOutput.write(ClassificationAnswer(report)) }
    let out = StandardOutput.shared
    try out.writePairs([
      (unit, NumberFormat.grouped(report.exampleCount)),
      ("accuracy", NumberFormat.fixed(report.accuracy, 4)),
      ("precision@\(report.k)", NumberFormat.fixed(report.precisionAtK, 4)),
      ("recall@\(report.k)", NumberFormat.fixed(report.recallAtK, 4)),
      ("micro F1", NumberFormat.fixed(report.microF1, 4)),
      ("macro F1", NumberFormat.fixed(report.macroF1, 4)),
    ])
    try out.writeLine("")
    try out.write(
      LabelAnswer.table(of: ClassificationAnswer(report).labels, kind: "label", unit: unit))
    guard showsConfusion else { return }
    let cells = report.confusion
    let seen = Set(cells.flatMap { [$0.label, $0.predicted] }).sorted()
    let counts = Dictionary(
      cells.map { ([$0.label, $0.predicted], $0.count) }, uniquingKeysWith: +)
    try out.writeLine("")
    try out.write(
      LabelAnswer.confusion(kind: "label", seen.map { report.labels[$0].name }) {
        counts[[seen[$0], seen[$1]], default: 0]
      })
  }
}

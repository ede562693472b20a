import SeqModels

/// What a measurement of labels prints; the names are a contract.
struct ClassificationAnswer: Encodable {
  struct Label: Encodable {
    var label: String
    @Nullable var precision: Double?
    @Nullable var recall: Double?
    var f1: Double
    var examples: Int
    var predicted: Int
    var known: Bool
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
      Label(
        label: $0.name, precision: $0.precision, recall: $0.recall, f1: $0.f1, examples: $0.count,
        predicted: $0.predictedCount, known: $0.isKnown)
    }
    confusion = report.confusion.map {
      Cell(
        label: report.labels[$0.label].name, predicted: report.labels[$0.predicted].name,
        count: $0.count)
    }
  }

  /// The lines of a training's summary that tell of accuracy, as far as it was measured.
  static func lines(valid: Double?, test: Double?) -> [(String, String)] {
    [("valid accuracy", valid), ("test accuracy", test)].compactMap { name, value in
      value.map { (name, NumberFormat.fixed($0, 4)) }
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
    let seen = report.labels.filter { $0.count + $0.predictedCount > 0 }
    func share(_ value: Double?) -> String { value.map { NumberFormat.fixed($0, 4) } ?? "-" }
    try out.write(
      TextTable.aligned(
        [["label", "precision", "recall", "F1", unit, "given"]]
          + seen.map {
            [
              $0.name, share($0.precision), share($0.recall), share($0.f1), "\($0.count)",
              "\($0.predictedCount)",
            ]
          }))
    if showsConfusion {
      try out.writeLine("")
      try out.write(TextTable.aligned(matrix(report)))
    }
  }

  /// The confusion matrix of the labels that stand in it.
  private static func matrix(_ report: ClassificationReport) -> [[String]] {
    let cells = report.confusion
    let seen = Set(cells.flatMap { [$0.label, $0.predicted] }).sorted()
    var rows = [["label"] + seen.map { report.labels[$0].name }]
    for label in seen {
      var counts: [Int: Int] = [:]
      for cell in cells where cell.label == label { counts[cell.predicted] = cell.count }
      rows.append([report.labels[label].name] + seen.map { "\(counts[$0] ?? 0)" })
    }
    return rows
  }
}

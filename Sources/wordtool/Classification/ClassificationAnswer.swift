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
  /// Of texts; taggers do not measure it.
  @Nullable var calibrationError: Double?
  /// nil also where a text's label has a probability of 0.
  @Nullable var meanLoss: Double?
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
    calibrationError = report.calibrationError
    meanLoss = report.meanLoss.flatMap { $0.isFinite ? $0 : nil }
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

  /// Prints a report: figures, a row for each label, and the confusion matrix where asked for, which is
  /// drawn as well.
  ///
  /// - Parameters:
  ///   - showsConfusion: whether the matrix is printed as numbers.
  ///   - drawing: how it is drawn, and whether in letters.
  ///   - file: where the picture goes.
  static func write(
    _ report: ClassificationReport, unit: String, asJSON: Bool, showsConfusion: Bool,
    _ drawing: ConfusionOptions, to file: DrawingFile?
  ) throws {
    let matrix = try drawing.ordered(ConfusionMatrix(report, unit: unit))
    if asJSON {
      try JSONOutput.write(ClassificationAnswer(report))
    } else if file?.isStandardOutput != true {
      let out = StandardOutput.shared
      let figures = [
        (unit, NumberFormat.grouped(report.exampleCount)),
        ("accuracy", NumberFormat.fixed(report.accuracy, 4)),
        ("precision@\(report.k)", NumberFormat.fixed(report.precisionAtK, 4)),
        ("recall@\(report.k)", NumberFormat.fixed(report.recallAtK, 4)),
        ("micro F1", NumberFormat.fixed(report.microF1, 4)),
        ("macro F1", NumberFormat.fixed(report.macroF1, 4)),
      ]
      let measured = [
        ("calibration error", report.calibrationError), ("mean loss", report.meanLoss),
      ]
      try out.writePairs(
        figures
          + measured.compactMap { name, value in
            value.map { (name, NumberFormat.fixed($0, 4)) }
          })
      try out.writeLine("")
      try out.write(
        LabelAnswer.table(of: ClassificationAnswer(report).labels, kind: "label", unit: unit))
      if showsConfusion {
        try out.writeLine("")
        try out.write(matrix.text(kind: "label"))
      }
    }
    try drawing.draw(matrix, kind: "label", to: file)
  }
}

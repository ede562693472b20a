import ConvNets

/// What a measurement of classes of images prints; the names are a contract.
struct ImageReportAnswer: Encodable {
  var examples: Int
  var accuracy: Double
  var k: Int
  var accuracyAtK: Double
  var loss: Double
  var macroF1: Double
  var seconds: Double
  var imagesPerSecond: Double
  var labels: [LabelAnswer]
  /// Rows are the images' classes, columns those given, both in the order of `classes`.
  var confusion: [[Int]]
  var classes: [String]

  init(_ report: ImageReport, seconds: Double) {
    examples = report.count
    accuracy = report.accuracy
    k = report.k
    accuracyAtK = report.accuracyAmongK
    loss = report.meanLoss
    macroF1 = report.macroF1
    self.seconds = seconds
    imagesPerSecond = Double(report.count) / max(seconds, 1e-9)
    labels = report.classNames.enumerated().map { place, name in
      LabelAnswer(
        label: name, precision: report.precision(of: place), recall: report.recall(of: place),
        f1: report.f1(of: place), examples: report.count(of: place),
        predicted: report.predictedCount(of: place))
    }
    confusion = report.confusion
    classes = report.classNames
  }

  /// Prints it: figures, a row for each class that occurs, and the confusion matrix, which is drawn as well
  /// where that was asked for.
  ///
  /// - Parameters:
  ///   - showsConfusion: whether the matrix is printed as numbers.
  ///   - drawing: how it is drawn, and whether in letters.
  ///   - file: where the picture goes.
  func write(
    asJSON: Bool, showsConfusion: Bool, _ drawing: ConfusionOptions, to file: DrawingFile?
  ) throws {
    let matrix = try drawing.ordered(ConfusionMatrix(self))
    if asJSON {
      try JSONOutput.write(self)
    } else if file?.isStandardOutput != true {
      let out = StandardOutput.shared
      var pairs = [
        ("images", NumberFormat.grouped(examples)), ("accuracy", NumberFormat.fixed(accuracy, 4)),
      ]
      if k > 1 { pairs.append(("among the \(k) likeliest", NumberFormat.fixed(accuracyAtK, 4))) }
      pairs += [
        ("macro F1", NumberFormat.fixed(macroF1, 4)), ("loss", NumberFormat.fixed(loss, 4)),
        ("images a second", NumberFormat.grouped(Int(imagesPerSecond))),
      ]
      try out.writePairs(pairs)
      try out.writeLine("")
      try out.write(LabelAnswer.table(of: labels, kind: "class", unit: "images"))
      if showsConfusion {
        try out.writeLine("")
        try out.write(matrix.text(kind: "class"))
      }
    }
    try drawing.draw(matrix, kind: "class", to: file)
  }
}

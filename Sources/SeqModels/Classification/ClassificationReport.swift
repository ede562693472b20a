import BLASCore
public import WordtoolCore

/// How well a classifier does on labelled text.
public struct ClassificationReport: Sendable {
  /// What is known about one label.
  public struct Label: Sendable {
    /// Its name.
    public var name: String
    /// Texts that have it.
    public var count: Int
    /// Texts it was given to, as one of the first k.
    public var predictedCount: Int
    /// Texts where both is so.
    public var correctCount: Int
    /// Whether the model knows it. A label it does not know is never given: those texts are wrong.
    public var isKnown: Bool

    /// The share of the given that is right; nil when it was never given.
    public var precision: Double? { Self.ratio(correctCount, predictedCount) }
    /// The share of the texts with the label that were found; nil without any.
    public var recall: Double? { Self.ratio(correctCount, count) }
    /// The harmonic mean of precision and recall: 2 · correct / (given + present).
    public var f1: Double { Self.ratio(2 * correctCount, count + predictedCount) ?? 0 }

    static func ratio(_ part: Int, _ whole: Int) -> Double? {
      whole == 0 ? nil : Double(part) / Double(whole)
    }
  }

  /// Texts that were looked at.
  public internal(set) var exampleCount = 0
  /// Texts whose likeliest label is one of theirs.
  public internal(set) var correctCount = 0
  /// How many labels were given to each text.
  public let k: Int
  /// The labels of the model and of the texts, by their bytes. Those that neither occur nor were
  /// given are there too.
  public internal(set) var labels: [Label] = []
  /// Texts without a word or n-gram that the model knows.
  public internal(set) var unknownTextCount = 0
  /// Cells of the confusion matrix: how often texts with the first label (of several the first)
  /// had the second as the likeliest; both are places in ``labels``.
  public var confusion: [Confusion] {
    cells.map { Confusion(label: $0[0], predicted: $0[1], count: $1) }
      .sorted { ($0.label, $0.predicted) < ($1.label, $1.predicted) }
  }
  private var cells: [[Int]: Int]
  /// The natural logarithm of the probability of the right label, its mean with the sign turned:
  /// nil when some text has a label the model does not know.
  public internal(set) var meanLoss: Double?

  /// How far the probability of the likeliest label is from how often it is right: texts in 15 intervals
  /// of that probability, of each the distance of their mean probability from the share that is right,
  /// weighted by their number. Nil where it was not measured.
  ///
  /// Naeini, Cooper and Hauskrecht: Obtaining Well Calibrated Probabilities Using Bayesian Binning, AAAI
  /// 2015, equation 3; with the intervals of Guo et al., ICML 2017.
  public var calibrationError: Double? {
    let count = confidences.reduce(0) { $0 + $1.count }
    guard count > 0 else { return nil }
    return confidences.reduce(0) { $0 + abs($1.probability - $1.correct) } / count
  }
  /// Of each interval the sum of probabilities, how many are right, and how many there are.
  private var confidences =
    [(probability: Double, correct: Double, count: Double)](repeating: (0, 0, 0), count: 15)

  /// One cell of a confusion matrix that is not 0.
  public struct Confusion: Hashable, Sendable {
    /// The text's label.
    public var label: Int
    /// The label that was given.
    public var predicted: Int
    /// How often.
    public var count: Int
  }

  /// The share of texts whose likeliest label is one of theirs.
  public var accuracy: Double { Label.ratio(correctCount, exampleCount) ?? 0 }
  /// The share of given labels that are right.
  public var precisionAtK: Double {
    Label.ratio(sum(\.correctCount), sum(\.predictedCount)) ?? 0
  }
  /// The share of the texts' labels that were given.
  public var recallAtK: Double { Label.ratio(sum(\.correctCount), sum(\.count)) ?? 0 }
  /// The harmonic mean of both: F1 over all labels together.
  public var microF1: Double {
    Label.ratio(2 * sum(\.correctCount), sum(\.count) + sum(\.predictedCount)) ?? 0
  }
  /// The mean F1 of the labels that occur or were given.
  public var macroF1: Double {
    let seen = labels.filter { $0.count + $0.predictedCount > 0 }
    return seen.isEmpty ? 0 : seen.reduce(0) { $0 + $1.f1 } / Double(seen.count)
  }
  /// Labels of the texts that the model does not know.
  public var unknownLabels: [String] { labels.filter { !$0.isKnown }.map(\.name) }

  /// Nothing counted yet.
  ///
  /// - Parameters:
  ///   - labels: the labels of the model and of the texts, by their bytes.
  ///   - known: those of the model.
  init(labels: [String], known: Set<String>, k: Int) {
    self.k = k
    self.labels = labels.map {
      Label(
        name: $0, count: 0, predictedCount: 0, correctCount: 0, isKnown: known.contains($0))
    }
    cells = [:]
  }

  /// Counts one example.
  ///
  /// - Parameters:
  ///   - right: its labels, as places in ``labels``.
  ///   - given: those it was given, the likeliest first; none where none reached the threshold.
  mutating func count(right: [Int], given: [Int]) {
    exampleCount += 1
    if let first = given.first, right.contains(first) { correctCount += 1 }
    for label in right { labels[label].count += 1 }
    for label in given {
      labels[label].predictedCount += 1
      if right.contains(label) { labels[label].correctCount += 1 }
    }
    if let first = right.first, let likeliest = given.first {
      cells[[first, likeliest], default: 0] += 1
    }
  }

  /// Counts how sure the model was of its likeliest label.
  mutating func count(confidence: Double, isCorrect: Bool) {
    let interval = min(confidences.count - 1, Int(confidence * Double(confidences.count)))
    confidences[interval].probability += confidence
    confidences[interval].count += 1
    if isCorrect { confidences[interval].correct += 1 }
  }

  private func sum(_ part: (Label) -> Int) -> Int { labels.reduce(0) { $0 + part($1) } }
}

extension TextClassifier {
  /// Compares the labels the model gives with those the texts have.
  ///
  /// - Parameters:
  ///   - texts: texts with their labels.
  ///   - k: how many labels each text is given at most.
  ///   - threshold: the least probability of a label that is given, 0 ... 1.
  ///   - threads: how many threads work; the result is the same.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  public func evaluate(
    _ texts: LabelledText, k: Int = 1, threshold: Double = 0,
    threads: Int = Workers.defaultCount,
    stop: StopFlag = StopFlag()
  ) throws -> ClassificationReport {
    try OptionCheck.require("k", k, in: 1...Int.max)
    try OptionCheck.require(
      threshold >= 0 && threshold <= 1, found: "`threshold` is \(threshold)", expected: "0 to 1")
    let names = Set(labels).union(texts.labels)
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let known = Set(labels)
    let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    var report = ClassificationReport(labels: names, known: known, k: k)
    let ofModel = labels.map { places[$0] ?? 0 }
    let ofText = texts.labels.map { places[$0] ?? 0 }
    var placeInModel = [Int?](repeating: nil, count: names.count)
    for (place, name) in ofModel.enumerated() { placeInModel[name] = place }
    var loss = 0.0
    try forEachPiece(of: texts, threads: threads, stop: stop) { range, scores in
      for document in range {
        let row = scores.row(document - range.lowerBound)
        let right = texts.labelIDs(of: document).map { ofText[Int($0)] }
        let given = ClassScores.best(row, count: k, threshold: threshold).map { ofModel[$0] }
        report.count(right: right, given: given)
        if let likeliest = ClassScores.best(row, count: 1).first {
          report.count(
            confidence: min(1, max(0, Double(row[row.startIndex + likeliest]))),
            isCorrect: right.contains(ofModel[likeliest]))
        }
        if scores.knownCounts[document - range.lowerBound] == 0 { report.unknownTextCount += 1 }
        guard let first = right.first else { continue }
        let place = placeInModel[first]
        loss += place.map { -PortableMath.log(Double(row[row.startIndex + $0])) } ?? .nan
      }
    }
    report.meanLoss = loss.isNaN ? nil : loss / Double(max(1, report.exampleCount))
    return report
  }
}

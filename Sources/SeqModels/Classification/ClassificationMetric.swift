import BLASCore
public import WordtoolCore

/// What a classifier is measured by where one number is to say how good it is, 0 ... 1.
public enum ClassificationMetric: Codable, Hashable, Sendable, CustomStringConvertible {
  /// F1 over all labels together; each text is given its likeliest label. Of texts with one label each it
  /// is the accuracy.
  case microF1
  /// The mean F1 of the labels that occur or were given.
  case macroF1
  /// F1 of one label.
  case f1(label: String)
  /// The largest share of right answers among all labels that reach some probability, of the
  /// probabilities at which at least so much of the texts' labels, above 0 and at most 1, is found.
  case precision(recall: Double)

  /// Reads `f1`, `macro-f1`, `f1:LABEL` or `precision@recall=X`.
  ///
  /// - Returns: nil for everything else, and for a recall out of range.
  public init?(_ text: String) {
    let (ofLabel, atRecall) = ("f1:", "precision@recall=")
    if text == "f1" {
      self = .microF1
    } else if text == "macro-f1" {
      self = .macroF1
    } else if text.hasPrefix(ofLabel), text != ofLabel {
      self = .f1(label: String(text.dropFirst(ofLabel.count)))
    } else if text.hasPrefix(atRecall), let recall = Double(text.dropFirst(atRecall.count)),
      recall > 0, recall <= 1
    {
      self = .precision(recall: recall)
    } else {
      return nil
    }
  }

  /// As ``init(_:)`` reads it.
  public var description: String {
    switch self {
    case .microF1: "f1"
    case .macroF1: "macro-f1"
    case .f1(let label): "f1:\(label)"
    case .precision(let recall): "precision@recall=\(recall)"
    }
  }

  /// - Throws: `WordtoolError` of kind `usage` for a recall out of range.
  func validate() throws {
    guard case .precision(let recall) = self else { return }
    try OptionCheck.require(
      recall > 0 && recall <= 1, found: "`metric` is \(self)",
      expected: "a recall above 0 and at most 1")
  }
}

extension TextClassifier {
  /// Measures the model on labelled text.
  ///
  /// - Parameters:
  ///   - metric: what is measured.
  ///   - texts: with labels; a label that the model does not know counts as never found.
  ///   - threads: how many threads work; the result is the same.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  /// - Throws: `WordtoolError`: `usage` for a recall out of range and for a label that no text has,
  ///   `badData` when the model's probabilities are not finite, `interrupted`.
  public func measure(
    _ metric: ClassificationMetric, on texts: LabelledText,
    threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag()
  ) throws -> Double {
    try metric.validate()
    switch metric {
    case .microF1: return try evaluate(texts, threads: threads, stop: stop).microF1
    case .macroF1: return try evaluate(texts, threads: threads, stop: stop).macroF1
    case .f1(let label):
      guard texts.labels.contains(label) else {
        throw WordtoolError(
          .usage, found: "the label '\(label)' for `metric`",
          expected: "one of the labels \(texts.labels.prefix(10).joined(separator: ", "))"
            + (texts.labels.count > 10 ? " ..." : ""))
      }
      let report = try evaluate(texts, threads: threads, stop: stop)
      return report.labels.first { $0.name == label }?.f1 ?? 0
    case .precision(let recall):
      return try precision(atRecall: recall, on: texts, threads: threads, stop: stop)
    }
  }

  /// The largest precision at a recall of at least `recall`.
  ///
  /// The texts are asked twice: once for the probabilities of the right labels, once for how many wrong
  /// ones reach each of those, so that the memory is that of the right ones alone.
  private func precision(
    atRecall recall: Double, on texts: LabelledText, threads: Int, stop: StopFlag
  ) throws -> Double {
    let places = Dictionary(labels.enumerated().map { ($1, $0) }, uniquingKeysWith: { a, _ in a })
    let inModel = texts.labels.map { places[$0] }
    var (right, rightCount) = ([Float](), 0)
    func forEachText(
      _ body: (_ row: ArraySlice<Float>, _ right: [Int]) -> Void
    ) throws {
      try forEachPiece(of: texts, threads: threads, stop: stop) { range, scores in
        for text in range {
          body(
            scores.row(text - range.lowerBound),
            texts.labelIDs(of: text).compactMap { inModel[Int($0)] })
        }
      }
    }
    for text in 0..<texts.count { rightCount += texts.labelIDs(of: text).count }
    try forEachText { row, own in
      for label in own { right.append(row[row.startIndex + label]) }
    }
    right.sort(by: >)
    let needed = max(1, Int((recall * Double(rightCount)).rounded(.up)))
    guard needed <= right.count else { return 0 }
    // How many wrong labels reach the probability of each right one but not that before it.
    var wrong = [Int](repeating: 0, count: right.count)
    try forEachText { row, own in
      for (label, probability) in row.enumerated() where !own.contains(label) {
        var (low, high) = (0, right.count)
        while low < high {
          let middle = (low + high) / 2
          if right[middle] <= probability { high = middle } else { low = middle + 1 }
        }
        if low < right.count { wrong[low] += 1 }
      }
    }
    var (best, wrongCount) = (0.0, 0)
    for place in right.indices {
      wrongCount += wrong[place]
      // Those that are equally likely are taken together.
      if place + 1 < right.count, right[place + 1] == right[place] { continue }
      guard place + 1 >= needed else { continue }
      best = max(best, Double(place + 1) / Double(place + 1 + wrongCount))
    }
    return best
  }
}

import BLASCore
public import WordtoolCore

/// Makes the probabilities of a classifier say how often it is right.
///
/// Of texts that it gives a label with a probability of 0.8, four in five are to have it; most models are
/// surer than they should be. What is learnt from held-out text changes probabilities alone: by
/// temperature the order of a text's labels stays as it is, by isotonic regression it may change.
public struct Calibration: Hashable, Sendable {
  /// How probabilities are changed.
  public enum Method: String, Codable, Hashable, Sendable, CaseIterable {
    /// One number: probabilities to the power of 1/T, scaled to add up to 1; of questions of their own
    /// the log odds divided by T. It needs few texts.
    ///
    /// Guo, Pleiss, Sun and Weinberger: On Calibration of Modern Neural Networks, ICML 2017, section 4.2.
    case temperature
    /// Of each label a function that never falls, fitted by least squares to whether texts have the
    /// label; scaled to add up to 1 where the model's probabilities do. It needs a thousand texts and
    /// more.
    ///
    /// Zadrozny and Elkan: Transforming Classifier Scores into Accurate Multiclass Probability Estimates,
    /// KDD 2002.
    case isotonic
  }

  /// What was learnt.
  enum Map: Hashable, Sendable {
    case temperature(Double)
    /// One for each question: the labels, or of two exclusive ones the second.
    case isotonic([IsotonicFunction])
  }

  let map: Map

  /// How probabilities are changed.
  public var method: Method {
    switch map {
    case .temperature: .temperature
    case .isotonic: .isotonic
    }
  }

  /// T, above 1 for a model that was too sure; nil of another method.
  public var temperature: Double? {
    guard case .temperature(let value) = map else { return nil }
    return value
  }

  /// Changes the probabilities of a text.
  func apply(to row: inout ArraySlice<Float>, isExclusive: Bool) {
    switch map {
    case .temperature(let temperature):
      if isExclusive {
        Self.sharpen(&row, by: 1 / temperature)
      } else {
        for place in row.indices {
          let odds = Self.logOdds(Double(row[place])) / temperature
          row[place] = Float(1 / (1 + PortableMath.exp(-odds)))
        }
      }
    case .isotonic(let functions):
      if functions.count == 1, row.count == 2 {
        let second = functions[0](row[row.startIndex + 1])
        row[row.startIndex] = 1 - second
        row[row.startIndex + 1] = second
        return
      }
      for (place, function) in zip(row.indices, functions) { row[place] = function(row[place]) }
      guard isExclusive else { return }
      let sum = row.reduce(0, +)
      for place in row.indices { row[place] = sum > 0 ? row[place] / sum : 1 / Float(row.count) }
    }
  }

  /// Probabilities to some power, adding up to 1.
  private static func sharpen(_ row: inout ArraySlice<Float>, by power: Double) {
    let logs = row.map { power * logarithm($0) }
    let most = logs.max() ?? 0
    let powers = logs.map { PortableMath.exp($0 - most) }
    let sum = powers.reduce(0, +)
    for (place, value) in zip(row.indices, powers) { row[place] = Float(value / sum) }
  }

  /// Of 0 that of the least number there is room for.
  static func logarithm(_ probability: Float) -> Double {
    PortableMath.log(Double(max(probability, .leastNormalMagnitude)))
  }

  /// ln(p / (1 - p)), within what has a probability that is not 0 or 1.
  static func logOdds(_ probability: Double) -> Double {
    let inside = min(max(probability, 1e-30), 1 - 1e-12)
    return PortableMath.log(inside / (1 - inside))
  }
}

extension TextClassifier {
  /// The same model with probabilities that say how often it is right on some texts, which it was not
  /// trained on. The same texts give the same model for any number of threads.
  ///
  /// - Parameters:
  ///   - texts: labels that the model does not know are left out, and so are texts that then have none.
  ///   - method: how probabilities are changed.
  ///   - threads: how many threads to use, at least 1.
  ///   - stop: ends the work early.
  /// - Throws: `WordtoolError`: `unavailable` for a file of fastText's, which has no room for it, and for a
  ///   model that is calibrated; `badData` for texts without a label of the model; `interrupted`.
  public func calibrated(
    on texts: LabelledText, by method: Calibration.Method, threads: Int = Workers.defaultCount,
    stop: StopFlag = StopFlag()
  ) throws -> TextClassifier {
    try OptionCheck.requireThreads(threads)
    guard !(core is FastTextModel), calibration == nil else {
      throw WordtoolError(
        .unavailable,
        found: calibration == nil ? "a file of fastText's" : "a model that is calibrated",
        expected: "one of this project's own without a calibration")
    }
    var answers = CalibrationAnswers(labelCount: labels.count, isExclusive: isExclusive)
    let places = texts.labels.map { labels.firstIndex(of: $0) }
    try forEachPiece(of: texts, threads: threads, stop: stop) { range, scores in
      for text in range {
        let right = texts.labelIDs(of: text).compactMap { places[Int($0)] }
        if !right.isEmpty { answers.add(scores.row(text - range.lowerBound), right: right) }
      }
    }
    guard answers.count > 0 else {
      throw WordtoolError(
        .badData, found: "no text with a label of the model", expected: "held-out texts with labels"
      )
    }
    return TextClassifier(core: core, training: training, calibration: answers.fitted(by: method))
  }
}

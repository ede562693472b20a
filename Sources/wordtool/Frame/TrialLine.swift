import WordtoolCore

/// One trial of a search for options in the metrics.
struct TrialLine: MetricsLine {
  var trial: Int
  /// nil where the training came to no model, or to none that could be measured.
  var score: Double?
  var isBest: Bool
  /// The options as they are written.
  var options: [String]
  var seconds: Double
  var position: Int { trial }
}

extension TrainingSession {
  /// Shows a trial of a search and notes it in the metrics.
  ///
  /// - Parameter options: as they are written: `--dim`, `100`.
  func tell(_ trial: Int, score: Double?, isBest: Bool, options: [String]) {
    metrics?.add(
      TrialLine(
        trial: trial, score: score, isBest: isBest, options: options, seconds: secondsSoFar))
    let figure = score.map { NumberFormat.fixed($0, 4) } ?? "no model"
    progress.note(
      "trial \(trial): \(figure)\(isBest ? ", the best" : ""), with "
        + options.joined(separator: " "))
  }
}

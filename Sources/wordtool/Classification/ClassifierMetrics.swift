import WordtoolCore

extension TrainingSession {
  /// One moment of a classifier's or tagger's training.
  private struct ClassifierLine: MetricsLine {
    var fraction: Double
    var examples: Int
    /// Passes that are complete.
    var epoch: Int
    var loss: Double?
    var learningRate: Double?
    var validAccuracy: Double?
    var seconds: Double
    var position: Int { examples }
  }

  /// Shows a moment and notes it in the metrics.
  ///
  /// - Parameter unit: what is counted: `texts`.
  func show(unit: String) -> (TrainingProgress) -> Void {
    { [self] moment in
      metrics?.add(
        ClassifierLine(
          fraction: moment.fraction, examples: moment.examples,
          epoch: moment.fraction == 1 ? moment.epoch : moment.epoch - 1, loss: moment.loss,
          learningRate: moment.learningRate, validAccuracy: moment.validAccuracy,
          seconds: secondsSoFar))
      progress.update(
        Progress.Moment(
          phase: "training", fraction: moment.fraction, count: moment.examples, unit: unit,
          loss: moment.loss, learningRate: moment.learningRate))
    }
  }
}

import SeqModels

extension TrainingSession {
  /// One moment of a classifier's or tagger's training.
  private struct ClassifierLine: MetricsLine {
    var fraction: Double
    var examples: Int
    var epoch: Int
    var loss: Double?
    var learningRate: Double?
    var validAccuracy: Double?
    var seconds: Double
    var position: Int { examples }
  }

  /// Shows a moment and notes it in the metrics. Any thread may call what this returns.
  ///
  /// - Parameter unit: what is counted: `texts`.
  func show(unit: String) -> @Sendable (ClassifierProgress) -> Void {
    let (progress, metrics, began) = (progress, metrics, Environment.seconds())
    return { moment in
      metrics?.add(
        ClassifierLine(
          fraction: moment.fraction, examples: moment.exampleCount, epoch: moment.epochs,
          loss: moment.loss, learningRate: moment.learningRate,
          validAccuracy: moment.validAccuracy, seconds: Environment.seconds() - began))
      progress.update(
        Progress.Moment(
          phase: "training", fraction: moment.fraction, count: moment.exampleCount, unit: unit,
          loss: moment.loss, learningRate: moment.learningRate))
    }
  }
}

import WordtoolCore

extension TrainingSession {
  /// One moment of a training of embeddings.
  private struct EmbeddingLine: MetricsLine {
    var words: Int
    var fraction: Double
    var epoch: Int
    var loss: Double?
    var learningRate: Double?
    var seconds: Double
    var position: Int { words }
  }

  /// Metrics have a line for each of so many parts of the work.
  private static let embeddingLines = 200.0

  /// Shows how far a training of embeddings is, and writes it down.
  func show(_ moment: TrainingProgress) {
    progress.update(
      Progress.Moment(
        phase: "training", fraction: moment.fraction, count: moment.examples, loss: moment.loss,
        learningRate: moment.learningRate))
    metrics?.add(
      EmbeddingLine(
        words: moment.examples, fraction: moment.fraction, epoch: moment.epoch, loss: moment.loss,
        learningRate: moment.learningRate, seconds: secondsSoFar),
      step: Int(moment.fraction * Self.embeddingLines))
  }
}

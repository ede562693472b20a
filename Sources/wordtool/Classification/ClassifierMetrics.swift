import SeqModels
import Synchronization
import WordtoolCore

/// The state of a classifier's training over time: one JSON object a line.
final class ClassifierMetrics: Sendable {
  /// One moment.
  private struct Line: Encodable {
    var fraction: Double
    var examples: Int
    var epoch: Int
    var loss: Double?
    var learningRate: Double?
    var validAccuracy: Double?
    var seconds: Double
  }

  private let lines = Mutex<[String]>([])
  private let path: String

  /// Opens nothing yet; but the folder must be one that can be written.
  init(path: String) throws {
    self.path = path
    _ = try OutputFile(path: path)
  }

  /// Adds a line. Any thread may call.
  func add(_ moment: ClassifierProgress, seconds: Double) {
    let line = Line(
      fraction: moment.fraction, examples: moment.exampleCount, epoch: moment.epochs,
      loss: moment.loss, learningRate: moment.learningRate, validAccuracy: moment.validAccuracy,
      seconds: seconds)
    guard let text = try? JSONOutput.line(line) else { return }
    lines.withLock { $0.append(text + "\n") }
  }

  /// Writes the file. Metrics that cannot be written do not undo a training.
  func close() {
    do {
      let file = try OutputFile(path: path)
      for line in lines.withLock({ $0 }) { try file.write(line) }
      try file.commit()
    } catch {
      StandardError.warn("the metrics could not be written: \(error)")
    }
  }
}

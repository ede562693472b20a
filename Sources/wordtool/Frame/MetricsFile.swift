import WordtoolCore

/// The state of a training over time: one JSON object a line.
final class MetricsFile {
  /// One moment.
  struct Line: Encodable {
    var words: Int
    var fraction: Double
    var epoch: Int
    var loss: Double?
    var learningRate: Float
    var seconds: Double
  }

  private let file: OutputFile
  private var failure: (any Error)?
  private var lastStep = -1

  /// A line is written each time another two-hundredth of the work is done.
  private static let steps = 200.0

  init(path: String) throws { file = try OutputFile(path: path) }

  /// Adds a line, unless the last one was about nearly the same moment.
  func add(_ line: Line) {
    let step = Int(line.fraction * Self.steps)
    guard failure == nil, step != lastStep else { return }
    lastStep = step
    do { try file.write(try JSONOutput.line(line) + "\n") } catch { failure = error }
  }

  /// Makes the file complete. Metrics that cannot be written do not undo a training.
  func close() {
    do {
      if let failure { throw failure }
      try file.commit()
    } catch {
      StandardError.warn("the metrics could not be written: \(error)")
    }
  }
}

import ArgumentParser
import Networks
import Synchronization

/// How far long work has come, on standard error.
final class Progress: Sendable {
  /// The choices of `--progress`.
  enum Mode: String, CaseIterable, ExpressibleByArgument {
    /// One redrawn line on a terminal, plain lines elsewhere.
    case auto
    case plain
    case json
    case none
  }

  /// One moment of the work.
  struct Moment {
    /// What is being done: `reading`, `training`.
    var phase: String
    /// The share that is done, 0 to 1; nil when the end is not known.
    var fraction: Double?
    /// Words (or whatever `unit` says) dealt with so far.
    var count: Int
    var unit = "words"
    var loss: Double?
    var learningRate: Double?
  }

  private enum Drawing { case bar, lines, json, nothing }

  private struct State {
    var phase = ""
    var start = 0.0
    var estimator = RateEstimator(time: 0)
    /// The words themselves instead of their share.
    var words = RateEstimator(time: 0)
    var lastDrawn = -Double.infinity
    var isComplete = false
    var wordsPerSecond: Double { words.pace }
  }

  private let drawing: Drawing
  private let state = Mutex<State>(State())
  /// Seconds between two drawings of the bar, and between two lines.
  private static let barInterval = 0.1
  private static let lineInterval = 3.0

  init(_ mode: Mode) {
    drawing =
      switch mode {
      case .auto: StandardError.isTerminal && Environment.allowsRedrawing ? .bar : .lines
      case .plain: .lines
      case .json: .json
      case .none: .nothing
      }
  }

  /// Whether anything is shown at all.
  var isShown: Bool { drawing != .nothing }

  /// Shows `moment`, unless something was shown just before. Any thread may call.
  func update(_ moment: Moment) {
    guard drawing != .nothing else { return }
    let now = Environment.seconds()
    state.withLock { state in
      let isNewPhase = state.phase != moment.phase
      if isNewPhase {
        state = State()
        state.phase = moment.phase
        state.start = now
        state.words = RateEstimator(time: now, fraction: Double(moment.count))
        state.estimator = RateEstimator(time: now, fraction: moment.fraction ?? 0)
        // The first line of a phase comes when there is a pace to tell.
        state.lastDrawn = drawing == .bar ? -Double.infinity : now
      }
      let interval = drawing == .bar ? Self.barInterval : Self.lineInterval
      let isLast = !state.isComplete && (moment.fraction ?? 0) >= 1
      let isDue = now - state.lastDrawn >= interval && !state.isComplete
      guard isDue || (isLast && drawing != .bar) else { return }
      state.isComplete = isLast
      state.estimator.update(time: now, fraction: moment.fraction ?? 0)
      state.words.update(time: now, fraction: Double(moment.count))
      state.lastDrawn = now
      draw(moment, state, now: now)
    }
  }

  /// Says something beside the moments, where those are shown as text.
  func note(_ text: String) {
    if drawing == .bar || drawing == .lines { StandardError.note(text) }
  }

  /// Wipes the line; call it when the work has ended, well or badly.
  func finish() { StandardError.wipe() }

  private func draw(_ moment: Moment, _ state: State, now: Double) {
    switch drawing {
    case .nothing: break
    case .bar: StandardError.redraw(bar(moment, state))
    case .lines: StandardError.note(line(moment, state))
    case .json:
      let object = JSONMoment(
        phase: moment.phase, fraction: moment.fraction, words: moment.count,
        wordsPerSecond: state.wordsPerSecond, loss: moment.loss,
        learningRate: moment.learningRate, elapsedSeconds: now - state.start,
        etaSeconds: moment.fraction == nil ? nil : state.estimator.secondsLeft)
      if let text = try? JSONOutput.line(object) { StandardError.printLine(text) }
    }
  }

  private struct JSONMoment: Encodable {
    var phase: String
    var fraction: Double?
    var words: Int
    var wordsPerSecond: Double
    var loss: Double?
    var learningRate: Double?
    var elapsedSeconds: Double
    var etaSeconds: Double?
  }

  /// The figures of one moment, the most useful first.
  private func figures(_ moment: Moment, _ state: State) -> [String] {
    var parts: [String] = []
    if let fraction = moment.fraction {
      parts.append(NumberFormat.fixed(fraction * 100, 1).padded(to: 5, onLeft: true) + " %")
      if let left = state.estimator.secondsLeft, fraction < 1 {
        parts.append("ETA " + NumberFormat.duration(left))
      }
    } else {
      parts.append("\(NumberFormat.withPrefix(Double(moment.count)))\(moment.unit)")
    }
    // A run too short to have a pace has none.
    if state.wordsPerSecond > 0 {
      parts.append("\(NumberFormat.withPrefix(state.wordsPerSecond))\(moment.unit)/s")
    }
    if let loss = moment.loss { parts.append("loss " + NumberFormat.fixed(loss, 4)) }
    if let rate = moment.learningRate { parts.append("lr " + NumberFormat.short(rate)) }
    return parts
  }

  private func line(_ moment: Moment, _ state: State) -> String {
    let figures = figures(moment, state).map { String($0.drop { $0 == " " }) }
    return "\(moment.phase): " + figures.joined(separator: ", ")
  }

  private func bar(_ moment: Moment, _ state: State) -> String {
    let columns = StandardError.columns - 1
    var text = moment.phase.padded(to: 8) + " "
    if let fraction = moment.fraction {
      let width = min(24, max(0, columns - 60))
      let filled = min(width, Int(fraction * Double(width)))
      if width > 0 {
        text += "[" + String(repeating: "#", count: filled)
        text += String(repeating: ".", count: width - filled) + "] "
      }
    }
    // Figures that do not fit are left out, from the last; a wrapped line could not be redrawn.
    var separator = ""
    for figure in figures(moment, state) {
      guard text.count + separator.count + figure.count <= columns else { break }
      text += separator + figure
      separator = "  "
    }
    return String(text.prefix(columns))
  }
}

extension Progress.Moment {
  /// A moment in the training of a network.
  init<Measured>(_ report: TrainingReport<Measured>, count: Int, unit: String) {
    self.init(
      phase: "training", fraction: report.fraction, count: count, unit: unit, loss: report.loss,
      learningRate: report.learningRate)
  }
}

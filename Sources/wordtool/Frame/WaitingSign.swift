import Synchronization
package import WordtoolCore

/// What a terminal shows of a command that has said nothing for two seconds: which one works, for how
/// long, how far it is and how long it will take where the work says so, and how many bytes it has read and
/// written. A progress of a command's own is drawn in the same
/// line and goes before.
package enum WaitingSign {
  private static let patience = 2.0
  private static let interval = Duration.milliseconds(500)
  private static let hasEnded = Atomic<Bool>(false)

  /// Begins, where a person looks on who has not chosen another way to be told.
  static func begin(_ arguments: [String]) {
    let choices = ["-q", "--quiet", "--progress"]
    guard StandardError.isTerminal, Environment.allowsRedrawing,
      !arguments.contains(where: { choices.contains($0) || $0.hasPrefix("--progress=") })
    else { return }
    let name = CommandNames.command(in: arguments).name.split(separator: " ").dropFirst()
      .joined(separator: " ")
    let start = Environment.seconds()
    Task.detached {
      var foresight = Foresight()
      while !hasEnded.load(ordering: .relaxed) {
        try? await Task.sleep(for: interval)
        guard !hasEnded.load(ordering: .relaxed), !Traffic.usesTerminal else { continue }
        let now = Environment.seconds()
        foresight.update(PresentWork.moment, time: now)
        let text = line(name, seconds: now - start, foresight: foresight)
        StandardError.redraw(text, afterSilence: patience)
      }
    }
  }

  /// Ends for good and wipes the line.
  static func end() {
    hasEnded.store(true, ordering: .relaxed)
    StandardError.silence()
  }

  /// How far the work is, and what that says of its end.
  package struct Foresight {
    private var moment: Workload.Moment?
    private var estimator = RateEstimator(time: 0)

    /// Nothing is known yet.
    package init() {}

    /// Seconds until the end, of the step or of all of them; nil while nothing has moved.
    package var secondsLeft: Double? { moment == nil ? nil : estimator.secondsLeft }

    /// Takes in where the work stands.
    package mutating func update(_ found: Workload.Moment?, time: Double) {
      guard let found else { return }
      let isSame = moment.map { $0.isOfAll && found.isOfAll || $0.step == found.step } ?? false
      // Work that begins anew is no part of what was.
      if !isSame || found.share < moment?.share ?? 0 {
        estimator = RateEstimator(time: time, fraction: found.share)
      } else {
        estimator.update(time: time, fraction: found.share)
      }
      moment = found
    }

    /// `reading, 34 %`, `ETA 12s`; nothing where nothing is known.
    package var parts: [String] {
      guard let moment, moment.share < 1 else { return [] }
      let share = "\(moment.step.rawValue), \(NumberFormat.fixed(moment.share * 100, 0)) %"
      return [share] + (estimator.secondsLeft.map { ["ETA " + NumberFormat.duration($0)] } ?? [])
    }
  }

  /// `convert: 12s, writing, 34 %, ETA 20s, 1.20 GB written`; how much was read, which says nothing of files
  /// that are mapped, only where no share is known.
  static func line(
    _ name: String, seconds: Double, foresight: Foresight = Foresight(),
    read: Int = Traffic.bytesRead, written: Int = Traffic.bytesWritten
  ) -> String {
    var parts = [NumberFormat.duration(seconds)] + foresight.parts
    if read > 0, foresight.parts.isEmpty { parts.append(NumberFormat.bytes(read) + " read") }
    if written > 0 { parts.append(NumberFormat.bytes(written) + " written") }
    return "\(name): " + parts.joined(separator: ", ")
  }
}

import Synchronization
import WordtoolCore

/// What a terminal shows of a command that has said nothing for two seconds: which one works, for how
/// long, and how many bytes it has read and written. A progress of a command's own is drawn in the same
/// line and goes before.
enum WaitingSign {
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
      while !hasEnded.load(ordering: .relaxed) {
        try? await Task.sleep(for: interval)
        guard !hasEnded.load(ordering: .relaxed), !Traffic.usesTerminal else { continue }
        let text = line(name, seconds: Environment.seconds() - start)
        StandardError.redraw(text, afterSilence: patience)
      }
    }
  }

  /// Ends for good and wipes the line.
  static func end() {
    hasEnded.store(true, ordering: .relaxed)
    StandardError.silence()
  }

  /// `convert: 12s, 34.5 MB read, 1.20 GB written`.
  static func line(
    _ name: String, seconds: Double, read: Int = Traffic.bytesRead,
    written: Int = Traffic.bytesWritten
  ) -> String {
    var parts = [NumberFormat.duration(seconds)]
    if read > 0 { parts.append(NumberFormat.bytes(read) + " read") }
    if written > 0 { parts.append(NumberFormat.bytes(written) + " written") }
    return "\(name): " + parts.joined(separator: ", ")
  }
}

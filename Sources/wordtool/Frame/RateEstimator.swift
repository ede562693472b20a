import Libc

/// The pace of long work, smoothed, and the time that is left at that pace.
///
/// The pace is an exponential mean over the last fifth of the time that has passed (at least five
/// seconds): steady enough to be right within a tenth after a twentieth of a run, and quick enough
/// to follow when the machine becomes busy.
package struct RateEstimator {
  private var startTime: Double
  private var lastTime: Double
  private var lastFraction: Double
  private var fractionPerSecond: Double = 0

  /// The shortest memory of the mean, in seconds.
  private static let minimumMemory = 5.0
  /// The memory of the mean as a share of the time that has passed.
  private static let memoryShare = 0.2

  /// Starts the clock at `time` (seconds), with `fraction` of the work already done.
  package init(time: Double, fraction: Double = 0) {
    startTime = time
    lastTime = time
    lastFraction = fraction
  }

  /// Takes in that `fraction` (0 to 1) of the work is done at `time`.
  package mutating func update(time: Double, fraction: Double) {
    let seconds = time - lastTime
    guard seconds > 0 else { return }
    let current = max(0, fraction - lastFraction) / seconds
    let elapsed = time - startTime
    let memory = max(Self.minimumMemory, elapsed * Self.memoryShare)
    // While less time has passed than the memory is long, this is the plain mean so far.
    let share = elapsed <= memory ? seconds / elapsed : 1 - exp(-seconds / memory)
    fractionPerSecond += (current - fractionPerSecond) * share
    lastTime = time
    lastFraction = fraction
  }

  /// Seconds until all is done; nil while nothing has moved.
  package var secondsLeft: Double? {
    guard fractionPerSecond > 0 else { return nil }
    return max(0, 1 - lastFraction) / fractionPerSecond
  }

  /// Seconds since the start, as of the last update.
  package var elapsed: Double { lastTime - startTime }

  /// The smoothed pace: the share of the work done in a second.
  package var pace: Double { fractionPerSecond }
}

import Testing
import TestSupport
import WordtoolCore

import wordtool

@Suite struct RateEstimatorTests {
  @Test func aSteadyPaceGivesTheTimeLeft() throws {
    var estimator = RateEstimator(time: 100)
    for step in 1...50 {
      estimator.update(time: 100 + Double(step), fraction: Double(step) / 1000)
    }
    // After 50 of 1000 seconds.
    let left = try #require(estimator.secondsLeft)
    #expect(abs(left - 950) < 1e-6)
  }

  @Test func anUnsteadyPaceIsRightWithinATenthAfterATwentiethOfTheRun() throws {
    // Every third second is three times as fast as the two others.
    var estimator = RateEstimator(time: 0)
    var done = 0.0
    for step in 1...100 {
      done += step % 3 == 0 ? 3.0 / 3000 : 1.0 / 3000
      estimator.update(time: Double(step), fraction: done)
      guard done >= 0.05 else { continue }
      let left = try #require(estimator.secondsLeft)
      let truth = (1 - done) * 3000 * 3 / 5
      #expect(abs(left - truth) <= truth / 10, "at \(done)")
    }
  }

  /// A run: how much of the work is done by when, as shares of both.
  struct Course: Sendable, CustomStringConvertible {
    var description: String
    var share: @Sendable (Double) -> Double
  }

  /// Steady, slower as words become rarer, quicker as caches fill, with pauses in which checkpoints are written,
  /// and in epochs that end more slowly than they begin.
  static let courses = [
    Course(description: "steady") { $0 },
    Course(description: "slower by a fifth") { 1.1 * $0 - 0.1 * $0 * $0 },
    Course(description: "quicker by a fifth") { 0.9 * $0 + 0.1 * $0 * $0 },
    Course(description: "with pauses") { 0.9 * $0 + (20 * $0).rounded(.down) / 200 },
    Course(description: "in waves") { time in
      let place = (20 * time).truncatingRemainder(dividingBy: 1)
      return time + 0.004 * min(place, 1 - place)
    },
  ]

  /// Whoever looks every half second knows the end within 15 % of the run from a tenth of it on.
  @Test(arguments: courses, [10.0, 60, 3600])
  func theEndIsKnownFromATenthOfTheRun(_ course: Course, _ seconds: Double) throws {
    var estimator = RateEstimator(time: 0, fraction: 0)
    for step in 1..<Int(2 * seconds) {
      let time = Double(step) / 2
      estimator.update(time: time, fraction: max(0, min(1, course.share(time / seconds))))
      guard time >= 0.1 * seconds else { continue }
      let left = try #require(estimator.secondsLeft)
      let isClose = abs(time + left - seconds) <= 0.15 * seconds
      #expect(isClose, "\(course): \(time + left) at \(time) of \(seconds)")
    }
  }

  /// What a terminal shows of a command that reads and then writes, as `convert` does.
  @Test func theEndOfStepsOfAPlanIsKnown() throws {
    var work = Workload(plan: [(.reading, 4), (.writing, 12)])
    var foresight = WaitingSign.Foresight()
    foresight.update(nil, time: 0)
    #expect(foresight.secondsLeft == nil && foresight.parts.isEmpty)
    // Reading takes 10 seconds and writing 30.
    for step in 1..<79 {
      let time = Double(step) / 2
      if step == 1 { work.begin(.reading, of: 1000) }
      if step == 21 { work.begin(.writing, of: 3000) }
      foresight.update(
        work.moment(done: Int((time > 10 ? time - 10 : time) * 100)), time: time)
      guard time >= 4 else { continue }
      let left = try #require(foresight.secondsLeft)
      #expect(abs(time + left - 40) < 0.15 * 40, "\(left) at \(time)")
      #expect(
        foresight.parts.count == 2 && foresight.parts[1].hasPrefix("ETA "), "\(foresight.parts)")
    }
  }

  @Test func nothingIsForetoldBeforeAnythingMoved() {
    var estimator = RateEstimator(time: 0)
    estimator.update(time: 1, fraction: 0)
    #expect(estimator.secondsLeft == nil)
  }
}

@Suite struct MemorySizeTests {
  @Test func unitsAndSharesAreRead() {
    #expect(MemorySize("512M", physicalMemory: 0)?.bytes == 512 << 20)
    #expect(MemorySize("1.5g", physicalMemory: 0)?.bytes == 3 << 29)
    #expect(MemorySize("80%", physicalMemory: 1000)?.bytes == 800)
    #expect(MemorySize("4096", physicalMemory: 0)?.bytes == 4096)
  }

  @Test(arguments: ["", "G", "-1G", "0", "101%", "%", "4X", "1e300G"])
  func whatIsNoAmountIsRefused(_ text: String) {
    #expect(MemorySize(text, physicalMemory: 1000) == nil)
  }
}

import Testing
import TestSupport

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

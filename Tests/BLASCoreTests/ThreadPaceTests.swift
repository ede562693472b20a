import BLASCore
import Testing

/// A machine that is made up, with a clock of its own.
@Suite struct ThreadPaceTests {
  private struct Machine {
    var pace: ThreadPace
    var now = 100.0
    /// Work done so far.
    var work = 0.0

    init(threads: Int) { pace = ThreadPace(limit: threads) }

    /// Steps of one unit each for some seconds, at a speed for each number of threads.
    ///
    /// - Parameter waits: seconds of waiting in a step of so many threads, part of its time.
    mutating func run(
      _ seconds: Double, speed: (Int) -> Double, waits: (Int) -> Double = { _ in 0 }
    ) {
      let end = now + seconds
      while now < end {
        pace.beginStep(at: now)
        var left = 1 / speed(pace.active)
        let step = left
        let wait = waits(pace.active)
        // Waits of 3 ms, the time slice of another process.
        for _ in 0..<Int(wait / 0.003) {
          let threads = pace.active
          now += 0.003
          pace.addWait(0.003, at: now)
          left -= 0.003
          if pace.active != threads {
            // What is left of the step goes on with the new number.
            left = max(0, left) / step / speed(pace.active)
            break
          }
        }
        now += max(0, left)
        work += 1
        pace.endStep(work: 1, at: now)
      }
    }
  }

  @Test("threads that pay stay, and trials cost less than two hundredths", arguments: [2, 4, 16])
  func idle(threads: Int) {
    var machine = Machine(threads: threads)
    machine.run(1) { 1000 * Double($0) }
    #expect(machine.work > 980 * Double(threads))
    machine.run(20) { 1000 * Double($0) }
    #expect(machine.work > 21 * 990 * Double(threads))
  }

  @Test("steps are long and the machine is busy from the start: that is seen at once")
  func waitsInLongSteps() {
    var machine = Machine(threads: 2)
    // Two of five parts of the time are waiting, which is not enough to tell by itself.
    machine.run(0.5, speed: { $0 == 1 ? 30 : 22 }, waits: { $0 == 1 ? 0 : 0.4 / 22 })
    #expect(machine.pace.active == 1 && machine.work >= 13)
    // Without waiting a trial of such steps is put off.
    var idle = Machine(threads: 2)
    idle.run(0.5, speed: { 22 * Double($0) })
    #expect(idle.pace.active == 2 && idle.work >= 22)
  }

  @Test("where more are slower, one is found within a fraction of a second", arguments: [2, 4, 16])
  func slower(threads: Int) {
    var machine = Machine(threads: threads)
    machine.run(0.5) { $0 == 1 ? 1000 : 800 }
    #expect(machine.work > 0.82 * 500)
    machine.run(10) { $0 == 1 ? 1000 : 800 }
    #expect(machine.work > 0.97 * 10_500)
  }

  @Test("a collapse is left at once and seldom tried again", arguments: [2, 4, 16])
  func collapse(threads: Int) {
    // Steps of 2 ms become 60 ms of waiting.
    let speed = { $0 == 1 ? 500.0 : 16 }
    let waits = { $0 == 1 ? 0.0 : 0.06 }
    var machine = Machine(threads: threads)
    machine.run(1, speed: speed, waits: waits)
    #expect(machine.work > 0.85 * 500)
    machine.run(9, speed: speed, waits: waits)
    #expect(machine.work > 0.95 * 5_000)
  }

  @Test("all threads come back when the other load is gone, and leave when it comes")
  func change() {
    var machine = Machine(threads: 2)
    machine.run(30) { $0 == 1 ? 1000 : 300 }
    #expect(machine.pace.active == 1)
    machine.run(3.5) { 1000 * Double($0) }
    #expect(machine.pace.active == 2)
    machine.run(30) { 1000 * Double($0) }
    machine.run(0.2, speed: { $0 == 1 ? 500.0 : 16 }, waits: { $0 == 1 ? 0.0 : 0.06 })
    #expect(machine.pace.active == 1)
  }

  @Test("of many threads the best number is found")
  func best() {
    // Four are fastest, more hinder each other.
    var machine = Machine(threads: 16)
    machine.run(20) { threads in 1000 * Double(threads <= 4 ? threads : max(1, 8 - threads)) }
    #expect((3...5).contains(machine.pace.active))
  }

  @Test("long steps are tried with fewer threads seldom")
  func longSteps() {
    var machine = Machine(threads: 2)
    machine.run(30) { 1.5 * Double($0) }
    #expect(machine.work > 30 * 3 * 0.96)
  }

  @Test("waiting outside of steps leaves fewer threads for a while")
  func unmeasured() {
    var pace = ThreadPace(limit: 2)
    var now = 5.0
    for _ in 0..<8 {
      now += 0.003
      pace.addWait(0.003, at: now)
    }
    #expect(pace.active == 1)
    pace.look(at: now + 0.01)
    #expect(pace.active == 1)
    pace.look(at: now + 1)
    #expect(pace.active == 2)
  }
}

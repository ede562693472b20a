/// Decides how many threads work, from what they came to: results never depend on it, so it may
/// change between any two calls of a team.
///
/// A machine does not say what else it has to do. So the work done in a time is measured, fewer or more
/// threads are tried now and then, and what was faster is kept. A trial that does not pay puts
/// the next one off, and one that hurts is broken off: threads that wait for one without a processor
/// can be many times slower than one thread alone.
///
/// Times are seconds of any clock, told by the caller.
package struct ThreadPace {
  /// The most threads that may work.
  package let limit: Int
  /// How many are to work now, 1 ... `limit`.
  package private(set) var active: Int

  /// Work between two judgements.
  private var seconds = 0.0
  private var work = 0.0
  private var isInStep = false
  /// When the step that runs began, nil where it is not to count.
  private var stepBegan: Double?
  private var firstStep: Double?
  private var lastStep = 0.0

  /// The number to go back to, and what it came to.
  private var trial: (from: Int, rate: Double)?
  /// Which of ``candidates`` is tried next.
  private var turn = 0
  private var distance = Self.shortestDistance
  private var nextTrial = 0.0
  private var lastRise = 0.0
  /// Until then waiting says nothing: less was tried just now, and was slower.
  private var quietEnd = 0.0

  /// Seconds of waiting beyond what pays, and when they were counted.
  private var waited = 0.0
  private var waitedAt = 0.0
  /// Seconds of all waiting since the last judgement.
  private var waitedInAll = 0.0

  private static let window = 0.02
  private static let trialWindow = 0.01
  /// A trial that is clearly slower may end after this.
  private static let shortestTrial = 0.004
  private static let shortestDistance = 0.05
  private static let longestDistance = 3.0
  private static let quietTime = 0.1
  /// So many times as long as a trial takes there is none.
  private static let trialsBetween = 30.0
  /// What has to be gained by more threads, and may be lost by fewer.
  private static let gain = 1.03
  private static let smallLoss = 0.99
  private static let clearLoss = 0.8
  private static let patience = 0.004
  private static let trialPatience = 0.002
  private static let largestShare = 0.6
  /// Who waits for this share of the time may be one of too many.
  private static let doubtfulShare = 0.2

  /// Begins with all.
  package init(limit: Int) {
    self.limit = limit
    active = limit
  }

  /// A step of a training begins; what is done until its end counts.
  package mutating func beginStep(at now: Double) {
    isInStep = true
    stepBegan = now
    if firstStep == nil {
      firstStep = now
      nextTrial = now + distance
    }
  }

  /// The step ends, and `amount` was done, in any unit that all steps share.
  package mutating func endStep(work amount: Double, at now: Double) {
    isInStep = false
    guard let began = stepBegan else { return }
    stepBegan = nil
    lastStep = now - began
    seconds += lastStep
    work += amount
    let isHopeless =
      trial.map { seconds >= Self.shortestTrial && work < Self.clearLoss * $0.rate * seconds }
    if isHopeless == true || seconds >= (trial == nil ? Self.window : Self.trialWindow) {
      judge(at: now)
    }
  }

  /// The caller waited for other threads, `duration` long, until now.
  ///
  /// With n threads of which the caller waits more than (n - 1) / n of the time, one alone is faster;
  /// with many, something is wrong long before.
  package mutating func addWait(_ duration: Double, at now: Double) {
    let share = min(1 - 1 / Double(active), Self.largestShare)
    let worked = max(0, now - duration - waitedAt)
    waited = max(0, waited - share * worked) + (1 - share) * duration
    waitedAt = now
    waitedInAll += duration
    guard waited > (trial == nil ? Self.patience : Self.trialPatience) else { return }
    waited = 0
    if let trial {
      if trial.from < active { refuse(trial.from, isClear: true, at: now) }
    } else if active > 1, now >= quietEnd {
      if let began = stepBegan {
        begin(1, rate: work / max(seconds + now - began, 1e-9))
      } else {
        // Nothing tells whether that is better: it is believed for a while.
        if now - lastRise > 10 * distance { distance = Self.shortestDistance }
        active = max(1, active / 2)
        postpone(at: now, factor: 2)
        forget()
      }
    }
  }

  /// Whether ``look(at:)`` may change something.
  package var isWatching: Bool { !isInStep && active < limit && trial == nil }

  /// Work outside of steps goes on with all threads after a while.
  package mutating func look(at now: Double) {
    guard isWatching, now >= nextTrial else { return }
    active = limit
    lastRise = now
    forget()
  }

  private mutating func judge(at now: Double) {
    let rate = work / max(seconds, 1e-9)
    if let (from, before) = trial {
      guard rate >= (active < from ? Self.smallLoss : Self.gain) * before else {
        return refuse(from, isClear: rate < Self.clearLoss * before, at: now)
      }
      trial = nil
      distance = Self.shortestDistance
      nextTrial = now + max(distance, seconds)
      forget()
    } else if now >= nextTrial,
      // Long steps make the first trial a dear one: it is put off unless there is a reason for it.
      waitedInAll > Self.doubtfulShare * seconds
        || now >= (firstStep ?? 0) + Self.trialsBetween * lastStep
    {
      for _ in candidates where candidates[turn % candidates.count] == active { turn += 1 }
      begin(candidates[turn % candidates.count], rate: rate)
    } else {
      forget()
    }
  }

  /// What may be better, the number at work among it where there is nothing on that side.
  private var candidates: [Int] {
    [1, max(1, active / 2), min(limit, active * 2), max(1, active - 1), min(limit, active + 1)]
  }

  private mutating func begin(_ count: Int, rate: Double) {
    trial = (active, rate)
    active = count
    forget()
  }

  private mutating func refuse(_ count: Int, isClear: Bool, at now: Double) {
    let pause = now + Self.trialsBetween * seconds
    trial = nil
    active = count
    turn += 1
    postpone(at: now, factor: isClear ? 4 : 2)
    nextTrial = max(nextTrial, pause)
    quietEnd = now + Self.quietTime
    forget()
  }

  private mutating func postpone(at now: Double, factor: Double) {
    nextTrial = now + distance
    distance = min(distance * factor, Self.longestDistance)
  }

  /// What was measured before does not count; nor does the step that runs.
  private mutating func forget() {
    seconds = 0
    work = 0
    stepBegan = nil
    waited = 0
    waitedInAll = 0
  }
}

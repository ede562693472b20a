import Synchronization

/// How far long work has come, out of the steps that it has.
package struct Workload: Sendable {
  /// A part of the work.
  package enum Step: String, Sendable {
    case unpacking, reading, writing, linking, comparing, answering
  }

  /// Where work stands.
  package struct Moment: Hashable, Sendable {
    /// What is being done.
    package var step: Step
    /// The share that is done, 0 ... 1: of all planned steps, or of this one where it is in no plan.
    package var share: Double
    /// Whether the share is that of all steps.
    package var isOfAll: Bool

    /// A moment.
    package init(step: Step, share: Double, isOfAll: Bool) {
      (self.step, self.share, self.isOfAll) = (step, share, isOfAll)
    }
  }

  private let plan: [(step: Step, weight: Double)]
  /// The place of the present step in the plan; nil before the first and of a step that is not in it.
  private var place: Int?
  private var next = 0
  private var step: Step?
  private var total = 0

  /// Work before its first step.
  ///
  /// - Parameter plan: the steps to come, as far as they are known, and how long each takes beside the
  ///   others.
  package init(plan: [(step: Step, weight: Double)] = []) { self.plan = plan }

  /// Begins a step.
  ///
  /// - Parameter total: how much there is to do, of any unit.
  package mutating func begin(_ step: Step, of total: Int) {
    self.step = step
    self.total = total
    place = plan.indices.dropFirst(next).first { plan[$0].step == step }
    if let place { next = place + 1 }
  }

  /// Where the work stands when so much of the present step is done; nil before the first step.
  package func moment(done: Int) -> Moment? {
    guard let step, total > 0 else { return nil }
    let own = min(1, max(0, Double(done) / Double(total)))
    let all = plan.reduce(0) { $0 + $1.weight }
    guard let place, all > 0 else { return Moment(step: step, share: own, isOfAll: false) }
    let before = plan[..<place].reduce(0) { $0 + $1.weight }
    return Moment(
      step: step, share: (before + plan[place].weight * own) / all, isOfAll: true)
  }
}

/// The work of this process, for whoever shows how far it is. The code that works says what it is at; of
/// several works at a time the last one to begin a step is told.
package enum PresentWork {
  private static let state = Mutex(Workload())
  private static let done = Atomic<Int>(0)

  /// Says which steps come, and how long each takes beside the others.
  package static func plan(_ steps: [(step: Workload.Step, weight: Double)]) {
    state.withLock { $0 = Workload(plan: steps) }
    done.store(0, ordering: .relaxed)
  }

  /// Begins a step.
  ///
  /// - Parameter total: how much there is to do, of any unit.
  package static func begin(_ step: Workload.Step, of total: Int) {
    state.withLock { $0.begin(step, of: total) }
    done.store(0, ordering: .relaxed)
  }

  /// So much more of the present step is done. Any thread may call.
  package static func advance(_ count: Int) { done.wrappingAdd(count, ordering: .relaxed) }

  /// So much of the present step is done.
  package static func reach(_ count: Int) { done.store(count, ordering: .relaxed) }

  /// Where the work stands; nil before its first step.
  package static var moment: Workload.Moment? {
    state.withLock { $0 }.moment(done: done.load(ordering: .relaxed))
  }
}

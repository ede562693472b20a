import CKernels
import Libc
import Synchronization
import WordtoolCore

/// Threads that wait between pieces of work, for loops too short to start threads for.
///
/// Who does which piece is fixed, and no piece may depend on another: then a result cannot depend
/// on how many threads there are.
package final class ThreadTeam: @unchecked Sendable {
  // Sendable: `job` and `pieceCount` are written before `generation` is raised and read after it is
  // seen; the caller returns only when `pending` is zero.

  /// How many threads work, the caller's included; fewer than asked for where the system refused
  /// some. Written before the first job is published.
  package private(set) var threadCount: Int

  private let generation = Atomic<Int>(0)
  private let pending = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let isEnding = Atomic<Bool>(false)
  private var job: ((Int) -> Void)?
  private var pieceCount = 0
  private let monitor = Monitor()
  private var runner: HelperThreads?

  private static let spinCount = 4_000
  private static let yieldCount = 50

  /// Starts `threadCount - 1` threads, or as many as the system grants; they end with the object.
  package init(threadCount: Int) {
    precondition(threadCount >= 1, "\(threadCount) threads")
    self.threadCount = threadCount
    if threadCount > 1 {
      // The threads do not hold the team: `deinit` waits for them. It may run before a thread does
      // its first step, where `unowned` would trap.
      let team = Unmanaged.passUnretained(self)
      runner = HelperThreads(count: threadCount - 1) { thread in
        team._withUnsafeGuaranteedRef { $0.serve(thread: thread + 1) }
      }
      self.threadCount = 1 + (runner?.count ?? 0)
    }
  }

  deinit {
    if let runner {
      isEnding.store(true, ordering: .releasing)
      raise()
      runner.join()
    }
  }

  /// Runs `body(0)`, …, `body(pieces - 1)` on all threads and returns when all are done.
  ///
  /// A thread does consecutive pieces in order. Must not be called from inside a piece.
  package func forEach(pieces: Int, _ body: (Int) -> Void) {
    if threadCount == 1 || pieces <= 1 {
      for piece in 0..<max(0, pieces) { body(piece) }
      return
    }
    withoutActuallyEscaping(body) { escaping in
      job = escaping
      pieceCount = pieces
      pending.store(threadCount - 1, ordering: .relaxed)
      raise()
      work(thread: 0)
      var spins = 0
      while pending.load(ordering: .acquiring) > 0 {
        spins += 1
        if spins < Self.spinCount { wt_spin_hint() } else { sched_yield() }
      }
      job = nil
    }
  }

  private func raise() {
    generation.wrappingAdd(1, ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
      monitor.whileLocked { monitor.notify() }
    }
  }

  private func work(thread: Int) {
    guard let job else { return }
    for piece in pieceCount * thread / threadCount..<pieceCount * (thread + 1) / threadCount {
      job(piece)
    }
  }

  private func serve(thread: Int) {
    var seen = 0
    while true {
      var spins = 0
      while generation.load(ordering: .acquiring) == seen {
        spins += 1
        if spins < Self.spinCount {
          wt_spin_hint()
        } else if spins < Self.spinCount + Self.yieldCount {
          sched_yield()
        } else {
          sleep(while: seen)
        }
      }
      seen += 1
      if isEnding.load(ordering: .acquiring) { return }
      work(thread: thread)
      pending.wrappingSubtract(1, ordering: .releasing)
    }
  }

  private func sleep(while seen: Int) {
    monitor.whileLocked {
      sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
      while generation.load(ordering: .sequentiallyConsistent) == seen { monitor.wait() }
      sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    }
  }
}

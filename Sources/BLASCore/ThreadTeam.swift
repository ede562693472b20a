import CKernels
import Libc
import Synchronization
import WordtoolCore

/// Threads that share pieces of work, many thousand times a second if need be.
///
/// The caller and its helpers take pieces as they come to them, the caller those of a helper that is
/// not there: a thread without a processor holds up the piece it has begun, and nothing else. Nobody
/// waits for long without sleeping. How many threads work follows ``ThreadPace``. So no piece may
/// depend on another, and a result cannot depend on who did which.
///
/// What was written before a call, or in a piece of it, is visible to all pieces of the next call.
@safe package final class ThreadTeam: @unchecked Sendable {
  // Sendable: what helpers see is in `shared`; all else belongs to the caller.

  /// What is done with each piece, made once for many calls.
  package final class Job {
    fileprivate let body: (Int) -> Void

    package init(_ body: @escaping (Int) -> Void) { self.body = body }
  }

  /// Decides the number of active threads in place of measurements, at every point where it may
  /// change.
  package final class Script: Sendable {
    fileprivate let next: @Sendable () -> Int

    package init(_ next: @escaping @Sendable () -> Int) { self.next = next }
  }

  /// What decides in teams that are made while it is set: for tests.
  @TaskLocal package static var script: Script?

  /// The most threads that work, the caller's included: not more than processors. Fewer than asked
  /// for where the system refused some. Written before the first call is published.
  package private(set) var threadCount: Int
  /// How many threads take part in the next call, at most.
  package private(set) var activeCount: Int

  private var pace: ThreadPace
  private let script: Script?
  private let shared: Shared
  private var helpers: HelperThreads?
  private var generation: UInt64 = 0

  private static let largestTeam = 255

  /// Starts `threadCount - 1` threads, or as many as there are processors and the system grants; they
  /// end with the object.
  package init(threadCount: Int) {
    precondition(threadCount >= 1, "\(threadCount) threads")
    script = Self.script
    let count = min(
      threadCount, script == nil ? Workers.defaultCount : Self.largestTeam, Self.largestTeam)
    self.threadCount = count
    activeCount = count
    pace = ThreadPace(limit: count)
    let shared = Shared(threadCount: count)
    self.shared = shared
    if count > 1 {
      // They hold what they share and not the team: its end, which waits for them, must not come to
      // one of them.
      helpers = HelperThreads(count: count - 1) { shared.serve(thread: $0 + 1) }
      self.threadCount = 1 + (helpers?.count ?? 0)
      if self.threadCount < count {
        pace = ThreadPace(limit: self.threadCount)
        activeCount = self.threadCount
      }
    }
  }

  deinit {
    guard let helpers else { return }
    generation += 1
    shared.end(Call(generation: generation, pieces: 0, threads: threadCount))
    helpers.join()
  }

  // MARK: The caller

  /// Runs `body(0)`, …, `body(pieces - 1)` on the active threads and returns when all are done.
  ///
  /// Must not be called from inside a piece.
  package func forEach(pieces: Int, _ body: (Int) -> Void) {
    if activeCount == 1 || pieces <= 1 {
      for piece in 0..<max(0, pieces) { body(piece) }
      settle()
    } else {
      withoutActuallyEscaping(body) { forEach(pieces: pieces, Job($0)) }
    }
  }

  /// Runs a job with the pieces 0 ..< `pieces` as the other form does.
  package func forEach(pieces: Int, _ work: Job) {
    if pieces > Call.largestPieces {
      let size = (pieces + Call.largestPieces - 1) / Call.largestPieces
      forEach(pieces: (pieces + size - 1) / size) { some in
        for piece in some * size..<min(pieces, (some + 1) * size) { work.body(piece) }
      }
      return
    }
    let threads = min(activeCount, pieces)
    if threads <= 1 {
      for piece in 0..<max(0, pieces) { work.body(piece) }
    } else {
      generation += 1
      let call = Call(generation: generation, pieces: pieces, threads: threads)
      shared.publish(call, work)
      let own = shared.takePieces(of: call, thread: 0)
      if let waited = shared.waitForHelpers(UInt64(pieces - own)) {
        pace.addWait(waited.seconds, at: waited.end)
      }
      withExtendedLifetime(work) {}
    }
    settle()
  }

  /// A step of a training begins: its time tells how many threads are best.
  package func beginStep() {
    if threadCount > 1 { pace.beginStep(at: Shared.now) }
  }

  /// The step ends, and `work` was done, in any unit that all steps of a training share.
  package func endStep(work: Int) {
    if threadCount > 1 { pace.endStep(work: Double(work), at: Shared.now) }
    settle()
  }

  /// Sets the number of threads of the next call.
  private func settle() {
    if let script {
      activeCount = min(max(script.next(), 1), threadCount)
    } else {
      if pace.isWatching { pace.look(at: Shared.now) }
      activeCount = pace.active
    }
  }
}

// MARK: What the threads share

/// The pieces of a call and the threads they are cut for, in one word.
private struct Call {
  static let largestPieces = 0xFFFF
  let word: UInt64

  init(word: UInt64) { self.word = word }

  init(generation: UInt64, pieces: Int, threads: Int) {
    word = generation << 24 | UInt64(pieces) << 8 | UInt64(threads)
  }

  var generation: UInt64 { word >> 24 }
  var pieces: Int { Int(word >> 8 & 0xFFFF) }
  var threads: Int { Int(word & 0xFF) }

  /// The pieces that thread `share` does when all threads are equally fast.
  func pieces(of share: Int) -> Range<Int> {
    pieces * share / threads..<pieces * (share + 1) / threads
  }
}

/// What the threads of a team share. It lives as long as one of them.
@safe private final class Shared: @unchecked Sendable {
  // Sendable: `job` is written before a call is published in `call`, and read by who has taken a
  // piece of that call; the caller returns only when all pieces are done.

  /// Not where there are more threads than processors: the one waited for may need this one's.
  private let spins: Bool
  /// Where helpers sleep, and the caller in place 0.
  private let beds: [Monitor]
  private let isEnding = Atomic<Bool>(false)

  // Memory in which each of these has cache lines of its own.
  private let memory: UnsafeMutableRawPointer
  private let call: UnsafeMutablePointer<Atomic<UInt64>>
  private let job: UnsafeMutablePointer<Unmanaged<ThreadTeam.Job>?>
  /// Pieces done by helpers.
  private let done: UnsafeMutablePointer<Atomic<UInt64>>
  private let isAwaited: UnsafeMutablePointer<Atomic<Bool>>
  /// How many pieces of a share are taken, with the generation of the call.
  private let taken: [UnsafeMutablePointer<Atomic<UInt64>>]
  private let isAsleep: [UnsafeMutablePointer<Atomic<Bool>>]

  private static let lineSize = 128
  /// Seconds after which a thread that waits goes to sleep.
  private static let spinTime = 50e-6

  init(threadCount count: Int) {
    spins = count <= Workers.defaultCount
    beds = (0..<count).map { _ in Monitor() }
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: (4 + 2 * count) * Self.lineSize, alignment: Self.lineSize)
    unsafe self.memory = memory
    func line<T: ~Copyable>(_ number: Int, _ value: consuming T) -> UnsafeMutablePointer<T> {
      let place = unsafe (memory + number * Self.lineSize).bindMemory(to: T.self, capacity: 1)
      unsafe place.initialize(to: value)
      return unsafe place
    }
    unsafe call = line(0, Atomic(0))
    unsafe job = line(1, nil)
    unsafe done = line(2, Atomic(0))
    unsafe isAwaited = line(3, Atomic(false))
    unsafe taken = (0..<count).map { unsafe line(4 + $0, Atomic(0)) }
    unsafe isAsleep = (0..<count).map { unsafe line(4 + count + $0, Atomic(false)) }
  }

  deinit { unsafe memory.deallocate() }

  /// Makes a call known, and what it is about.
  func publish(_ new: Call, _ work: ThreadTeam.Job) {
    unsafe job.pointee = Unmanaged.passUnretained(work)
    unsafe done.pointee.store(0, ordering: .relaxed)
    publish(new)
  }

  /// Sends the helpers home.
  func end(_ last: Call) {
    isEnding.store(true, ordering: .sequentiallyConsistent)
    publish(last)
  }

  private func publish(_ new: Call) {
    unsafe call.pointee.store(new.word, ordering: .sequentiallyConsistent)
    for thread in 1..<new.threads
    where unsafe isAsleep[thread].pointee.load(ordering: .sequentiallyConsistent)
      && isAsleep[thread].pointee.exchange(false, ordering: .sequentiallyConsistent)
    {
      wake(thread)
    }
  }

  /// Waits until helpers have done so many pieces.
  ///
  /// - Returns: nil when they had soon, else how long it took, and when it ended.
  func waitForHelpers(_ count: UInt64) -> (seconds: Double, end: Double)? {
    if spin({ unsafe done.pointee.load(ordering: .acquiring) >= count }) { return nil }
    let began = Self.now
    beds[0].whileLocked {
      unsafe isAwaited.pointee.store(true, ordering: .sequentiallyConsistent)
      while unsafe done.pointee.load(ordering: .sequentiallyConsistent) < count { beds[0].wait() }
      unsafe isAwaited.pointee.store(false, ordering: .relaxed)
    }
    let now = Self.now
    return (now - began + (spins ? Self.spinTime : 0), now)
  }

  /// Does pieces until none is left to be taken: the thread's own share first, so that a piece meets
  /// the data that it left in the thread's cache, then what others have not begun.
  ///
  /// - Returns: how many it did.
  func takePieces(of call: Call, thread: Int) -> Int {
    var count = 0
    for offset in 0..<call.threads {
      let share = (thread + offset) % call.threads
      let pieces = call.pieces(of: share)
      while let number = take(of: share, call, pieces.count) {
        // SAFETY: the call has a piece that is not done, so the caller is waiting and holds the job.
        unsafe job.pointee?._withUnsafeGuaranteedRef { $0.body(pieces.lowerBound + number) }
        count += 1
      }
    }
    return count
  }

  /// The number of a piece of a share that nobody else does, or nil when there is none.
  private func take(of share: Int, _ call: Call, _ size: Int) -> Int? {
    let counter = unsafe taken[share]
    var old = unsafe counter.pointee.load(ordering: .relaxed)
    while true {
      // Left by an earlier call, the counter stands for zero; by a later one, this call is over.
      if old >> 24 > call.generation { return nil }
      let number = old >> 24 == call.generation ? Int(old & 0xFF_FFFF) : 0
      if number >= size { return nil }
      let new = call.generation << 24 | UInt64(number + 1)
      let result = unsafe counter.pointee.compareExchange(
        expected: old, desired: new, ordering: .acquiringAndReleasing)
      if result.exchanged { return number }
      old = result.original
    }
  }

  func serve(thread: Int) {
    var seen = Call(word: 0)
    while true {
      seen = nextCall(after: seen, thread)
      if isEnding.load(ordering: .acquiring) { return }
      let count = takePieces(of: seen, thread: thread)
      if count > 0 {
        unsafe done.pointee.wrappingAdd(UInt64(count), ordering: .sequentiallyConsistent)
        if unsafe isAwaited.pointee.load(ordering: .sequentiallyConsistent) { wake(0) }
      }
    }
  }

  /// Waits for a call that thread `thread` takes part in.
  private func nextCall(after seen: Call, _ thread: Int) -> Call {
    var next = seen
    func isCalled() -> Bool {
      next = Call(word: unsafe call.pointee.load(ordering: .sequentiallyConsistent))
      return next.word != seen.word && thread < next.threads
    }
    if spin(isCalled) { return next }
    beds[thread].whileLocked {
      while true {
        unsafe isAsleep[thread].pointee.store(true, ordering: .sequentiallyConsistent)
        if isCalled() { break }
        beds[thread].wait()
      }
      unsafe isAsleep[thread].pointee.store(false, ordering: .sequentiallyConsistent)
    }
    return next
  }

  /// Wakes a thread that sleeps or is about to.
  private func wake(_ thread: Int) {
    // With the lock had, the thread either sleeps or will look again before it does.
    beds[thread].whileLocked {}
    beds[thread].notify()
  }

  /// Waits for some microseconds: another thread with a processor comes that soon.
  private func spin(_ isThere: () -> Bool) -> Bool {
    if isThere() { return true }
    if !spins { return false }
    for _ in 0..<64 {
      if isThere() { return true }
      wt_spin_hint()
    }
    let began = Self.now
    while Self.now - began < Self.spinTime {
      for _ in 0..<64 {
        if isThere() { return true }
        wt_spin_hint()
      }
    }
    return false
  }

  static var now: Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}

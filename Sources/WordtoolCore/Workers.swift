import Libc

/// Threads that are joined before the call returns.
///
/// Work is CPU-bound and lasts minutes, so these are plain threads and not tasks: the count is
/// exact, and nothing occupies the cooperative pool.
public enum Workers {
  /// The number of processors this process may use (`taskset` and a container's quota count); what
  /// `--threads` defaults to.
  public static let defaultCount = ProcessorCount.current

  /// Runs `body(0)`, …, `body(count - 1)`, each on a thread of its own, and waits for all.
  ///
  /// The caller's thread runs `body(0)`, so `count == 1` starts no thread at all.
  ///
  /// - Parameters:
  ///   - count: how many threads, at least 1.
  ///   - body: the work of one thread. It is told its number.
  /// - Throws: the error of the lowest-numbered thread that failed, after all have ended; or
  ///   ``WordtoolError``, and then no body has begun: `usage` for less than one thread, `unavailable`
  ///   when the system refuses one.
  public static func run(count: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws {
    try OptionCheck.requireThreads(count)
    let failures = Locked<[Int: any Error]>([:])
    let guarded: @Sendable (Int) -> Void = { index in
      do { try body(index) } catch { failures.withLock { $0[index] = error } }
    }
    if count == 1 {
      guarded(0)
    } else {
      // Bodies may meet each other, so none begins before all threads are there.
      let gate = Gate()
      var threads: [pthread_t] = []
      do {
        for index in 1..<count {
          threads.append(try start { if gate.waitUntilDecided() { guarded(index) } })
        }
        gate.decide(true)
        guarded(0)
        for thread in threads { _ = pthread_join(thread, nil) }
      } catch {
        gate.decide(false)
        for thread in threads { _ = pthread_join(thread, nil) }
        throw error
      }
    }
    if let first = failures.withLock({ $0.min { $0.key < $1.key }?.value }) { throw first }
  }

  /// Starts a thread that ends by itself.
  ///
  /// - Throws: ``WordtoolError`` of kind `unavailable` when the system refuses a thread.
  package static func detach(_ body: @escaping @Sendable () -> Void) throws {
    pthread_detach(try start(body))
  }

  private final class Closure: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// - Throws: ``WordtoolError`` of kind `unavailable` when the system refuses a thread.
  fileprivate static func start(_ body: @escaping @Sendable () -> Void) throws -> pthread_t {
    // SAFETY: the box is retained here and released by the one thread that receives it.
    let box = unsafe Unmanaged.passRetained(Closure(body)).toOpaque()
    #if os(Linux)
    var thread = pthread_t()
    #else
    // swift-format-ignore: NeverUseImplicitlyUnwrappedOptionals
    var thread: pthread_t!
    #endif
    let status = unsafe pthread_create(
      &thread, nil,
      { argument in
        #if os(Linux)
        let pointer = unsafe argument.unsafelyUnwrapped
        #else
        let pointer = unsafe argument
        #endif
        unsafe Unmanaged<Closure>.fromOpaque(pointer).takeRetainedValue().body()
        return nil
      }, box)
    guard status == 0 else {
      unsafe Unmanaged<Closure>.fromOpaque(box).release()
      throw WordtoolError(
        .unavailable, found: "the system refuses a thread: \(WordtoolError.systemMessage(status))",
        expected: "room for one", remedy: "use fewer `threads`")
    }
    return thread
  }
}

/// Holds threads back until all of them have been started, or none will be.
private final class Gate: @unchecked Sendable {
  // Sendable: `decision` is touched with the lock held only.

  private let monitor = Monitor()
  private var decision: Bool?

  func decide(_ isOpen: Bool) {
    monitor.whileLocked { decision = isOpen }
    monitor.notify()
  }

  func waitUntilDecided() -> Bool {
    monitor.whileLocked {
      while true {
        if let decision { return decision }
        monitor.wait()
      }
    }
  }
}

/// Threads that run beside their owner until it joins them.
package final class HelperThreads: @unchecked Sendable {
  // Sendable: `threads` is written by the initialiser and emptied by the one call of `join`.

  private var threads: [pthread_t]

  /// Starts at most `count` threads; each runs `body` with its number, 0 ..< count. There are fewer
  /// when the system refuses more.
  package init(count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    threads = []
    for index in 0..<count {
      guard let thread = try? Workers.start({ body(index) }) else { break }
      threads.append(thread)
    }
  }

  /// How many run.
  package var count: Int { threads.count }

  /// Waits for the end of all of them.
  package func join() {
    for thread in threads { _ = pthread_join(thread, nil) }
    threads = []
  }
}

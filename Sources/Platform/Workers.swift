#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

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
  /// - Throws: the error of the lowest-numbered thread that failed, after all have ended.
  public static func run(count: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws {
    precondition(count >= 1, "Workers.run needs at least one thread, got \(count)")
    let failures = Locked<[Int: any Error]>([:])
    let guarded: @Sendable (Int) -> Void = { index in
      do { try body(index) } catch { failures.withLock { $0[index] = error } }
    }
    if count == 1 {
      guarded(0)
    } else {
      let threads = (1..<count).map { index in start { guarded(index) } }
      guarded(0)
      for thread in threads { _ = pthread_join(thread, nil) }
    }
    if let first = failures.withLock({ $0.min { $0.key < $1.key }?.value }) { throw first }
  }

  private final class Closure: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  fileprivate static func start(_ body: @escaping @Sendable () -> Void) -> pthread_t {
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
    precondition(status == 0, "the system refused a thread: \(WordtoolError.systemMessage(status))")
    return thread
  }
}

/// Threads that run beside their owner until it joins them.
package final class HelperThreads: @unchecked Sendable {
  // Sendable: `threads` is written by the initialiser and emptied by the one call of `join`.

  private var threads: [pthread_t]

  /// Starts `count` threads; each runs `body` with its number, 0 ..< count.
  package init(count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    threads = (0..<count).map { index in Workers.start { body(index) } }
  }

  /// Waits for the end of all of them.
  package func join() {
    for thread in threads { _ = pthread_join(thread, nil) }
    threads = []
  }
}

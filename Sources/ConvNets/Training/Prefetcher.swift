#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import Platform

/// Things made ahead of their use, in order, on a thread of their own.
///
/// Each is made from its number alone, so what comes out does not depend on how far ahead the
/// thread is.
package final class Prefetcher<Element: Sendable> {
  private let shared: Shared
  private let helper: HelperThreads

  /// Begins to make things.
  ///
  /// - Parameters:
  ///   - range: their numbers.
  ///   - depth: how many wait to be used, at most.
  ///   - make: makes one; not called again after it threw.
  package init(
    _ range: Range<Int>, depth: Int = 2, make: @escaping @Sendable (Int) throws -> Element
  ) {
    let shared = Shared(left: range.count)
    self.shared = shared
    helper = HelperThreads(count: 1) { _ in
      for number in range {
        let made = Result { try make(number) }
        guard shared.put(made, depth: depth) else { return }
        if case .failure = made { return }
      }
    }
  }

  deinit {
    shared.cancel()
    helper.join()
  }

  /// The next one, or nil behind the last.
  ///
  /// - Throws: what making it threw.
  package func next() throws -> Element? { try shared.take()?.get() }

  /// Sendable: what changes is touched with the mutex held.
  private final class Shared: @unchecked Sendable {
    private var ready: [Result<Element, any Error>] = []
    private var left: Int
    private var isCancelled = false
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init(left: Int) {
      self.left = left
      mutex.initialize(to: pthread_mutex_t())
      changed.initialize(to: pthread_cond_t())
      pthread_mutex_init(mutex, nil)
      pthread_cond_init(changed, nil)
    }

    deinit {
      pthread_cond_destroy(changed)
      pthread_mutex_destroy(mutex)
      changed.deallocate()
      mutex.deallocate()
    }

    /// Waits for room.
    ///
    /// - Returns: whether to go on.
    func put(_ made: Result<Element, any Error>, depth: Int) -> Bool {
      pthread_mutex_lock(mutex)
      defer { pthread_mutex_unlock(mutex) }
      while ready.count >= depth && !isCancelled { pthread_cond_wait(changed, mutex) }
      if isCancelled { return false }
      ready.append(made)
      pthread_cond_broadcast(changed)
      return true
    }

    func take() -> Result<Element, any Error>? {
      pthread_mutex_lock(mutex)
      defer { pthread_mutex_unlock(mutex) }
      if left == 0 { return nil }
      while ready.isEmpty { pthread_cond_wait(changed, mutex) }
      let first = ready.removeFirst()
      left -= 1
      // Nothing comes behind a failure.
      if case .failure = first { left = 0 }
      pthread_cond_broadcast(changed)
      return first
    }

    func cancel() {
      pthread_mutex_lock(mutex)
      isCancelled = true
      pthread_cond_broadcast(changed)
      pthread_mutex_unlock(mutex)
    }
  }
}

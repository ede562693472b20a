import Libc

/// A value that one thread at a time can reach.
///
/// It does what the standard library's `Mutex` does, with the system's lock. On Linux `Mutex` lives
/// in a library that ThreadSanitizer knows nothing of, which then reports every value behind one as
/// a race and hides the real ones.
@safe package final class Locked<Value>: @unchecked Sendable {
  // Sendable: the value is touched inside `withLock` only.

  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  // Behind a pointer, so that reaching it is the body's doing and nobody else's.
  private let value: UnsafeMutablePointer<Value>

  package init(_ value: sending Value) {
    unsafe self.value = .allocate(capacity: 1)
    unsafe self.value.initialize(to: value)
    unsafe mutex = .allocate(capacity: 1)
    unsafe mutex.initialize(to: pthread_mutex_t())
    let code = unsafe pthread_mutex_init(mutex, nil)
    precondition(code == 0, "the system refused a lock: \(WordtoolError.systemMessage(code))")
  }

  deinit {
    unsafe pthread_mutex_destroy(mutex)
    unsafe mutex.deallocate()
    unsafe value.deinitialize(count: 1)
    unsafe value.deallocate()
  }

  /// Lends the value while no other thread has it. Must not be entered again from `body`.
  package func withLock<Result>(
    _ body: (inout Value) throws -> sending Result
  ) rethrows -> sending Result {
    // SAFETY: the mutex and the value live as long as the object and never move.
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return try unsafe body(&value.pointee)
  }
}

import Libc

/// A lock, and a place to wait for what is done under it.
@safe package final class Monitor: @unchecked Sendable {
  // Sendable: both objects of the system are made for being shared.

  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>

  package init() {
    unsafe mutex = .allocate(capacity: 1)
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe condition = .allocate(capacity: 1)
    unsafe condition.initialize(to: pthread_cond_t())
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(condition, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  /// Calls `body` with the lock held.
  package func whileLocked<Result>(_ body: () throws -> Result) rethrows -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return try body()
  }

  /// Gives the lock away until somebody calls ``notify()``, or for no reason at all: look again at
  /// what was waited for. Only with the lock held.
  package func wait() { unsafe pthread_cond_wait(condition, mutex) }

  /// Wakes all who wait.
  package func notify() { unsafe pthread_cond_broadcast(condition) }
}

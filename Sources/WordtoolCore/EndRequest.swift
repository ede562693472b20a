import Libc
import Synchronization

/// The request to the whole process to end, for readers that wait for a pipe, a terminal or a
/// socket: a flag alone would not wake them.
package enum EndRequest {
  private static let stored = Atomic<Int32>(-1)

  /// A descriptor that becomes readable with the request and stays so; nil in processes that have
  /// no such requests, which is what a library's client has.
  package static var descriptor: Int32? {
    let number = stored.load(ordering: .relaxed)
    return number < 0 ? nil : number
  }

  /// Says which descriptor will tell of the request.
  package static func listen(to descriptor: Int32) { stored.store(descriptor, ordering: .relaxed) }
}

import Libc
import WordtoolCore

/// Wakes the thread that waits for sockets, and tells it whose connections have something to send.
final class WakePipe: Sendable {
  /// Becomes readable when somebody called.
  let output: Int32
  private let input: Int32
  private let calls = Locked<[Int]>([])

  /// - Throws: `WordtoolError` of kind `unavailable` when the system has no descriptors left.
  init() throws {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else {
      throw WordtoolError(.unavailable, found: "no pipe: \(WordtoolError.systemMessage())")
    }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    (output, input) = (ends[0], ends[1])
  }

  deinit {
    close(output)
    close(input)
  }

  /// Calls for a connection. Any thread may.
  func call(for connection: Int) {
    let isFirst = calls.withLock { calls in
      calls.append(connection)
      return calls.count == 1
    }
    // One byte wakes for all calls until they are taken.
    if isFirst { wake() }
  }

  /// Wakes without a connection.
  func wake() {
    var byte: UInt8 = 0
    _ = unsafe write(input, &byte, 1)
  }

  /// The connections that were called for since the last time.
  func take() -> [Int] {
    var bytes = [UInt8](repeating: 0, count: 64)
    while unsafe read(output, &bytes, bytes.count) == bytes.count {}
    return calls.withLock { calls in
      defer { calls = [] }
      return calls
    }
  }
}

import Libc
import Synchronization
import WordtoolCore

/// Standard output: buffered, flushed at the end of the command or by ``flush()``.
///
/// A reader that goes away (`wordtool … | head`) ends the process without a word, as it ends any
/// other Unix filter.
final class StandardOutput: Sendable {
  static let shared = StandardOutput()

  /// Whether results go to a person and not to a file or a pipe.
  static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  private let buffer = Mutex<[UInt8]>([])
  private static let capacity = 1 << 16

  /// Appends text.
  ///
  /// - Throws: ``WordtoolError`` of kind `inputOutput`, for instance when the disk is full.
  func write(_ text: String) throws {
    try buffer.withLock { bytes in
      bytes.append(contentsOf: text.utf8)
      if bytes.count >= Self.capacity { try Self.writeThrough(&bytes) }
    }
  }

  /// Appends a line.
  func writeLine(_ text: String) throws {
    try write(text)
    try write("\n")
  }

  /// Hands everything to the system.
  func flush() throws {
    try buffer.withLock { try Self.writeThrough(&$0) }
  }

  private static func writeThrough(_ bytes: inout [UInt8]) throws {
    var done = 0
    while done < bytes.count {
      let written = bytes.withUnsafeBytes { raw in
        systemWrite(STDOUT_FILENO, raw.baseAddress.map { $0 + done }, raw.count - done)
      }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else {
        let code = errno
        bytes.removeAll()
        if code == EPIPE { endByBrokenPipe() }
        throw WordtoolError(
          .inputOutput, path: "standard output", found: WordtoolError.systemMessage(code))
      }
      done += written
    }
    bytes.removeAll(keepingCapacity: true)
  }

  /// Ends the process as SIGPIPE would have, after removing unfinished files.
  static func endByBrokenPipe() -> Never {
    TemporaryFiles.removeAll()
    signal(SIGPIPE, SIG_DFL)
    kill(getpid(), SIGPIPE)
    _exit(141)
  }
}

/// `write(2)`, under a name that the methods above do not hide.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}

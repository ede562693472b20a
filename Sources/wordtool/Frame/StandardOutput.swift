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

  /// Prints names and values in two columns.
  func writePairs(_ lines: [(String, String)]) throws {
    let lines = lines.map { (TerminalText.escaped($0), TerminalText.escaped($1)) }
    let width = lines.map { TerminalText.cells(in: $0.0) }.max() ?? 0
    for (name, value) in lines { try writeLine("\(name.padded(to: width))  \(value)") }
  }

  /// Hands everything to the system.
  func flush() throws {
    try buffer.withLock { try Self.writeThrough(&$0) }
  }

  private static func writeThrough(_ bytes: inout [UInt8]) throws {
    let code = bytes.withUnsafeBytes { writeAll($0, to: STDOUT_FILENO) }
    bytes.removeAll(keepingCapacity: true)
    if code == EPIPE { endByBrokenPipe() }
    guard code == 0 else {
      throw WordtoolError(
        .inputOutput, path: "standard output", found: WordtoolError.systemMessage(code))
    }
  }

  /// Ends the process as SIGPIPE would have, after removing unfinished files.
  static func endByBrokenPipe() -> Never {
    TemporaryFiles.removeAll()
    signal(SIGPIPE, SIG_DFL)
    kill(getpid(), SIGPIPE)
    _exit(141)
  }
}

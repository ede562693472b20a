import Libc
import Synchronization
import WordtoolCore

/// Standard output: buffered, flushed at the end of the command or by ``flush()``.
///
/// A reader that goes away (`wordtool … | head`) ends the process without a word, as it ends any
/// other Unix filter.
package final class StandardOutput: Sendable {
  static let shared = StandardOutput()

  /// Whether results go to a person and not to a file or a pipe.
  static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// The width of the terminal in cells, 80 where it cannot be told; nil where there is no terminal.
  package static var columns: Int? {
    guard isTerminal else { return nil }
    var size = winsize()
    guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return 80
    }
    return Int(size.ws_col)
  }

  private let buffer = Mutex<[UInt8]>([])
  private static let capacity = 1 << 16

  /// Appends text. On a terminal control characters in it are shown and do nothing.
  ///
  /// - Throws: ``WordtoolError`` of kind `inputOutput`, for instance when the disk is full.
  func write(_ text: String) throws {
    try writeStyled(Self.isTerminal ? ControlCharacters.escapedInLines(text) : text)
  }

  /// Appends text whose control characters are the tool's own: colours.
  ///
  /// - Throws: as ``write(_:)``.
  func writeStyled(_ text: String) throws {
    try buffer.withLock { bytes in
      bytes.append(contentsOf: text.utf8)
      if bytes.count >= Self.capacity { try Self.writeThrough(&bytes) }
    }
  }

  /// Appends text in UTF-8, as ``write(_:)`` does; much of it is not copied.
  ///
  /// - Throws: as ``write(_:)``.
  func write(bytes: UnsafeRawBufferPointer) throws {
    if Self.isTerminal { return try unsafe write(String(decoding: bytes, as: UTF8.self)) }
    try buffer.withLock { buffered in
      if bytes.count < Self.capacity {
        unsafe buffered.append(contentsOf: bytes)
        if buffered.count >= Self.capacity { try Self.writeThrough(&buffered) }
        return
      }
      if !buffered.isEmpty { try Self.writeThrough(&buffered) }
      try unsafe Self.writeThrough(bytes)
    }
  }

  /// Appends a line.
  func writeLine(_ text: String) throws {
    try write(text)
    try write("\n")
  }

  /// What fits a terminal, its last line left for the prompt; 80 columns and 24 rows elsewhere.
  static var size: (columns: Int, rows: Int) {
    var size = winsize()
    guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return (80, 24)
    }
    return (Int(size.ws_col), max(2, Int(size.ws_row) - 1))
  }

  /// Prints lines of prose; on a terminal they are broken at blanks, what follows being indented as
  /// the line and two blanks more.
  func writeProse(_ line: String) throws {
    let indent = String(repeating: " ", count: line.prefix { $0 == " " }.count + 2)
    let width = Self.columns.map { max(20, $0 - indent.count) }
    let lines = TerminalText.wrapped(TerminalText.escaped(line), columns: width)
    try writeLine(lines.joined(separator: "\n" + indent))
  }

  /// Prints names and values in two columns; on a terminal long values go on in the next line.
  func writePairs(_ lines: [(String, String)]) throws {
    let lines = lines.map { (TerminalText.escaped($0), TerminalText.escaped($1)) }
    let width = lines.map { TerminalText.cells(in: $0.0) }.max() ?? 0
    let indent = String(repeating: " ", count: width + 2)
    let columns = Self.columns.map { max(20, $0 - width - 2) }
    for (name, value) in lines {
      let value = TerminalText.wrapped(value, columns: columns).joined(separator: "\n" + indent)
      try writeLine("\(name.padded(to: width))  \(value)")
    }
  }

  /// Hands everything to the system.
  func flush() throws {
    try buffer.withLock { try Self.writeThrough(&$0) }
  }

  private static func writeThrough(_ bytes: inout [UInt8]) throws {
    defer { bytes.removeAll(keepingCapacity: true) }
    try unsafe bytes.withUnsafeBytes { try unsafe writeThrough($0) }
  }

  private static func writeThrough(_ bytes: UnsafeRawBufferPointer) throws {
    if bytes.count > 0, isTerminal { StandardError.silence() }
    let code = unsafe writeAll(bytes, to: STDOUT_FILENO)
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

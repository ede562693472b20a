import Libc
import Synchronization

/// Standard error: messages as whole lines, and at most one line that is drawn again and again.
///
/// All writes of the process go through one lock, so a warning never lands in the middle of a
/// progress line. A standard error that cannot be written to is no reason to stop.
enum StandardError {
  private static let transientLineIsDrawn = Mutex<Bool>(false)

  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// Whether escape sequences may be used: a terminal that knows them, and no NO_COLOR.
  static var mayColor: Bool { isTerminal && Environment.allowsColor }

  /// Prints `wordtool: TEXT` on a line of its own.
  static func note(_ text: String) { printLine("wordtool: \(text)") }

  /// Prints `wordtool: warning: TEXT` on a line of its own.
  static func warn(_ text: String) { printLine("wordtool: warning: \(text)") }

  /// Prints one line, after wiping a progress line that may stand there. Control characters in it
  /// are shown and do nothing.
  static func printLine(_ text: String) {
    let text = TerminalText.escaped(text)
    transientLineIsDrawn.withLock { drawn in
      write((drawn ? "\r\u{1B}[K" : "") + text + "\n")
      drawn = false
    }
  }

  /// Draws `text` over the current line of the terminal. It must be shorter than the line.
  static func redraw(_ text: String) {
    transientLineIsDrawn.withLock { drawn in
      write("\r" + text + "\u{1B}[K")
      drawn = true
    }
  }

  /// Wipes the line that ``redraw(_:)`` left.
  static func wipe() {
    transientLineIsDrawn.withLock { drawn in
      if drawn { write("\r\u{1B}[K") }
      drawn = false
    }
  }

  /// The width of the terminal in columns; 80 where it cannot be told.
  static var columns: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  private static func write(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      var done = 0
      while done < bytes.count {
        let written = systemWrite(
          STDERR_FILENO, bytes.baseAddress.map { $0 + done }, bytes.count - done)
        if written < 0 && errno == EINTR { continue }
        guard written > 0 else { return }
        done += written
      }
    }
  }
}

/// `write(2)`, under a name that the methods above do not hide.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}

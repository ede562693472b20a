import ArgumentParser
import Libc
import Synchronization
import Tokenize

/// Standard error: messages as whole lines, and at most one line that is drawn again and again.
///
/// All writes of the process go through one lock, so a warning never lands in the middle of a
/// progress line. A standard error that cannot be written to is no reason to stop.
enum StandardError {
  /// What stands in the last line of the terminal.
  private struct Line {
    /// Whether something is drawn there that is to be wiped.
    var isDrawn = false
    /// When the process spoke last.
    var spoken = Environment.seconds()
    /// Whether nothing is to be drawn any more without being asked for.
    var isSilent = false
  }

  private static let line = Mutex<Line>(Line())
  private static let command = Mutex<[String]>([])

  /// The arguments of the run, whose command has the options that messages name.
  static func setCommand(_ arguments: [String]) { command.withLock { $0 = arguments } }

  /// A message of a library in the words of the command.
  static func translated(_ text: String) -> String {
    guard text.contains("`") else { return text }
    let arguments = command.withLock { $0 }
    return FlagNames.translate(
      text, help: CommandNames.command(in: arguments).type.helpMessage())
  }

  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// Whether escape sequences may be used: a terminal that knows them, and no NO_COLOR.
  static var mayColor: Bool { isTerminal && Environment.allowsColor }

  /// Prints `wordtool: TEXT` on a line of its own; of several ranks the first does.
  static func note(_ text: String) {
    if Ranks.isFirst { printLine("wordtool: \(text)") }
  }

  /// Prints `wordtool: warning: TEXT` on a line of its own; of several ranks the first does.
  static func warn(_ text: String) {
    if Ranks.isFirst { printLine("wordtool: warning: \(translated(text))") }
  }

  /// Warns when a model cuts text by a rule that was made under another ICU.
  static func warn(of rule: TokenizerRule?, in path: String) {
    if let warning = rule?.versionWarning { warn("\(path) was \(warning)") }
  }

  /// Tells how much of a text was no text in its encoding, if any was not.
  ///
  /// - Parameter isTold: whether the command has --strict to refuse such text.
  static func warnOfReplacements(_ count: Int, isTold: Bool = true) {
    guard count > 0 else { return }
    warn(
      replacements(count)
        + (isTold ? "; --strict refuses such text" : "") + "; `encoding` auto reads other encodings"
    )
  }

  /// What became of so many byte sequences.
  static func replacements(_ count: Int) -> String {
    NumberFormat.counted(count, "byte sequence")
      + (count == 1 ? " is not UTF-8 and was" : " are not UTF-8 and were") + " replaced by U+FFFD"
  }

  /// Prints one line, after wiping a progress line that may stand there. Control characters in it
  /// are shown and do nothing.
  static func printLine(_ text: String) {
    let text = TerminalText.escaped(text)
    line.withLock { line in
      write((line.isDrawn ? "\r\u{1B}[K" : "") + text + "\n")
      line.isDrawn = false
      line.spoken = Environment.seconds()
    }
  }

  /// Draws `text` over the current line of the terminal. It must be shorter than the line.
  static func redraw(_ text: String) {
    line.withLock { line in
      write("\r" + text + "\u{1B}[K")
      line.isDrawn = true
      line.spoken = Environment.seconds()
    }
  }

  /// Draws `text`, cut to the line, as ``redraw(_:)`` unless the process spoke less than so many
  /// seconds before.
  static func redraw(_ text: String, afterSilence seconds: Double) {
    let text = String(TerminalText.escaped(text).prefix(columns - 1))
    line.withLock { line in
      guard !line.isSilent, Environment.seconds() - line.spoken >= seconds else { return }
      write("\r" + text + "\u{1B}[K")
      line.isDrawn = true
    }
  }

  /// Wipes the line, and lets nothing be drawn there that was not asked for: output follows.
  static func silence() {
    line.withLock { $0.isSilent = true }
    wipe()
  }

  /// Wipes the line that ``redraw(_:)`` left.
  static func wipe() {
    line.withLock { line in
      if line.isDrawn { write("\r\u{1B}[K") }
      line.isDrawn = false
    }
  }

  /// The width of the terminal in columns; 80 where it cannot be told.
  static var columns: Int {
    var size = winsize()
    guard unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return 80
    }
    return Int(size.ws_col)
  }

  private static func write(_ text: String) {
    var text = text
    text.withUTF8 { _ = unsafe writeAll(UnsafeRawBufferPointer($0), to: STDERR_FILENO) }
  }
}

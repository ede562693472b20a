import Libc

/// Standard input, where nothing else was named.
enum StandardInput {
  /// Tells a person at a terminal what is waited for; a program that writes to us knows it.
  static func tell() {
    guard isatty(STDIN_FILENO) == 1 else { return }
    StandardError.note("reading standard input; end with Ctrl-D")
  }
}

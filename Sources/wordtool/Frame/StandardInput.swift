import Libc

/// Questions that come one a line on standard input.
enum StandardInput {
  /// Calls `body` with each line that is not blank, until it returns false; results are flushed after each, so that a
  /// program at the other end of two pipes can hold a conversation.
  ///
  /// - Parameters:
  ///   - prompt: printed before each line is read, for the layouts that print one.
  static func forEachQuestion(prompt: String = "", _ body: (String) throws -> Bool) throws {
    while true {
      if !prompt.isEmpty {
        try StandardOutput.shared.write(prompt)
        try StandardOutput.shared.flush()
      }
      guard let line = readLine() else { return }
      guard line.contains(where: { !$0.isWhitespace }) else { continue }
      let goesOn = try body(line)
      try StandardOutput.shared.flush()
      guard goesOn else { return }
    }
  }
}

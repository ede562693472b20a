import WordtoolCore

/// Small text files as lines.
enum TextLines {
  /// The lines of a file, or of standard input for `-`, without their ends.
  static func read(_ path: String) throws -> [Substring] {
    if path == "-" {
      var lines: [Substring] = []
      while let line = readLine() { lines.append(Substring(line)) }
      return lines
    }
    let file = try MappedFile(path: path)
    return String(decoding: file.bytes, as: UTF8.self)
      .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
  }
}

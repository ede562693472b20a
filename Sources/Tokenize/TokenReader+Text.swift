import WordtoolCore

extension TokenReader {
  /// The tokens of a text at hand, laid out as ``write(_:as:threads:stop:to:)`` does with a file of it.
  ///
  /// - Parameter text: less than 2^31 bytes of UTF-8.
  /// - Throws: `WordtoolError`: `usage` for a locale that ICU does not know, `unavailable` without ICU or
  ///   memory.
  package func tokens(of text: String, as layout: TokenLayout) throws -> [UInt8] {
    let scanner = try TokenScanner(rule: rule)
    let output = TokenText(layout)
    output.begin(line: 1, offset: 0)
    var text = text
    try text.withUTF8 { bytes in
      try unsafe scanner.scan(
        bytes,
        word: { token, range, status in
          try unsafe output.append(token, at: range, status: status)
          return true
        }, lineEnd: { output.endLine() })
    }
    return unsafe Array(output.bytes)
  }
}

import Platform
import Tokenize

/// Text, plain or gzip, as a stream of lines.
enum TextStream {
  private static let bufferSize = 1 << 18

  /// Calls `body` with each line of a file, or of standard input for `-`.
  ///
  /// - Parameters:
  ///   - strict: whether bytes that are not UTF-8 are an error.
  /// - Returns: how many sequences were not UTF-8 and became U+FFFD.
  /// - Throws: ``WordtoolError`` from reading, `badData` with the place for bytes that are not
  ///   UTF-8 under `strict`, and what `body` throws.
  static func forEachLine(
    of path: String, strict: Bool, _ body: (String) throws -> Void
  ) throws -> Int {
    let source = try ByteSource(path: path)
    var line: [UInt8] = []
    var offset = 0
    var replaced = 0
    func end() throws {
      let text = String(decoding: line, as: UTF8.self)
      // Repairing never shortens: text that was well-formed has its bytes unchanged.
      if !text.utf8.elementsEqual(line) {
        let first = zip(text.utf8, line).enumerated().first { $0.element.0 != $0.element.1 }
        if strict {
          throw WordtoolError(
            .badData, path: path, at: .byte(offset + (first?.offset ?? 0)),
            found: "bytes that are not UTF-8", expected: "UTF-8 text",
            remedy: "without --strict they are replaced and counted")
        }
        replaced += text.unicodeScalars.count { $0 == "\u{FFFD}" }
      }
      if line.last == UInt8(ascii: "\r") {
        try body(String(text.dropLast()))
      } else {
        try body(text)
      }
      offset += line.count + 1
      line.removeAll(keepingCapacity: true)
    }
    try withUnsafeTemporaryAllocation(byteCount: bufferSize, alignment: 16) { buffer in
      while true {
        let count = try source.read(into: buffer)
        if count == 0 { break }
        var rest = buffer[..<count]
        while let newline = rest.firstIndex(of: UInt8(ascii: "\n")) {
          line.append(contentsOf: rest[rest.startIndex..<newline])
          try end()
          rest = rest[(newline + 1)...]
        }
        line.append(contentsOf: rest)
      }
    }
    if !line.isEmpty { try end() }
    return replaced
  }
}

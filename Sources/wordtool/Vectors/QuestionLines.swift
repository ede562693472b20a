import Libc
import WordtoolCore

/// Questions that come one a line on standard input, in batches of what is there.
///
/// A file comes in large batches, which are answered together by one pass over the vectors. A
/// program or a person at the other end that waits for each answer gets it: what has been read so
/// far is answered before more is waited for.
struct QuestionLines {
  private var buffer: [UInt8] = []
  private var isAtEnd = false
  private static let chunk = 1 << 16

  /// The next lines, without their ends; nil at the end of the input.
  ///
  /// - Throws: ``WordtoolError`` of kind `inputOutput`.
  mutating func next() throws -> [String]? {
    while true {
      if let end = buffer.lastIndex(of: 0x0A) {
        let lines = Self.lines(buffer[..<end])
        buffer.removeFirst(end + 1)
        return lines
      }
      if isAtEnd {
        defer { buffer = [] }
        return buffer.isEmpty ? nil : Self.lines(buffer[...])
      }
      try read()
    }
  }

  private mutating func read() throws {
    let start = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: Self.chunk))
    var count = 0
    repeat {
      count = buffer.withUnsafeMutableBytes {
        systemRead(STDIN_FILENO, $0.baseAddress.map { $0 + start }, Self.chunk)
      }
    } while count < 0 && errno == EINTR
    let code = errno
    buffer.removeLast(Self.chunk - max(0, count))
    guard count >= 0 else {
      throw WordtoolError(.inputOutput, path: "-", found: WordtoolError.systemMessage(code))
    }
    isAtEnd = count == 0
  }

  private static func lines(_ bytes: ArraySlice<UInt8>) -> [String] {
    bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
      String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
    }
  }

  /// Reads all lines and calls `answer` with each batch, then `show` with each line's answer;
  /// results are flushed after each batch.
  ///
  /// - Parameters:
  ///   - prompt: printed before each line, for the layouts that print one.
  ///   - end: a line that ends the run, in those layouts.
  static func forEach<Answer>(
    prompt: String = "", until end: String? = nil, _ answer: ([String]) throws -> [Answer],
    show: (Answer, _ line: String, _ number: Int) throws -> Void
  ) throws {
    let out = StandardOutput.shared
    var lines = QuestionLines()
    var number = 0
    try out.write(prompt)
    try out.flush()
    while var batch = try lines.next() {
      let stop = end.flatMap { batch.firstIndex(of: $0) }
      if let stop { batch.removeSubrange(stop...) }
      for (line, result) in zip(batch, try answer(batch)) {
        number += 1
        try show(result, line, number)
        try out.write(prompt)
      }
      try out.flush()
      if stop != nil { return }
    }
  }
}

/// `read(2)`, under a name that the method above does not hide.
private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int
{
  read(descriptor, bytes, count)
}

import WordtoolCore

/// The lines of one input, plain or gzip, one after the other.
final class LineReader {
  /// How many lines have been read; the number of the present one.
  private(set) var number = 0
  /// Where the present line starts in the unpacked bytes.
  private(set) var offset = 0

  private let source: ByteSource
  private let maximumLength: Int
  private var buffer = [UInt8](repeating: 0, count: 1 << 18)
  private var start = 0
  private var end = 0
  private var nextOffset = 0

  /// Opens the input; `-` is standard input.
  ///
  /// - Parameter maximumLength: the bytes a line may have; a longer one is bad data.
  init(path: String, maximumLength: Int = 1 << 30) throws {
    source = try ByteSource(path: path)
    self.maximumLength = maximumLength
  }

  /// Lends the next line, without its end (LF or CR LF), to `body`.
  ///
  /// - Returns: what `body` returned, or nil at the end of the input.
  func next<Result>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Result) throws -> Result? {
    var searched = start
    while true {
      if let newline = buffer[searched..<end].firstIndex(of: UInt8(ascii: "\n")) {
        return try lend(upTo: newline, next: newline + 1, body)
      }
      searched = end
      guard end - start <= maximumLength else {
        throw WordtoolError(
          .badData, path: source.path, at: .line(number + 1),
          found: "a line of more than \(maximumLength) bytes")
      }
      if start > 0 {
        let count = end - start
        buffer.withUnsafeMutableBytes { raw in
          UnsafeMutableRawBufferPointer(rebasing: raw[..<count])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: raw[start..<end]))
        }
        (start, end, searched) = (0, count, count)
      }
      if end == buffer.count {
        buffer.append(contentsOf: repeatElement(0, count: buffer.count))
      }
      let count = try buffer.withUnsafeMutableBytes {
        try source.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[end...]))
      }
      if count == 0 { return start == end ? nil : try lend(upTo: end, next: end, body) }
      end += count
    }
  }

  private func lend<Result>(
    upTo stop: Int, next: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) throws -> Result {
    let first = start
    var last = stop
    if last > first, buffer[last - 1] == UInt8(ascii: "\r") { last -= 1 }
    offset = nextOffset
    nextOffset += next - first
    start = next
    number += 1
    return try buffer.withUnsafeBufferPointer {
      try body(UnsafeBufferPointer(rebasing: $0[first..<last]))
    }
  }
}

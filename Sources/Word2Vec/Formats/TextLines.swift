import Libc
import WordtoolCore

/// Bytes seen as lines of fields. Lines end in LF or CR LF; fields are parted by blanks and tabs.
@safe struct TextLines: @unchecked Sendable {
  // Sendable: the bytes are only read, and whoever made this keeps them alive.

  let bytes: UnsafeRawBufferPointer
  /// Where the text starts: after the byte order mark, if there is one.
  let start: Int
  /// Where it ends: before empty lines at the end.
  let end: Int

  init(_ bytes: UnsafeRawBufferPointer) {
    unsafe self.bytes = bytes
    start = unsafe bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var end = bytes.count
    while end > start, unsafe bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D { end -= 1 }
    self.end = end
  }

  /// The first newline at or after `offset` and below `limit`, or nil.
  func newline(from offset: Int, below limit: Int) -> Int? {
    guard offset < limit, let base = unsafe bytes.baseAddress,
      let found = unsafe memchr(base + offset, 0x0A, limit - offset)
    else { return nil }
    return unsafe UnsafeRawPointer(found) - base
  }

  /// The line that starts at `offset`, without its end, and where the next one starts.
  func line(from offset: Int) -> (range: Range<Int>, next: Int) {
    let newline = unsafe newline(from: offset, below: bytes.count) ?? bytes.count
    let last = unsafe newline > offset && bytes[newline - 1] == 0x0D ? newline - 1 : newline
    return unsafe (offset..<last, min(bytes.count, newline + 1))
  }

  /// The fields of a line.
  func fields(of line: Range<Int>) -> [Range<Int>] { fields(of: line, atMost: .max) ?? [] }

  /// The fields of a line; nil when there are more than `limit`.
  func fields(of line: Range<Int>, atMost limit: Int) -> [Range<Int>]? {
    var fields: [Range<Int>] = []
    var offset = line.lowerBound
    while offset < line.upperBound {
      while offset < line.upperBound, unsafe Self.isBlank(bytes[offset]) { offset += 1 }
      let first = offset
      while offset < line.upperBound, unsafe !Self.isBlank(bytes[offset]) { offset += 1 }
      guard offset > first else { continue }
      guard fields.count < limit else { return nil }
      fields.append(first..<offset)
    }
    return fields
  }

  /// Whether a line is nothing but white space.
  func isBlank(_ line: Range<Int>) -> Bool {
    var offset = line.lowerBound
    while offset < line.upperBound, unsafe Self.isBlank(bytes[offset]) || bytes[offset] == 0x0D {
      offset += 1
    }
    return offset == line.upperBound
  }

  /// The number of the line that an offset is in, from 1.
  func lineNumber(at offset: Int) -> Int {
    var number = 1
    var at = 0
    while let newline = newline(from: at, below: offset) {
      number += 1
      at = newline + 1
    }
    return number
  }

  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  /// The whole number, not negative, that a field spells, or nil.
  func integer(_ field: Range<Int>) -> Int? {
    guard unsafe bytes[field].allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
    return unsafe Int(String(decoding: bytes[field], as: UTF8.self))
  }

  /// Whether a field spells a number, be it `nan` or `inf`, which are refused later by name.
  func looksLikeNumber(_ field: Range<Int>) -> Bool {
    unsafe field.count < 512 && Float(String(decoding: bytes[field], as: UTF8.self)) != nil
  }

  /// A stretch of bytes as text for a message, shortened.
  func quoted(_ range: Range<Int>) -> String {
    let text = unsafe String(decoding: bytes[range].prefix(40), as: UTF8.self)
    return "'\(text)\(range.count > 40 ? "…" : "")'"
  }
}

/// The first line of the word2vec formats: the number of words and the dimension.
struct SizeLine {
  let count: Int
  let dimension: Int
  /// Where the first row starts.
  let end: Int

  /// Reads the line, or gives nil when the first line is not two whole numbers.
  init?(_ text: TextLines) {
    // No two numbers need more; binary data may have no newline for long.
    let limit = unsafe min(text.bytes.count, text.start + 128)
    guard let newline = text.newline(from: text.start, below: limit) else {
      // A file that is nothing but this line may lack the newline.
      guard unsafe text.bytes.count < limit + 1,
        let whole = Self.numbers(text, text.start..<text.end)
      else { return nil }
      (count, dimension, end) = unsafe (whole.0, whole.1, text.bytes.count)
      return
    }
    guard let pair = Self.numbers(text, text.line(from: text.start).range) else { return nil }
    (count, dimension, end) = (pair.0, pair.1, newline + 1)
  }

  private static func numbers(_ text: TextLines, _ line: Range<Int>) -> (Int, Int)? {
    let fields = text.fields(of: line)
    guard fields.count == 2, let count = text.integer(fields[0]),
      let dimension = text.integer(fields[1])
    else { return nil }
    return (count, dimension)
  }

  /// A dimension that is accepted even of a file without rows.
  private static let harmlessDimension = 1 << 16

  /// Refuses sizes that the file cannot hold, before any memory is taken.
  ///
  /// - Parameter leastRowByteCount: bytes that a row takes at least, given the dimension.
  func check(path: String, available: Int, leastRowByteCount: (Int) -> Int) throws {
    let expected = "at most what \(available) bytes can hold"
    guard dimension >= 1, dimension <= max(Self.harmlessDimension, available) else {
      throw WordtoolError(
        .badData, path: path, at: .line(1), found: "a dimension of \(dimension)",
        expected: dimension < 1 ? "1 or more" : expected)
    }
    let (needed, overflow) = count.multipliedReportingOverflow(by: leastRowByteCount(dimension))
    guard !overflow, needed <= available, count <= WordTable.maximumCount else {
      throw WordtoolError(
        .badData, path: path, at: .line(1), found: "\(count, "word") of \(dimension, "value")",
        expected: expected, remedy: "the file is truncated or its first line is wrong")
    }
  }
}

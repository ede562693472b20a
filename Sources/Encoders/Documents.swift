import Libc
public import Tokenize
import WordtoolCore

/// Texts to encode, one row each, behind one another in one block of UTF-8.
public struct Documents: Sendable {
  let bytes: [UInt8]
  /// Where each text is.
  let ranges: [Range<Int>]
  /// How many byte sequences were not UTF-8 and stand as U+FFFD now.
  public let replacedCount: Int

  /// Takes texts in their order.
  public init(_ texts: some Sequence<String>) {
    var bytes: [UInt8] = []
    var ranges: [Range<Int>] = []
    for text in texts {
      let start = bytes.count
      bytes.append(contentsOf: text.utf8)
      ranges.append(start..<bytes.count)
    }
    self.bytes = bytes
    self.ranges = ranges
    replacedCount = 0
  }

  /// Reads texts from files, one a line.
  ///
  /// - Parameters:
  ///   - paths: files, folders, gzip or `-`, as ``InputFiles`` and ``ByteSource`` take them.
  ///   - column: the tab-separated column that holds the text, counted from 1; nil takes the
  ///     whole line.
  ///   - encoding: of the files.
  ///   - isStrict: whether what is no text in that encoding is an error; otherwise U+FFFD takes its
  ///     place and ``replacedCount`` says how often.
  /// - Throws: ``WordtoolError``: `noSuchInput`, `inputOutput`, or `badData` for a line with too
  ///   few columns, a file with zero bytes, or text that is not valid.
  public init(
    linesOf paths: [String], column: Int? = nil, encoding: TextEncoding = .utf8,
    isStrict: Bool = false
  ) throws {
    precondition(column ?? 1 >= 1, "columns are counted from 1, got \(column ?? 1)")
    var bytes: [UInt8] = []
    var ranges: [Range<Int>] = []
    var replaced = 0
    for path in try InputFiles.expand(paths) {
      var (text, converted) = try Self.read(path, encoding, isStrict: isStrict)
      replaced += converted
      if text.contains(0) {
        throw WordtoolError(
          .badData, path: path, found: "a zero byte", expected: "text",
          remedy: "leave the file out, or read UTF-16 with `encoding` utf-16")
      }
      if let problem = text.withUnsafeBufferPointer({ UTF8Text.firstProblem(in: $0) }) {
        if isStrict {
          throw WordtoolError(
            .badData, path: path, at: .byte(problem), found: "bytes that are not UTF-8",
            expected: "UTF-8",
            remedy: "leave out `isStrict` to replace them, or name the `encoding`")
        }
        let repaired = text.withUnsafeBufferPointer { UTF8Text.repaired($0) }
        text = repaired.text
        replaced += repaired.count
      }
      let offset = bytes.count
      for range in try Self.lines(of: text, column: column, path: path) {
        ranges.append(range.lowerBound + offset..<range.upperBound + offset)
      }
      if bytes.isEmpty { bytes = text } else { bytes += text }
    }
    self.bytes = bytes
    self.ranges = ranges
    replacedCount = replaced
  }

  /// How many texts there are.
  public var count: Int { ranges.count }

  /// A text.
  ///
  /// - Parameter index: 0 ..< `count`.
  public subscript(index: Int) -> String {
    precondition(index >= 0 && index < count, "text \(index) of \(count)")
    return String(decoding: bytes[ranges[index]], as: UTF8.self)
  }

  /// Consecutive texts for each of some workers, about equal in bytes.
  func pieces(count pieceCount: Int) -> [Range<Int>] {
    let total = ranges.reduce(0) { $0 + $1.count + 16 }
    var pieces: [Range<Int>] = []
    var start = 0
    var done = 0
    for index in ranges.indices {
      done += ranges[index].count + 16
      if done * pieceCount >= total * (pieces.count + 1) || index == ranges.count - 1 {
        pieces.append(start..<index + 1)
        start = index + 1
      }
    }
    return pieces.isEmpty ? [0..<0] : pieces
  }

  /// A whole file as UTF-8, and how many sequences were replaced while converting it.
  private static func read(
    _ path: String, _ encoding: TextEncoding, isStrict: Bool
  ) throws -> (text: [UInt8], replaced: Int) {
    let source = try TextSource(path: path, encoding: encoding, isStrict: isStrict)
    var bytes: [UInt8] = []
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    defer { room.deallocate() }
    while case let count = try source.read(into: room), count > 0 {
      bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: room[..<count]))
    }
    // A byte order mark is no text.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    return (bytes, source.replacedCount)
  }

  private static func lines(
    of text: [UInt8], column: Int?, path: String
  ) throws -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    try text.withUnsafeBufferPointer { text in
      var start = 0
      while start < text.count {
        var end = Self.find(0x0A, in: text, start..<text.count)
        let next = end + 1
        if end > start, text[end - 1] == 0x0D { end -= 1 }
        if let column {
          var left = column
          var from = start
          while true {
            let to = Self.find(0x09, in: text, from..<end)
            left -= 1
            if left == 0 {
              ranges.append(from..<to)
              break
            }
            guard to < end else {
              throw WordtoolError(
                .badData, path: path, at: .line(ranges.count + 1),
                found: "\(column - left) columns", expected: "at least \(column)")
            }
            from = to + 1
          }
        } else {
          ranges.append(start..<end)
        }
        start = next
      }
    }
    return ranges
  }

  /// Where a byte stands first in a range, or the range's end.
  private static func find(
    _ byte: UInt8, in text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>
  ) -> Int {
    guard let base = text.baseAddress, !range.isEmpty,
      let found = memchr(base + range.lowerBound, Int32(byte), range.count)
    else { return range.upperBound }
    return UnsafeRawPointer(found) - UnsafeRawPointer(base)
  }
}

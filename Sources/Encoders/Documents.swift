import Libc
public import Tokenize
public import WordtoolCore

/// Texts to encode, one row each, behind one another in one block of UTF-8.
public struct Documents: Sendable {
  let bytes: [UInt8]
  /// Where each text is.
  let ranges: [Range<Int>]
  /// How many byte sequences were not UTF-8 and stand as U+FFFD now.
  public let replacedCount: Int
  /// What the folders that were read hold beside text.
  public private(set) var leftOut: [InputFiles.LeftOut] = []

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
    try OptionCheck.require("column", column ?? 1, in: 1...Int.max)
    var bytes: [UInt8] = []
    var ranges: [Range<Int>] = []
    var replaced = 0
    let listing = try InputFiles.texts(paths, encoding: encoding)
    leftOut = listing.leftOut
    for path in listing.files {
      let source = try TextSource(path: path, encoding: encoding, isStrict: isStrict)
      var text = try source.readAll()
      replaced += source.replacedCount
      if let problem = text.withUnsafeBufferPointer({ UTF8Text.firstProblem(in: $0) }) {
        if isStrict {
          throw text.withUnsafeBufferPointer {
            UTF8Text.refusal(
              of: $0, at: problem, path: path, position: .byte(source.markByteCount + problem),
              remedy: "leave out `isStrict` to replace such bytes, or name the `encoding`")
          }
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

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
  ///   - paths: files, folders, gzip or `-`, as `InputFiles` and `ByteSource` take them.
  ///   - column: the tab-separated column that holds the text, counted from 1; nil takes the
  ///     whole line.
  ///   - encoding: of the files.
  ///   - isStrict: whether what is no text in that encoding is an error; otherwise U+FFFD takes its
  ///     place and ``replacedCount`` says how often.
  /// - Throws: `WordtoolError`: `noSuchInput`, `inputOutput`, or `badData` for a line with too
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
      let lines = LineReader(
        try TextSource(path: path, encoding: encoding, isStrict: isStrict),
        invalid: isStrict ? .refused : .replaced)
      while let range = try unsafe lines.next({ line -> Range<Int> in
        let part = try unsafe Self.column(column, of: line, path: path, number: lines.number)
        let start = bytes.count
        guard start + part.count <= MemorySizes.wholeText else {
          throw WordtoolError(
            .badData, path: path, at: .line(lines.number),
            found: "more than \(MemorySizes.wholeText) bytes of text",
            expected: "at most so many; the texts are taken into memory as a whole",
            remedy: "encode parts of them")
        }
        unsafe bytes.append(contentsOf: part)
        return start..<bytes.count
      }) {
        ranges.append(range)
      }
      replaced += lines.replacedCount
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

  /// Calls `body` with the bytes of each text of a range.
  @inline(__always)
  func forEachText(in range: Range<Int>, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
    unsafe bytes.withUnsafeBufferPointer { bytes in
      for text in range { unsafe body(UnsafeBufferPointer(rebasing: bytes[ranges[text]])) }
    }
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

  /// A column of a line, counted from 1; the whole line for nil.
  private static func column(
    _ column: Int?, of line: UnsafeBufferPointer<UInt8>, path: String, number: Int
  ) throws -> UnsafeBufferPointer<UInt8> {
    guard let column else { return unsafe line }
    var left = column
    var from = 0
    while true {
      let to = unsafe Self.find(0x09, in: line, from..<line.count)
      left -= 1
      if left == 0 { return unsafe UnsafeBufferPointer(rebasing: line[from..<to]) }
      guard to < line.count else {
        throw WordtoolError(
          .badData, path: path, at: .line(number),
          found: "\(column - left) columns", expected: "at least \(column)")
      }
      from = to + 1
    }
  }

  /// Where a byte stands first in a range, or the range's end.
  private static func find(
    _ byte: UInt8, in text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>
  ) -> Int {
    guard let base = text.baseAddress, !range.isEmpty,
      let found = unsafe memchr(base + range.lowerBound, Int32(byte), range.count)
    else { return range.upperBound }
    return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
  }
}

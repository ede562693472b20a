import Libc

/// The lines of one input, one after the other: what every format of lines is read by. Belongs to
/// one thread.
///
/// A line comes without its end. What ``TextSource`` says of text holds. Memory is that of the
/// longest line, and time that of the bytes.
@safe package final class LineReader {
  /// What becomes of a line that is not UTF-8.
  package enum InvalidText: Sendable {
    /// An error with the line.
    case refused
    /// U+FFFD stands for each sequence that is not well-formed, and is counted.
    case replaced
    /// The bytes are handed out as they are.
    case kept
  }

  /// How many lines have been read; the number of the present one.
  package private(set) var number = 0

  private let source: TextSource
  private let invalid: InvalidText
  private let maximumLength: Int
  private var buffer: UnsafeMutableRawBufferPointer
  private var start = 0
  private var end = 0
  private var hasEnded = false
  private var repairedCount = 0

  /// The bytes a line may have where a format says nothing else.
  package static let usualLimit = 16 << 20

  /// How many sequences were replaced by U+FFFD.
  package var replacedCount: Int { repairedCount + source.replacedCount }
  /// The path of the input.
  package var path: String { source.path }

  /// Opens the input; `-` is standard input.
  package convenience init(
    path: String, invalid: InvalidText = .refused, maximumLength: Int = usualLimit
  ) throws {
    self.init(try TextSource(path: path), invalid: invalid, maximumLength: maximumLength)
  }

  /// Reads the lines of a text.
  ///
  /// - Parameter maximumLength: the bytes a line may have; a longer one is bad data.
  package init(
    _ source: TextSource, invalid: InvalidText = .refused, maximumLength: Int = usualLimit
  ) {
    self.source = source
    self.invalid = invalid
    self.maximumLength = maximumLength
    unsafe buffer = .allocate(byteCount: 1 << 16, alignment: 16)
  }

  deinit { unsafe buffer.deallocate() }

  /// Whether a line is there without waiting for more of the input.
  package var hasLine: Bool { newline(from: start) != nil }

  /// Lends the next line to `body`.
  ///
  /// - Returns: what `body` returned, or nil at the end of the input.
  /// - Throws: `badData` for a line that is too long, or invalid and refused, and what reading
  ///   and `body` throw.
  package func next<Result>(
    _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) throws -> Result? {
    var searched = start
    while true {
      if let newline = newline(from: searched) {
        try check(newline - start)
        return try unsafe lend(upTo: newline, next: newline + 1, body)
      }
      try check(end - start)
      if hasEnded { return start == end ? nil : try unsafe lend(upTo: end, next: end, body) }
      searched = try fill()
    }
  }

  /// Moves whole lines with their ends out, as they are in the text: of text that is kept as it is.
  ///
  /// - Parameters:
  ///   - lines: gets them behind what it holds, also those before a failure.
  ///   - size: no more are moved when `lines` has so many bytes.
  ///   - mark: a line that begins with this byte stays, with all that follow.
  /// - Throws: as ``next(_:)`` for a line that is too long, and what reading throws.
  package func take(into lines: inout [UInt8], size: Int, before mark: UInt8) throws {
    precondition(invalid == .kept, "lines that are looked at come one by one")
    while lines.count < size {
      if unsafe start < end && buffer[start] == mark { return }
      var stop = try endOfLines(before: mark)
      if stop == nil {
        try check(end - start)
        if !hasEnded {
          _ = try fill()
          continue
        }
        if start == end { return }
        number += 1
        stop = end
      }
      guard let stop else { return }
      // SAFETY: the range lies inside what was read.
      let whole = unsafe UnsafeRawBufferPointer(rebasing: buffer[start..<stop])
      unsafe lines.append(contentsOf: whole)
      for place in whole.indices where unsafe whole[place] == 0x0A { number += 1 }
      start = stop
    }
  }

  /// Where the whole lines end that have been read and come before one that begins with `mark`, at
  /// least one line on; nil when no line is whole.
  ///
  /// - Precondition: the present line does not begin with `mark`.
  private func endOfLines(before mark: UInt8) throws -> Int? {
    guard let first = newline(from: start), let base = unsafe buffer.baseAddress else { return nil }
    // Only there may one of several lines be too long.
    if unsafe buffer.count > maximumLength {
      try check(first - start)
      return first + 1
    }
    var last = end
    while unsafe buffer[last - 1] != 0x0A { last -= 1 }
    var at = start
    // SAFETY: `at` and what is found lie between the present line's begin and `last`.
    while at < last, let found = unsafe memchr(base + at, Int32(mark), last - at) {
      let place = unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
      if unsafe place > start && buffer[place - 1] == 0x0A { return place }
      at = place + 1
    }
    return last
  }

  /// Reads more behind what is left, which moves to the front.
  ///
  /// - Returns: where what was read begins.
  private func fill() throws -> Int {
    if start > 0 {
      unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
      (start, end) = (0, end - start)
    }
    if unsafe end == buffer.count { grow() }
    let searched = end
    // SAFETY: the slice is the unused part of the buffer.
    let count = try unsafe source.read(
      into: UnsafeMutableRawBufferPointer(rebasing: buffer[end...]))
    end += count
    hasEnded = count == 0
    return searched
  }

  /// The next line as text, or nil at the end.
  package func nextLine() throws -> String? {
    try unsafe next { unsafe String(decoding: unsafe $0, as: UTF8.self) }
  }

  /// All lines of a small file, of at most ``usualLimit`` bytes.
  ///
  /// - Throws: as reading does; `badData` for a larger file.
  package static func all(_ path: String) throws -> [String] {
    let reader = try LineReader(path: path)
    var lines: [String] = []
    var size = 0
    while let line = try reader.nextLine() {
      size += line.utf8.count + 1
      guard size <= usualLimit else {
        throw WordtoolError(
          .badData, path: path, found: "more than \(usualLimit) bytes", expected: "a small file")
      }
      lines.append(line)
    }
    return lines
  }

  private func newline(from offset: Int) -> Int? {
    guard offset < end, let base = unsafe buffer.baseAddress,
      // SAFETY: `offset` to `end` lies inside the buffer.
      let found = unsafe memchr(base + offset, 0x0A, end - offset)
    else { return nil }
    return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
  }

  private func check(_ length: Int) throws {
    if length <= maximumLength { return }
    throw Self.lengthRefusal(path, line: number + 1, limit: maximumLength)
  }

  /// The error for a line that is too long.
  static func lengthRefusal(_ path: String, line: Int, limit: Int) -> WordtoolError {
    WordtoolError(
      .badData, path: path, at: .line(line), found: "a line of more than \(limit) bytes",
      expected: "at most so many; a line is taken into memory as a whole",
      remedy: "break it, for instance with: fold -s")
  }

  private func grow() {
    let larger = unsafe UnsafeMutableRawBufferPointer.allocate(
      byteCount: 2 * buffer.count, alignment: 16)
    unsafe larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<end]))
    unsafe buffer.deallocate()
    unsafe buffer = larger
  }

  private func lend<Result>(
    upTo stop: Int, next: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) throws -> Result {
    // SAFETY: the range lies inside what was read; `body` gets it for the call only.
    var last = stop
    if unsafe last > start && buffer[last - 1] == UInt8(ascii: "\r") { last -= 1 }
    let line = unsafe UnsafeRawBufferPointer(rebasing: buffer[start..<last])
      .assumingMemoryBound(to: UInt8.self)
    start = next
    number += 1
    guard invalid != .kept, let problem = unsafe UTF8Text.firstProblem(in: line) else {
      return try unsafe body(line)
    }
    if invalid == .refused {
      throw unsafe UTF8Text.refusal(
        of: line, at: problem, path: path, position: .line(number),
        remedy: (source.takesEncoding ? "read it with `encoding` auto, or " : "")
          + "convert the file with iconv")
    }
    let (repaired, count) = unsafe UTF8Text.repaired(line)
    repairedCount += count
    return try unsafe repaired.withUnsafeBufferPointer { try unsafe body($0) }
  }
}

extension StringProtocol {
  /// The text without white space at its ends.
  package var trimmed: String {
    let start = drop(while: \.isWhitespace)
    guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...last])
  }
}

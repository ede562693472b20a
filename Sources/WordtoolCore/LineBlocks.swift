import Libc

/// Hands out the lines of some texts in blocks of whole lines, each to one of any number of threads.
///
/// What ``LineReader`` says of lines holds, of texts whose bytes are kept as they are; blocks depend on
/// nothing but the texts. Memory is that of a block, or of the longest line.
package final class LineBlocks: @unchecked Sendable {
  // Sendable: everything that changes is touched under `lock` only.

  /// What went wrong while reading the block with a number.
  package struct Failure: Error {
    package let index: Int
    package let error: any Error
  }

  private let lock = Locked<Void>(())
  private let texts: [() throws -> TextSource]
  private let blockSize: Int
  private let maximumLength: Int
  private var nextText = 0
  private var nextBlock = 0
  private var source: TextSource?
  /// The begin of a line, whose end has not been read yet.
  private var rest: [UInt8] = []
  /// Lines of the present text, and of all, that have been handed out.
  private var linesOfText = 0
  private var lines = 0
  private var hasFailed = false

  /// About how many bytes a block has.
  package static let usualSize = 256 << 10

  /// - Parameters:
  ///   - texts: opened and read one after another.
  ///   - blockSize: the bytes of a block, at least 1; longer lines make longer blocks.
  ///   - maximumLength: the bytes a line may have; a longer one is bad data.
  package init(
    _ texts: [() throws -> TextSource], blockSize: Int = usualSize,
    maximumLength: Int = LineReader.usualLimit
  ) {
    precondition(blockSize >= 1 && maximumLength >= 1)
    self.texts = texts
    self.blockSize = blockSize
    self.maximumLength = maximumLength
  }

  /// Makes the reader hand out nothing more.
  package func fail() { lock.withLock { _ in hasFailed = true } }

  /// Fills a block with the next lines.
  ///
  /// - Returns: whether there were any.
  /// - Throws: ``Failure``, after which there are no more blocks: what opening and reading throw, and
  ///   `badData` for a line that is too long.
  package func next(_ block: LineBlock) throws(Failure) -> Bool {
    let result: Result<Bool, Failure> = lock.withLock { _ in
      if hasFailed { return .success(false) }
      do {
        return .success(try read(block))
      } catch {
        hasFailed = true
        return .failure(Failure(index: nextBlock, error: error))
      }
    }
    return try result.get()
  }

  private func read(_ block: LineBlock) throws -> Bool {
    while true {
      if source == nil {
        guard nextText < texts.count else { return false }
        source = try texts[nextText]()
        nextText += 1
        linesOfText = 0
      }
      guard let source else { return false }
      var (filled, hasEnded) = (rest.count, false)
      // One byte more than a line may have holds its end, or tells that it is too long.
      var wanted = min(max(blockSize, 2 * filled), maximumLength + 1)
      block.reserve(wanted)
      unsafe block.room.copyBytes(from: rest)
      rest.removeAll(keepingCapacity: true)
      var end: Int?
      while true {
        while filled < wanted, !hasEnded {
          // SAFETY: the slice is the unused part of the room.
          let count = try unsafe source.read(
            into: UnsafeMutableRawBufferPointer(rebasing: block.room[filled..<wanted]))
          filled += count
          hasEnded = count == 0
        }
        end = block.lastLineEnd(before: filled)
        if end != nil || hasEnded { break }
        guard filled <= maximumLength else {
          throw LineReader.lengthRefusal(
            source.path, line: linesOfText + 1, limit: maximumLength)
        }
        wanted = min(2 * wanted, maximumLength + 1)
        block.reserve(wanted, keeping: filled)
      }
      if hasEnded { self.source = nil }
      let count = hasEnded ? filled : end ?? filled
      if count == 0 { continue }
      if hasEnded, count - (end ?? 0) > maximumLength {
        throw LineReader.lengthRefusal(
          source.path, line: linesOfText + block.lineCount(count), limit: maximumLength)
      }
      unsafe rest.append(contentsOf: block.room[count..<filled])
      let blockLines = block.lineCount(count)
      block.describe(
        index: nextBlock, path: source.path, firstLine: linesOfText + 1, linesBefore: lines,
        count: count)
      linesOfText += blockLines
      lines += blockLines
      nextBlock += 1
      return true
    }
  }
}

/// Some lines of one text, in memory that belongs to one thread.
@safe package final class LineBlock: @unchecked Sendable {
  // Sendable: a reader fills it inside its lock, for the thread that owns it.

  /// The number of the block over all texts, from 0.
  package private(set) var index = 0
  /// The text it is from.
  package private(set) var path = ""
  /// The number of its first line in that text, from 1.
  package private(set) var firstLine = 1
  /// How many lines there were before it in all texts.
  package private(set) var linesBefore = 0
  /// How many bytes it has.
  package private(set) var count = 0

  /// Bytes behind the block that may be read, whatever they hold.
  package static let slack = 64

  fileprivate private(set) var room = UnsafeMutableRawBufferPointer.allocate(
    byteCount: slack, alignment: 64)

  /// Without any room yet.
  package init() { unsafe room.initializeMemory(as: UInt8.self, repeating: 0) }

  deinit { unsafe room.deallocate() }

  fileprivate func describe(
    index: Int, path: String, firstLine: Int, linesBefore: Int, count: Int
  ) {
    (self.index, self.path, self.count) = (index, path, count)
    (self.firstLine, self.linesBefore) = (firstLine, linesBefore)
  }

  /// Makes room for `count` bytes and the slack, and keeps the first `kept`.
  fileprivate func reserve(_ count: Int, keeping kept: Int = 0) {
    guard unsafe room.count < count + Self.slack else { return }
    let grown = UnsafeMutableRawBufferPointer.allocate(
      byteCount: count + Self.slack, alignment: 64)
    // What nobody fills is read as slack at most.
    unsafe grown.initializeMemory(as: UInt8.self, repeating: 0)
    unsafe grown.copyMemory(from: UnsafeRawBufferPointer(rebasing: room[..<kept]))
    unsafe room.deallocate()
    unsafe room = grown
  }

  /// The place behind the last line feed below `end`.
  fileprivate func lastLineEnd(before end: Int) -> Int? {
    var at = end
    while at > 0 {
      if unsafe room[at - 1] == UInt8(ascii: "\n") { return at }
      at -= 1
    }
    return nil
  }

  /// How many lines the first `count` bytes are; the last one may have no end.
  fileprivate func lineCount(_ count: Int) -> Int {
    guard count > 0, let base = unsafe room.baseAddress else { return 0 }
    var (lines, at) = (0, 0)
    // SAFETY: `at` and what memchr finds lie below `count`.
    while at < count, let found = unsafe memchr(base + at, 0x0A, count - at) {
      lines += 1
      at = unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base) + 1
    }
    return at < count ? lines + 1 : lines
  }

  /// Lends each line without its end, and its number in its text.
  ///
  /// - Parameter body: gets memory that goes on behind the line: at least ``slack`` bytes more may be
  ///   read, whatever they hold.
  @inlinable
  package func forEachLine(
    _ body: (UnsafeBufferPointer<UInt8>, _ number: Int) throws -> Void
  ) rethrows {
    guard let base = unsafe bytes.baseAddress else { return }
    var start = 0
    var number = firstLine
    while start < count {
      let found = unsafe memchr(base + start, 0x0A, count - start)
      let end = unsafe found.map { unsafe UnsafeRawPointer($0) - UnsafeRawPointer(base) } ?? count
      // SAFETY: the line lies inside the block.
      let hasReturn = unsafe end > start && base[end - 1] == UInt8(ascii: "\r")
      try unsafe body(
        UnsafeBufferPointer(start: base + start, count: end - start - (hasReturn ? 1 : 0)), number)
      number += 1
      start = end + 1
    }
  }

  /// All bytes of the block.
  package var bytes: UnsafeBufferPointer<UInt8> {
    // SAFETY: the slice checks the range; the bytes were filled by a reader.
    unsafe UnsafeRawBufferPointer(rebasing: room[..<count]).assumingMemoryBound(to: UInt8.self)
  }
}

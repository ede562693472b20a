package import WordtoolCore

/// A corpus as the numbers of its words, in the order of the text.
///
/// `TokenIDs.lineEnd` (-1) stands behind every line that has words, the last one included; no two
/// stand together and none is first. The numbers are in memory, or in a temporary file without a name,
/// of which trainers hold no more than they work on. Nothing changes them, so any number of threads may
/// read. Of ranks that have read a text together each holds the numbers of a part, and the counts are
/// those of the whole.
@safe public final class TokenIDs: @unchecked Sendable {
  // Sendable: the mapping is complete when the object is made and never written after.

  /// What marks the end of a line.
  public static let lineEnd: Int32 = -1

  /// How many numbers there are, line ends included.
  public let count: Int
  /// How many of them are words.
  public let tokenCount: Int
  /// How many of them are line ends.
  public let lineCount: Int
  /// Which of the numbers are here, on a rank that has read a part of the text; nil where all are.
  package let held: Range<Int>?
  /// The folder of the temporary file, if the numbers are in one.
  package var folder: String? { file?.folder }
  private let mapping: AlignedMemory
  private let file: TemporaryFile?

  /// Whether the numbers are in a temporary file.
  public var isFile: Bool { file != nil }
  /// The bytes of memory that the numbers take for good.
  package var residentByteCount: Int {
    isFile ? 0 : (held?.count ?? count) * MemoryLayout<Int32>.stride
  }

  /// Which numbers of a text are here.
  package struct Part {
    /// Where in the text they are; nil for all of it.
    package var held: Range<Int>?
    /// Numbers of the whole text; `lineCount` of them are line ends.
    package var count: Int
    package var lineCount: Int

    package init(held: Range<Int>?, count: Int, lineCount: Int) {
      self.held = held
      self.count = count
      self.lineCount = lineCount
    }

    /// How many are here.
    var heldCount: Int { held?.count ?? count }
  }

  /// Takes over numbers that are as the type describes.
  ///
  /// - Parameters:
  ///   - mapping: begins with the numbers of the part, and is changed by nobody from now on.
  ///   - part: which these are.
  package convenience init(mapping: AlignedMemory, part: Part) {
    self.init(mapping, nil, part)
  }

  /// Takes over a whole text.
  package convenience init(mapping: AlignedMemory, count: Int, lineCount: Int) {
    self.init(mapping, nil, Part(held: nil, count: count, lineCount: lineCount))
  }

  /// Takes over numbers in a file that are as the type describes.
  ///
  /// - Parameters:
  ///   - file: begins with the numbers of the part, and is changed by nobody from now on.
  ///   - part: which these are.
  /// - Throws: ``WordtoolError`` of kind `inputOutput` when the file cannot be mapped.
  package convenience init(file: TemporaryFile, part: Part) throws {
    let byteCount = part.heldCount * MemoryLayout<Int32>.stride
    self.init(try AlignedMemory(mapping: file, byteCount: byteCount), file, part)
  }

  /// Takes over a whole text in a file.
  package convenience init(file: TemporaryFile, count: Int, lineCount: Int) throws {
    try self.init(file: file, part: Part(held: nil, count: count, lineCount: lineCount))
  }

  private init(_ mapping: AlignedMemory, _ file: TemporaryFile?, _ part: Part) {
    unsafe precondition(part.heldCount * MemoryLayout<Int32>.stride <= mapping.bytes.count)
    self.mapping = mapping
    self.file = file
    count = part.count
    lineCount = part.lineCount
    tokenCount = part.count - part.lineCount
    held = part.held
  }

  /// Holds the given numbers.
  ///
  /// - Parameter ids: word numbers of at least 0, and -1 for line ends as the type describes; a
  ///   missing last line end is added.
  /// - Throws: `WordtoolError`: `usage` for a number below -1, `unavailable` when there is no memory.
  public convenience init(_ ids: [Int32]) throws {
    var all: [Int32] = []
    all.reserveCapacity(ids.count + 1)
    for id in ids {
      try OptionCheck.require(
        id >= Self.lineEnd, found: "the word number \(id)", expected: "at least 0, or -1 for an end"
      )
      if id != Self.lineEnd || (all.last ?? Self.lineEnd) != Self.lineEnd { all.append(id) }
    }
    if let last = all.last, last != Self.lineEnd { all.append(Self.lineEnd) }
    let mapping = try AlignedMemory(byteCount: all.count * MemoryLayout<Int32>.stride)
    // SAFETY: the mapping was made for exactly these bytes.
    unsafe all.withUnsafeBytes { unsafe mapping.bytes.copyMemory(from: $0) }
    let lines = all.reduce(0) { $0 + ($1 == Self.lineEnd ? 1 : 0) }
    self.init(mapping: mapping, count: all.count, lineCount: lines)
  }

  /// The numbers without line ends that stand first or behind another one, in memory or in a file as
  /// these are.
  ///
  /// - Throws: ``WordtoolError``: `cannotCreate` and `inputOutput` of the file, `unavailable` without
  ///   memory.
  package func withoutEmptyLines(temporaryFolder: String) throws -> TokenIDs {
    guard isFile else { return try TokenIDs(array) }
    let file = try TemporaryFile(folder: temporaryFolder)
    var (count, lines) = (0, 0)
    var afterEnd = true
    var kept: [Int32] = []
    try withIDs { ids in
      try unsafe ids.forEachPiece { ids in
        kept.removeAll(keepingCapacity: true)
        for place in ids.indices {
          let id = unsafe ids[place]
          if id == Self.lineEnd {
            if afterEnd { continue }
            lines += 1
          }
          afterEnd = id == Self.lineEnd
          kept.append(id)
        }
        try unsafe kept.withUnsafeBytes {
          try unsafe file.write($0, at: count * MemoryLayout<Int32>.stride)
        }
        count += kept.count
      }
    }
    return try TokenIDs(file: file, count: count, lineCount: lines)
  }

  /// Lends the numbers to who goes through them piece by piece: of a file, memory holds these pieces alone.
  package func withIDs<Result>(_ body: (TextIDs) throws -> Result) rethrows -> Result {
    if let file { return try body(TextIDs(file, count: held?.count ?? count)) }
    return try unsafe withUnsafeBuffer { try unsafe body(TextIDs($0)) }
  }

  /// Lends all numbers that are here, valid during the call only. A file is mapped, and what was looked at of it
  /// counts as memory of the process.
  package func withUnsafeBuffer<Result>(
    _ body: (UnsafeBufferPointer<Int32>) throws -> Result
  ) rethrows -> Result {
    // SAFETY: the mapping is page-aligned, holds at least `count` numbers and outlives the call.
    let base = unsafe mapping.bytes.baseAddress?.assumingMemoryBound(to: Int32.self)
    return try unsafe body(
      UnsafeBufferPointer(start: UnsafePointer(base), count: held?.count ?? count))
  }

  /// A copy of the numbers that are here, for small corpora.
  public var array: [Int32] { unsafe withUnsafeBuffer { unsafe Array($0) } }
}

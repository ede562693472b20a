package import WordtoolCore

/// A corpus as the numbers of its words, in the order of the text.
///
/// `TokenIDs.lineEnd` (-1) stands behind every line that has words, the last one included; no two
/// stand together and none is first. The numbers are in memory, or in a temporary file that is
/// mapped and has no name. Nothing changes them, so any number of threads may read. Of ranks that have
/// read a text together each holds the numbers of a part, and the counts are those of the whole.
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
  /// The folder of the temporary file of a part that is in one.
  package let folder: String?
  private let mapping: AlignedMemory

  /// Whether the numbers are in a mapped temporary file.
  public var isMappedFile: Bool { mapping.isFile }

  /// Takes over numbers that are as the type describes.
  ///
  /// - Parameters:
  ///   - mapping: begins with `count` numbers, and is changed by nobody from now on.
  ///   - lineCount: how many of them are line ends.
  package init(mapping: AlignedMemory, count: Int, lineCount: Int) {
    unsafe precondition(count * MemoryLayout<Int32>.stride <= mapping.bytes.count)
    self.mapping = mapping
    self.count = count
    self.lineCount = lineCount
    tokenCount = count - lineCount
    held = nil
    folder = nil
  }

  /// Takes over the numbers of a part.
  ///
  /// - Parameters:
  ///   - mapping: begins with the numbers of the part.
  ///   - held: where in the text they are.
  ///   - count: numbers of the whole text; `lineCount` of them are line ends.
  ///   - folder: that of the mapping's file, if it is one.
  init(
    mapping: AlignedMemory, held: Range<Int>, count: Int, lineCount: Int, folder: String?
  ) {
    unsafe precondition(held.count * MemoryLayout<Int32>.stride <= mapping.bytes.count)
    self.mapping = mapping
    self.count = count
    self.lineCount = lineCount
    tokenCount = count - lineCount
    self.held = held
    self.folder = folder
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

  /// Lends all numbers that are here, valid during the call only.
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

package import WordtoolCore

/// The numbers of a text where they lie, lent for as long as somebody trains on them: in memory, or in a
/// temporary file of which no more is held than is worked on.
///
/// Any number of threads may read.
@safe package struct TextIDs: @unchecked Sendable {
  // Sendable: nobody changes the numbers while they are lent.

  /// How many numbers there are.
  package let count: Int
  private let memory: UnsafeBufferPointer<Int32>
  private let file: TemporaryFile?

  /// Numbers that go by at a time when all of them are gone through.
  private static let pieceLength = 1 << 16

  /// Numbers in memory.
  package init(_ ids: UnsafeBufferPointer<Int32>) {
    unsafe memory = ids
    count = ids.count
    file = nil
  }

  /// The first numbers of a file.
  package init(_ file: TemporaryFile, count: Int) {
    unsafe memory = UnsafeBufferPointer(start: nil, count: 0)
    self.count = count
    self.file = file
  }

  /// Lends some of the numbers, valid during the call only.
  ///
  /// - Parameter range: in 0 ..< `count`.
  /// - Throws: `WordtoolError` of kind `inputOutput` when the file fails, and what `body` throws.
  package func withNumbers<Result>(
    _ range: Range<Int>, _ body: (UnsafeBufferPointer<Int32>) throws -> Result
  ) throws -> Result {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count, "numbers \(range) of \(count)")
    guard let file else { return try unsafe body(UnsafeBufferPointer(rebasing: memory[range])) }
    return try unsafe withUnsafeTemporaryAllocation(of: Int32.self, capacity: range.count) {
      numbers in
      try unsafe file.read(
        UnsafeMutableRawBufferPointer(numbers),
        at: range.lowerBound * MemoryLayout<Int32>.stride)
      return try unsafe body(UnsafeBufferPointer(numbers))
    }
  }

  /// Lends all numbers, one piece after the other.
  ///
  /// - Throws: as ``withNumbers(_:_:)``.
  package func forEachPiece(_ body: (UnsafeBufferPointer<Int32>) throws -> Void) throws {
    for start in stride(from: 0, to: count, by: Self.pieceLength) {
      try unsafe withNumbers(start..<min(start + Self.pieceLength, count), body)
    }
  }
}

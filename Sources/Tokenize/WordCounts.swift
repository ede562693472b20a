import WordtoolCore

/// Distinct words with numbers in the order of their first appearance, and a count for each.
/// Belongs to one thread.
@safe final class WordCounts: @unchecked Sendable {
  // Sendable: one thread fills it, and hands it on when it is joined; full tables never change.

  // SAFETY: one thread fills the table, and no body that is lent bytes changes it, so access is
  // exclusive; asking for that at every word would cost as much as the look-up.
  @exclusivity(unchecked) private var words: ByteStringTable
  @exclusivity(unchecked) private var tallies: UnsafeMutablePointer<Int64>
  @exclusivity(unchecked) private var capacity: Int

  init(expectedCount: Int = 1024) {
    unsafe words = ByteStringTable(expectedCount: expectedCount)
    unsafe capacity = max(1024, expectedCount)
    unsafe tallies = .allocate(capacity: max(1024, expectedCount))
  }

  deinit { unsafe tallies.deallocate() }

  /// How many distinct words there are.
  var count: Int { unsafe words.count }

  /// Lends the bytes of word `index`.
  @inline(__always)
  func withBytes<Result>(
    _ index: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) rethrows -> Result {
    try unsafe words.withBytes(Int32(truncatingIfNeeded: index), body)
  }

  /// How often word `index` was counted.
  @inline(__always)
  func tally(_ index: Int) -> Int64 {
    precondition(index >= 0 && index < count, "word \(index) of \(count)")
    return unsafe tallies[index]
  }

  /// Counts a word, which is stored if it is new, and returns its number.
  @inline(__always)
  @discardableResult
  func add(_ word: UnsafeBufferPointer<UInt8>, count times: Int64 = 1) -> Int32 {
    let (id, isNew) = unsafe words.add(word)
    // SAFETY: there is room for as many tallies as there are words.
    if isNew {
      if unsafe words.count > capacity { grow() }
      unsafe tallies[Int(id)] = times
    } else {
      unsafe tallies[Int(id)] += times
    }
    return id
  }

  /// The number of a word, or -1.
  @inline(__always)
  func find(_ word: UnsafeBufferPointer<UInt8>) -> Int32 { unsafe words.find(word) ?? -1 }

  /// Whether the bytes of word `a` are before those of word `b`.
  func precedes(_ a: Int, _ b: Int) -> Bool {
    unsafe words.precedes(Int32(truncatingIfNeeded: a), Int32(truncatingIfNeeded: b))
  }

  @inline(never)
  private func grow() {
    let larger = unsafe capacity + capacity / 2
    let grown = UnsafeMutablePointer<Int64>.allocate(capacity: larger)
    unsafe grown.update(from: tallies, count: capacity)
    unsafe tallies.deallocate()
    unsafe tallies = grown
    unsafe capacity = larger
  }
}

import WordtoolCore

/// Counts the n-grams of a text length by length, on all cores and with a limit to what sorting takes.
///
/// The n-gram that starts at each place of the text is known by its number. One more token makes pairs
/// of two numbers; they are cut into slices by the n-gram, so that a slice is as large as a thread may
/// sort, and the slices follow each other in the order of the result. Where the cuts are decides how
/// much memory a thread takes and nothing else.
///
/// Memory: 12 bytes a token, what sorting may take, and the n-grams.
@safe final class NGramCounter: Sendable {
  // SAFETY: places are below the text's count; of `following` and `ranks` each thread writes the places
  // of its own slice or range, and threads are joined before others read them.

  private let text: [Int32]
  private let vocabularyCount: Int
  private let begin: Int32
  private let threads: Int
  private let pairLimit: Int
  private let stop: StopFlag
  /// The number of the n-gram that starts at each place, -1 where the sentence is too short.
  private let starting: AlignedMemory
  /// The place among its context's continuations of the n-gram one longer that starts at each place,
  /// -1 where there is none.
  private let ranks: AlignedMemory

  /// Slices for each thread, so that none waits long for another one.
  private static let slicesPerThread = 4
  /// A limit below this many pairs is not worth its passes over the text.
  private static let fewestPairs = 1 << 12
  /// Places that a thread renumbers at a time.
  private static let pieceLength = 1 << 16

  /// Begins with the 1-grams.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable` without memory.
  init(
    _ text: [Int32], vocabularyCount: Int, begin: Int32, threads: Int, memoryLimit: Int,
    stop: StopFlag
  ) throws {
    self.text = text
    self.vocabularyCount = vocabularyCount
    self.begin = begin
    self.threads = threads
    self.stop = stop
    let share = max(1, memoryLimit) / max(1, threads) / (2 * MemoryLayout<PairEntry>.stride)
    pairLimit = max(Self.fewestPairs, min(share, text.count / threads / Self.slicesPerThread))
    let purpose = "the n-grams of \(text.count, "token")"
    starting = try AlignedMemory(count: text.count, of: Int32.self, purpose: purpose)
    ranks = try AlignedMemory(count: text.count, of: Int32.self, purpose: purpose)
    unsafe text.withUnsafeBytes { unsafe starting.bytes.copyMemory(from: $0) }
  }

  /// N-grams that are worked on together: those that begin with some neighbours of the level before.
  private struct Slice: Sendable {
    var contexts: Range<Int32>
    /// How many places of the text there are at most.
    var placeCount: Int
  }

  /// The n-grams of a slice.
  private struct Part: Sendable {
    var level = NGramCounts.Level()
    /// How many n-grams each context has.
    var continuations: [Int32]
  }

  /// Counts the n-grams one longer than those counted before.
  ///
  /// - Parameters:
  ///   - length: of those counted before.
  ///   - counts: how often each of these occurs.
  /// - Returns: where the continuations of each begin, and the new ones.
  /// - Throws: `WordtoolError`: `interrupted`, `unavailable` without memory or threads.
  func extend(
    _ length: Int, counts: [Int32]
  ) throws -> (firstChild: [Int32], level: NGramCounts.Level) {
    let slices = slices(counts)
    let parts = Locked([Part?](repeating: nil, count: slices.count))
    let next = PieceCounter()
    try Workers.run(count: min(threads, max(1, slices.count))) { [self] _ in
      var sorter: PairSorter?
      while let index = next.take(below: slices.count) {
        try checkStop()
        let slice = slices[index]
        let part: Part
        if slice.contexts.count == 1 && slice.placeCount > pairLimit {
          part = count(slice, length)
        } else {
          let own = try sorter ?? PairSorter(capacity: pairLimit)
          sorter = own
          part = sort(slice, length, own)
        }
        parts.withLock { $0[index] = part }
      }
    }
    var firstChild: [Int32] = [0]
    firstChild.reserveCapacity(counts.count + 1)
    var level = NGramCounts.Level()
    try parts.withLock { parts in
      let total = parts.reduce(0) { $0 + ($1?.level.words.count ?? 0) }
      try MemoryRoom.require(
        byteCount: total * 3 * MemoryLayout<Int32>.stride,
        for: "the \(length + 1)-grams of \(text.count, "token")")
      level.words.reserveCapacity(total)
      level.suffixes.reserveCapacity(total)
      level.counts.reserveCapacity(total)
      var sum: Int32 = 0
      for index in parts.indices {
        guard let part = parts[index] else { continue }
        parts[index] = nil
        level.words += part.level.words
        level.suffixes += part.level.suffixes
        level.counts += part.level.counts
        for count in part.continuations {
          sum += count
          firstChild.append(sum)
        }
      }
    }
    try renumber(length, firstChild)
    return (firstChild, level)
  }

  private func checkStop() throws {
    if stop.isRaised { throw WordtoolError(.interrupted, found: "stopped while counting") }
  }

  /// Cuts the n-grams of the level before, so that no slice has more places than may be sorted, but for
  /// an n-gram that has more by itself.
  private func slices(_ counts: [Int32]) -> [Slice] {
    var slices: [Slice] = []
    var (first, sum) = (0, 0)
    for (context, count) in counts.enumerated() {
      // A context that does not occur may stand before one that is too large.
      if context > first, sum + Int(count) > pairLimit {
        slices.append(Slice(contexts: Int32(first)..<Int32(context), placeCount: sum))
        (first, sum) = (context, 0)
      }
      sum += Int(count)
    }
    slices.append(Slice(contexts: Int32(first)..<Int32(counts.count), placeCount: sum))
    return slices
  }

  // MARK: Slices

  /// Sorts the pairs of a slice.
  private func sort(_ slice: Slice, _ length: Int, _ sorter: PairSorter) -> Part {
    let starting = unsafe starting.buffer(of: Int32.self, count: text.count)
    let ranks = unsafe ranks.buffer(of: Int32.self, count: text.count)
    let (first, contextCount) = (slice.contexts.lowerBound, slice.contexts.count)
    let wordBits = UInt64(64 - UInt64(vocabularyCount).leadingZeroBitCount)
    return unsafe text.withUnsafeBufferPointer { text in
      sorter.removeAll()
      for place in 0..<max(0, text.count - length) {
        // What is below the first becomes large.
        let context = unsafe UInt32(bitPattern: starting[place] &- first)
        guard Int(context) < contextCount else { continue }
        let token = unsafe text[place + length]
        if token == begin {
          unsafe ranks[place] = -1
          continue
        }
        sorter.append(UInt64(context) << wordBits | UInt64(token), place)
      }
      var part = Part(continuations: [Int32](repeating: 0, count: contextCount))
      var last = UInt64.max
      sorter.forEachSorted { key, place in
        let context = Int(key >> wordBits)
        if key != last {
          last = key
          unsafe part.level.words.append(text[place + length])
          unsafe part.level.suffixes.append(starting[place + 1])
          part.level.counts.append(0)
          part.continuations[context] += 1
        }
        part.level.counts[part.level.counts.count - 1] += 1
        unsafe ranks[place] = part.continuations[context] - 1
      }
      return part
    }
  }

  /// Counts what follows one n-gram that occurs too often to be sorted: a count for every token.
  private func count(_ slice: Slice, _ length: Int) -> Part {
    let starting = unsafe starting.buffer(of: Int32.self, count: text.count)
    let ranks = unsafe ranks.buffer(of: Int32.self, count: text.count)
    let context = slice.contexts.lowerBound
    var counts = [Int32](repeating: 0, count: vocabularyCount)
    // One of the places where the token follows; then its rank.
    var known = [Int32](repeating: 0, count: vocabularyCount)
    var part = Part(continuations: [0])
    let places = 0..<max(0, text.count - length)
    for place in places where unsafe starting[place] == context {
      let token = Int(text[place + length])
      counts[token] += 1
      known[token] = Int32(place)
    }
    counts[Int(begin)] = 0
    for token in counts.indices where counts[token] > 0 {
      part.level.words.append(Int32(token))
      unsafe part.level.suffixes.append(starting[Int(known[token]) + 1])
      part.level.counts.append(counts[token])
      known[token] = part.continuations[0]
      part.continuations[0] += 1
    }
    known[Int(begin)] = -1
    for place in places where unsafe starting[place] == context {
      unsafe ranks[place] = known[Int(text[place + length])]
    }
    return part
  }

  // MARK: Numbers

  /// Goes on to the numbers of the n-grams one longer.
  private func renumber(_ length: Int, _ firstChild: [Int32]) throws {
    let count = text.count
    let pieces = (count + Self.pieceLength - 1) / Self.pieceLength
    let next = PieceCounter()
    try Workers.run(count: min(threads, max(1, pieces))) { [self] _ in
      let starting = unsafe starting.buffer(of: Int32.self, count: count)
      let ranks = unsafe ranks.buffer(of: Int32.self, count: count)
      unsafe firstChild.withUnsafeBufferPointer { firstChild in
        while let piece = next.take(below: pieces) {
          for place in piece * Self.pieceLength..<min(count, (piece + 1) * Self.pieceLength) {
            let node = unsafe starting[place]
            guard node >= 0 else { continue }
            let rank = unsafe place < count - length ? ranks[place] : -1
            unsafe starting[place] = rank < 0 ? -1 : firstChild[Int(node)] + rank
          }
        }
      }
    }
  }
}

import Tokenize
import WordtoolCore

/// Counts which words of a text occur near which, in bounded memory and on all cores.
///
/// A pair at a distance of d words in a line, d at most the window, counts 1/d; words without a number
/// take no place. Each thread adds pairs up in a table; a full one is sorted and written to a temporary
/// file. At last the runs are added up slice by slice. Counts are whole numbers of units (``PairSums``):
/// their sums are the same for any number of threads and any memory.
///
/// With windows to both sides a word is near another as often as that one near it: pairs are counted
/// once, the smaller number first.
struct CooccurrenceCounter: Sendable {
  /// The text as word IDs, -1 at the end of a line.
  let text: TextIDs
  /// How often each word occurs, by ID.
  let counts: [Int64]
  let windowRadius: Int
  let isLeftOnly: Bool
  /// At least 1.
  let threads: Int
  /// Bytes for the tables of all threads together.
  let memoryLimit: Int
  /// Where the temporary file goes.
  let folder: String
  let stop: StopFlag

  /// Numbers of the text that a thread takes at a time.
  private static let pieceLength = 1 << 16
  /// Slices that the runs are cut into: one of them is in memory for each thread.
  private static let sliceCounts = 256...4096
  /// What a pair of a slice takes while it is added up: twice the sum, and both co-occurrences.
  private static let bytesPerPair = 64

  /// Counts; the sums are then in the runs.
  ///
  /// - Throws: ``WordtoolError``: `interrupted`, `unavailable` without memory or threads,
  ///   `cannotCreate` and `inputOutput` when the temporary file fails.
  func count() throws -> PairRuns {
    let pieces = (text.count + Self.pieceLength - 1) / Self.pieceLength
    let workers = max(1, min(threads, pieces))
    let next = PieceCounter()
    let units = Self.units(windowRadius)
    // No thread has more pairs than the text.
    let pairs = try Self.pairCount(of: text, windowRadius: windowRadius, isLeftOnly: true)
    let wanted = pairs / max(1, memoryLimit / threads / Self.bytesPerPair)
    let runs = PairRuns(
      cuts: cuts(min(max(wanted, Self.sliceCounts.lowerBound), Self.sliceCounts.upperBound)),
      folder: folder)
    let byteCount = min(memoryLimit / workers, 2 * PairSums.bytesPerSlot * pairs)
    try Workers.run(count: workers) { _ in
      let sums = try PairSums(byteCount: byteCount, reserve: windowRadius)
      while let piece = next.take(below: pieces) {
        if stop.isRaised { return }
        let start = piece * Self.pieceLength
        let end = min(start + Self.pieceLength, text.count)
        // The windows of the first words begin before them.
        let first = max(0, start - windowRadius)
        try unsafe text.withNumbers(first..<end) { text in
          var centre = start - first
          while centre < text.count {
            unsafe centre = add(centre..<text.count, of: text, units, to: sums)
            if sums.isFull { try unsafe sums.take { try unsafe runs.spill($0) } }
          }
        }
      }
      try unsafe sums.take { try unsafe runs.keep($0) }
    }
    try checkStop()
    return runs
  }

  private func checkStop() throws {
    if stop.isRaised {
      throw WordtoolError(.interrupted, found: "stopped while counting co-occurrences")
    }
  }

  /// Adds the pairs of words at `places` with words on their left, until the table is full.
  ///
  /// - Returns: where it stopped.
  private func add(
    _ places: Range<Int>, of text: UnsafeBufferPointer<Int32>, _ units: [UInt64],
    to sums: PairSums
  ) -> Int {
    unsafe units.withUnsafeBufferPointer { units in
      for place in places {
        if sums.isFull { return place }
        let word = unsafe text[place]
        if word < 0 { continue }
        var distance = 1
        while distance < units.count, distance <= place {
          let other = unsafe text[place &- distance]
          if other < 0 { break }
          let key =
            isLeftOnly || word < other ? PairSum.key(word, other) : PairSum.key(other, word)
          unsafe sums.add(key, units[distance])
          distance &+= 1
        }
      }
      return places.upperBound
    }
  }

  /// What a pair counts by its distance; nothing at 0.
  static func units(_ windowRadius: Int) -> [UInt64] {
    let one = UInt64(PairSums.unitsPerCount)
    return [0] + (1...UInt64(windowRadius)).map { (one + $0 / 2) / $0 }
  }

  /// How many pairs a text has at most, equal ones counted each time.
  ///
  /// - Parameter text: word IDs, -1 at the end of a line.
  static func pairCount(
    of text: TextIDs, windowRadius: Int, isLeftOnly: Bool
  ) throws -> Int {
    var pairs = 0
    var length = 0
    func endLine() {
      // The first words of a line have fewer words on their left.
      let short = min(length, windowRadius)
      pairs += (length - short) * windowRadius + short * (short - 1) / 2
      length = 0
    }
    try unsafe text.forEachPiece { ids in
      for place in ids.indices {
        if unsafe ids[place] < 0 { endLine() } else { length += 1 }
      }
    }
    endLine()
    return isLeftOnly ? pairs : 2 * pairs
  }

  /// Cuts between first words, so that slices have about as many pairs each: a word has no more than the
  /// words in its windows, nor than there are words behind it.
  private func cuts(_ sliceCount: Int) -> [UInt64] {
    let reach = UInt64((isLeftOnly ? 1 : 2) * windowRadius)
    let sizes = counts.indices.map {
      min(counts[$0].magnitude &* reach, UInt64(isLeftOnly ? counts.count : counts.count - $0))
    }
    let total = sizes.reduce(0, +)
    var cuts: [UInt64] = []
    var sum: UInt64 = 0
    for word in counts.indices.dropLast() {
      sum += sizes[word]
      if sum * UInt64(sliceCount) >= total * UInt64(cuts.count + 1) {
        cuts.append(PairSum.key(Int32(word + 1), 0))
      }
    }
    return cuts
  }
}

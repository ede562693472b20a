import MessagePassing

/// What ranks that read parts of a text tell each other.
final class CorpusRanks: Sendable {
  private let communicator: any Communicator
  let rank: Int
  let rankCount: Int

  /// - Parameter communicator: of at least 2 ranks.
  init(_ communicator: any Communicator) {
    self.communicator = communicator
    rank = communicator.rank
    rankCount = communicator.rankCount
  }

  /// What all ranks have met together.
  func sum(_ statistics: CorpusStatistics) -> CorpusStatistics {
    func sum(_ count: Int) -> Int { communicator.gather(count).reduce(0, +) }
    var all = statistics
    all.byteCount = sum(statistics.byteCount)
    all.tokensRead = sum(statistics.tokensRead)
    all.lineCount = sum(statistics.lineCount)
    all.invalidSequenceCount = sum(statistics.invalidSequenceCount)
    return all
  }

  /// The words of all ranks with their counts in all of the text.
  ///
  /// Their numbers are the same on all ranks, since the words come in the order of the ranks.
  func union(_ own: WordTable) -> WordTable {
    let numbers = 0..<own.count
    let lengths = communicator.gather(
      all: numbers.map { unsafe Int32(truncatingIfNeeded: own.bytes($0).count) })
    let tallies = communicator.gather(all: numbers.map { own.tally($0) })
    let bytes = communicator.gather(all: own.allBytes)
    let all = WordTable(expectedCount: own.count)
    var start = 0
    unsafe bytes.withUnsafeBufferPointer { bytes in
      for (length, tally) in zip(lengths, tallies) {
        let end = start + Int(length)
        _ = unsafe all.add(UnsafeBufferPointer(rebasing: bytes[start..<end]), count: tally)
        start = end
      }
    }
    return all
  }

  /// Where a rank's numbers are among all.
  struct Place {
    /// Numbers of the ranks before.
    var start: Int
    /// Numbers of all ranks, and how many of them are line ends.
    var count: Int
    var lineCount: Int
  }

  /// Whether what comes before this rank's numbers ends with a line end, as a text does that has not begun.
  ///
  /// - Parameters:
  ///   - afterLineEnd: whether this rank's numbers end so when they begin behind a line end.
  ///   - afterWord: the same when they begin behind a word.
  func beginsAfterLineEnd(_ afterLineEnd: Bool, _ afterWord: Bool) -> Bool {
    let ends = zip(communicator.gather(afterLineEnd), communicator.gather(afterWord))
    return ends.prefix(rank).reduce(true) { $0 ? $1.0 : $1.1 }
  }

  /// The place of this rank's numbers.
  func place(count: Int, lineCount: Int) -> Place {
    let counts = communicator.gather(count)
    return Place(
      start: counts[..<rank].reduce(0, +), count: counts.reduce(0, +),
      lineCount: communicator.gather(lineCount).reduce(0, +))
  }
}

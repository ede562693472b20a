import BLASCore
package import Tokenize
package import WordtoolCore

extension CooccurrenceStore {
  /// Pairs of a text for which there is a bin; how many of them are alike is not known before.
  static let pairsPerBin = 1 << 16
  private static let mostBins = 1 << 20

  /// How many bins a text's co-occurrences take: a function of the text and the options alone.
  static func binCount(of text: TextIDs, options: GloVeOptions) throws -> Int {
    let pairs = try CooccurrenceCounter.pairCount(
      of: text, windowRadius: options.windowRadius, isLeftOnly: options.isLeftOnly)
    return max(1, min(mostBins, (pairs + pairsPerBin - 1) / pairsPerBin))
  }

  /// Counts a text's co-occurrences and takes their logarithms and weights.
  ///
  /// - Parameters:
  ///   - text: word IDs that were checked, -1 at the end of a line.
  ///   - counts: how often each word occurs, by ID.
  ///   - memoryLimit: bytes for counting and for what is counted.
  ///   - folder: where temporary files go.
  /// - Throws: ``WordtoolError``: `badData` when no two words occur together, `interrupted`,
  ///   `unavailable` without memory or threads, `cannotCreate` and `inputOutput` of temporary files.
  package static func counting(
    _ text: TextIDs, counts: [Int64], options: GloVeOptions, threads: Int,
    memoryLimit: Int, folder: String, stop: StopFlag
  ) throws -> CooccurrenceStore {
    let counter = CooccurrenceCounter(
      text: text, counts: counts, windowRadius: options.windowRadius,
      isLeftOnly: options.isLeftOnly, threads: threads, memoryLimit: memoryLimit / 2,
      folder: folder, stop: stop)
    let runs = try counter.count()
    // A small text takes no more than it may come to: records as they arrive, and by their bins.
    let most = try CooccurrenceCounter.pairCount(
      of: text, windowRadius: options.windowRadius, isLeftOnly: options.isLeftOnly)
    var builder = try Builder(
      binCount: binCount(of: text, options: options), seed: options.seed,
      byteLimit: min(memoryLimit / 2, 2 * MemoryLayout<Cooccurrence>.stride * most),
      folder: folder)
    var slice = 0
    while slice < runs.sliceCount {
      let round = min(threads, runs.sliceCount - slice)
      let first = slice
      let results = Locked([[Cooccurrence]](repeating: [], count: round))
      try Workers.run(count: round) { worker in
        if stop.isRaised { return }
        let records = try unsafe runs.withSums(ofSlice: first + worker) {
          unsafe cooccurrences(of: $0, options: options)
        }
        results.withLock { $0[worker] = records }
      }
      if stop.isRaised {
        throw WordtoolError(.interrupted, found: "stopped while counting co-occurrences")
      }
      // In the order of the slices, which is that of the pairs.
      for records in results.withLock({ $0 }) { try builder.append(records) }
      slice += round
    }
    let store = builder.finish()
    guard store.count > 0 else {
      throw WordtoolError(
        .badData, found: "no two words that occur together: every line has one word at most",
        expected: "lines of text",
        remedy: "use a text with longer lines, or a smaller `minimumCount`")
    }
    return store
  }

  /// The co-occurrences that sums of pairs stand for, in their order.
  private static func cooccurrences(
    of sums: UnsafeBufferPointer<PairSum>, options: GloVeOptions
  ) -> [Cooccurrence] {
    var records: [Cooccurrence] = []
    records.reserveCapacity((options.isLeftOnly ? 1 : 2) * sums.count)
    for index in sums.indices {
      let sum = unsafe sums[index]
      let (first, second) = (sum.first, sum.second)
      // A word beside itself is near it on both sides.
      let sides = !options.isLeftOnly && first == second ? 2.0 : 1
      let count = sides * Double(sum.units) / Double(PairSums.unitsPerCount)
      let log = Float(PortableMath.log(count))
      let weight = Float(options.weight(ofCount: count))
      records.append(Cooccurrence(word: first, context: second, log: log, weight: weight))
      if !options.isLeftOnly && first != second {
        records.append(Cooccurrence(word: second, context: first, log: log, weight: weight))
      }
    }
    return records
  }
}

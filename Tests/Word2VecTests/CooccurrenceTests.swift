import Libc
import Testing
import TestSupport
import Tokenize
import WordtoolCore

import Word2Vec

/// Co-occurrences are counted as the definition says, whatever the threads and the memory.
@Suite struct CooccurrenceTests {
  /// Lines of words that are the rarer the larger their number, as in a language; some lines have one
  /// word, some none.
  static func text(
    tokens: Int, words: Int, seed: UInt64 = 1
  ) -> (ids: [Int32], counts: [Int64]) {
    var random = SeededGenerator(seed: seed)
    var ids: [Int32] = []
    while ids.count < tokens {
      for _ in 0..<Int.random(in: 0...40, using: &random) {
        let share = Double.random(in: 0..<1, using: &random)
        ids.append(Int32(Double(words) * share * share * share))
      }
      if ids.last ?? -1 != -1 { ids.append(-1) }
    }
    var counts = [Int64](repeating: 1, count: words)
    for id in ids where id >= 0 { counts[Int(id)] += 1 }
    return (ids, counts)
  }

  struct Pair: Hashable, Comparable {
    var word: Int32
    var context: Int32
    static func < (a: Pair, b: Pair) -> Bool { (a.word, a.context) < (b.word, b.context) }
  }

  /// The counts by their definition: 1/d for each word within the window in the line.
  static func naiveCounts(_ ids: [Int32], _ options: GloVeOptions) -> [Pair: Double] {
    var counts: [Pair: Double] = [:]
    for line in ids.split(separator: -1) {
      let line = Array(line)
      for place in line.indices {
        for other in line.indices where other != place {
          let distance = abs(place - other)
          if distance > options.windowRadius || options.isLeftOnly && other > place { continue }
          counts[Pair(word: line[place], context: line[other]), default: 0] += 1 / Double(distance)
        }
      }
    }
    return counts
  }

  static func store(
    _ ids: [Int32], _ counts: [Int64], _ options: GloVeOptions, threads: Int, memoryLimit: Int
  ) throws -> CooccurrenceStore {
    let folder = ScratchFolder()
    return try ids.withUnsafeBufferPointer {
      try CooccurrenceStore.counting(
        TextIDs($0), counts: counts, options: options, threads: threads, memoryLimit: memoryLimit,
        folder: folder.path, stop: StopFlag())
    }
  }

  /// What is in each bin, in its order.
  static func bins(_ store: CooccurrenceStore) throws -> [[Cooccurrence]] {
    try (0..<store.binCount).map { bin in
      try [Cooccurrence](unsafeUninitializedCapacity: store.largestBin) { buffer, count in
        if let base = buffer.baseAddress { count = try store.copy(bin: bin, to: base) }
      }
    }
  }

  @Test(
    "counts are those of the definition",
    arguments: [(15, false), (15, true), (1, false), (100, true)])
  func definition(window: Int, isLeftOnly: Bool) throws {
    var options = GloVeOptions()
    options.windowRadius = window
    options.isLeftOnly = isLeftOnly
    let (ids, counts) = Self.text(tokens: 20_000, words: 300)
    let expected = Self.naiveCounts(ids, options)
    for (threads, memory) in [(1, 1 << 30), (3, 1 << 30), (2, 1 << 14)] {
      let store = try Self.store(ids, counts, options, threads: threads, memoryLimit: memory)
      let all = try Self.bins(store).joined()
      #expect(all.count == expected.count && store.count == expected.count)
      var worst = 0.0
      var lossSum = 0.0
      for record in all {
        let count = try #require(
          expected[Pair(word: record.word, context: record.context)], "a pair that is not there")
        worst = max(worst, abs(Double(record.log) - log(count)))
        let weight = count >= 100 ? 1 : pow(count / 100, 0.75)
        worst = max(worst, abs(Double(record.weight) - weight))
        lossSum += 0.5 * weight * log(count) * log(count)
      }
      // A Float of up to 8 is within 3e-7, a count within 1e-7 of itself.
      #expect(worst < 1e-6)
      #expect(abs(store.guessingLoss - lossSum / Double(all.count)) < 1e-5)
      #expect(store.isFile == (memory < 1 << 20))
    }
  }

  @Test("bins hold the same in the same order for any threads and memory, a sample of all pairs")
  func sameBins() throws {
    var options = GloVeOptions()
    options.seed = 4
    let (ids, counts) = Self.text(tokens: RealData.isSanitized ? 30_000 : 150_000, words: 2_000)
    let one = try Self.bins(
      try Self.store(ids, counts, options, threads: 1, memoryLimit: 1 << 30))
    #expect(one.count > (RealData.isSanitized ? 5 : 10))
    let mean = Double(one.joined().count) / Double(one.count)
    for bin in one { #expect(abs(Double(bin.count) - mean) < 6 * mean.squareRoot()) }
    for (threads, memory) in [(2, 1 << 30), (3, 1 << 17), (8, 1 << 20), (2, 1)] {
      let other = try Self.store(ids, counts, options, threads: threads, memoryLimit: memory)
      #expect(try Self.bins(other) == one, "\(threads) threads, \(memory) bytes")
    }
    options.seed = 5
    let seeded = try Self.store(ids, counts, options, threads: 1, memoryLimit: 1 << 30)
    #expect(try Self.bins(seeded) != one)
  }

  @Test("texts without two words in a line, and stops, are told")
  func refusals() throws {
    let lonely = #expect(throws: WordtoolError.self) {
      try Self.store(
        [0, -1, 1, -1, 0, -1], [2, 1], GloVeOptions(), threads: 2, memoryLimit: 1 << 20)
    }
    #expect(lonely?.kind == .badData && lonely?.remedy != nil)
    let (ids, counts) = Self.text(tokens: 1_000, words: 30)
    let stop = StopFlag()
    stop.raise()
    let stopped = #expect(throws: WordtoolError.self) {
      try ids.withUnsafeBufferPointer {
        try CooccurrenceStore.counting(
          TextIDs($0), counts: counts, options: GloVeOptions(), threads: 2, memoryLimit: 1 << 20,
          folder: "/nowhere", stop: stop)
      }
    }
    #expect(stopped?.kind == .interrupted)
    let noFolder = #expect(throws: WordtoolError.self) {
      try ids.withUnsafeBufferPointer {
        try CooccurrenceStore.counting(
          TextIDs($0), counts: counts, options: GloVeOptions(), threads: 2, memoryLimit: 1,
          folder: "/nowhere", stop: StopFlag())
      }
    }
    #expect(noFolder?.kind == .cannotCreate)
  }
}

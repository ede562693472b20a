import BLASCore
import CKernels
import Embedding
import Testing
import TestSupport

import Word2Vec

@Suite struct WindowGroupsTests {
  /// Every pair (context word's place in the inputs, centre) that the groups train, as word IDs.
  static func pairs(_ groups: WindowGroups) throws -> [[Int32]: Int] {
    var pairs: [[Int32]: Int] = [:]
    try forEachBatch(of: groups) { batch in
      for index in 0..<Int(batch.group_count) {
        let group = batch.groups[index]
        for i in Int(group.input_begin)..<Int(group.input_begin + group.input_count) {
          for centre in 0..<WindowGroups.windowsPerGroup
          where batch.masks[i] >> UInt32(centre) & 1 == 1 {
            let output = batch.outputs[Int(group.output_begin) + centre]
            pairs[[batch.inputs[i], output], default: 0] += 1
          }
        }
      }
    }
    return pairs
  }

  static func forEachBatch(
    of groups: WindowGroups, _ body: (wt_sgns_batch) -> Void
  ) throws {
    let rows = try RowStorage(rowCount: 1, dimension: 16)  // named, never read
    for number in 0..<groups.batchCount {
      body(
        groups.batch(
          number, inputRows: rows.base, outputRows: rows.base, stride: rows.stride))
    }
  }

  static func sampling(_ options: WordVectorOptions, words: Int) -> WindowGroups.Sampling {
    WindowGroups.Sampling(options: options, counts: [Int64](repeating: 10, count: words))
  }

  @Test("with a window of 1 exactly the neighbours of every word are trained, never across lines")
  func windowOfOne() throws {
    var options = WordVectorOptions()
    options.windowRadius = 1
    options.subsampling = 0
    var random = SeededGenerator(seed: 4)
    var text: [Int32] = []
    var expected: [[Int32]: Int] = [:]
    for _ in 0..<100 {
      let line = (0..<Int.random(in: 1..<30, using: &random)).map { _ in
        Int32.random(in: 0..<50, using: &random)
      }
      for (a, b) in zip(line, line.dropFirst()) {
        expected[[a, b], default: 0] += 1
        expected[[b, a], default: 0] += 1
      }
      text += line + [-1]
    }
    let groups = WindowGroups(
      sampling: Self.sampling(options, words: 50), batch: GroupBatches.Limits(groups: 7),
      wordCapacity: 4096)
    text.withUnsafeBufferPointer { groups.prepare($0, random: RandomSource(seed: 1)) }
    let pairs = try Self.pairs(groups)
    #expect(pairs == expected)
  }

  @Test("radii are uniform: a word d away is a context in (R - d + 1) / R of the windows")
  func radii() throws {
    var options = WordVectorOptions()
    options.windowRadius = 5
    options.subsampling = 0
    // A line of distinct words, so that a pair's distance can be read off its IDs.
    let text = (0..<4000).map(Int32.init)
    let groups = WindowGroups(
      sampling: Self.sampling(options, words: 4000), batch: GroupBatches.Limits(groups: 7),
      wordCapacity: 4096)
    var counts = [Double](repeating: 0, count: 6)
    for seed in 0..<10 as Range<UInt64> {
      text.withUnsafeBufferPointer { groups.prepare($0, random: RandomSource(seed: seed)) }
      for (pair, count) in try Self.pairs(groups) {
        #expect(count == 1)
        counts[Int(abs(pair[0] - pair[1]))] += 1
      }
    }
    for distance in 1...5 {
      let probability = Double(6 - distance) / 5
      let expected = 2 * 40_000 * probability
      // Both sides of a window go together: the variance is twice that of independent pairs.
      let deviation = (2 * 2 * 40_000 * probability * (1 - probability)).squareRoot()
      #expect(abs(counts[distance] - expected) <= 5 * deviation + 300, "distance \(distance)")
    }
  }

  @Test("no output row is named twice, groups are padded to fours, weights add up")
  func shape() throws {
    var options = WordVectorOptions()
    options.negativeSamples = 7
    options.subsampling = 0
    var random = SeededGenerator(seed: 8)
    // Few words, so that centres repeat and noise words are centres too.
    let text = (0..<4000).map { _ in Int32.random(in: 0..<12, using: &random) }
    let sampling = Self.sampling(options, words: 12)
    let groups = WindowGroups(
      sampling: sampling, batch: GroupBatches.Limits(groups: 5), wordCapacity: 4096)
    text.withUnsafeBufferPointer { groups.prepare($0, random: RandomSource(seed: 1)) }
    #expect(groups.groupCount > 100)
    try Self.forEachBatch(of: groups) { batch in
      for index in 0..<Int(batch.group_count) {
        let group = batch.groups[index]
        let range = Int(group.output_begin)..<Int(group.output_begin + group.output_count)
        #expect(range.count % 4 == 0 && group.input_begin % 4 == 0)
        #expect(Set(range.map { batch.outputs[$0] }).count == range.count)
        // All draws of the group together stand for `negativeSamples` noise words of each pair.
        let total = range.reduce(Float(0)) { $0 + batch.noise_weights[$1] }
        #expect(abs(total - 7) < 1e-4)
        for output in range where batch.outputs[output] >= 12 {
          #expect(batch.noise_weights[output] == 0)
        }
      }
    }
  }

  @Test("a frequent word is kept as often as its probability says")
  func subsampling() {
    let counts: [Int64] = [900_000, 90_000, 9_000, 900, 100]
    let thresholds = Subsampling.thresholds(counts: counts, sample: 1e-3)
    for (count, threshold) in zip(counts, thresholds) {
      let frequency = Double(count) / 1_000_000
      let probability = min(1, (1e-3 / frequency).squareRoot() + 1e-3 / frequency)
      #expect(abs(Double(threshold) / 0x1p32 - probability) < 1e-9)
    }
    #expect(Subsampling.thresholds(counts: counts, sample: 0).allSatisfy { $0 == .max })
  }
}

@Suite struct NoiseTableTests {
  @Test(
    "words are drawn in proportion to count^exponent, by chi square", arguments: [0.75, 0, 1, 0.5])
  func proportions(exponent: Double) {
    let counts: [Int64] = [1000, 500, 250, 100, 50, 20, 10, 5, 5, 1]
    let table = NoiseTable(counts: counts, exponent: exponent)
    let weights = counts.map { Oracle.exp(exponent * Oracle.log(Double($0))) }
    let total = weights.reduce(0, +)
    let draws = 200_000
    var seen = [Double](repeating: 0, count: counts.count)
    var random = RandomSource(seed: 3)
    table.columns.withUnsafeBufferPointer { columns in
      for _ in 0..<draws { seen[Int(NoiseTable.word(for: random.next(), in: columns))] += 1 }
    }
    let chiSquare = zip(seen, weights).reduce(0.0) { sum, pair in
      let expected = Double(draws) * pair.1 / total
      return sum + (pair.0 - expected) * (pair.0 - expected) / expected
    }
    // 9 degrees of freedom: 33.7 is exceeded once in 10,000 seeds; this one is fixed.
    #expect(chiSquare < 33.7)
  }

  @Test("one word, and a million equal words")
  func extremes() {
    let one = NoiseTable(counts: [7], exponent: 0.75)
    one.columns.withUnsafeBufferPointer { #expect(NoiseTable.word(for: .max, in: $0) == 0) }
    let many = NoiseTable(counts: [Int64](repeating: 3, count: 1_000_000), exponent: 0.75)
    many.columns.withUnsafeBufferPointer {
      #expect(NoiseTable.word(for: .max, in: $0) == 999_999)
      #expect(NoiseTable.word(for: 0, in: $0) == 0)
    }
  }
}

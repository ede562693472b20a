import BLASCore
import CKernels
import Embedding
import TestSupport
import Testing
import Word2Vec

/// The examples of structured skip-gram.
@Suite struct PositionGroupsTests {
  private static let words = 11

  private static func options(radius: Int) -> WordVectorOptions {
    var options = WordVectorOptions(model: .structuredSkipGram)
    (options.windowRadius, options.isWindowFixed, options.subsampling) = (radius, true, 0)
    return options
  }

  private static func lines(_ count: Int, seed: UInt64) -> [[Int32]] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      (0..<Int.random(in: 1..<40, using: &random)).map { _ in
        Int32.random(in: 0..<Int32(words), using: &random)
      }
    }
  }

  private static func groups(
    _ options: WordVectorOptions, _ lines: [[Int32]], counts: [Int64]? = nil, repeats: Int = .max
  ) -> PositionGroups {
    let counts = counts ?? [Int64](repeating: 10, count: words)
    let groups = PositionGroups(
      sampling: WindowGroups.Sampling(options: options, counts: counts),
      batch: GroupBatches.Limits(groups: 1 << 20, repeats: repeats), wordCount: words,
      wordCapacity: 4096)
    let ids: [Int32] = lines.flatMap { $0 + [-1] }
    ids.withUnsafeBufferPointer { groups.prepare($0, random: RandomSource(seed: 1)) }
    return groups
  }

  @Test(
    "each word of a window is scored against the centre by the table of its position, once",
    arguments: [1, 3, 50], [1, 2, .max])
  func pairs(radius: Int, repeats: Int) {
    let lines = Self.lines(60, seed: 2)
    let groups = Self.groups(Self.options(radius: radius), lines, repeats: repeats)
    var expected: [[Int32]: Int] = [:]
    for line in lines {
      for centre in line.indices {
        for place in max(0, centre - radius)...min(line.count - 1, centre + radius)
        where place != centre {
          let position = place - centre + radius - (place > centre ? 1 : 0)
          let row = Int32(position * Self.words) + line[centre]
          expected[[line[place], row], default: 0] += 1
        }
      }
    }
    var found: [[Int32]: Int] = [:]
    let tiles = groups.tiles
    for number in 0..<groups.groupCount {
      let group = tiles.groups[number]
      let outputs = Int(group.output_begin)..<Int(group.output_begin + group.output_count)
      #expect(group.input_count <= Int32(PositionGroups.windowsPerGroup))
      #expect(outputs.count % 4 == 0 && group.input_begin % 4 == 0)
      #expect(Set(outputs.map { tiles.outputs[$0] }).count == outputs.count)
      let total = outputs.reduce(Float(0)) { $0 + tiles.noise_weights[$1] }
      #expect(abs(total - 5) < 1e-4, "noise of \(total) words")
      // All outputs but padding are of one position's table.
      let padding = Int32(2 * radius * Self.words)
      let tables = Set(
        outputs.map { tiles.outputs[$0] }.filter { $0 < padding }.map { $0 / Int32(Self.words) })
      #expect(tables.count == 1)
      let inputs = Int(group.input_begin)..<Int(group.input_begin + group.input_count)
      let ofEachCentre = Dictionary(grouping: inputs) { tiles.masks[$0] }.mapValues(\.count)
      #expect(ofEachCentre.values.allSatisfy { $0 <= repeats })
      for input in inputs {
        #expect(tiles.masks[input].nonzeroBitCount == 1)
        let output = outputs.lowerBound + tiles.masks[input].trailingZeroBitCount
        found[[tiles.inputs[input], tiles.outputs[output]], default: 0] += 1
      }
    }
    #expect(found == expected)
  }

  @Test("one batch changes rows by the gradient of its loss, by central differences in Double")
  func gradient() throws {
    let (words, dimension, radius) = (Self.words, 5, 2)
    let counts = (0..<words).map { Int64(3 + 5 * $0) }
    let line = Array(Self.lines(3, seed: 12).joined().prefix(6)) + [1, 2]
    let groups = Self.groups(Self.options(radius: radius), [line], counts: counts)
    let padding = 2 * radius * words
    let tables = try EmbeddingTables(
      inputCount: words, outputCount: padding + 4, dimension: dimension)
    var random = SeededGenerator(seed: 6)
    for (rows, count) in [(tables.input, words), (tables.output, padding)] {
      for row in 0..<count {
        rows[row] = (0..<dimension).map { _ in Float.random(in: -0.7..<0.7, using: &random) }
      }
    }
    let before = [tables.input, tables.output].map { rows in
      (0..<rows.rowCount).map { rows[$0].map(Double.init) }
    }
    let tiles = groups.tiles
    func loss(_ input: [[Double]], _ output: [[Double]]) -> Double {
      var sum = 0.0
      for number in 0..<groups.groupCount {
        let group = tiles.groups[number]
        for place in Int(group.input_begin)..<Int(group.input_begin + group.input_count) {
          for o in 0..<Int(group.output_count) {
            let at = Int(group.output_begin) + o
            let (x, y) = (input[Int(tiles.inputs[place])], output[Int(tiles.outputs[at])])
            let dot = zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
            let a = o < 32 && tiles.masks[place] >> UInt32(o) & 1 == 1 ? 1.0 : 0.0
            let noise = Double(tiles.noise_weights[at]) * (1 - a)
            sum += a * Oracle.log(1 + Oracle.exp(-dot)) + noise * Oracle.log(1 + Oracle.exp(dot))
          }
        }
      }
      return sum
    }

    let rate: Float = 1e-3
    let columns = ColumnGroups(blockCount: 1)
    let goal = NegativeSampling<PositionGroups>(
      tables: tables, kernels: .fastest, groupsPerBatch: groups.groupCount,
      productsPerGroup: 1 << 10, guessingLoss: 1)
    #expect(goal.batchCount(of: groups) == 1)
    let pitch = goal.scoreCapacity
    var scores = [Float](repeating: 0, count: pitch)
    var coefficients = scores
    goal.addScores(
      of: groups, batch: 0, groups: 0..<1, columns: columns, into: &scores, pitch: pitch,
      workspace: goal.makeWorkspace())
    var tally = LossTally()
    goal.addLoss(
      of: groups, batch: 0, scores: scores, columns: columns, pitch: pitch,
      workspace: goal.makeWorkspace(), to: &tally)
    #expect(abs(tally.sum - loss(before[0], before[1])) < 1e-4 * tally.sum)
    goal.coefficients(
      of: groups, batch: 0, rate: rate, scores: scores, columns: columns, pitch: pitch, share: 0,
      shareCount: 1, into: &coefficients, workspace: goal.makeWorkspace())
    goal.update(
      groups, batch: 0, blocks: 0..<1, coefficients: coefficients, workspace: goal.makeWorkspace())

    let h = 1e-5
    for (number, count) in [(0, words), (1, padding)] {
      let rows = number == 0 ? tables.input : tables.output
      var worst = 0.0
      for row in 0..<count {
        for k in 0..<dimension {
          var (plus, minus) = (before, before)
          plus[number][row][k] += h
          minus[number][row][k] -= h
          let slope = (loss(plus[0], plus[1]) - loss(minus[0], minus[1])) / (2 * h)
          let change = (Double(rows[row][k]) - before[number][row][k]) / Double(rate)
          worst = max(worst, abs(change + slope))
        }
      }
      // Groups of a batch follow each other over the rows: a step of 1e-3 moves them by less.
      #expect(worst < 2e-2, "table \(number) off by \(worst)")
    }
  }
}

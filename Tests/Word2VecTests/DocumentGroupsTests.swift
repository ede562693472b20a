import BLASCore
import CKernels
import Embedding
import TestSupport
import Testing
import Word2Vec

@Suite struct DocumentGroupsTests {
  /// An input row and an output row that are trained as a pair, and how often.
  private typealias Pairs = [[Int32]: Int]

  /// Documents of up to 60 words.
  private static func documents(_ count: Int, words: Int32, seed: UInt64) -> [[Int32]] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      (0..<Int.random(in: 1..<60, using: &random)).map { _ in
        Int32.random(in: 0..<words, using: &random)
      }
    }
  }

  private static func text(_ documents: [[Int32]]) -> [Int32] { documents.flatMap { $0 + [-1] } }

  private static func options(_ model: WordVectorOptions.Model) -> WordVectorOptions {
    var options = WordVectorOptions(model: model)
    options.subsampling = 0
    options.isWindowFixed = true
    return options
  }

  private static func sampling(_ options: WordVectorOptions, words: Int) -> WindowGroups.Sampling {
    WindowGroups.Sampling(options: options, counts: [Int64](repeating: 10, count: words))
  }

  /// The pairs of some groups without a path; fails where an output row is named twice.
  private static func pairs(_ tiles: wt_sgns_batch, _ groups: Range<Int>) -> Pairs {
    var pairs: Pairs = [:]
    for number in groups where tiles.groups[number].path == 0 {
      let group = tiles.groups[number]
      let outputs = (0..<Int(group.output_count)).map {
        tiles.outputs[Int(group.output_begin) + $0]
      }
      #expect(Set(outputs).count == outputs.count, "an output row named twice")
      for place in Int(group.input_begin)..<Int(group.input_begin + group.input_count) {
        for bit in 0..<32 where tiles.masks[place] >> UInt32(bit) & 1 == 1 {
          pairs[[tiles.inputs[place], outputs[bit]], default: 0] += 1
        }
      }
    }
    return pairs
  }

  @Test(
    "each word of a document is trained once against its row, in batches that have no document too often",
    arguments: [1, 2])
  func bagOfWords(rounds: Int) {
    let documents = Self.documents(90, words: 30, seed: 2)
    let groups = DocumentGroups(
      sampling: Self.sampling(Self.options(.cbow), words: 30),
      size: DocumentBatchSize(units: 7, rounds: rounds), documentRow: 100, wordCapacity: 4096)
    Self.text(documents).withUnsafeBufferPointer {
      groups.prepare($0, firstLine: 5, random: RandomSource(seed: 1))
    }
    var expected: Pairs = [:]
    for (number, document) in documents.enumerated() {
      for word in document { expected[[105 + Int32(number), word], default: 0] += 1 }
    }
    var found: Pairs = [:]
    var end = 0
    for batch in 0..<groups.batchCount {
      let range = groups.groups(ofBatch: batch)
      #expect(range.lowerBound == end && (1...7 * rounds).contains(range.count))
      end = range.upperBound
      found.merge(Self.pairs(groups.tiles, range)) { $0 + $1 }
      let rows = range.map { groups.tiles.inputs[Int(groups.tiles.groups[$0].input_begin)] }
      for count in Dictionary(grouping: rows, by: \.self).values.map(\.count) {
        #expect(count <= rounds)
      }
    }
    #expect(found == expected)
  }

  @Test("with words beside them documents are one more input of every window")
  func windows() {
    let documents = Self.documents(40, words: 30, seed: 3)
    var options = Self.options(.skipGram)
    options.windowRadius = 2
    let groups = WindowGroups(
      sampling: Self.sampling(options, words: 30), batch: GroupBatches.Limits(groups: 7),
      wordCapacity: 4096, documentRow: 30)
    Self.text(documents).withUnsafeBufferPointer {
      groups.prepare($0, random: RandomSource(seed: 1))
    }
    var expected: Pairs = [:]
    for (number, document) in documents.enumerated() {
      for (place, word) in document.enumerated() {
        expected[[30 + Int32(number), word], default: 0] += 1
        for other in max(0, place - 2)...min(document.count - 1, place + 2) where other != place {
          expected[[document[other], word], default: 0] += 1
        }
      }
    }
    #expect(Self.pairs(groups.tiles, 0..<groups.groupCount) == expected)
  }

  @Test("PV-DM has the document and the words of a window in each bag, the document first")
  func memory() {
    let documents = Self.documents(40, words: 30, seed: 4)
    var options = Self.options(.cbow)
    options.windowRadius = 3
    let groups = BagGroups(
      model: .cbow, sampling: Self.sampling(options, words: 30), unitsPerBatch: 2, subwords: nil,
      wordCapacity: 4096, documentRow: 30)
    Self.text(documents).withUnsafeBufferPointer {
      groups.prepare($0, firstLine: 2, random: RandomSource(seed: 1))
    }
    var expected: [[Int32]] = []
    for (number, document) in documents.enumerated() {
      for place in document.indices {
        let window = max(0, place - 3)...min(document.count - 1, place + 3)
        expected.append(
          [32 + Int32(number)] + window.filter { $0 != place }.map { document[$0] })
      }
    }
    let last = groups.bags(ofBatch: groups.batchCount - 1).upperBound
    #expect((0..<last).map { Array(groups.bags[$0]) } == expected)
  }

  @Test(
    "one batch changes rows by the gradient of its loss, by central differences in Double",
    arguments: [0, 5], [false, true])
  func gradient(negativeSamples: Int, hasTree: Bool) throws {
    if negativeSamples == 0, !hasTree { return }
    let words = 12
    let dimension = 5
    var options = Self.options(.cbow)
    options.negativeSamples = negativeSamples
    options.hierarchicalSoftmax = hasTree
    let sampling = WindowGroups.Sampling(
      options: options, counts: (0..<words).map { Int64(3 + 5 * $0) })
    // Everything in one batch, so that all of it sees the same rows.
    let size = DocumentBatchSize(units: 100, rounds: 100)
    let groups = DocumentGroups(
      sampling: sampling, size: size, documentRow: 0, wordCapacity: 256)
    Self.text([[1, 2, 3, 2], [4, 5, 6, 7, 8, 9, 10, 11, 0, 1], [2]]).withUnsafeBufferPointer {
      groups.prepare($0, random: RandomSource(seed: 4))
    }
    #expect(groups.batchCount == 1)
    let range = groups.groups(ofBatch: 0)

    let tables = try EmbeddingTables(
      inputCount: 3, outputCount: 2 * words + 3, dimension: dimension)
    var random = SeededGenerator(seed: 6)
    for rows in [tables.input, tables.output] {
      for row in 0..<rows.rowCount {
        rows[row] = (0..<dimension).map { _ in Float.random(in: -0.7..<0.7, using: &random) }
      }
    }
    let padding = negativeSamples > 0 ? words : 0
    for row in padding..<padding + 4 {
      tables.output[row] = [Float](repeating: 0, count: dimension)
    }
    let before = [tables.input, tables.output].map { rows in
      (0..<rows.rowCount).map { rows[$0].map(Double.init) }
    }
    let tiles = groups.tiles

    /// From the tiles, in Double.
    func loss(_ rows: [[[Double]]]) -> Double {
      var sum = 0.0
      for number in range {
        let group = tiles.groups[number]
        for place in Int(group.input_begin)..<Int(group.input_begin + group.input_count) {
          let input = rows[0][Int(tiles.inputs[place])]
          for o in 0..<Int(group.output_count) {
            let at = Int(group.output_begin) + o
            let dot = zip(input, rows[1][Int(tiles.outputs[at])]).reduce(0) { $0 + $1.0 * $1.1 }
            let a = o < 32 && tiles.masks[place] >> UInt32(o) & 1 == 1 ? 1.0 : 0.0
            let count = group.path == 0 ? Double(tiles.masks[place].nonzeroBitCount) : 1
            let noise = Double(tiles.noise_weights[at]) * (count - a)
            sum += a * Oracle.log(1 + Oracle.exp(-dot)) + noise * Oracle.log(1 + Oracle.exp(dot))
          }
        }
      }
      return sum
    }

    let rate = 1e-4 as Float
    let columns = ColumnGroups(blockCount: 1)
    let goal = NegativeSampling<DocumentGroups>(
      tables: tables, kernels: .fastest, groupsPerBatch: 100, productsPerGroup: 1 << 10,
      guessingLoss: 1)
    let workspace = goal.makeWorkspace()
    var scores = [Float](repeating: 0, count: goal.scoreCapacity)
    var coefficients = scores
    goal.addScores(
      of: groups, batch: 0, groups: 0..<1, columns: columns, into: &scores,
      pitch: goal.scoreCapacity, workspace: workspace)
    var tally = LossTally()
    goal.addLoss(
      of: groups, batch: 0, scores: scores, columns: columns, pitch: goal.scoreCapacity,
      workspace: workspace, to: &tally)
    #expect(abs(tally.sum - loss(before)) < 1e-4 * tally.sum)
    #expect(tally.count == 15)
    goal.coefficients(
      of: groups, batch: 0, rate: rate, scores: scores, columns: columns,
      pitch: goal.scoreCapacity, share: 0, shareCount: 1, into: &coefficients,
      workspace: workspace)
    goal.update(
      groups, batch: 0, blocks: 0..<1, coefficients: coefficients, workspace: workspace)

    let h = 1e-5
    for (table, rows) in [tables.input, tables.output].enumerated() {
      var worst = 0.0
      for row in 0..<rows.rowCount where table == 0 || !(padding..<padding + 4).contains(row) {
        for k in 0..<dimension {
          var (plus, minus) = (before, before)
          plus[table][row][k] += h
          minus[table][row][k] -= h
          let slope = (loss(plus) - loss(minus)) / (2 * h)
          let change = (Double(rows[row][k]) - before[table][row][k]) / Double(rate)
          worst = max(worst, abs(change + slope))
        }
      }
      // Groups of a batch follow each other over the rows: a step of 1e-4 moves them by less.
      #expect(worst < 2e-2, "table \(table) off by \(worst)")
    }
  }
}

import BLASCore
import CKernels
import Embedding
import TestSupport
import Testing
import Tokenize
import Word2Vec

@Suite struct BagGroupsTests {
  /// A bag, the word it is scored against, and how often.
  private typealias Pairs = [[Int32]: Int]

  /// The pairs (rows of the bag, then the output word) that the groups train.
  private static func pairs(_ groups: BagGroups, words: Int) -> Pairs {
    var pairs: Pairs = [:]
    let tiles = groups.tiles
    for batch in 0..<groups.batchCount {
      let bags = groups.bags(ofBatch: batch)
      for number in groups.groups(ofBatch: batch) where tiles.groups[number].path == 0 {
        let group = tiles.groups[number]
        let outputs = (0..<Int(group.output_count)).map {
          tiles.outputs[Int(group.output_begin) + $0]
        }
        #expect(Set(outputs).count == outputs.count, "an output row named twice")
        for input in 0..<Int(group.input_count) {
          let place = Int(group.input_begin) + input
          let bag = bags.lowerBound + Int(tiles.inputs[place])
          #expect(bags.contains(bag))
          for bit in 0..<32 where tiles.masks[place] >> UInt32(bit) & 1 == 1 {
            #expect(outputs[bit] < Int32(words))
            pairs[Array(groups.bags[bag]) + [outputs[bit]], default: 0] += 1
          }
        }
      }
    }
    return pairs
  }

  private static func text(lines: Int, words: Int32, seed: UInt64) -> [[Int32]] {
    var random = SeededGenerator(seed: seed)
    return (0..<lines).map { _ in
      (0..<Int.random(in: 1..<60, using: &random)).map { _ in
        Int32.random(in: 0..<words, using: &random)
      }
    }
  }

  private static func options(_ model: WordVectorOptions.Model, radius: Int) -> WordVectorOptions {
    var options = WordVectorOptions(model: model)
    options.windowRadius = radius
    options.isWindowFixed = true
    options.subsampling = 0
    return options
  }

  private static func groups(
    _ options: WordVectorOptions, lines: [[Int32]], words: Int, subwords: SubwordBags?,
    hasPositions: Bool = false
  ) -> BagGroups {
    let sampling = WindowGroups.Sampling(
      options: options, counts: [Int64](repeating: 10, count: words))
    let groups = BagGroups(
      model: options.model, sampling: sampling, unitsPerBatch: 3, subwords: subwords,
      wordCapacity: 4096, hasPositions: hasPositions)
    let ids: [Int32] = lines.flatMap { $0 + [-1] }
    ids.withUnsafeBufferPointer { groups.prepare($0, random: RandomSource(seed: 1)) }
    return groups
  }

  @Test("CBOW trains each window's words against its centre, once", arguments: [1, 4, 40])
  func cbow(radius: Int) {
    let lines = Self.text(lines: 60, words: 9, seed: 2)
    let groups = Self.groups(
      Self.options(.cbow, radius: radius), lines: lines, words: 9, subwords: nil)
    var expected: Pairs = [:]
    for line in lines where line.count > 1 {
      for centre in line.indices {
        let window = max(0, centre - radius)...min(line.count - 1, centre + radius)
        let bag = window.filter { $0 != centre }.map { line[$0] }
        expected[bag + [line[centre]], default: 0] += 1
      }
    }
    #expect(Self.pairs(groups, words: 9) == expected)
  }

  @Test(
    "a row has the position that its word has in the window, from the left", arguments: [1, 3, 40])
  func positions(radius: Int) throws {
    let lines = Self.text(lines: 80, words: 9, seed: 5)
    let vocabulary = try Vocabulary((0..<9).map { (word: "word\($0)", count: 10) })
    var options = Self.options(.cbow, radius: radius)
    options.subwords = SubwordOptions()
    let bags = try #require(
      try WordVectorTrainer(options: options, vocabulary: vocabulary).subwordBags)
    for subwords in [nil, bags] {
      let groups = Self.groups(
        options, lines: lines, words: 9, subwords: subwords, hasPositions: true)
      let list = groups.bags
      let positions = try #require(list.positions)
      var bag = 0
      for line in lines where line.count > 1 {
        for centre in line.indices {
          var expected: [[Int32]] = []
          for place in max(0, centre - radius)...min(line.count - 1, centre + radius)
          where place != centre {
            let position = Int32(place - centre + radius - (place > centre ? 1 : 0))
            let word = line[place]
            for row in subwords.map({ Array($0.list[Int(word)]) }) ?? [word] {
              expected.append([row, position])
            }
          }
          let found = list[bag].enumerated().map { [$1, positions[list.starts[bag] + $0]] }
          #expect(found == expected)
          bag += 1
        }
      }
      #expect(bag == groups.bags(ofBatch: groups.batchCount - 1).upperBound)
      #expect(
        Self.groups(options, lines: lines, words: 9, subwords: subwords).bags.positions == nil)
    }
  }

  @Test(
    "skip-gram with n-grams trains each word against each of its window, also words that repeat",
    arguments: [1, 5, 30])
  func skipGram(radius: Int) throws {
    let vocabulary = try Vocabulary(
      ["a", "bb", "cat", "cats", "dog", "under", "überall"].map { (word: $0, count: 10) })
    var options = Self.options(.skipGram, radius: radius)
    options.subwords = SubwordOptions()
    let trainer = try WordVectorTrainer(options: options, vocabulary: vocabulary)
    let bags = try #require(trainer.subwordBags)
    let lines = Self.text(lines: 40, words: 7, seed: 3)
    let groups = Self.groups(options, lines: lines, words: 7, subwords: bags)
    var expected: Pairs = [:]
    for line in lines {
      for centre in line.indices {
        for place in max(0, centre - radius)...min(line.count - 1, centre + radius)
        where place != centre {
          expected[Array(bags.list[Int(line[centre])]) + [line[place]], default: 0] += 1
        }
      }
    }
    #expect(Self.pairs(groups, words: 7) == expected)
  }

  @Test("a word's bag is its own row and fastText's rows of its n-grams")
  func bags() throws {
    let vocabulary = try Vocabulary([(word: "cat", count: 10), (word: "ü", count: 10)])
    var options = WordVectorOptions()
    options.subwords = SubwordOptions()
    options.subwords?.bucketCount = 1000
    let trainer = try WordVectorTrainer(options: options, vocabulary: vocabulary)
    let bags = try #require(trainer.subwordBags)
    /// FNV-1a in 32 bits over signed bytes.
    func row(_ gram: String) -> Int32 {
      let hash = gram.utf8.reduce(2_166_136_261 as UInt32) {
        ($0 ^ UInt32(bitPattern: Int32(Int8(bitPattern: $1)))) &* 16_777_619
      }
      return 2 + Int32(hash % 1000)
    }
    #expect(
      Array(bags.list[0]) == [0] + ["<ca", "<cat", "<cat>", "cat", "cat>", "at>"].map(row))
    #expect(Array(bags.list[1]) == [1, row("<ü>")])
  }

  @Test(
    "one batch changes rows by the gradient of its loss, by central differences in Double",
    arguments: [0, 5], [false, true])
  func gradient(negativeSamples: Int, hasTree: Bool) throws {
    if negativeSamples == 0, !hasTree { return }
    var options = Self.options(.cbow, radius: 3)
    options.negativeSamples = negativeSamples
    options.hierarchicalSoftmax = hasTree
    try Self.checkGradient(options, subwords: nil, rowCount: Self.gradientWords)
  }

  @Test(
    "also in floret's table, where a bag may name a row twice",
    arguments: [WordVectorOptions.Model.skipGram, .cbow])
  func gradientOfTable(model: WordVectorOptions.Model) throws {
    var options = Self.options(model, radius: 3)
    options.subwords = SubwordOptions()
    options.subwords?.bucketCount = 30
    options.subwords?.hashCount = 2
    let vocabulary = try Vocabulary(
      (0..<Self.gradientWords).map { (word: "word\($0)", count: 10) })
    let trainer = try WordVectorTrainer(options: options, vocabulary: vocabulary)
    let bags = try #require(trainer.subwordBags)
    #expect(trainer.vectors.rowCount == 30)
    #expect(Set(bags.list[0]).count < bags.list[0].count, "no row is there twice")
    try Self.checkGradient(options, subwords: bags, rowCount: 30)
  }

  @Test(
    "also where positions have weights, which change by their gradient", arguments: [false, true])
  func gradientOfPositions(hasSubwords: Bool) throws {
    var options = Self.options(.cbow, radius: 3)
    options.weighsPositions = true
    guard hasSubwords else {
      return try Self.checkGradient(
        options, subwords: nil, rowCount: Self.gradientWords,
        positions: PositionWeights(firstRow: Self.gradientWords, count: 6))
    }
    options.subwords = SubwordOptions()
    options.subwords?.bucketCount = 30
    let vocabulary = try Vocabulary(
      (0..<Self.gradientWords).map { (word: "word\($0)", count: 10) })
    let trainer = try WordVectorTrainer(options: options, vocabulary: vocabulary)
    let first = Self.gradientWords + 30
    #expect(trainer.vectors.rowCount == first + 6)
    #expect((0..<6).allSatisfy { trainer.vectors[first + $0].allSatisfy { $0 == 1 } })
    try Self.checkGradient(
      options, subwords: trainer.subwordBags, rowCount: first,
      positions: PositionWeights(firstRow: first, count: 6))
  }

  private static let gradientWords = 12

  private static func checkGradient(
    _ options: WordVectorOptions, subwords: SubwordBags?, rowCount: Int,
    positions: PositionWeights? = nil
  ) throws {
    let words = gradientWords
    let dimension = 5
    let negativeSamples = options.negativeSamples
    let lines = Self.text(lines: 1, words: Int32(words), seed: 9).map {
      Array($0.prefix(7)) + [1, 2]
    }
    // Everything in one batch, so that all of it sees the same rows.
    let sampling = WindowGroups.Sampling(
      options: options, counts: (0..<words).map { Int64(3 + 5 * $0) })
    let groups = BagGroups(
      model: options.model, sampling: sampling, unitsPerBatch: 100, subwords: subwords,
      wordCapacity: 64, hasPositions: positions != nil)
    let ids: [Int32] = lines.flatMap { $0 + [-1] }
    ids.withUnsafeBufferPointer { groups.prepare($0, random: RandomSource(seed: 4)) }
    #expect(groups.batchCount == 1)

    let tables = try EmbeddingTables(
      inputCount: rowCount + (positions?.count ?? 0), outputCount: 2 * words + 3,
      dimension: dimension)
    var random = SeededGenerator(seed: 6)
    for rows in [tables.input, tables.output] {
      for row in 0..<rows.rowCount {
        rows[row] = (0..<dimension).map { _ in Float.random(in: -0.7..<0.7, using: &random) }
      }
    }
    let padding = Int(negativeSamples > 0 ? words : 0)
    for row in padding..<padding + 4 {
      tables.output[row] = [Float](repeating: 0, count: dimension)
    }
    let before = [tables.input, tables.output].map { rows in
      (0..<rows.rowCount).map { rows[$0].map(Double.init) }
    }
    let tiles = groups.tiles

    /// What a row of a bag counts by in the bag's mean.
    func weights(_ input: [[Double]], bag: Int, place: Int) -> [Double] {
      guard let positions, let list = groups.bags.positions else {
        return [Double](repeating: 1, count: dimension)
      }
      return input[positions.firstRow + Int(list[groups.bags.starts[bag] + place])]
    }

    /// From the tiles and bags, in Double, with a value of one bag's mean moved by a step.
    func loss(
      _ output: [[Double]], input: [[Double]]? = nil, bag moved: Int = -1, column: Int = 0,
      by step: Double = 0
    ) -> Double {
      let input = input ?? before[0]
      var sum = 0.0
      for number in groups.groups(ofBatch: 0) {
        let group = tiles.groups[number]
        for place in Int(group.input_begin)..<Int(group.input_begin + group.input_count) {
          let number = Int(tiles.inputs[place])
          let bag = Array(groups.bags[number])
          var mean = [Double](repeating: 0, count: dimension)
          for (index, row) in bag.enumerated() {
            let weight = weights(input, bag: number, place: index)
            for k in 0..<dimension {
              mean[k] += weight[k] * input[Int(row)][k] / Double(bag.count)
            }
          }
          if number == moved { mean[column] += step }
          for o in 0..<Int(group.output_count) {
            let at = Int(group.output_begin) + o
            let dot = zip(mean, output[Int(tiles.outputs[at])]).reduce(0) { $0 + $1.0 * $1.1 }
            let a = o < 32 && tiles.masks[place] >> UInt32(o) & 1 == 1 ? 1.0 : 0.0
            let count = group.path == 0 ? Double(tiles.masks[place].nonzeroBitCount) : 1
            let noise = Double(tiles.noise_weights[at]) * (count - a)
            sum += a * Oracle.log(1 + Oracle.exp(-dot)) + noise * Oracle.log(1 + Oracle.exp(dot))
          }
        }
      }
      return sum
    }

    // With n-grams a row is changed many times in a batch: steps are smaller.
    let rate: Float = subwords == nil ? 1e-3 : 1e-4
    let columns = ColumnGroups(blockCount: 1)
    let goal = BagNegativeSampling<BagGroups>(
      tables: tables, kernels: .fastest, bagsPerBatch: 64, productsPerBatch: 1 << 14,
      guessingLoss: 1, positions: positions)
    let workspace = goal.makeWorkspace()
    var scores = [Float](repeating: 0, count: 1 << 14)
    var coefficients = [Float](repeating: 0, count: 1 << 14)
    goal.addScores(
      of: groups, batch: 0, groups: 0..<1, columns: columns, into: &scores, pitch: 1 << 14,
      workspace: workspace)
    var tally = LossTally()
    goal.addLoss(
      of: groups, batch: 0, scores: scores, columns: columns, pitch: 1 << 14, workspace: workspace,
      to: &tally)
    #expect(abs(tally.sum - loss(before[1])) < 1e-4 * tally.sum)
    if options.model == .cbow { #expect(tally.count == Double(groups.bags(ofBatch: 0).count)) }
    goal.coefficients(
      of: groups, batch: 0, rate: rate, scores: scores, columns: columns, pitch: 1 << 14, share: 0,
      shareCount: 1, into: &coefficients, workspace: workspace)
    goal.update(
      groups, batch: 0, blocks: 0..<1, coefficients: coefficients, workspace: workspace)

    let h = 1e-5
    var worst = 0.0
    for row in 0..<tables.output.rowCount where !(padding..<padding + 4).contains(row) {
      for k in 0..<dimension {
        var (plus, minus) = (before[1], before[1])
        plus[row][k] += h
        minus[row][k] -= h
        let slope = (loss(plus) - loss(minus)) / (2 * h)
        let change = (Double(tables.output[row][k]) - before[1][row][k]) / Double(rate)
        worst = max(worst, abs(change + slope))
      }
    }
    // Groups of a batch follow each other over the outputs' rows: a step of 1e-3 moves them by less.
    #expect(worst < 2e-2, "outputs off by \(worst)")

    // What a mean is to change by goes to each of its rows whole, not divided by their number.
    var expected = [[Double]](repeating: [Double](repeating: 0, count: dimension), count: rowCount)
    for bag in groups.bags(ofBatch: 0) {
      for k in 0..<dimension {
        let slope =
          (loss(before[1], bag: bag, column: k, by: h)
            - loss(before[1], bag: bag, column: k, by: -h)) / (2 * h)
        for (place, row) in groups.bags[bag].enumerated() {
          expected[Int(row)][k] -= slope * weights(before[0], bag: bag, place: place)[k]
        }
      }
    }
    worst = 0
    for row in 0..<rowCount {
      for k in 0..<dimension {
        let change = (Double(tables.input[row][k]) - before[0][row][k]) / Double(rate)
        worst = max(worst, abs(change - expected[row][k]))
      }
    }
    #expect(worst < 2e-2, "inputs off by \(worst)")

    guard let positions else { return }
    worst = 0
    for row in positions.firstRow..<positions.firstRow + positions.count {
      for k in 0..<dimension {
        var (plus, minus) = (before[0], before[0])
        plus[row][k] += h
        minus[row][k] -= h
        let slope = (loss(before[1], input: plus) - loss(before[1], input: minus)) / (2 * h)
        let change = (Double(tables.input[row][k]) - before[0][row][k]) / Double(rate)
        worst = max(worst, abs(change + slope))
      }
    }
    #expect(worst < 2e-2, "weights of positions off by \(worst)")
  }
}

import BLASCore
import Embedding
import Testing
import TestSupport
import Tokenize
import WordtoolCore

import Word2Vec

@Suite struct GloVeTrainerTests {
  static func options(_ dimension: Int, epochs: Int = 3) -> GloVeOptions {
    var options = GloVeOptions()
    options.dimension = dimension
    options.epochs = epochs
    return options
  }

  /// Numbers of words that say nothing of their camps.
  static func vocabulary(_ counts: [Int64]) throws -> Vocabulary {
    try Vocabulary(counts.enumerated().map { (word: "w\($0)", count: $1) })
  }

  static func train(
    _ options: GloVeOptions, lines: Int = 1_000, threads: Int, memoryLimit: Int = 1 << 30,
    kernels: KernelTable = .fastest
  ) throws -> (bits: [UInt32], losses: [Double]) {
    let folder = ScratchFolder()
    let (ids, counts) = WordVectorTrainerTests.camps(lines: lines)
    let trainer = try GloVeTrainer(options: options, counts: counts, kernels: kernels)
    trainer.memoryLimit = memoryLimit
    trainer.temporaryFolder = folder.path
    try trainer.train(on: ids.span, threads: threads)
    return (try bits(trainer, counts), trainer.epochLosses)
  }

  /// The bits of both kinds of vectors.
  static func bits(_ trainer: GloVeTrainer, _ counts: [Int64]) throws -> [UInt32] {
    let words = try vocabulary(counts)
    return try [
      trainer.wordVectors(vocabulary: words), trainer.contextWordVectors(vocabulary: words),
    ].flatMap { vectors in
      (0..<vectors.count).flatMap { vectors.vector(at: $0).map(\.bitPattern) }
    }
  }

  // MARK: The gradient

  /// A word, a context and what the square of their difference counts for, in Double.
  private struct Example {
    var word: [Double]
    var context: [Double]
    var log: Double
    var weight: Double

    /// Equation 8 for one pair; the last value of either row is its bias.
    var loss: Double {
      let bias = word.count - 1
      let dot = (0..<bias).reduce(word[bias] + context[bias]) { $0 + word[$1] * context[$1] }
      return 0.5 * weight * (dot - log) * (dot - log)
    }
  }

  @Test(
    "the first step of every value is its gradient by central differences", arguments: [1, 16, 20])
  func gradient(dimension: Int) throws {
    var random = SeededGenerator(seed: UInt64(dimension))
    let columns = dimension + 1
    func values() -> [Float] {
      (0..<columns).map { _ in Float.random(in: -1...1, using: &random) }
    }
    for kernels in KernelTable.available {
      let tables = try EmbeddingTables(inputCount: 4, outputCount: 4, dimension: columns)
      for rows in [tables.input, tables.output] { for word in 0..<2 { rows[2 * word] = values() } }
      let chunk = CooccurrenceChunk(capacity: 1)
      (chunk.words[0], chunk.contexts[0], chunk.count) = (1, 0, 1)
      (chunk.logs[0], chunk.weights[0]) = (1.7, 0.6)
      let example = Example(
        word: tables.input[2].map(Double.init), context: tables.output[0].map(Double.init),
        log: Double(chunk.logs[0]), weight: Double(chunk.weights[0]))
      let rate: Float = 0.25
      let goal = WeightedLeastSquares(
        tables: tables, kernels: kernels, batchSize: 8, learningRate: rate, gradientLimit: 100,
        guessingLoss: 1)
      let groups = ColumnGroups(blockCount: tables.input.blockCount)
      var scores = [Float](repeating: 0, count: groups.count * goal.scoreCapacity)
      var coefficients = [Float](repeating: 0, count: goal.coefficientCapacity)
      var tally = LossTally()
      let workspace = goal.makeWorkspace()
      goal.addScores(
        of: chunk, batch: 0, groups: 0..<groups.count, columns: groups, into: &scores,
        pitch: goal.scoreCapacity, workspace: workspace)
      goal.coefficients(
        of: chunk, batch: 0, rate: rate, scores: scores, columns: groups,
        pitch: goal.scoreCapacity, share: 0, shareCount: 1, into: &coefficients,
        workspace: workspace)
      goal.addLoss(
        of: chunk, batch: 0, scores: scores, columns: groups, pitch: goal.scoreCapacity,
        workspace: workspace, to: &tally)
      goal.update(
        chunk, batch: 0, blocks: 0..<tables.input.blockCount, coefficients: coefficients,
        workspace: workspace)
      #expect(abs(tally.sum - example.loss) < 1e-5 && tally.count == 1)
      // Central differences are exact for a square but for rounding.
      let h = 1e-5
      for column in 0..<columns {
        // Biases move by the gradient itself.
        let scale = column == dimension ? 1 : Double(rate)
        for isContext in [false, true] {
          func loss(_ change: Double) -> Double {
            var moved = example
            if isContext { moved.context[column] += change } else { moved.word[column] += change }
            return moved.loss
          }
          let numeric = (loss(h) - loss(-h)) / (2 * h)
          let (rows, row) = isContext ? (tables.output, 0) : (tables.input, 2)
          let before = isContext ? example.context[column] : example.word[column]
          let moved = (before - Double(rows[row][column])) / scale
          #expect(
            abs(moved - numeric) < 1e-5 + 1e-5 * abs(numeric),
            "\(kernels.name), column \(column), context \(isContext)")
          // The sum of the squared steps begins with this one.
          let step = scale * numeric
          #expect(abs(Double(rows[row + 1][column]) - step * step) < 1e-5)
        }
      }
      // Nobody else moved.
      #expect(tables.input[1].allSatisfy { $0 == 0 } && tables.output[3].allSatisfy { $0 == 0 })
    }
  }

  @Test("every share's own columns together are what one share changes")
  func shares() throws {
    func run(_ cuts: [Range<Int>]) throws -> [UInt32] {
      var random = SeededGenerator(seed: 3)
      let tables = try EmbeddingTables(inputCount: 12, outputCount: 12, dimension: 101)
      for rows in [tables.input, tables.output] {
        for word in 0..<6 {
          rows[2 * word] = (0..<101).map { _ in Float.random(in: -1...1, using: &random) }
        }
      }
      let chunk = CooccurrenceChunk(capacity: 40)
      chunk.count = 40
      for index in 0..<40 {
        chunk.words[index] = Int32.random(in: 0..<6, using: &random)
        chunk.contexts[index] = Int32.random(in: 0..<6, using: &random)
        chunk.logs[index] = Float.random(in: -1...4, using: &random)
        chunk.weights[index] = Float.random(in: 0...1, using: &random)
      }
      let goal = WeightedLeastSquares(
        tables: tables, kernels: .fastest, batchSize: 17, learningRate: 0.05, gradientLimit: 100,
        guessingLoss: 1)
      let groups = ColumnGroups(blockCount: tables.input.blockCount)
      let workspace = goal.makeWorkspace()
      var scores = [Float](repeating: 0, count: groups.count * goal.scoreCapacity)
      var coefficients = [Float](repeating: 0, count: goal.coefficientCapacity)
      for batch in 0..<goal.batchCount(of: chunk) {
        for cut in cuts {
          goal.addScores(
            of: chunk, batch: batch, groups: cut, columns: groups, into: &scores,
            pitch: goal.scoreCapacity, workspace: workspace)
        }
        goal.coefficients(
          of: chunk, batch: batch, rate: 0, scores: scores, columns: groups,
          pitch: goal.scoreCapacity, share: 0, shareCount: cuts.count, into: &coefficients,
          workspace: workspace)
        for cut in cuts.reversed() {
          goal.update(
            chunk, batch: batch, blocks: groups.blocks(cut), coefficients: coefficients,
            workspace: workspace)
        }
      }
      return [tables.input, tables.output].flatMap { WordVectorTrainerTests.bits($0) }
    }
    #expect(try run([0..<1, 1..<2]) == run([0..<2]))
  }

  // MARK: The same bytes

  @Test(
    "the same bytes for 1, 2, 3 and 8 threads and any memory",
    arguments: RealData.isSanitized ? [1, 100] : [1, 50, 100, 300])
  func anyThreadCount(dimension: Int) throws {
    let one = try Self.train(Self.options(dimension), threads: 1)
    for threads in [2, 3, 8] {
      let many = try ThreadTeam.$script.withValue(.init(drawnNumbers(1...threads))) {
        try Self.train(
          Self.options(dimension), threads: threads, memoryLimit: threads == 3 ? 1 : 1 << 30)
      }
      #expect(many.bits == one.bits, "\(threads) threads")
      #expect(many.losses == one.losses)
    }
  }

  @Test("the same bytes for every instruction set")
  func anyInstructionSet() throws {
    let reference = try Self.train(
      Self.options(40), lines: 300, threads: 2, kernels: #require(KernelTable(named: "scalar")))
    for kernels in KernelTable.available {
      let other = try Self.train(Self.options(40), lines: 300, threads: 2, kernels: kernels)
      #expect(other.bits == reference.bits && other.losses == reference.losses, "\(kernels.name)")
    }
  }

  @Test("another seed gives other vectors, the same seed the same; every option counts")
  func seedsAndOptions() throws {
    let plain = try Self.train(Self.options(10), lines: 200, threads: 1).bits
    #expect(try Self.train(Self.options(10), lines: 200, threads: 1).bits == plain)
    let changes: [(inout GloVeOptions) -> Void] = [
      { $0.seed = 2 }, { $0.windowRadius = 3 }, { $0.isLeftOnly = true },
      { $0.maximumWeightCount = 1000 }, { $0.weightExponent = 0.5 }, { $0.learningRate = 0.01 },
      { $0.gradientLimit = 1e-4 }, { $0.epochs = 4 },
    ]
    for (number, change) in changes.enumerated() {
      var options = Self.options(10)
      change(&options)
      #expect(
        try Self.train(options, lines: 200, threads: 1).bits != plain, "change \(number)")
    }
  }

  @Test("stopped and resumed equals unbroken, the losses included")
  func resumes() throws {
    let folder = ScratchFolder()
    let (ids, _) = WordVectorTrainerTests.camps(lines: 2_000)
    let words = ids.map { $0 < 0 ? "\n" : "w\($0) " }.joined()
    let path = try folder.write(Array(words.utf8), to: "text")
    let corpus = try CorpusReader(rule: .whitespace).read([path])
    let counts = corpus.vocabulary.counts
    let unbroken = try GloVeTrainer(options: Self.options(30), counts: counts)
    try unbroken.train(on: corpus.ids, threads: 2)

    let stop = StopFlag()
    let interrupted = try GloVeTrainer(options: Self.options(30), counts: counts)
    let error = #expect(throws: WordtoolError.self) {
      try interrupted.train(on: corpus.ids, threads: 2, stop: stop) { progress in
        if progress.epoch == 2, progress.fraction > 0.4 { stop.raise() }
      }
    }
    #expect(error?.kind == .interrupted && interrupted.position.epoch < 3)
    #expect(interrupted.position.chunk > 0, "in the middle of an epoch")
    try interrupted.writeCheckpoint(to: folder("checkpoint"), corpus: corpus)

    let resumed = try GloVeTrainer(options: Self.options(30), counts: counts)
    try resumed.resume(fromCheckpoint: folder("checkpoint"), corpus: corpus)
    #expect(resumed.position == interrupted.position)
    try resumed.train(on: corpus.ids, threads: 1)
    #expect(try Self.bits(resumed, counts) == Self.bits(unbroken, counts))
    #expect(resumed.epochLosses == unbroken.epochLosses)

    var others = Self.options(30)
    others.maximumWeightCount = 10
    let stranger = try GloVeTrainer(options: others, counts: counts)
    let mismatch = #expect(throws: WordtoolError.self) {
      try stranger.resume(fromCheckpoint: folder("checkpoint"), corpus: corpus)
    }
    #expect(mismatch?.kind == .badData)
    let skipGram = try WordVectorTrainer(options: WordVectorOptions(), counts: counts)
    let other = #expect(throws: WordtoolError.self) {
      try skipGram.resume(fromCheckpoint: folder("checkpoint"), corpus: corpus)
    }
    #expect(other?.kind == .badData)
  }

  @Test("pausing now and then changes nothing, and vectors may be looked at")
  func pauses() throws {
    let plain = try Self.train(Self.options(30), threads: 2)
    let (ids, counts) = WordVectorTrainerTests.camps(lines: 1_000)
    let paused = try GloVeTrainer(options: Self.options(30), counts: counts)
    var count = 0
    try paused.train(
      on: ids.span, threads: 2,
      pausing: .init(every: .zero) {
        count += 1
        try #expect(Self.bits(paused, counts) != plain.bits)
      })
    #expect(count > 1)
    #expect(try Self.bits(paused, counts) == plain.bits)
  }
}

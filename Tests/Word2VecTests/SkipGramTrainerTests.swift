import BLASCore
import Embedding
import Testing
import TestSupport
import Tokenize
import WordtoolCore

import Word2Vec

@Suite struct SkipGramTrainerTests {
  /// Lines of words that stand in two camps: words of one camp share contexts.
  static func camps(lines: Int, seed: UInt64 = 1) -> (ids: [Int32], counts: [Int64]) {
    var random = SeededGenerator(seed: seed)
    var ids: [Int32] = []
    for _ in 0..<lines {
      let camp = Int32.random(in: 0..<2, using: &random)
      for _ in 0..<Int.random(in: 3..<40, using: &random) {
        ids.append(camp * 20 + Int32.random(in: 0..<20, using: &random))
      }
      ids.append(-1)
    }
    let counts = (0..<40).map { word in Int64(ids.count { $0 == word }) }
    return (ids, counts)
  }

  /// Several chunks of text, so that rounds follow each other.
  static let lines = RealData.isSanitized ? 500 : 2_000

  static func train(
    _ options: SkipGramOptions, lines: Int = Self.lines, threads: Int,
    kernels: KernelTable = .fastest
  ) throws -> SkipGramTrainer {
    let (ids, counts) = camps(lines: lines)
    let trainer = try SkipGramTrainer(options: options, counts: counts, kernels: kernels)
    try trainer.train(on: ids.span, threads: threads)
    return trainer
  }

  static func bits(_ rows: RowStorage) -> [UInt32] {
    rows.withUnsafeBuffer { $0.map(\.bitPattern) }
  }

  @Test(
    "the same bytes for 1, 2, 3 and 8 threads",
    arguments: RealData.isSanitized ? [1, 100] : [1, 50, 100, 300])
  func anyThreadCount(dimension: Int) throws {
    var options = SkipGramOptions()
    options.dimension = dimension
    options.epochs = 2
    options.subsampling = 0
    let one = try Self.train(options, threads: 1)
    for threads in [2, 3, 8] {
      // However many processors there are, and with another number whenever it may change.
      let many = try ThreadTeam.$script.withValue(.init(drawnNumbers(1...threads))) {
        try Self.train(options, threads: threads)
      }
      #expect(Self.bits(many.vectors) == Self.bits(one.vectors), "\(threads) threads")
      #expect(Self.bits(many.contextVectors) == Self.bits(one.contextVectors))
      #expect(many.epochLosses == one.epochLosses)
    }
  }

  @Test("the same bytes for every instruction set")
  func anyInstructionSet() throws {
    var options = SkipGramOptions()
    options.dimension = 40
    options.epochs = 1
    let reference = try Self.train(
      options, lines: 300, threads: 2, kernels: #require(KernelTable(named: "scalar")))
    for kernels in KernelTable.available {
      let other = try Self.train(options, lines: 300, threads: 2, kernels: kernels)
      #expect(Self.bits(other.vectors) == Self.bits(reference.vectors), "\(kernels.name)")
    }
  }

  @Test("another seed gives other vectors, the same seed the same")
  func seeds() throws {
    var options = SkipGramOptions()
    options.dimension = 10
    let first = Self.bits(try Self.train(options, lines: 200, threads: 1).vectors)
    #expect(Self.bits(try Self.train(options, lines: 200, threads: 1).vectors) == first)
    options.seed = 2
    #expect(Self.bits(try Self.train(options, lines: 200, threads: 1).vectors) != first)
  }

  @Test(
    "words that share contexts come to point the same way, and the loss falls",
    .disabled(
      if: RealData.isSanitized, "it needs a long text, and the threads are those of the others"))
  func learns() throws {
    var options = SkipGramOptions()
    options.dimension = 20
    options.epochs = 5
    options.subsampling = 0
    let trainer = try Self.train(options, threads: 2)
    #expect(trainer.epochLosses.count == 5)
    #expect(trainer.epochLosses[4] < trainer.epochLosses[0])
    // Untrained: (1 + 5) log 2. What camps alone let one know is below that.
    #expect(trainer.epochLosses[4] < 6 * 0.6931)
    func cosine(_ a: Int, _ b: Int) -> Float {
      let (x, y) = (trainer.vectors[a], trainer.vectors[b])
      func dot(_ p: [Float], _ q: [Float]) -> Float { zip(p, q).reduce(0) { $0 + $1.0 * $1.1 } }
      return dot(x, y) / (dot(x, x) * dot(y, y)).squareRoot()
    }
    for word in 1..<20 {
      #expect(cosine(0, word) > 0.5, "same camp, word \(word)")
      #expect(cosine(0, 20 + word) < 0.2, "other camp, word \(word)")
    }
  }

  @Test(
    "every corner of the options trains to finite vectors and a loss",
    arguments: [
      (1, 1, 1), (1, 100, 64), (4096, 1, 1), (7, 3, 64), (33, 100, 1), (16, 5, 20),
    ])
  func corners(dimension: Int, window: Int, negatives: Int) throws {
    var options = SkipGramOptions()
    options.dimension = dimension
    options.windowRadius = window
    options.negativeSamples = negatives
    options.epochs = 1
    let one = try Self.train(options, lines: 60, threads: 1)
    let two = try Self.train(options, lines: 60, threads: 2)
    #expect(one.vectors.firstRowNotFinite() == nil)
    #expect(one.epochLosses[0].isFinite && one.epochLosses[0] > 0)
    #expect(Self.bits(one.vectors) == Self.bits(two.vectors))
  }

  @Test("stopped and resumed equals unbroken, the losses included")
  func resumes() throws {
    let folder = ScratchFolder()
    var options = SkipGramOptions()
    options.dimension = 30
    options.epochs = 3
    let (ids, _) = Self.camps(lines: Self.lines + 1_000)
    let words = ids.map { $0 < 0 ? "\n" : "w\($0) " }.joined()
    let path = try folder.write(Array(words.utf8), to: "text")
    let corpus = try CorpusReader(rule: .whitespace).read([path])
    let counts = corpus.vocabulary.counts
    let unbroken = try SkipGramTrainer(options: options, counts: counts)
    try unbroken.train(on: corpus.ids, threads: 2)

    let stop = StopFlag()
    let interrupted = try SkipGramTrainer(options: options, counts: counts)
    let error = #expect(throws: WordtoolError.self) {
      try interrupted.train(on: corpus.ids, threads: 2, stop: stop) { progress in
        if progress.epoch == 2 { stop.raise() }
      }
    }
    #expect(error?.kind == .interrupted)
    #expect(interrupted.position.epoch < 3)
    try interrupted.writeCheckpoint(to: folder("checkpoint"), corpus: corpus)

    let resumed = try SkipGramTrainer(options: options, counts: counts)
    try resumed.resume(fromCheckpoint: folder("checkpoint"), corpus: corpus)
    #expect(resumed.position == interrupted.position)
    try resumed.train(on: corpus.ids, threads: 1)
    #expect(Self.bits(resumed.vectors) == Self.bits(unbroken.vectors))
    #expect(Self.bits(resumed.contextVectors) == Self.bits(unbroken.contextVectors))
    #expect(resumed.epochLosses == unbroken.epochLosses)

    options.seed = 2
    let stranger = try SkipGramTrainer(options: options, counts: counts)
    let mismatch = #expect(throws: WordtoolError.self) {
      try stranger.resume(fromCheckpoint: folder("checkpoint"), corpus: corpus)
    }
    #expect(mismatch?.kind == .badData)
  }

  @Test("pausing now and then changes nothing")
  func pauses() throws {
    var options = SkipGramOptions()
    options.dimension = 30
    let (ids, counts) = Self.camps(lines: Self.lines)
    let plain = try SkipGramTrainer(options: options, counts: counts)
    try plain.train(on: ids.span, threads: 2)
    let paused = try SkipGramTrainer(options: options, counts: counts)
    var count = 0
    try paused.train(
      on: ids.span, threads: 2,
      pausing: .init(every: .zero) {
        count += 1
        #expect(paused.vectors.firstRowNotFinite() == nil)
      })
    #expect(count > 1)
    #expect(Self.bits(paused.vectors) == Self.bits(plain.vectors))
    #expect(paused.epochLosses == plain.epochLosses)
  }

  @Test("a learning rate that is far too large is reported as divergence")
  func divergence() throws {
    var options = SkipGramOptions()
    options.learningRate = 1e6
    options.epochs = 20
    let error = #expect(throws: WordtoolError.self) {
      _ = try Self.train(options, lines: 2_000, threads: 2)
    }
    #expect(error?.kind == .diverged)
    #expect(error?.remedy != nil)
  }

  @Test("options out of range and vocabularies of one word are refused")
  func refusals() throws {
    let changes: [(inout SkipGramOptions) -> Void] = [
      { $0.dimension = 0 }, { $0.dimension = 4097 }, { $0.windowRadius = 0 },
      { $0.windowRadius = 101 }, { $0.negativeSamples = 0 }, { $0.negativeSamples = 65 },
      { $0.subsampling = -1 }, { $0.subsampling = .nan }, { $0.epochs = 0 },
      { $0.learningRate = 0 }, { $0.learningRate = .infinity }, { $0.noiseExponent = .nan },
      { $0.minimumLearningRateRatio = 2 },
    ]
    for change in changes {
      var options = SkipGramOptions()
      change(&options)
      let error = #expect(throws: WordtoolError.self) { try options.validate() }
      #expect(error?.kind == .usage)
    }
    for counts in [[5], [], [5, 0], [-1, 7]] as [[Int64]] {
      let error = #expect(throws: WordtoolError.self) {
        try SkipGramTrainer(options: SkipGramOptions(), counts: counts)
      }
      #expect(error?.kind == .badData)
    }
  }
}

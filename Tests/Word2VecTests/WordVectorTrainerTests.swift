import BLASCore
import Embedding
import Testing
import TestSupport
import Tokenize
import WordtoolCore

import Word2Vec

@Suite struct WordVectorTrainerTests {
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
    _ options: WordVectorOptions, lines: Int = Self.lines, threads: Int,
    kernels: KernelTable = .fastest
  ) throws -> WordVectorTrainer {
    let (ids, counts) = camps(lines: lines)
    let trainer = try WordVectorTrainer(options: options, counts: counts, kernels: kernels)
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
    var options = WordVectorOptions()
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
    var options = WordVectorOptions()
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
    var options = WordVectorOptions()
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
    var options = WordVectorOptions()
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
    var options = WordVectorOptions()
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

  /// Options of every kind of model beside skip-gram with noise.
  static let kinds: [(name: String, change: @Sendable (inout WordVectorOptions) -> Void)] = [
    ("skip-gram", { _ in }),
    ("CBOW", { $0.model = .cbow }),
    (
      "a tree",
      {
        $0.hierarchicalSoftmax = true
        $0.negativeSamples = 0
      }
    ),
    (
      "CBOW with a tree and noise",
      {
        $0.model = .cbow
        $0.hierarchicalSoftmax = true
      }
    ),
    ("n-grams", { $0.subwords = SubwordOptions() }),
    (
      "CBOW with n-grams",
      {
        $0.model = .cbow
        $0.subwords = SubwordOptions()
      }
    ),
    (
      "floret's table",
      {
        $0.subwords = SubwordOptions()
        $0.subwords?.hashCount = 2
      }
    ),
    (
      "CBOW with floret's table",
      {
        $0.model = .cbow
        $0.subwords = SubwordOptions()
        $0.subwords?.hashCount = 3
        $0.subwords?.bucketCount = 700
      }
    ),
    ("structured skip-gram", { $0.model = .structuredSkipGram }),
    (
      "CBOW with weights of positions",
      {
        $0.model = .cbow
        $0.weighsPositions = true
      }
    ),
    (
      "CBOW with n-grams and weights of positions",
      {
        $0.model = .cbow
        $0.weighsPositions = true
        $0.subwords = SubwordOptions()
      }
    ),
  ]

  @Test(
    "every kind of model brings words that share contexts together",
    .disabled(
      if: RealData.isSanitized, "it needs a long text, and the threads are those of the others"),
    arguments: kinds.indices)
  func everyKindLearns(number: Int) throws {
    var options = WordVectorOptions()
    options.dimension = 20
    options.epochs = 8
    options.subsampling = 0
    Self.kinds[number].change(&options)
    let (ids, counts) = Self.camps(lines: Self.lines)
    // Numbers in words, so that their n-grams say nothing of the camps.
    let names = counts.indices.map { String(($0 * 7919 + 1) % 9973) }
    let vocabulary = try Vocabulary(zip(names, counts).map { (word: $0, count: $1) })
    let trainer = try WordVectorTrainer(options: options, vocabulary: vocabulary)
    try trainer.train(on: ids.span, threads: 2)
    #expect(trainer.epochLosses[7] < trainer.epochLosses[0])
    #expect(trainer.epochLosses[7] < 0.98 * trainer.guessingLoss)
    let vectors = try trainer.wordVectors(vocabulary: vocabulary)
    for word in 1..<20 {
      let own = try vectors.similarity(names[0], names[word])
      let other = try vectors.similarity(names[0], names[20 + word])
      #expect(own > other + 0.3, "\(Self.kinds[number].name), word \(word): \(own), \(other)")
    }
  }

  @Test("what does not go together is refused")
  func refused() throws {
    var options = WordVectorOptions()
    options.negativeSamples = 0
    #expect(throws: WordtoolError.self) { try options.validate() }
    options.hierarchicalSoftmax = true
    try options.validate()
    let vocabulary = try Vocabulary([(word: "a", count: 3), (word: "b", count: 2)])
    let trainer = try WordVectorTrainer(options: options, vocabulary: vocabulary)
    #expect(throws: WordtoolError.self) {
      try trainer.contextWordVectors(vocabulary: vocabulary)
    }
    options.model = .structuredSkipGram
    #expect(throws: WordtoolError.self) { try options.validate() }
    let structured = try WordVectorTrainer(
      options: WordVectorOptions(model: .structuredSkipGram), vocabulary: vocabulary)
    #expect(structured.contextVectors.rowCount == 10 * 2 + 4)
    #expect(throws: WordtoolError.self) {
      try structured.contextWordVectors(vocabulary: vocabulary)
    }
    options.model = .skipGram
    options.subwords = SubwordOptions()
    #expect(throws: WordtoolError.self) { try WordVectorTrainer(options: options, counts: [3, 2]) }
    for change: (inout SubwordOptions) -> Void in [
      { $0.shortest = 0 }, { $0.longest = 2 }, { $0.longest = 101 }, { $0.bucketCount = 0 },
      { $0.hashCount = 0 }, { $0.hashCount = 5 },
    ] {
      var grams = SubwordOptions()
      change(&grams)
      options.subwords = grams
      #expect(throws: WordtoolError.self) { try options.validate() }
    }
  }

  @Test("options of files from before the other models are skip-gram's")
  func oldOptions() throws {
    let text = """
      {"dimension":100,"epochs":5,"learningRate":0.025,"minimumLearningRateRatio":0.0001,\
      "negativeSamples":5,"noiseExponent":0.75,"seed":1,"subsampling":0.0001,"windowRadius":5}
      """
    #expect(try StoredJSON.decode(WordVectorOptions.self, from: text) == WordVectorOptions())
    #expect(try StoredJSON.text(WordVectorOptions()) == text)
    var options = WordVectorOptions(model: .cbow)
    options.hierarchicalSoftmax = true
    options.isWindowFixed = true
    options.subwords = SubwordOptions()
    #expect(try !StoredJSON.text(options).contains("hashCount"))
    options.subwords?.hashCount = 2
    #expect(try !StoredJSON.text(options).contains("weighsPositions"))
    options.weighsPositions = true
    for model in WordVectorOptions.Model.allCases {
      let others = WordVectorOptions(model: model)
      #expect(
        try StoredJSON.decode(WordVectorOptions.self, from: StoredJSON.text(others)) == others)
    }
    #expect(
      try StoredJSON.decode(WordVectorOptions.self, from: StoredJSON.text(options)) == options)
  }

  @Test("stopped and resumed equals unbroken, the losses included", arguments: kinds.indices)
  func resumes(number: Int) throws {
    let folder = ScratchFolder()
    var options = WordVectorOptions()
    options.dimension = 30
    options.epochs = 3
    Self.kinds[number].change(&options)
    let (ids, _) = Self.camps(lines: Self.lines + 1_000)
    let words = ids.map { $0 < 0 ? "\n" : "w\($0) " }.joined()
    let path = try folder.write(Array(words.utf8), to: "text")
    let corpus = try CorpusReader(rule: .whitespace).read([path])
    let unbroken = try WordVectorTrainer(options: options, vocabulary: corpus.vocabulary)
    try unbroken.train(on: corpus.ids, threads: 2)

    let stop = StopFlag()
    let interrupted = try WordVectorTrainer(options: options, vocabulary: corpus.vocabulary)
    let error = #expect(throws: WordtoolError.self) {
      try interrupted.train(on: corpus.ids, threads: 2, stop: stop) { progress in
        if progress.epoch == 2 { stop.raise() }
      }
    }
    #expect(error?.kind == .interrupted)
    #expect(interrupted.position.epoch < 3)
    try interrupted.writeCheckpoint(to: folder("checkpoint"), corpus: corpus)

    let resumed = try WordVectorTrainer(options: options, vocabulary: corpus.vocabulary)
    try resumed.resume(fromCheckpoint: folder("checkpoint"), corpus: corpus)
    #expect(resumed.position == interrupted.position)
    try resumed.train(on: corpus.ids, threads: 1)
    #expect(Self.bits(resumed.vectors) == Self.bits(unbroken.vectors))
    #expect(Self.bits(resumed.contextVectors) == Self.bits(unbroken.contextVectors))
    #expect(resumed.epochLosses == unbroken.epochLosses)

    options.seed = 2
    let stranger = try WordVectorTrainer(options: options, vocabulary: corpus.vocabulary)
    let mismatch = #expect(throws: WordtoolError.self) {
      try stranger.resume(fromCheckpoint: folder("checkpoint"), corpus: corpus)
    }
    #expect(mismatch?.kind == .badData)
  }

  @Test("pausing now and then changes nothing")
  func pauses() throws {
    var options = WordVectorOptions()
    options.dimension = 30
    let (ids, counts) = Self.camps(lines: Self.lines)
    let plain = try WordVectorTrainer(options: options, counts: counts)
    try plain.train(on: ids.span, threads: 2)
    let paused = try WordVectorTrainer(options: options, counts: counts)
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
    var options = WordVectorOptions()
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
    let changes: [(inout WordVectorOptions) -> Void] = [
      { $0.dimension = 0 }, { $0.dimension = 4097 }, { $0.windowRadius = 0 },
      { $0.windowRadius = 101 }, { $0.negativeSamples = 0 }, { $0.negativeSamples = 65 },
      { $0.subsampling = -1 }, { $0.subsampling = .nan }, { $0.epochs = 0 },
      { $0.learningRate = 0 }, { $0.learningRate = .infinity }, { $0.noiseExponent = .nan },
      { $0.minimumLearningRateRatio = 2 }, { $0.weighsPositions = true },
    ]
    for change in changes {
      var options = WordVectorOptions()
      change(&options)
      let error = #expect(throws: WordtoolError.self) { try options.validate() }
      #expect(error?.kind == .usage)
    }
    for counts in [[5], [], [5, 0], [-1, 7]] as [[Int64]] {
      let error = #expect(throws: WordtoolError.self) {
        try WordVectorTrainer(options: WordVectorOptions(), counts: counts)
      }
      #expect(error?.kind == .badData)
    }
  }
}

import BLASCore
import Embedding
import Testing
import TestSupport
import Tokenize
import WordtoolCore

import Word2Vec

extension GloVeTrainerTests {
  @Test("words that share contexts come to point the same way, and the loss falls")
  func learns() throws {
    // Nine of ten words of a line are of one camp: pairs that never occur together are not trained.
    var random = SeededGenerator(seed: 5)
    var ids: [Int32] = []
    for _ in 0..<500 {
      let camp = Int32.random(in: 0..<2, using: &random)
      for _ in 0..<20 {
        let own = Int.random(in: 0..<10, using: &random) > 0 ? camp : 1 - camp
        ids.append(20 * own + Int32.random(in: 0..<20, using: &random))
      }
      ids.append(-1)
    }
    let counts = (0..<40).map { word in Int64(ids.count { $0 == word }) }
    let trainer = try GloVeTrainer(options: Self.options(20, epochs: 50), counts: counts)
    try trainer.train(on: ids.span, threads: 2)
    #expect(trainer.epochLosses.count == 50)
    #expect(trainer.epochLosses[49] < 0.1 * trainer.guessingLoss)
    #expect(trainer.epochLosses[49] < 0.5 * trainer.epochLosses[0])
    let vectors = try trainer.wordVectors(vocabulary: Self.vocabulary(counts))
    for word in 1..<20 {
      let own = try vectors.similarity("w0", "w\(word)")
      let other = try vectors.similarity("w0", "w\(20 + word)")
      #expect(own > other + 0.3, "word \(word): \(own), \(other)")
    }
  }

  @Test("two words, wide windows and wide vectors train to finite values", arguments: [1, 4096])
  func corners(dimension: Int) throws {
    for (window, count) in [(1, 2), (100, 2), (15, 3)] {
      var options = Self.options(dimension, epochs: 2)
      options.windowRadius = window
      let ids = (0..<60).map { $0 % 13 == 12 ? -1 : Int32($0 % count) } + [-1]
      let counts = (0..<count).map { word in Int64(ids.count { $0 == Int32(word) }) }
      let trainer = try GloVeTrainer(options: options, counts: counts)
      try trainer.train(on: ids.span, threads: 2)
      #expect(trainer.epochLosses.allSatisfy { $0.isFinite && $0 >= 0 })
      let two = try GloVeTrainer(options: options, counts: counts)
      try two.train(on: ids.span, threads: 1)
      #expect(try Self.bits(two, counts) == Self.bits(trainer, counts))
    }
  }

  @Test("a learning rate that is far too large is reported as divergence")
  func divergence() throws {
    var options = Self.options(10, epochs: 20)
    options.learningRate = 1e9
    options.gradientLimit = 1e9
    let error = #expect(throws: WordtoolError.self) {
      _ = try Self.train(options, threads: 2)
    }
    #expect(error?.kind == .diverged && error?.remedy != nil)
  }

  @Test("options out of range, other vocabularies and texts without pairs are refused")
  func refusals() throws {
    let changes: [(inout GloVeOptions) -> Void] = [
      { $0.dimension = 0 }, { $0.dimension = 4097 }, { $0.windowRadius = 0 },
      { $0.windowRadius = 101 }, { $0.epochs = 0 }, { $0.learningRate = 0 },
      { $0.learningRate = .nan }, { $0.maximumWeightCount = 0 },
      { $0.maximumWeightCount = .infinity }, { $0.weightExponent = -0.1 },
      { $0.weightExponent = 1.5 }, { $0.gradientLimit = 0 },
    ]
    for change in changes {
      var options = GloVeOptions()
      change(&options)
      let error = #expect(throws: WordtoolError.self) { try options.validate() }
      #expect(error?.kind == .usage)
    }
    for counts in [[5], [], [5, 0], [-1, 7]] as [[Int64]] {
      let error = #expect(throws: WordtoolError.self) {
        try GloVeTrainer(options: GloVeOptions(), counts: counts)
      }
      #expect(error?.kind == .badData)
    }
    let trainer = try GloVeTrainer(options: Self.options(4), counts: [3, 2])
    let texts: [[Int32]] = [[], [0, 2, -1], [0, -2], [0, -1, 1, -1]]
    for text in texts {
      let error = #expect(throws: WordtoolError.self) { try trainer.train(on: text.span) }
      #expect(error?.kind == .badData, "\(text)")
    }
    let threads = #expect(throws: WordtoolError.self) {
      try trainer.train(on: ([0, 1, -1] as [Int32]).span, threads: 0)
    }
    #expect(threads?.kind == .usage)
    let words = #expect(throws: WordtoolError.self) {
      try trainer.wordVectors(vocabulary: Self.vocabulary([1, 1, 1]))
    }
    #expect(words?.kind == .usage)
  }

  /// A small corpus.
  private static func corpus(_ folder: ScratchFolder) throws -> TokenizedCorpus {
    let lines = String(repeating: "Red and blue are colours.\nOne and two are numbers.\n", count: 9)
    return try CorpusReader().read([folder.write(lines, to: "text")])
  }

  @Test("a corpus becomes vectors that are asked and say how they were made")
  func fromCorpus() throws {
    let folder = ScratchFolder()
    let corpus = try Self.corpus(folder)
    let options = Self.options(8, epochs: 5)
    let vectors = try WordVectors.train(on: corpus, options: options)
    #expect(vectors.count == corpus.vocabulary.count && vectors.dimension == 8)
    #expect(vectors.tokenizerRule == corpus.rule)
    let stored = try #require(vectors.metadata[WordVectors.MetadataKey.trainingOptions])
    #expect(try StoredJSON.decode(GloVeOptions.self, from: stored) == options)
  }

  @Test("training in a task ends with it, and tells its moments")
  func inTask() async throws {
    let folder = ScratchFolder()
    let corpus = try Self.corpus(folder)
    let options = Self.options(8, epochs: 5)
    let moments = TrainingMoments()
    async let trained = WordVectors.train(on: corpus, options: options, progress: moments)
    var last: TrainingProgress?
    for await moment in moments { last = moment }
    let vectors = try await trained
    #expect(vectors.count == corpus.vocabulary.count)
    #expect(last?.fraction == 1 && last?.epoch == 5)
    let long = Self.options(8, epochs: 1_000_000)
    let task = Task { try await WordVectors.train(on: corpus, options: long) }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}

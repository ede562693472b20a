import BLASCore
import Embedding
import MessagePassing
import TestSupport
import Testing
import Tokenize
import WordtoolCore

import Word2Vec

/// Trainings of several ranks: here threads of one process, which speak as processes do.
@Suite struct RankTests {
  private typealias Trainers = WordVectorTrainerTests

  /// What a training came to.
  private struct Outcome: Equatable, Sendable {
    var vectors: [UInt32]
    var contextVectors: [UInt32]
    var epochLosses: [Double]
    var position: EmbeddingPosition

    init(_ trainer: WordVectorTrainer) {
      vectors = Trainers.bits(trainer.vectors)
      contextVectors = Trainers.bits(trainer.contextVectors)
      epochLosses = trainer.epochLosses
      position = trainer.position
    }
  }

  /// Trains on so many ranks.
  private static func train(
    _ options: WordVectorOptions, _ ids: [Int32], _ vocabulary: Vocabulary, ranks: Int,
    threads: Int = 1
  ) throws -> [Outcome] {
    let outcomes = Locked<[Int: Outcome]>([:])
    try ThreadCommunicator.run(rankCount: ranks) { communicator in
      let trainer = try ReplicaTests.trainer(options, vocabulary)
      trainer.communicator = communicator
      try trainer.train(on: ids.span, threads: threads)
      let outcome = Outcome(trainer)
      outcomes.withLock { $0[communicator.rank] = outcome }
    }
    let all = outcomes.withLock { $0 }
    return try (0..<ranks).map { try #require(all[$0]) }
  }

  @Test(
    "any number of ranks and threads gives the bytes of one process, of every kind of model",
    arguments: Trainers.kinds.indices)
  func anyRankCount(kind: Int) throws {
    let (ids, vocabulary) = try ReplicaTests.text(lines: RealData.isSanitized ? 400 : 1_200)
    let options = ReplicaTests.options(replicas: 4, kind: kind)
    let alone = try ReplicaTests.trainer(options, vocabulary)
    try alone.train(on: ids.span, threads: 2)
    let expected = Outcome(alone)
    for (ranks, threads) in [(1, 1), (2, 1), (2, 2), (4, 1), (4, 2)] {
      for outcome in try Self.train(options, ids, vocabulary, ranks: ranks, threads: threads) {
        #expect(outcome == expected, "\(ranks) ranks, \(threads) threads")
      }
    }
  }

  @Test("tables that take many stretches to be joined become what they are in one process")
  func stretches() throws {
    // A stretch is 16 MB: 1,024 rows of 4,096 values.
    let wordCount = 1_100
    var random = SeededGenerator(seed: 5)
    let ids = (0..<5_000).map { place -> Int32 in
      place % 12 == 11 ? -1 : Int32.random(in: 0..<Int32(wordCount), using: &random)
    }
    let counts = (0..<wordCount).map { word in Int64(1 + ids.count { $0 == word }) }
    let vocabulary = try Vocabulary(counts.enumerated().map { (word: "w\($0)", count: $1) })
    var options = ReplicaTests.options(replicas: 2)
    options.dimension = 4_096
    options.epochs = 1
    options.windowRadius = 1
    options.negativeSamples = 1
    let alone = try ReplicaTests.trainer(options, vocabulary)
    try alone.train(on: ids.span, threads: 2)
    for outcome in try Self.train(options, ids, vocabulary, ranks: 2) {
      #expect(outcome == Outcome(alone))
    }
  }

  @Test(
    "ranks that have read a part of the text each train as one process does",
    arguments: [(0, 1_500), (1, 1_500), (0, 700), (0, 3)])
  func sharedText(kind: Int, lines: Int) throws {
    let folder = ScratchFolder()
    let (ids, _) = Trainers.camps(lines: lines)
    let words = ids.map { $0 < 0 ? "\n" : "w\($0) " }.joined()
    let path = try folder.write(Array(words.utf8), to: "text")
    var reader = CorpusReader(rule: .whitespace, limits: VocabularyLimits(minimumCount: 1))
    let corpus = try reader.read([path])
    let options = ReplicaTests.options(replicas: 4, kind: kind)
    let alone = try ReplicaTests.trainer(options, corpus.vocabulary)
    try alone.train(on: corpus.ids, threads: 2)
    let expected = Outcome(alone)
    for (ranks, memory) in [(1, 1 << 30), (2, 0), (4, 1 << 30)] {
      reader.memoryLimit = memory
      try ThreadCommunicator.run(rankCount: ranks) { [reader] communicator in
        var reader = reader
        reader.communicator = communicator
        let part = try reader.read([path])
        let trainer = try ReplicaTests.trainer(options, part.vocabulary)
        trainer.communicator = communicator
        try trainer.train(
          onShareOf: part.ids, threads: 1, stop: StopFlag(), pausing: nil, progress: nil)
        #expect(Outcome(trainer) == expected, "rank \(communicator.rank) of \(ranks)")
      }
    }
  }

  @Test("ranks that cannot have equally many replicas are refused")
  func refusals() throws {
    let (ids, vocabulary) = try ReplicaTests.text(lines: 50)
    for (replicas, ranks) in [(1, 2), (4, 3), (2, 4)] {
      let options = ReplicaTests.options(replicas: replicas)
      let error = #expect(throws: WordtoolError.self) {
        _ = try Self.train(options, ids, vocabulary, ranks: ranks)
      }
      #expect(error?.kind == .usage && error?.found.contains("`replicas`") == true)
    }
  }

  @Test("stopped on one rank, all stop where all are equal, and other ranks go on from there")
  func resumes() throws {
    let folder = ScratchFolder()
    let (ids, _) = Trainers.camps(lines: 3_000)
    let words = ids.map { $0 < 0 ? "\n" : "w\($0) " }.joined()
    let path = try folder.write(Array(words.utf8), to: "text")
    let corpus = try CorpusReader(rule: .whitespace).read([path])
    let options = ReplicaTests.options(replicas: 4)
    let unbroken = try ReplicaTests.trainer(options, corpus.vocabulary)
    try unbroken.train(on: corpus.ids, threads: 2)

    let checkpoint = folder("checkpoint")
    // A cycle has 4 x 2 chunks.
    for (stopAt, by, goOn) in [(1, 3, 1), (3, 0, 2), (3, 2, 4)] {
      let outcomes = Locked<[Outcome]>([])
      let stopped = Locked(0)
      try ThreadCommunicator.run(rankCount: 4) { communicator in
        let trainer = try ReplicaTests.trainer(options, corpus.vocabulary)
        trainer.communicator = communicator
        let stop = StopFlag()
        var reports = 0
        do {
          try trainer.train(on: corpus.ids, threads: 1, stop: stop) { _ in
            reports += 1
            if communicator.rank == by, reports == stopAt { stop.raise() }
          }
        } catch let error as WordtoolError where error.kind == .interrupted {
          stopped.withLock { $0 += 1 }
        }
        let outcome = Outcome(trainer)
        outcomes.withLock { $0.append(outcome) }
        if communicator.rank == 0 { try trainer.writeCheckpoint(to: checkpoint, corpus: corpus) }
      }
      #expect(stopped.withLock { $0 } == 4)
      let all = outcomes.withLock { $0 }
      #expect(all.allSatisfy { $0 == all[0] } && all[0].position.chunk == (stopAt == 1 ? 0 : 8))
      try ThreadCommunicator.run(rankCount: goOn) { communicator in
        let trainer = try ReplicaTests.trainer(options, corpus.vocabulary)
        trainer.communicator = communicator
        try trainer.resume(fromCheckpoint: checkpoint, corpus: corpus)
        try trainer.train(on: corpus.ids, threads: 2)
        let outcome = Outcome(trainer)
        outcomes.withLock { $0.append(outcome) }
      }
      for outcome in outcomes.withLock({ $0[4...] }) {
        #expect(outcome == Outcome(unbroken), "stopped after report \(stopAt), \(goOn) ranks")
      }
    }
  }

  @Test("pauses are when rank 0 says, and change nothing")
  func pauses() throws {
    let (ids, vocabulary) = try ReplicaTests.text(lines: 1_000)
    let options = ReplicaTests.options(replicas: 2)
    let plain = try ReplicaTests.trainer(options, vocabulary)
    try plain.train(on: ids.span, threads: 1)
    let expected = Outcome(plain)
    let pauses = Locked<[Int: Int]>([:])
    try ThreadCommunicator.run(rankCount: 2) { communicator in
      let trainer = try ReplicaTests.trainer(options, vocabulary)
      trainer.communicator = communicator
      let every: Duration = communicator.rank == 0 ? .zero : .seconds(86_400)
      try trainer.train(
        on: ids.span, threads: 1,
        pausing: .init(every: every) { pauses.withLock { $0[communicator.rank, default: 0] += 1 } })
      #expect(Outcome(trainer) == expected)
    }
    let counts = pauses.withLock { $0 }
    #expect(counts[0] == counts[1] && counts[0] ?? 0 > 2)
  }

  @Test("a loss that runs away ends all ranks")
  func divergence() throws {
    let (ids, vocabulary) = try ReplicaTests.text(lines: 1_500)
    var options = ReplicaTests.options(replicas: 2)
    options.learningRate = 1e6
    options.epochs = 20
    let kinds = Locked<[WordtoolError.Kind]>([])
    try ThreadCommunicator.run(rankCount: 2) { [options] communicator in
      let trainer = try ReplicaTests.trainer(options, vocabulary)
      trainer.communicator = communicator
      do {
        try trainer.train(on: ids.span, threads: 1)
      } catch let error as WordtoolError {
        kinds.withLock { $0.append(error.kind) }
      }
    }
    #expect(kinds.withLock { $0 } == [.diverged, .diverged])
  }
}

import BLASCore
import Embedding
import TestSupport
import Testing
import Tokenize
import WordtoolCore

import Word2Vec

/// Trainings of several copies of the tables.
@Suite struct ReplicaTests {
  private typealias Trainers = WordVectorTrainerTests

  /// Options for a training of a few cycles, and of several turns each with ``trainer(_:_:)``.
  static func options(replicas: Int, kind: Int = 0) -> WordVectorOptions {
    var options = WordVectorOptions()
    options.dimension = 36
    options.epochs = 2
    options.replicas = replicas
    Trainers.kinds[kind].change(&options)
    return options
  }

  /// A trainer whose replicas meet often.
  static func trainer(
    _ options: WordVectorOptions, _ vocabulary: Vocabulary, kernels: KernelTable = .fastest
  ) throws -> WordVectorTrainer {
    let trainer = try WordVectorTrainer(
      options: options, vocabulary: vocabulary, kernels: kernels)
    trainer.replication?.chunksPerTurn = 1
    trainer.replication?.turnsPerCycle = 2
    return trainer
  }

  /// Words in two camps, and a text of them.
  static func text(lines: Int) throws -> (ids: [Int32], vocabulary: Vocabulary) {
    let (ids, counts) = Trainers.camps(lines: lines)
    // Numbers in words, so that their n-grams say nothing of the camps.
    let names = counts.indices.map { String(($0 * 7919 + 1) % 9973) }
    return (ids, try Vocabulary(zip(names, counts).map { (word: $0, count: $1) }))
  }

  private static func expectEqual(
    _ first: WordVectorTrainer, _ second: WordVectorTrainer, _ comment: Comment
  ) {
    #expect(Trainers.bits(first.vectors) == Trainers.bits(second.vectors), comment)
    #expect(Trainers.bits(first.contextVectors) == Trainers.bits(second.contextVectors), comment)
    #expect(first.epochLosses == second.epochLosses, comment)
  }

  // MARK: The same bytes

  @Test(
    "the same bytes for any number of threads, of every kind of model",
    arguments: Trainers.kinds.indices)
  func anyThreadCount(kind: Int) throws {
    let (ids, vocabulary) = try Self.text(lines: RealData.isSanitized ? 500 : 1_500)
    var options = Self.options(replicas: 3, kind: kind)
    options.dimension = kind == 0 ? 100 : 36
    let one = try Self.trainer(options, vocabulary)
    try one.train(on: ids.span, threads: 1)
    for threads in [2, 3, 7] {
      // However many processors there are, and with another number whenever it may change.
      let many = try ThreadTeam.$script.withValue(.init(drawnNumbers(1...threads))) {
        let trainer = try Self.trainer(options, vocabulary)
        try trainer.train(on: ids.span, threads: threads)
        return trainer
      }
      Self.expectEqual(many, one, "\(threads) threads")
    }
  }

  @Test("the same bytes for every instruction set")
  func anyInstructionSet() throws {
    let (ids, vocabulary) = try Self.text(lines: 800)
    let options = Self.options(replicas: 2)
    let reference = try Self.trainer(
      options, vocabulary, kernels: #require(KernelTable(named: "scalar")))
    try reference.train(on: ids.span, threads: 2)
    for kernels in KernelTable.available {
      let other = try Self.trainer(options, vocabulary, kernels: kernels)
      try other.train(on: ids.span, threads: 2)
      Self.expectEqual(other, reference, "\(kernels.name)")
    }
  }

  @Test("another number of replicas gives other bytes, and more than the text has chunks are fine")
  func numbers() throws {
    let (ids, vocabulary) = try Self.text(lines: 300)
    var results: [[UInt32]] = []
    for replicas in [1, 2, 64] {
      let trainer = try Self.trainer(Self.options(replicas: replicas), vocabulary)
      try trainer.train(on: ids.span, threads: 2)
      #expect(trainer.epochLosses.allSatisfy { $0.isFinite && $0 > 0 })
      results.append(Trainers.bits(trainer.vectors))
    }
    #expect(results[0] != results[1])
    #expect(results[1].count == results[2].count)
  }

  @Test("pausing now and then changes nothing, and a pause sees all that was learnt")
  func pauses() throws {
    let (ids, vocabulary) = try Self.text(lines: 1_500)
    let options = Self.options(replicas: 2)
    let plain = try Self.trainer(options, vocabulary)
    try plain.train(on: ids.span, threads: 2)
    let paused = try Self.trainer(options, vocabulary)
    var seen: [[UInt32]] = []
    try paused.train(
      on: ids.span, threads: 2,
      pausing: .init(every: .zero) { seen.append(Trainers.bits(paused.vectors)) })
    Self.expectEqual(paused, plain, "paused")
    #expect(seen.count > 2 && Set(seen).count == seen.count)
  }

  @Test(
    "stopped inside of a cycle and resumed equals unbroken", arguments: Trainers.kinds.indices)
  func resumes(kind: Int) throws {
    let folder = ScratchFolder()
    let (ids, _) = Trainers.camps(lines: 1_200)
    let words = ids.map { $0 < 0 ? "\n" : "w\($0) " }.joined()
    let path = try folder.write(Array(words.utf8), to: "text")
    let corpus = try CorpusReader(rule: .whitespace).read([path])
    let options = Self.options(replicas: 2, kind: kind)
    let unbroken = try Self.trainer(options, corpus.vocabulary)
    try unbroken.train(on: corpus.ids, threads: 2)

    // A cycle has 2 x 2 chunks: the third report of an epoch stands in the second.
    for stopAt in [1, 3] {
      let stop = StopFlag()
      let interrupted = try Self.trainer(options, corpus.vocabulary)
      var reports = 0
      let error = #expect(throws: WordtoolError.self) {
        try interrupted.train(on: corpus.ids, threads: 2, stop: stop) { _ in
          reports += 1
          if reports == stopAt { stop.raise() }
        }
      }
      #expect(error?.kind == .interrupted && reports == stopAt)
      #expect(interrupted.position == .init(epoch: 0, chunk: stopAt == 1 ? 0 : 4))
      try interrupted.writeCheckpoint(to: folder("checkpoint"), corpus: corpus)
      if stopAt == 1 {
        let fresh = try Self.trainer(options, corpus.vocabulary)
        Self.expectEqual(interrupted, fresh, "stopped in the first cycle")
      }
      let resumed = try Self.trainer(options, corpus.vocabulary)
      try resumed.resume(fromCheckpoint: folder("checkpoint"), corpus: corpus)
      try resumed.train(on: corpus.ids, threads: 1)
      Self.expectEqual(resumed, unbroken, "stopped after report \(stopAt)")
    }
    let other = try Self.trainer(Self.options(replicas: 3, kind: kind), corpus.vocabulary)
    #expect(throws: WordtoolError.self) {
      try other.resume(fromCheckpoint: folder("checkpoint"), corpus: corpus)
    }
  }

  // MARK: What is learnt

  @Test(
    "every kind of model brings words that share contexts together",
    .disabled(
      if: RealData.isSanitized, "it needs a long text, and the threads are those of the others"),
    arguments: Trainers.kinds.indices)
  func learns(kind: Int) throws {
    let (ids, vocabulary) = try Self.text(lines: 3_000)
    var options = Self.options(replicas: 3, kind: kind)
    options.dimension = 20
    options.epochs = 8
    options.subsampling = 0
    let trainer = try WordVectorTrainer(options: options, vocabulary: vocabulary)
    try trainer.train(on: ids.span, threads: 2)
    #expect(trainer.epochLosses[7] < trainer.epochLosses[0])
    #expect(trainer.epochLosses[7] < 0.98 * trainer.guessingLoss)
    let vectors = try trainer.wordVectors(vocabulary: vocabulary)
    let names = (0..<40).map { vocabulary.word(at: $0) }
    for word in 1..<20 {
      let own = try vectors.similarity(names[0], names[word])
      let other = try vectors.similarity(names[0], names[20 + word])
      #expect(own > other + 0.3, "word \(word): \(own), \(other)")
    }
  }

  @Test("frozen words stay as they are")
  func freezes() throws {
    let (ids, vocabulary) = try Self.text(lines: 600)
    for kind in [0, 1] {
      let trainer = try Self.trainer(Self.options(replicas: 3, kind: kind), vocabulary)
      let frozen = Set((0..<40).filter { $0 % 3 == 0 }.map { vocabulary.word(at: $0) })
      #expect(try trainer.freeze(vocabulary: vocabulary) { frozen.contains($0) } == frozen.count)
      let before = (0..<40).map { trainer.vectors[$0] }
      try trainer.train(on: ids.span, threads: 2)
      for word in 0..<40 {
        #expect((trainer.vectors[word] == before[word]) == (word % 3 == 0), "word \(word)")
      }
    }
  }

  @Test("a learning rate that is far too large is reported as divergence")
  func divergence() throws {
    let (ids, vocabulary) = try Self.text(lines: 2_000)
    var options = Self.options(replicas: 2)
    options.learningRate = 1e6
    options.epochs = 20
    let trainer = try Self.trainer(options, vocabulary)
    let error = #expect(throws: WordtoolError.self) {
      try trainer.train(on: ids.span, threads: 2)
    }
    #expect(error?.kind == .diverged && error?.remedy != nil)
  }

  @Test("numbers of replicas out of range are refused, and options without one mean one")
  func options() throws {
    for replicas in [0, -1, 65, .max] {
      var options = WordVectorOptions()
      options.replicas = replicas
      let error = #expect(throws: WordtoolError.self) { try options.validate() }
      #expect(error?.kind == .usage && error?.found.contains("`replicas`") == true)
    }
    let options = Self.options(replicas: 4)
    let text = try StoredJSON.text(options)
    #expect(text.contains("\"replicas\":4"))
    #expect(try StoredJSON.decode(WordVectorOptions.self, from: text) == options)
    let trainer = try WordVectorTrainer(options: options, counts: [9, 5, 3])
    #expect(trainer.largestUsefulThreadCount == 4)
    #expect(trainer.replicaByteCount == 4 * 4 * (3 + 7) * (48 + 1))
  }

  // MARK: Parts

  @Test("each chunk of a text is trained once", arguments: [2, 3, 8, 64])
  func chunks(count: Int) {
    var replication = Replication(count: count)
    replication.chunksPerTurn = 2
    replication.turnsPerCycle = 3
    for chunkCount in [1, 2, 5, 6, 7, 100, 1_000] {
      var trained: [Int] = []
      var start = 0
      while start < chunkCount {
        let cycle = replication.cycle(from: start, chunkCount: chunkCount)
        #expect(cycle.lowerBound == start && cycle.count <= 6 * count)
        let turns = replication.turnCount(of: cycle)
        #expect((1...3).contains(turns))
        for turn in 0..<turns {
          let parts = (0..<count).map { replication.chunks(of: $0, turn: turn, of: cycle) }
          #expect(parts.allSatisfy { $0.count <= 2 } && parts.contains { !$0.isEmpty })
          trained += parts.flatMap { Array($0) }
        }
        start = cycle.upperBound
      }
      #expect(trained.sorted() == Array(0..<chunkCount))
    }
  }

  @Test("few changes are added, many averaged")
  func weights() {
    let replication = Replication(count: 8)
    func weight(_ rate: Float, _ counts: [Int32]) -> Float {
      counts.withUnsafeBufferPointer { replication.weight(rate: rate, counts: $0) }
    }
    #expect(weight(0.025, [1_000_000]) == 1)
    #expect(abs(weight(1e-6, [1, 1, 1, 1]) - 1) < 1e-4)
    #expect(abs(weight(0.025, [1_000_000, 1_000_000, 1_000_000, 1_000_000]) - 0.25) < 1e-4)
    #expect(weight(0, [3, 4]) == 1)
    let (few, many) = (weight(0.025, [4, 4]), weight(0.025, [40, 40]))
    #expect(0.5 < many && many < few && few < 1)
  }

  @Test("a row becomes what it was plus the changes, weighed; rows that nobody changed stay")
  func joins() throws {
    var random = SeededGenerator(seed: 3)
    let replication = Replication(count: 3)
    let tables = try EmbeddingTables(inputCount: 50, outputCount: 20, dimension: 21)
    tables.drawInputs(within: 1, seed: 1, stream: 1)
    let before = (0..<50).map { tables.input[$0] }
    let replicas = try Replicas(of: tables, replication, kernels: .fastest)
    replicas.begin(with: tables)
    var changes: [[(count: Int32, by: [Float])?]] = []
    for row in 0..<50 {
      changes.append(
        (0..<3).map { replica in
          // Of some rows nobody, of some one, of some all.
          guard row % 4 > replica else { return nil }
          let count = Int32.random(in: 1...20, using: &random)
          let change = (0..<21).map { _ in Float.random(in: -1...1, using: &random) }
          replicas.tables[replica].input[row] = zip(before[row], change).map { $0 + $1 }
          for _ in 0..<count { replicas.changes[replica].input.add(Int32(row)) }
          return (count, change)
        })
    }
    func check(_ rows: (Int) -> Bool) {
      for row in 0..<50 {
        let made = changes[row].compactMap(\.self)
        let weight =
          made.isEmpty || !rows(row)
          ? 0
          : made.map(\.count).withUnsafeBufferPointer {
            replication.weight(rate: 0.025, counts: $0)
          }
        for column in 0..<21 {
          let expected = before[row][column] + weight * made.reduce(0) { $0 + $1.by[column] }
          #expect(abs(tables.input[row][column] - expected) < 1e-5, "row \(row)")
        }
        if rows(row) {
          for replica in replicas.tables { #expect(replica.input[row] == tables.input[row]) }
        }
      }
    }
    let team = ThreadTeam(threadCount: 2)
    let isFrequent: (Int) -> Bool = { row in
      changes[row].contains { ($0?.count ?? 0) >= replication.changesPerJoin }
    }
    replicas.joinFrequent(rate: 0.025, by: team)
    check(isFrequent)
    replicas.joinAll(rate: 0.025, by: team)
    check { _ in true }
    // What is joined in a cycle that is broken off is undone.
    let after = (0..<50).map { tables.input[$0] }
    replicas.tables[1].input[7] = [Float](repeating: 5, count: 21)
    for _ in 0..<replication.changesPerJoin { replicas.changes[1].input.add(7) }
    replicas.joinFrequent(rate: 0.025, by: team)
    #expect(tables.input[7] == [Float](repeating: 5, count: 21))
    replicas.goBack()
    #expect((0..<50).map { tables.input[$0] } == after)
  }
}

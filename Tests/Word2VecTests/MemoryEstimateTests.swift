import BLASCore
import Embedding
import TestSupport
import Testing
import Tokenize
import Word2Vec
import WordtoolCore

/// What is told of memory before a training, beside what the training takes.
@Suite struct MemoryEstimateTests {
  private static func corpus(words: Int) throws -> TokenizedCorpus {
    let folder = ScratchFolder()
    var random = SeededGenerator(seed: 6)
    let text = (0..<20 * words).map { place in
      "word\(Int.random(in: 0..<words, using: &random))" + (place % 9 == 0 ? "\n" : " ")
    }.joined()
    return try CorpusReader(
      rule: .whitespace, limits: VocabularyLimits(minimumCount: 1), threads: 2
    ).read([folder.write(text, to: "text")])
  }

  private static func byteCount(_ rows: RowStorage) -> Int { 4 * rows.rowCount * rows.stride }

  @Test(arguments: WordVectorTrainerTests.kinds.indices, [100, 300])
  func tablesOfWordsTakeWhatWasTold(_ kind: Int, _ dimension: Int) throws {
    let corpus = try Self.corpus(words: 700)
    var options = WordVectorOptions()
    WordVectorTrainerTests.kinds[kind].change(&options)
    options.dimension = dimension
    for replicas in [1, 3] {
      options.replicas = replicas
      let estimate = options.memoryEstimate(on: corpus, threads: 2)
      let trainer = try WordVectorTrainer(options: options, vocabulary: corpus.vocabulary)
      #expect(estimate["vectors"] == Self.byteCount(trainer.vectors))
      #expect(estimate["context vectors"] == Self.byteCount(trainer.contextVectors))
      #expect(estimate["replicas"] == trainer.replicaByteCount)
      #expect(estimate["text"] == 4 * corpus.ids.count)
      let bags = trainer.subwordBags.map { bags in
        (0..<corpus.vocabulary.count).reduce(0) { $0 + 4 * bags.list[$1].count + 12 }
      }
      #expect(estimate["n-grams of words"] == bags ?? 0)
      #expect(
        estimate["joined vectors"]
          == (bags == nil
            ? 0
            : RowStorage.byteCount(rowCount: corpus.vocabulary.count, dimension: dimension)))
      // A word has its text, a slot and a count at least.
      #expect(estimate["words"] > 40 * corpus.vocabulary.count)
    }
  }

  @Test(arguments: DocumentVectorTests.models.indices)
  func tablesOfDocumentsTakeWhatWasTold(_ model: Int) throws {
    let corpus = try DocumentVectorTests.corpus()
    var options = DocumentVectorOptions()
    DocumentVectorTests.models[model].change(&options)
    options.dimension = 40
    let estimate = options.memoryEstimate(on: corpus, threads: 2)
    let trainer = try DocumentVectorTrainer(options: options, corpus: corpus)
    #expect(estimate["vectors"] == Self.byteCount(trainer.tables.input))
    #expect(estimate["context vectors"] == Self.byteCount(trainer.tables.output))
    #expect(estimate["names of documents"] >= 16 * corpus.count)
  }

  @Test func theWholeIsTheSumAndIsRefusedWithFigures() throws {
    var estimate = MemoryEstimate()
    estimate.add("vectors", 1_200_000_000)
    estimate.add("nothing", 0)
    estimate.add("text", 300_000_000)
    estimate.add("crumbs", 1_000_000)
    let program = MemoryEstimate.programByteCount
    #expect(estimate.byteCount == 1_501_000_000 + program && estimate["text"] == 300_000_000)
    #expect(estimate.description == "1.5 GB: vectors 1.2 GB, text 300.0 MB, other 28.0 MB")
    try estimate.require(atMost: estimate.byteCount, remedy: "ask for less")
    let error = #expect(throws: WordtoolError.self) {
      try estimate.require(atMost: 1_000_000_000, remedy: "use a smaller `dimension`")
    }
    #expect(error?.kind == .unavailable && error?.expected == "at most 1.0 GB")
    #expect(error?.found.contains("vectors 1.2 GB") == true)
    #expect(error?.remedy == "use a smaller `dimension`")
    estimate.add("too much", nil)
    #expect(estimate.byteCount == .max && estimate["too much"] == .max)
  }

  @Test func textsInFilesTakeNoMemoryForGood() throws {
    let folder = ScratchFolder()
    let path = try folder.write("a b c\nb c d\n", to: "text")
    let corpus = try CorpusReader(
      rule: .whitespace, limits: VocabularyLimits(minimumCount: 1), threads: 1, memoryLimit: 0,
      temporaryFolder: folder.path
    ).read([path])
    #expect(WordVectorOptions().memoryEstimate(on: corpus, threads: 1)["text"] == 0)
    #expect(GloVeOptions().memoryEstimate(on: corpus)["vectors"] == 8 * 112 * 4)
    // Six pairs, both ways; 56 bytes each.
    #expect(try GloVeOptions().countsByteCount(of: corpus.ids) == 12 * 56)
  }
}

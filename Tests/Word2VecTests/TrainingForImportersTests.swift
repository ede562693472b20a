import Embedding
import Testing
import TestSupport
import Tokenize
import WordtoolCore

import Word2Vec

/// Training as a package that imports the library meets it.
@Suite struct TrainingForImportersTests {
  private static func options() -> WordVectorOptions {
    var options = WordVectorOptions()
    options.dimension = 20
    options.epochs = 3
    options.subsampling = 0
    return options
  }

  @Test("one call trains vectors; the asynchronous one gives the same and tells its moments")
  func conveniences() async throws {
    let folder = ScratchFolder()
    let corpus = try EmbeddingCheckpointTests.corpus(folder)
    func synchronous() throws -> WordVectors {
      var last: TrainingProgress?
      let vectors = try WordVectors.train(on: corpus, options: Self.options(), threads: 2) {
        last = $0
      }
      #expect(last?.fraction == 1 && last?.epoch == 3 && last?.epochCount == 3)
      #expect(last?.examples == 3 * corpus.ids.count && last?.loss != nil)
      return vectors
    }
    let expected = try synchronous()
    #expect(expected.count == 40 && expected.dimension == 20)
    #expect(expected.tokenizerRuleJSON != nil)
    let moments = TrainingMoments()
    async let training = WordVectors.train(
      on: corpus, options: Self.options(), threads: 2, progress: moments)
    var last: TrainingProgress?
    for await moment in moments { last = moment }
    let vectors = try await training
    #expect(last?.fraction == 1)
    let fromPath = try await WordVectors.train(
      on: [folder("text")], reader: CorpusReader(rule: .whitespace), options: Self.options())
    for row in 0..<40 {
      #expect(vectors.vector(at: row) == expected.vector(at: row))
      #expect(fromPath.vector(at: row) == expected.vector(at: row))
    }
  }

  @Test("cancelling the task ends the training")
  func cancellation() async throws {
    let corpus = try EmbeddingCheckpointTests.corpus(ScratchFolder())
    var options = Self.options()
    options.epochs = 1_000_000
    let moments = TrainingMoments()
    let task = Task { [options] in
      try await WordVectors.train(on: corpus, options: options, progress: moments)
    }
    for await _ in moments { task.cancel() }
    await #expect(throws: CancellationError.self) { _ = try await task.value }
  }

  @Test("vectors that were taken stay as they were when training goes on")
  func snapshots() throws {
    let corpus = try EmbeddingCheckpointTests.corpus(ScratchFolder())
    let trainer = try WordVectorTrainer(options: Self.options(), counts: corpus.vocabulary.counts)
    var taken: [(vectors: WordVectors, values: [Float])] = []
    func take() throws {
      let vectors = try trainer.wordVectors(vocabulary: corpus.vocabulary)
      taken.append((vectors, vectors.vector(at: 3)))
    }
    try take()
    try trainer.train(
      on: corpus.ids, threads: 2,
      pausing: .init(every: .zero) { if taken.count < 3 { try take() } })
    try take()
    #expect(taken.count == 4)
    for (vectors, values) in taken { #expect(vectors.vector(at: 3) == values) }
    #expect(Set(taken.map(\.values)).count == 4)
    let other = try WordVectorTrainer(options: Self.options(), counts: corpus.vocabulary.counts)
    try other.train(on: corpus.ids, threads: 1)
    #expect(
      WordVectorTrainerTests.bits(other.vectors) == WordVectorTrainerTests.bits(trainer.vectors))
  }

  @Test("rows that nobody else holds are not copied")
  func inPlace() throws {
    let corpus = try EmbeddingCheckpointTests.corpus(ScratchFolder())
    let trainer = try WordVectorTrainer(options: Self.options(), counts: corpus.vocabulary.counts)
    let before = ObjectIdentifier(trainer.vectors)
    try trainer.train(on: corpus.ids, threads: 2, pausing: .init(every: .zero) {})
    #expect(ObjectIdentifier(trainer.vectors) == before)
  }

  @Test("IDs that are no word's are told with their place", arguments: [40, -2, .max, .min])
  func strangeIDs(id: Int32) throws {
    var (ids, counts) = WordVectorTrainerTests.camps(lines: 100)
    ids[77] = id
    let trainer = try WordVectorTrainer(options: Self.options(), counts: counts)
    let error = #expect(throws: WordtoolError.self) { try trainer.train(on: ids.span) }
    #expect(error?.kind == .badData)
    #expect(error?.found == "the ID \(id) at place 77 of the text")
    let threads = #expect(throws: WordtoolError.self) {
      try trainer.train(on: ids.span, threads: 0)
    }
    #expect(threads?.kind == .usage)
  }

  @Test("a vocabulary of another size is refused")
  func otherVocabulary() throws {
    let trainer = try WordVectorTrainer(options: Self.options(), counts: [3, 2])
    let vocabulary = try Vocabulary([
      (word: "a", count: 3), (word: "b", count: 2), (word: "c", count: 1),
    ])
    let error = #expect(throws: WordtoolError.self) {
      try trainer.wordVectors(vocabulary: vocabulary)
    }
    #expect(error?.kind == .usage)
  }

  @Test("options go through JSON, and messages name the property")
  func options() throws {
    var options = Self.options()
    options.seed = .max
    options.learningRate = 0.1
    let text = try StoredJSON.text(options)
    #expect(try StoredJSON.decode(WordVectorOptions.self, from: text) == options)
    options.windowRadius = 0
    let error = #expect(throws: WordtoolError.self) { try options.validate() }
    #expect(error?.description == "`windowRadius` is 0, expected 1 to 100")
  }

  @Test("values that make no vectors are an error, a row that is not there is a trap")
  func mistakes() async {
    for (dimension, values, counts) in [
      (2, [1], nil), (0, [], nil), (1, [1], [1, 2]),
    ] as [(Int, [Float], [Int64]?)] {
      let error = #expect(throws: WordtoolError.self) {
        try WordVectors(words: ["a"], counts: counts, dimension: dimension, values: values)
      }
      #expect(error?.kind == .usage)
    }
    await #expect(processExitsWith: .failure) {
      _ = (try? WordVectors(words: ["a"], dimension: 1, values: [1]))?.vector(at: 1)
    }
  }
}

import Libc
import Embedding
import TestSupport
import Testing
import Tokenize
import Word2Vec
import WordtoolCore

/// Texts of which no more is in memory than is trained on.
@Suite struct TextInFileTests {
  private let folder = ScratchFolder()

  /// Lines of words in two camps, with empty lines between some.
  private func text(lines: Int) throws -> String {
    var random = SeededGenerator(seed: 4)
    let text = (0..<lines).map { line in
      let camp = line % 2 == 0 ? "a" : "b"
      let words = (0..<Int.random(in: 1...12, using: &random)).map { _ in
        "\(camp)\(Int.random(in: 0..<25, using: &random))"
      }
      return words.joined(separator: " ") + (line % 40 == 7 ? "\n\n" : "\n")
    }.joined()
    return try folder.write(text, to: "text")
  }

  private func corpora(lines: Int = 1500) throws -> (memory: TokenizedCorpus, file: TokenizedCorpus)
  {
    let path = try text(lines: lines)
    func read(_ limit: Int) throws -> TokenizedCorpus {
      try CorpusReader(
        rule: .whitespace, limits: VocabularyLimits(minimumCount: 1), threads: 2,
        memoryLimit: limit, temporaryFolder: folder.path
      ).read([path])
    }
    let (memory, file) = (try read(.max), try read(0))
    #expect(!memory.ids.isFile && file.ids.isFile && file.ids.residentByteCount == 0)
    return (memory, file)
  }

  private static func options(_ kind: Int) -> WordVectorOptions {
    var options = WordVectorOptions()
    options.dimension = 20
    options.epochs = 2
    WordVectorTrainerTests.kinds[kind].change(&options)
    return options
  }

  @Test(arguments: WordVectorTrainerTests.kinds.indices)
  func vectorsOfWordsAreThoseOfTheTextInMemory(_ kind: Int) throws {
    let (memory, file) = try corpora()
    #expect(memory.ids.count > 2 * WordVectorTrainer.wordsPerChunk)
    func bits(_ corpus: TokenizedCorpus, threads: Int) throws -> [UInt32] {
      let trainer = try WordVectorTrainer(
        options: Self.options(kind), vocabulary: corpus.vocabulary)
      try trainer.train(on: corpus.ids, threads: threads)
      return WordVectorTrainerTests.bits(trainer.vectors)
        + WordVectorTrainerTests.bits(trainer.contextVectors)
    }
    let expected = try bits(memory, threads: 1)
    for threads in [1, 2] { #expect(try bits(file, threads: threads) == expected) }
  }

  @Test func coOccurrencesAreThoseOfTheTextInMemory() throws {
    let (memory, file) = try corpora()
    var options = GloVeOptions()
    options.dimension = 10
    options.epochs = 2
    func vectors(_ corpus: TokenizedCorpus, _ memoryLimit: Int) throws -> [[Float]] {
      let trainer = try GloVeTrainer(options: options, counts: corpus.vocabulary.counts)
      trainer.memoryLimit = memoryLimit
      trainer.temporaryFolder = folder.path
      try trainer.train(on: corpus.ids, threads: 2)
      let vectors = try trainer.wordVectors(vocabulary: corpus.vocabulary)
      return (0..<vectors.count).map { vectors.vector(at: $0) }
    }
    let expected = try vectors(memory, GloVeTrainer.usualMemoryLimit)
    // A few pairs at a time: the co-occurrences go to a file as well.
    for limit in [GloVeTrainer.usualMemoryLimit, 1] {
      #expect(try vectors(file, limit) == expected)
    }
  }

  @Test(arguments: DocumentVectorTests.models.indices)
  func documentsAreThoseOfTheTextInMemory(_ model: Int) throws {
    let path = try text(lines: 600)
    var options = DocumentVectorOptions()
    options.dimension = 12
    options.epochs = 2
    DocumentVectorTests.models[model].change(&options)
    func train(_ limit: Int) throws -> (names: [String], vectors: [[Float]]) {
      let reader = CorpusReader(
        rule: .whitespace, limits: VocabularyLimits(minimumCount: 1), threads: 2,
        memoryLimit: limit, temporaryFolder: folder.path)
      let corpus = try DocumentCorpus(linesOf: [path], reader: reader)
      #expect(corpus.text.ids.isFile == (limit == 0) && corpus.emptyCount > 0)
      let vectors = try DocumentVectors.train(on: corpus, options: options, threads: 2)
      return (corpus.names, corpus.names.indices.map { vectors.documents.vector(at: $0) })
    }
    let (memory, file) = (try train(.max), try train(0))
    #expect(memory.names == file.names && memory.vectors == file.vectors)
  }

  @Test func aFileThatFailsInTheMiddleEndsTheTraining() throws {
    let (corpus, _) = try corpora()
    let file = try TemporaryFile(folder: folder.path)
    let ids = corpus.ids.array
    try ids.withUnsafeBytes { try file.write($0, at: 0) }
    let text = try TokenIDs(file: file, count: ids.count, lineCount: corpus.ids.lineCount)
    var options = Self.options(0)
    options.epochs = 50
    let trainer = try WordVectorTrainer(options: options, vocabulary: corpus.vocabulary)
    var pauses = 0
    let error = #expect(throws: WordtoolError.self) {
      try trainer.train(
        on: text, threads: 2, pausing: TrainingPause(every: .zero) { pauses += 1 }
      ) { progress in
        if progress.epoch == 3 { ftruncate(file.descriptor, 0) }
      }
    }
    #expect(error?.kind == .inputOutput && error?.path == folder.path)
    #expect(pauses > 0 && trainer.position.epoch < 50)

    let short = try TemporaryFile(folder: folder.path)
    let none = try TokenIDs(file: short, count: 100, lineCount: 1)
    let counting = #expect(throws: WordtoolError.self) {
      try GloVeTrainer(options: GloVeOptions(), counts: corpus.vocabulary.counts).train(on: none)
    }
    #expect(counting?.kind == .inputOutput)
  }
}

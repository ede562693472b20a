import BLASCore
import Embedding
import TestSupport
import Testing
import Tokenize
import Word2Vec
import WordtoolCore

/// Training that begins with vectors that are there.
@Suite struct BeginningTests {
  private static let text = String(
    repeating: "the king and the queen saw the kings and queens\nthe cat saw a dog in the city\n",
    count: 30)

  private static func corpus(_ text: String = text) throws -> TokenizedCorpus {
    let folder = ScratchFolder()
    return try CorpusReader(limits: VocabularyLimits(minimumCount: 1), threads: 2)
      .read([try folder.write(text, to: "text")])
  }

  private static func options(
    _ model: WordVectorOptions.Model = .skipGram, subwords: Bool = false
  ) -> WordVectorOptions {
    var options = WordVectorOptions(model: model)
    (options.dimension, options.epochs, options.subsampling) = (96, 2, 0)
    options.learningRate = 0.1
    if subwords {
      options.subwords = SubwordOptions()
      options.subwords?.bucketCount = 40
    }
    return options
  }

  @Test(arguments: WordVectorOptions.Model.allCases)
  func `frozen words stay as they are and take part, with any number of threads`(
    model: WordVectorOptions.Model
  ) throws {
    let corpus = try Self.corpus()
    let options = Self.options(model)
    let known = try WordVectors.train(on: corpus, options: options)
    func train(frozen: Set<String>, threads: Int) throws -> WordVectors {
      let trainer = try WordVectorTrainer(options: options, vocabulary: corpus.vocabulary)
      #expect(
        try trainer.initialize(from: known, vocabulary: corpus.vocabulary)
          == corpus.vocabulary.count)
      #expect(
        try trainer.freeze(vocabulary: corpus.vocabulary, where: frozen.contains)
          == frozen.count)
      try trainer.train(on: corpus.ids, threads: threads)
      return try trainer.wordVectors(vocabulary: corpus.vocabulary)
    }
    let frozen: Set = ["the", "king", "dog"]
    let found = try train(frozen: frozen, threads: 1)
    for word in corpus.vocabulary.words {
      let isSame = found.vector(for: word) == known.vector(for: word)
      #expect(isSame == frozen.contains(word), "\(word)")
    }
    let other = try train(frozen: frozen, threads: 2)
    let free = try train(frozen: [], threads: 2)
    for word in corpus.vocabulary.words {
      #expect(found.vector(for: word) == other.vector(for: word))
    }
    // What is frozen is seen by the others.
    #expect(free.vector(for: "queen") != found.vector(for: "queen"))
    let all = try train(frozen: Set(corpus.vocabulary.words), threads: 2)
    #expect(corpus.vocabulary.words.allSatisfy { all.vector(for: $0) == known.vector(for: $0) })
  }

  @Test func `an interrupted training with frozen words ends with the bytes of an unbroken one`()
    throws
  {
    let corpus = try Self.corpus(String(repeating: Self.text, count: 12))
    let options = Self.options()
    let known = try WordVectors.train(on: Self.corpus(), options: options)
    let folder = ScratchFolder()
    func trainer(freezes: Bool = true) throws -> WordVectorTrainer {
      let trainer = try WordVectorTrainer(options: options, vocabulary: corpus.vocabulary)
      try trainer.initialize(from: known, vocabulary: corpus.vocabulary)
      if freezes { try trainer.freeze(vocabulary: corpus.vocabulary) { $0 == "king" } }
      return trainer
    }
    let whole = try trainer()
    try whole.train(on: corpus.ids, threads: 1)
    let first = try trainer()
    let stop = StopFlag()
    #expect(throws: WordtoolError.self) {
      try first.train(on: corpus.ids, threads: 1, stop: stop) { _ in stop.raise() }
    }
    try first.writeCheckpoint(to: folder("c"), corpus: corpus)
    let second = try trainer()
    try second.resume(fromCheckpoint: folder("c"), corpus: corpus)
    #expect(second.position != EmbeddingPosition())
    try second.train(on: corpus.ids, threads: 2)
    for id in 0..<corpus.vocabulary.count {
      #expect(second.vectors[id] == whole.vectors[id])
      #expect(second.contextVectors[id] == whole.contextVectors[id])
    }
    // Without its frozen words it would be another training.
    let error = #expect(throws: WordtoolError.self) {
      try trainer(freezes: false).resume(fromCheckpoint: folder("c"), corpus: corpus)
    }
    #expect(error?.kind == .badData)
  }

  @Test func `n-grams begin as they are in a model, and words as the model makes them`() throws {
    let corpus = try Self.corpus()
    let options = Self.options(subwords: true)
    let known = try WordVectors.train(on: corpus, options: options)
    let trainer = try WordVectorTrainer(options: options, vocabulary: corpus.vocabulary)
    try trainer.initialize(from: known, vocabulary: corpus.vocabulary)
    let begun = try trainer.wordVectors(vocabulary: corpus.vocabulary)
    for word in corpus.vocabulary.words + ["kingdom"] {
      let (a, b) = (try #require(begun.vector(for: word)), try #require(known.vector(for: word)))
      #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-5 }, "\(word)")
    }
    // Of vectors without n-grams the words' own rows begin.
    var plain = options
    plain.subwords = nil
    let words = try WordVectors.train(on: corpus, options: plain)
    let other = try WordVectorTrainer(options: options, vocabulary: corpus.vocabulary)
    #expect(
      try other.initialize(from: words, vocabulary: corpus.vocabulary) == corpus.vocabulary.count)
    #expect(other.vectors[0] == words.vector(at: 0))
    var fewer = options
    fewer.subwords?.bucketCount = 30
    let third = try WordVectorTrainer(options: fewer, vocabulary: corpus.vocabulary)
    let error = #expect(throws: WordtoolError.self) {
      try third.initialize(from: known, vocabulary: corpus.vocabulary)
    }
    #expect(error?.kind == .badData && error?.description.contains("40 rows") == true)
    // Of n-grams that begin at random no vector could stay.
    for trainer in [third, other] {
      let refusal = #expect(throws: WordtoolError.self) {
        try trainer.freeze(vocabulary: corpus.vocabulary) { _ in true }
      }
      #expect(refusal?.kind == .usage && refusal?.found.contains("at random") == true)
    }
  }

  @Test(
    arguments: [WordVectorOptions.Model.skipGram, .cbow], [nil, 2])
  func `frozen words that are made of n-grams stay with their n-grams`(
    model: WordVectorOptions.Model, hashCount: Int?
  ) throws {
    let old = try Self.corpus()
    var options = Self.options(model, subwords: true)
    options.subwords?.bucketCount = 400
    options.subwords?.hashCount = hashCount
    let known = try WordVectors.train(on: old, options: options)
    let corpus = try Self.corpus(Self.text + "the bishop met a bishop in the city\n")
    func train(
      frozen: Set<String>, allNGrams: Bool = false, threads: Int = 2
    ) throws -> WordVectors {
      let trainer = try WordVectorTrainer(options: options, vocabulary: corpus.vocabulary)
      try trainer.initialize(from: known, vocabulary: corpus.vocabulary)
      let count = try trainer.freeze(
        vocabulary: corpus.vocabulary, allNGrams: allNGrams, where: frozen.contains)
      // A word that the vectors do not have has a random row of its own, in no table of floret's.
      let here = frozen.filter { hashCount != nil || old.vocabulary.id(for: $0) != nil }
      #expect(count == here.count)
      try trainer.train(on: corpus.ids, threads: threads)
      return try trainer.wordVectors(vocabulary: corpus.vocabulary)
    }
    func expectSame(_ found: WordVectors, _ word: String, _ isSame: Bool) throws {
      let (a, b) = (try #require(found.vector(for: word)), try #require(known.vector(for: word)))
      // The own row of a word is what makes its vector: rounded once.
      let difference = zip(a, b).map { abs($0 - $1) }.max() ?? .infinity
      #expect((difference < 1e-5) == isSame, "\(word): \(difference)")
    }
    let some = try train(frozen: ["king", "dog", "bishop"])
    for word in ["king", "dog"] { try expectSame(some, word, true) }
    for word in ["the", "queen"] { try expectSame(some, word, false) }
    let one = try train(frozen: ["king", "dog", "bishop"], threads: 1)
    for word in corpus.vocabulary.words { #expect(one.vector(for: word) == some.vector(for: word)) }
    // With all n-grams, also what no text has.
    let all = try train(frozen: Set(corpus.vocabulary.words), allNGrams: true)
    for word in old.vocabulary.words + ["kingdoms", "unseen"] { try expectSame(all, word, true) }
    if hashCount == nil {
      #expect(all.vector(for: "bishop") != some.vector(for: "bishop"))
    }
  }

  @Test func `new text adds its words and counts to those of vectors`() throws {
    let corpus = try Self.corpus()
    let known = try WordVectors.train(on: corpus, options: Self.options())
    let new = try Self.corpus("the king met the bishop\nthe bishop met a bishop once\n")
    let (all, newWords) = try new.adding(
      to: known, limits: VocabularyLimits(minimumCount: 2), path: nil)
    #expect(newWords == 2)
    #expect(all.vocabulary.count == known.count + 2)
    let the = try #require(all.vocabulary.id(for: "the"))
    #expect(all.vocabulary.count(at: Int(the)) == corpus.vocabulary.count(at: 0) + 3)
    #expect(all.vocabulary.id(for: "once") == nil && all.vocabulary.id(for: "bishop") != nil)
    #expect(all.ids.tokenCount == 10)
    let words = all.ids.array.map { $0 < 0 ? "/" : all.vocabulary.word(at: Int($0)) }
    #expect(words.joined(separator: " ") == "the king met the bishop / the bishop met a bishop /")
    let counted = try WordVectors(words: ["a"], dimension: 2, values: [1, 2])
    let error = #expect(throws: WordtoolError.self) {
      try new.adding(to: counted, limits: VocabularyLimits(), path: "v")
    }
    #expect(error?.found.contains("without counts") == true)
  }
}

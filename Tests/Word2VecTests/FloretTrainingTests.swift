import BLASCore
import Embedding
import TestSupport
import Testing
import Tokenize
import Word2Vec
import WordtoolCore

/// Vectors trained in floret's table, and its files; what floret and spaCy say of them is checked by
/// Scripts/interop/vector_files.py.
@Suite struct FloretTrainingTests {
  private static func options(
    _ change: (inout WordVectorOptions) -> Void = { _ in }
  ) -> WordVectorOptions {
    var options = WordVectorOptions()
    (options.dimension, options.epochs, options.subsampling) = (7, 2, 0)
    options.subwords = SubwordOptions()
    options.subwords?.hashCount = 2
    options.subwords?.bucketCount = 60
    change(&options)
    return options
  }

  private static func corpus() throws -> TokenizedCorpus {
    let folder = ScratchFolder()
    let lines = (0..<200).map { "river rivers über 東京都 stop\($0 % 3) the </s> sea\n" }.joined()
    return try CorpusReader(rule: .whitespace).read([try folder.write(lines, to: "text")])
  }

  private static let words = ["river", "東京都", "the", "</s>", "riverside", "überall", "東京", "x"]

  private static func difference(_ a: WordVectors, _ b: WordVectors, _ word: String) throws -> Float
  {
    let (x, y) = (try #require(a.vector(for: word)), try #require(b.vector(for: word)))
    return zip(x, y).map { abs($0 - $1) }.max() ?? .infinity
  }

  /// The rows are mmh3 5.3.1's `hash128(text, 2166136261, x64arch=True)`, its parts of 32 bits from the
  /// low end on, modulo 1000.
  @Test func `a word's bag is the rows of the word between its marks and of its n-grams`() throws {
    let vocabulary = try Vocabulary([(word: "cat", count: 10), (word: "ü", count: 10)])
    let cat: [[Int32]] = [
      [587, 415, 948, 176], [102, 46, 909, 916], [821, 654, 840, 446], [861, 539, 162, 838],
      [326, 370, 335, 474], [173, 141, 836, 67],
    ]
    // Its one n-gram of three characters is all of it.
    let umlaut: [[Int32]] = [[693, 460, 805, 990], [693, 460, 805, 990]]
    for hashCount in 1...4 {
      let options = Self.options {
        $0.subwords?.longest = 4
        $0.subwords?.bucketCount = 1000
        $0.subwords?.hashCount = hashCount
      }
      let trainer = try WordVectorTrainer(options: options, vocabulary: vocabulary)
      #expect(trainer.vectors.rowCount == 1000)
      let bags = try #require(trainer.subwordBags)
      #expect(Array(bags.list[0]) == cat.flatMap { $0.prefix(hashCount) })
      #expect(Array(bags.list[1]) == umlaut.flatMap { $0.prefix(hashCount) })
    }
  }

  @Test func `vectors are written and read as safetensors, as a table and as a model`() throws {
    let folder = ScratchFolder()
    let corpus = try Self.corpus()
    let vectors = try WordVectors.train(on: corpus, options: Self.options())
    for format in [WordVectors.Format.safetensors, .floret, .floretModel] {
      let path = folder(format.rawValue)
      try vectors.write(to: path, format: format)
      let read = try WordVectors(contentsOf: path)
      #expect(read.format == format && read.makesUnknownWords)
      #expect(read.count == (format == .floret ? 0 : vectors.count))
      if format != .floret {
        #expect(Array(try #require(read.counts)) == Array(try #require(vectors.counts)))
      }
      // The end of a line is no word of a model of floret's.
      for word in Self.words where format != .floretModel || word != "</s>" {
        #expect(try Self.difference(read, vectors, word) <= 1e-6, "\(format.rawValue), \(word)")
      }
      // Each leads to each of the others, with the same numbers.
      for other in [WordVectors.Format.safetensors, .floret, .floretModel] {
        try read.write(to: folder("again"), format: other)
        let again = try WordVectors(contentsOf: folder("again"))
        #expect(try Self.difference(again, vectors, "riverside") <= 1e-6)
        // What a model says of its training is not kept with the vectors that are read of it.
        if other == format, format != .floretModel {
          #expect(try folder.bytes(of: "again") == folder.bytes(of: format.rawValue))
        }
      }
    }
    try vectors.write(to: folder("one.floret"), threads: 1)
    #expect(try folder.bytes(of: "one.floret") == folder.bytes(of: "floret"))
  }

  @Test func `a table that floret made is written as it was read`() throws {
    let folder = ScratchFolder()
    for name in ["floret/table.floret", "floret/floret.bin", "floret/spacy"] {
      let vectors = try Fixtures.vectors(name)
      try vectors.write(to: folder("x.floret"))
      let read = try WordVectors(contentsOf: folder("x.floret"))
      for word in ["river", "mountains", "unheard"] {
        // The mean of a model's first word counts a row that a table does not have.
        guard vectors.index(for: word) != 0 else { continue }
        #expect(try Self.difference(read, vectors, word) <= 1e-6, "\(name), \(word)")
      }
    }
  }

  @Test func `what a table is made of has to be its numbers`() throws {
    let folder = ScratchFolder()
    try WordVectors.train(on: Self.corpus(), options: Self.options())
      .write(to: folder("v.safetensors"))
    let bytes = try folder.bytes(of: "v.safetensors")
    for (old, new) in [
      (#"\"hashCount\":2"#, #"\"hashCount\":0"#), (#"\"hashCount\":2"#, #"\"hashCount\":5"#),
      (#"\"hashCount\":2,"#, ""), (#"\"shortest\":3"#, #"\"shortest\":0"#),
      (#"\"seed\":2166136261"#, #"\"seed\":-1"#),
      (#"\"hash\":\"floret\""#, #"\"hash\":\"flower\""#),
      ("[60,7]", "[7,60]"),
    ] {
      let damaged = try EmbeddingCheckpointTests.changed(bytes, old, new)
      #expect(throws: WordtoolError.self, "\(old) to \(new)") {
        try WordVectors(bytes: damaged, name: "damaged")
      }
    }
  }

  @Test func `training begins with another table of the same numbers alone`() throws {
    let corpus = try Self.corpus()
    let known = try WordVectors.train(on: corpus, options: Self.options())
    let trainer = try WordVectorTrainer(options: Self.options(), vocabulary: corpus.vocabulary)
    let count = try trainer.initialize(from: known, vocabulary: corpus.vocabulary)
    #expect(count == corpus.vocabulary.count)
    let begun = try trainer.wordVectors(vocabulary: corpus.vocabulary)
    for word in Self.words { #expect(begun.vector(for: word) == known.vector(for: word)) }
    for (change, part) in [
      ({ $0.subwords?.hashCount = 3 }, "60 rows, 2 rows each"),
      ({ $0.subwords?.bucketCount = 61 }, "61 rows"),
      ({ $0.subwords?.longest = 5 }, "3 to 5"),
    ] as [((inout WordVectorOptions) -> Void, String)] {
      let other = try WordVectorTrainer(
        options: Self.options(change), vocabulary: corpus.vocabulary)
      let error = #expect(throws: WordtoolError.self) {
        try other.initialize(from: known, vocabulary: corpus.vocabulary)
      }
      #expect(error?.kind == .badData && error?.description.contains(part) == true)
    }
    let plain = try WordVectors.train(on: corpus, options: Self.options { $0.subwords = nil })
    let error = #expect(throws: WordtoolError.self) {
      try trainer.initialize(from: plain, vocabulary: corpus.vocabulary)
    }
    #expect(error?.kind == .badData && error?.found.contains("floret's") == true)
  }

  @Test(
    "small tables, in which all words share rows, do not diverge",
    arguments: [WordVectorOptions.Model.skipGram, .cbow], [1, 5, 40, 1_000])
  func smallTables(model: WordVectorOptions.Model, bucketCount: Int) throws {
    let (ids, counts) = WordVectorTrainerTests.camps(lines: 300)
    let vocabulary = try Vocabulary(
      counts.enumerated().map { (word: "wording\($0)", count: $1) })
    var options = Self.options {
      $0.epochs = 5
      $0.subwords?.hashCount = 4
      $0.subwords?.bucketCount = bucketCount
    }
    options.model = model
    options.learningRate = WordVectorOptions(model: model).learningRate
    let trainer = try WordVectorTrainer(options: options, vocabulary: vocabulary)
    try trainer.train(on: ids.span, threads: 2)
    #expect(trainer.epochLosses.allSatisfy { $0 < 4.3 }, "\(trainer.epochLosses)")
    let vectors = try trainer.wordVectors(vocabulary: vocabulary)
    #expect(vectors.norms.allSatisfy { $0 < 20 }, "\(Array(vectors.norms))")
  }

  @Test func `without a number of rows there are at most 50,000`() throws {
    let names = (0..<30_000).map { "number\($0)" }
    let many = try Vocabulary(names.map { (word: $0, count: 5) })
    let options = Self.options { $0.subwords?.bucketCount = nil }
    let trainer = try WordVectorTrainer(options: options, vocabulary: many)
    #expect(trainer.vectors.rowCount == 50_000)
    let few = try Vocabulary([(word: "cat", count: 3), (word: "cats", count: 3)])
    #expect(try WordVectorTrainer(options: options, vocabulary: few).vectors.rowCount < 100)
  }
}

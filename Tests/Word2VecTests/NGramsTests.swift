import TestSupport
import Testing
import Tokenize
import Word2Vec
import WordtoolCore

/// The n-grams of words as models store them.
@Suite struct NGramsTests {
  /// fastText 0.9.2's `get_subwords` of fasttext-skipgram.bin.
  @Test func `n-grams and rows are fastText's`() throws {
    let vectors = try Fixtures.vectors("fasttext-skipgram.bin")
    let known = try #require(try vectors.answer(toNGramsOf: "mountain").answer)
    #expect(known.isKnown && known.parts[0].isWord)
    #expect(
      known.parts.map(\.text) == [
        "mountain", "<mo", "<mou", "<moun", "<mount", "mou", "moun", "mount", "mounta", "oun",
        "ount", "ounta", "ountai", "unt", "unta", "untai", "untain", "nta", "ntai", "ntain",
        "ntain>", "tai", "tain", "tain>", "ain", "ain>", "in>",
      ])
    #expect(
      known.parts.flatMap(\.rows) == [
        1, 247, 62, 132, 124, 176, 202, 270, 141, 213, 75, 66, 141, 150, 153, 280, 238, 250, 237,
        257, 221, 313, 65, 213, 87, 123, 44,
      ])
    let unknown = try #require(try vectors.answer(toNGramsOf: "unheard").answer)
    #expect(!unknown.isKnown && !unknown.parts.contains(where: \.isWord))
    #expect(unknown.parts.first?.text == "<un" && unknown.parts.first?.rows == [300])
    #expect(unknown.parts.first?.buckets == [300 - vectors.count])
  }

  /// fastText 0.9.2's `get_subwords` of the pruned model: the rows that are left.
  @Test func `of a pruned model the n-grams are told that are left`() throws {
    let vectors = try Fixtures.vectors("fasttext-pruned.ftz")
    let found = try #require(try vectors.answer(toNGramsOf: "unheard").answer)
    #expect(
      found.parts.flatMap(\.rows) == [
        209, 81, 199, 248, 149, 73, 108, 95, 248, 212, 124, 74, 137,
      ])
  }

  @Test(arguments: [
    "fasttext-skipgram.bin", "fasttext-pruned.ftz", "fasttext-quantized.ftz",
    "floret/floret.bin", "floret/fasttext-mode.bin", "floret/table.floret", "floret/spacy",
    "floret/table.fifu", "finalfusion/bucket.fifu", "finalfusion/fasttext.fifu",
  ])
  func `the values of the n-grams add up to the vector`(name: String) throws {
    let vectors = try Fixtures.vectors(name)
    #expect(vectors.hasNGrams)
    var checked = 0
    // A word of finalfusion has a row and nothing else.
    let isOwn = name.hasSuffix(".fifu")
    let words = (0..<min(6, vectors.count)).map { vectors.word(at: $0) } + ["mountains", "unheard"]
    for word in words {
      let asked = try vectors.answer(toNGramsOf: word)
      guard let answer = asked.answer, !answer.parts.isEmpty, word != "</s>" else { continue }
      let whole = try #require(vectors.vector(for: word))
      var sum = [Double](repeating: 0, count: vectors.dimension)
      for part in answer.parts {
        for column in sum.indices { sum[column] += Double(part.vector[column]) }
        #expect(abs(part.cosine) <= 1)
        #expect(part.isWord || part.buckets.count == part.rows.count)
      }
      if answer.isKnown && isOwn { continue }
      let product = zip(sum, whole).reduce(0) { $0 + $1.0 * Double($1.1) }
      let lengths =
        sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
        * whole.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      #expect(product > 0.99999 * lengths, "\(name) \(word)")
      checked += 1
    }
    #expect(checked > (isOwn ? 0 : 1), "\(name)")
  }

  @Test func `vectors of our own training tell them before and after they are stored`() throws {
    let folder = ScratchFolder()
    let text = String(repeating: "the king and the queen saw the kings and queens\n", count: 20)
    var options = WordVectorOptions()
    (options.dimension, options.epochs) = (8, 2)
    options.subwords = SubwordOptions()
    options.subwords?.bucketCount = 50
    let reader = CorpusReader(limits: VocabularyLimits(minimumCount: 1), threads: 1)
    let made = try WordVectors.train(
      on: reader.read([try folder.write(text, to: "text")]), options: options)
    try made.write(to: folder("v.safetensors"))
    try made.write(to: folder("v.bin"), format: .fastTextModel)
    let first = try #require(try made.answer(toNGramsOf: "kings").answer)
    for name in ["v.safetensors", "v.bin"] {
      let read = try WordVectors(contentsOf: folder(name))
      let other = try #require(try read.answer(toNGramsOf: "Kings").answer)
      #expect(first.parts.map(\.text) == other.parts.map(\.text))
      #expect(first.parts.map(\.buckets) == other.parts.map(\.buckets))
      for (a, b) in zip(first.parts, other.parts) { #expect(abs(a.norm - b.norm) < 1e-6) }
    }
  }

  @Test func `vectors without n-grams say what has them`() throws {
    let error = #expect(throws: WordtoolError.self) {
      try Fixtures.vectors("gensim.bin").answer(toNGramsOf: "mountain")
    }
    #expect(error?.kind == .usage && error?.found.contains("without n-grams") == true)
    #expect(throws: WordtoolError.self) {
      try Fixtures.vectors("fasttext-words.bin").answer(toNGramsOf: "unheard")
    }
  }

  @Test func `explicit n-grams of finalfusion are told for words that have rows`() throws {
    let vectors = try Fixtures.vectors("finalfusion/explicit.fifu")
    let found = (0..<vectors.count).compactMap {
      try? vectors.answer(toNGramsOf: vectors.word(at: $0)).answer
    }
    #expect(found.count == vectors.count && found.contains { !$0.parts.isEmpty })
    #expect(found.allSatisfy { !$0.parts.contains(where: \.isWord) })
  }
}

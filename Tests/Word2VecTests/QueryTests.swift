import Testing
import TestSupport
import Word2Vec
import WordtoolCore

@Suite struct QueryTests {
  /// Random vectors, and the cosine of two rows straight from its definition.
  struct Oracle {
    let vectors: WordVectors
    let rows: [[Double]]

    init(count: Int, dimension: Int, seed: UInt64, quantized: Bool = false) throws {
      var generator = SeededGenerator(seed: seed)
      let values = (0..<count * dimension).map { _ in Float.random(in: -1...1, using: &generator) }
      let made = try WordVectors(
        words: (0..<count).map { "w\($0)" }, dimension: dimension, values: values)
      vectors = quantized ? made.quantized() : made
      let vectors = vectors
      rows = (0..<count).map { vectors.vector(at: $0).map(Double.init) }
    }

    func cosine(_ a: [Double], _ b: [Double]) -> Double {
      let product = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
      let lengths = [a, b].map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
      return product / (lengths[0] * lengths[1])
    }

    func unit(_ row: Int) -> [Double] {
      let length = rows[row].reduce(0) { $0 + $1 * $1 }.squareRoot()
      return rows[row].map { $0 / length }
    }

    func sum(_ terms: [(Double, Int)]) -> [Double] {
      var sum = [Double](repeating: 0, count: rows[0].count)
      for (factor, row) in terms {
        for (column, value) in unit(row).enumerated() { sum[column] += factor * value }
      }
      return sum
    }

    func best(_ query: [Double], without excluded: [Int], count: Int) -> [(row: Int, score: Double)]
    {
      rows.indices.filter { !excluded.contains($0) }.map { ($0, cosine(query, rows[$0])) }
        .sorted { $0.1 > $1.1 }.prefix(count).map { $0 }
    }
  }

  /// Whether answers agree with the oracle's to the precision of float sums.
  private func agrees(_ found: [Neighbor], _ expected: [(row: Int, score: Double)]) -> Bool {
    found.count == expected.count
      && zip(found, expected).allSatisfy {
        abs(Double($0.similarity) - $1.score) < 2e-6 && $0.index == $1.row
      }
  }

  @Test(arguments: [1, 3, 15, 16, 17, 31, 33, 100], [false, true])
  func `neighbours agree with the definition`(dimension: Int, quantized: Bool) throws {
    let oracle = try Oracle(
      count: dimension < 3 ? 40 : 2500, dimension: dimension, seed: 3, quantized: quantized)
    // In one dimension all cosines are 1 or -1, so only the scores are comparable.
    let mean = oracle.sum([(1, 5), (1, 9)])
    let found = try oracle.vectors.neighbors(of: ["w5", "w9"], options: .init(count: 20))
    let expected = oracle.best(mean, without: [5, 9], count: 20)
    if dimension < 3 {
      #expect(zip(found, expected).allSatisfy { abs(Double($0.similarity) - $1.score) < 2e-6 })
    } else {
      #expect(agrees(found, expected))
    }
  }

  @Test(arguments: [1, 2, 3]) func `answers do not depend on the thread count`(threads: Int) throws
  {
    let oracle = try Oracle(count: 5000, dimension: 20, seed: 4)
    let one = try oracle.vectors.neighbors(of: ["w1"], options: .init(count: 50, threads: 1))
    let some = try oracle.vectors.neighbors(of: ["w1"], options: .init(count: 50, threads: threads))
    #expect(one == some)
    #expect(
      try oracle.vectors.rank(of: "w2", from: "w1", threads: 1)
        == oracle.vectors.rank(of: "w2", from: "w1", threads: threads))
  }

  @Test func `analogies by both methods agree with the definition`() throws {
    let oracle = try Oracle(count: 3000, dimension: 24, seed: 5)
    let added = try oracle.vectors.analogy(
      positive: ["w1", "w3"], negative: ["w2"], options: .init(count: 10))
    let sum = oracle.sum([(1, 1), (-1, 2), (1, 3)])
    #expect(agrees(added, oracle.best(sum, without: [1, 2, 3], count: 10)))

    let shifted = { (word: Int, row: Int) in
      (1 + oracle.cosine(oracle.rows[word], oracle.rows[row])) / 2
    }
    let scores = oracle.rows.indices.map {
      shifted(1, $0) * shifted(3, $0) / (shifted(2, $0) + 0.001)
    }
    let order = oracle.rows.indices.filter { ![1, 2, 3].contains($0) }
      .sorted { scores[$0] > scores[$1] }.prefix(10)
    let multiplied = try oracle.vectors.analogy(
      positive: ["w1", "w3"], negative: ["w2"], method: .mul)
    #expect(multiplied.map(\.index) == Array(order))
    #expect(multiplied.allSatisfy { abs(Double($0.similarity) - scores[$0.index]) < 1e-5 })
  }

  @Test func `equal similarities come in the order of the rows`() throws {
    let vectors = try WordVectors(
      words: ["a", "b", "c", "d", "e"], dimension: 1, values: [1, 2, 3, 4, -1])
    let found = try vectors.neighbors(of: ["c"], options: .init(count: 3))
    #expect(found.map(\.word) == ["a", "b", "d"])
  }

  @Test func `the options restrict, cut off and include`() throws {
    let vectors = try WordVectors(
      words: ["a", "b", "c", "zero"], dimension: 2, values: [1, 0, 1, 1, 0, 1, 0, 0])
    func words(_ options: SearchOptions) throws -> [String] {
      try vectors.neighbors(of: ["a"], options: options).map(\.word)
    }
    #expect(try words(.init()) == ["b", "c", "zero"])
    #expect(try words(.init(minimumSimilarity: 0.5)) == ["b"])
    #expect(try words(.init(limit: 2)) == ["b"])
    #expect(try words(.init(includesInputs: true)) == ["a", "b", "c", "zero"])
    #expect(try words(.init(count: 0)) == [])
    #expect(try vectors.neighbors(of: ["zero"]).isEmpty)
    #expect(try vectors.similarity("zero", "a") == 0)
  }

  @Test func `gensim gives the same answers`() throws {
    let vectors = try Fixtures.vectors()
    let golden = try Fixtures.golden()
    func check(_ found: [Neighbor], _ expected: [Fixtures.Golden.Answer], _ name: String) {
      #expect(found.map(\.word) == expected.map(\.word), "\(name)")
      let same = zip(found, expected).allSatisfy { abs(Double($0.similarity) - $1.score) < 1e-6 }
      #expect(same, "\(name)")
    }
    let five = SearchOptions(count: 5)
    check(try vectors.neighbors(of: ["norway"], options: five), golden.similar, "similar")
    check(try vectors.neighbors(of: ["norway", "italy"], options: five), golden.mean, "mean")
    check(
      try vectors.analogy("greece", minus: "athens", plus: "oslo", count: 5), golden.analogy,
      "analogy")
    check(
      try vectors.analogy(
        positive: ["greece", "oslo"], negative: ["athens"], method: .mul, options: five),
      golden.product,
      "product")
    #expect(try vectors.rank(of: "dogs", from: "cat") == golden.rank)
    #expect(try vectors.oddOneOut(["cat", "dog", "tree", "italy"]).first?.word == golden.oddOneOut)
  }

  @Test func `a similarity has the same bits in either order`() throws {
    let vectors = try Oracle(count: 60, dimension: 33, seed: 8).vectors
    let pairs = (0..<60).flatMap { a in (0..<60).map { b in (a, b) } }
    let asymmetric = pairs.first { vectors.similarity($0, $1) != vectors.similarity($1, $0) }
    #expect(asymmetric == nil, "\(String(describing: asymmetric))")
  }

  @Test func `the spellings of NLEmbedding work`() throws {
    let vectors = try Fixtures.vectors()
    #expect(vectors.vocabularySize == 25 && vectors.dimension == 12)
    let found = try vectors.neighbors(for: "norway", maximumCount: 3)
    #expect(found.count == 3 && found[0].1 <= found[1].1)
    #expect(try vectors.neighbors(for: "nowhere", maximumCount: 3).isEmpty)
    let distance = try #require(try vectors.distance(between: "norway", and: found[0].0))
    #expect(abs(distance - found[0].1) < 1e-6)
    #expect(try vectors.distance(between: "norway", and: "nowhere") == nil)
  }

  @Test func `an unknown word is an error with near spellings`() throws {
    let vectors = try Fixtures.vectors()
    let error = try #require(throws: WordtoolError.self) { try vectors.neighbors(of: ["norwya"]) }
    #expect(error.kind == .unavailable)
    #expect(error.description.contains("'norwya'") && error.description.contains("norway"))
    #expect(try vectors.neighbors(of: ["NORWAY"]).isEmpty == false)
  }
}

@Suite struct SpellingTests {
  @Test func `near spellings come by distance, then by frequency`() throws {
    let vectors = try WordVectors(
      words: ["sweeten", "swede", "sweden", "weden", "swedes", "snow", "東京都", "東京"],
      counts: [1, 2, 3, 9, 4, 5, 6, 7], dimension: 1, values: [Float](repeating: 1, count: 8))
    #expect(try vectors.nearSpellings(of: "swdeen") == ["sweden", "weden", "swedes"])
    #expect(try vectors.nearSpellings(of: "sweden") == ["sweden", "weden", "swedes"])
    #expect(try vectors.nearSpellings(of: "SWEDEN", maximumCount: 1) == ["sweden"])
    #expect(try vectors.nearSpellings(of: "sow") == ["snow"])
    #expect(try vectors.nearSpellings(of: "大東京") == ["東京"])
    #expect(try vectors.nearSpellings(of: "completely") == [])
    #expect(try vectors.nearSpellings(of: "") == [])
  }
}

@Suite struct ExpressionTests {
  private func direction(_ expression: String) throws -> [String: Float] {
    // Unit vectors along the axes, so that similarities are the factors up to a common length.
    let words = ["king", "man", "woman", "mother-in-law", "1990"]
    var values = [Float](repeating: 0, count: 25)
    for index in 0..<5 { values[index * 6] = 1 }
    let vectors = try WordVectors(words: words, dimension: 5, values: values)
    let found = try vectors.neighbors(
      ofExpression: expression, options: .init(includesInputs: true))
    return Dictionary(
      uniqueKeysWithValues: found.filter { $0.similarity != 0 }.map { ($0.word, $0.similarity) })
  }

  @Test(arguments: [
    "king - man + 0.5*woman", "king-man+0.5*woman", "2*king - 2*(man) + woman",
    "-(man - king) + woman*0.5", "king + -man + (woman)*5e-1", "\"king\" - man + 1*0.5*woman",
  ])
  func `spellings of one expression mean the same`(expression: String) throws {
    let found = try direction(expression)
    let length = Float(2.25).squareRoot()
    #expect(found.count == 3)
    #expect(abs((found["king"] ?? 0) - 1 / length) < 1e-6)
    #expect(abs((found["man"] ?? 0) + 1 / length) < 1e-6)
    #expect(abs((found["woman"] ?? 0) - 0.5 / length) < 1e-6)
  }

  @Test func `a known word with a hyphen and a number as a word are words`() throws {
    #expect(try direction("mother-in-law - 1990").keys.sorted() == ["1990", "mother-in-law"])
    #expect(try direction("king+mother-in-law").keys.sorted() == ["king", "mother-in-law"])
  }

  @Test(arguments: [
    "", "king +", "(king", "king man", "king * man", "2*3", "* king", "\"king", "king)",
  ])
  func `a broken expression is a usage error`(expression: String) throws {
    let error = try #require(throws: WordtoolError.self) { try direction(expression) }
    #expect(error.kind == .usage)
  }

  @Test func `deep nesting is an error and no crash`() throws {
    for depth in [100, 1000, 100_000] {
      let deep = String(repeating: "(", count: depth) + "king"
      #expect(throws: WordtoolError.self) { try direction(deep) }
    }
  }

  @Test func `an unknown word in an expression is named`() throws {
    let error = try #require(throws: WordtoolError.self) { try direction("king - mann") }
    #expect(error.kind == .unavailable && error.description.contains("'mann'"))
  }
}

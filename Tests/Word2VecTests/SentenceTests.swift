import Testing
import TestSupport
import Word2Vec
import WordtoolCore

/// Texts by the vectors of their words, beside what NumPy, gensim and POT give
/// (Scripts/golden/texts.py).
@Suite struct SentenceTests {
  /// Vectors are stored as floats: 24 bits, and sums of a dozen of them.
  private static let tolerance = 1e-6

  private func expectEqual(_ found: [Double], _ expected: [Double], tolerance: Double) {
    #expect(found.count == expected.count)
    let worst = zip(found, expected).map { ($0 - $1).magnitude }.max() ?? .infinity
    #expect(worst <= tolerance, "the largest error is \(worst)")
  }

  @Test func `the vector of a text is the mean of its words' unit vectors`() throws {
    let golden = try TextGolden.read()
    let encoder = try SentenceEncoder(golden.makeVectors())
    for (query, mean) in zip(golden.queries, golden.means) {
      let found = try encoder.vector(of: query)
      expectEqual(found.values.map(Double.init), mean, tolerance: Self.tolerance)
    }
    let second = try encoder.vector(of: golden.queries[1])
    #expect(second.knownCount == 3 && second.unknown == ["unknown"])
    let none = try encoder.vector(of: "nothing known")
    #expect(none.values.allSatisfy { $0 == 0 } && none.knownCount == 0)
  }

  @Test func `frequent words count less by inverse frequency`() throws {
    let golden = try TextGolden.read()
    let encoder = try SentenceEncoder(golden.makeVectors(), weighting: .inverseFrequency(1e-3))
    for (query, mean) in zip(golden.queries, golden.weighted) {
      let found = try encoder.vector(of: query)
      expectEqual(found.values.map(Double.init), mean, tolerance: Self.tolerance)
    }
    #expect(throws: WordtoolError.self) {
      try SentenceEncoder(golden.makeOthers(), weighting: .inverseFrequency(1e-3))
    }
    #expect(throws: WordtoolError.self) {
      try SentenceEncoder(golden.makeVectors(), weighting: .inverseFrequency(0))
    }
  }

  private func scores(_ matches: [TextMatch], _ count: Int) -> [Double] {
    var scores = [Double](repeating: .nan, count: count)
    for match in matches { scores[match.index] = match.score }
    return scores
  }

  @Test(arguments: [1, 2, 3]) func `texts are ranked by the cosines of their means`(threads: Int)
    throws
  {
    let golden = try TextGolden.read()
    let index = try SentenceIndex(
      of: golden.texts, encoder: SentenceEncoder(golden.makeVectors()), threads: threads)
    let found = try index.nearest(to: golden.queries, count: 99, threads: threads)
    for (matches, cosines) in zip(found, golden.cosines) {
      expectEqual(scores(matches, 30), cosines, tolerance: Self.tolerance)
      #expect(zip(matches, matches.dropFirst()).allSatisfy { $0.score >= $1.score })
    }
    let three = try index.nearest(to: [golden.queries[0]], count: 3, threads: threads)[0]
    #expect(three == Array(found[0].prefix(3)))
  }

  @Test func `the direction that all texts share is their first singular vector`() throws {
    let golden = try TextGolden.read()
    let index = try SentenceIndex(
      of: golden.texts,
      encoder: SentenceEncoder(golden.makeVectors(), weighting: .inverseFrequency(1e-3)),
      removesCommonDirection: true)
    expectEqual(index.commonDirection ?? [], golden.common, tolerance: 1e-6)
    let found = try index.nearest(to: golden.queries, count: 99)
    for (matches, cosines) in zip(found, golden.commonCosines) {
      expectEqual(scores(matches, 30), cosines, tolerance: 1e-5)
    }
  }

  @Test func `texts without a known word are no answers and numbers stay`() throws {
    let vectors = try TextGolden.read().makeVectors()
    let texts = ["", "nothing", "w1 w2", "  ", "w1"]
    let index = try SentenceIndex(of: texts, encoder: SentenceEncoder(vectors))
    #expect(index.count == 2)
    #expect(try index.nearest(to: ["w1"])[0].map(\.index) == [4, 2])
    #expect(try index.nearest(to: ["nothing"])[0].isEmpty)
    let movers = try WordMoversIndex(of: texts, vectors: vectors)
    #expect(movers.count == 2)
    #expect(try movers.nearest(to: "w1").matches.map(\.index) == [4, 2])
    #expect(try movers.nearest(to: "nothing").matches.isEmpty)
  }

  @Test func `word mover's distance is what gensim gives`() throws {
    let golden = try TextGolden.read()
    let vectors = try golden.makeVectors()
    for (query, (distances, bounds)) in zip(golden.queries, zip(golden.wmd, golden.relaxed)) {
      let found = try golden.texts.map { try vectors.wordMoversDistance(query, $0) }
      expectEqual(found.compactMap { $0?.distance }, distances, tolerance: 1e-5)
      expectEqual(found.compactMap { $0?.relaxed }, bounds, tolerance: 1e-5)
      for answer in found.compactMap({ $0 }) {
        #expect(answer.relaxed <= answer.distance)
        #expect((answer.moves.reduce(0) { $0 + $1.mass } - 1).magnitude < 1e-12)
      }
    }
    #expect(try vectors.wordMoversDistance("w1 w2 w2", "w2 w1 w2")?.distance == 0)
    #expect(try vectors.wordMoversDistance("w1", "nothing") == nil)
  }

  @Test(arguments: [1, 2, 3]) func `pruning by the bound loses no answer`(threads: Int) throws {
    let golden = try TextGolden.read()
    let index = try WordMoversIndex(
      of: golden.texts, vectors: golden.makeVectors(), threads: threads)
    for (query, distances) in zip(golden.queries, golden.wmd) {
      let answer = try index.nearest(to: query, count: 3, threads: threads)
      #expect(answer.measuredCount >= 3)
      let order = distances.indices.sorted { distances[$0] < distances[$1] }
      #expect(answer.matches.map(\.index) == Array(order.prefix(3)))
      let all = try index.nearest(to: query, count: 30, threads: threads)
      expectEqual(scores(all.matches, 30), distances, tolerance: 1e-5)
    }
    // Of several words the bound rules some out.
    let many = try index.nearest(to: golden.queries[0], count: 1, threads: threads)
    #expect(many.measuredCount < 30)
  }

  @Test func `the words of vectors without a rule are found in either case`() throws {
    let vectors = try WordVectors(
      words: ["King", "speaks"], dimension: 2, values: [1, 0, 0, 1])
    let found = try SentenceEncoder(vectors).vector(of: "King SPEAKS, king!")
    #expect(found.values == [0.5, 0.5] && found.unknown == ["king"])
  }
}

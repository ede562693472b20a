import Testing
import TestSupport
import Word2Vec
import WordtoolCore

/// Two sets of vectors, beside what SciPy and NumPy give (Scripts/golden/texts.py).
@Suite struct AlignmentTests {
  private func largestError(_ found: [Double], _ expected: [Double]) -> Double {
    #expect(found.count == expected.count)
    return zip(found, expected).map { ($0 - $1).magnitude }.max() ?? .infinity
  }

  private func pairs(
    _ golden: TextGolden, _ first: WordVectors, _ second: WordVectors
  ) -> [OrthogonalMap.Pair] {
    golden.pairs.compactMap { pair in
      guard let source = first.index(for: pair[0]), let target = second.index(for: pair[1])
      else { return nil }
      return OrthogonalMap.Pair(source: source, target: target)
    }
  }

  @Test func `the map is SciPy's solution of the orthogonal Procrustes problem`() throws {
    let golden = try TextGolden.read()
    let (first, second) = (try golden.makeVectors(), try golden.makeOthers())
    let map = try OrthogonalMap(
      from: first, to: second, pairs: pairs(golden, first, second))
    // Unit vectors are floats in SciPy's input.
    #expect(largestError(map.matrix, golden.rotation) < 1e-5)
    #expect(map.rank == 8)
    let mapped = try first.mapped(by: map)
    #expect(mapped.words.elementsEqual(first.words) && mapped.counts == first.counts)
    #expect(largestError(mapped.norms.map(Double.init), first.norms.map(Double.init)) < 1e-5)
    for threads in [1, 2, 3] {
      let again = try first.mapped(by: map, threads: threads)
      #expect((0..<40).allSatisfy { again.vector(at: $0) == mapped.vector(at: $0) })
    }
  }

  @Test func `vectors that are only turned come back exactly`() throws {
    let golden = try TextGolden.read()
    let first = try golden.makeVectors()
    // The axes in another order, one of them reversed.
    let turned = try WordVectors(
      words: golden.words, dimension: 8,
      values: (0..<40).flatMap { row -> [Float] in
        let vector = first.vector(at: row)
        return [3, 0, 7, 1, 6, 2, 4, 5].map { $0 == 6 ? -vector[$0] : vector[$0] }
      })
    let map = try OrthogonalMap(from: first, to: turned, pairs: first.sharedWords(with: turned))
    let mapped = try first.mapped(by: map)
    for row in 0..<40 {
      let error = zip(mapped.vector(at: row), turned.vector(at: row)).map { ($0 - $1).magnitude }
      #expect(error.max() ?? 1 < 1e-5)
    }
  }

  /// Fewer pairs than dimensions say nothing about some directions.
  @Test(arguments: [1, 3, 7]) func `few pairs give an orthogonal map all the same`(count: Int)
    throws
  {
    let golden = try TextGolden.read()
    let (first, second) = (try golden.makeVectors(), try golden.makeOthers())
    let map = try OrthogonalMap(
      from: first, to: second, pairs: Array(pairs(golden, first, second).prefix(count)))
    #expect(map.rank == count)
    for row in 0..<8 {
      for other in 0..<8 {
        let product = (0..<8).reduce(0) {
          $0 + map.matrix[row * 8 + $1] * map.matrix[other * 8 + $1]
        }
        #expect((product - (row == other ? 1 : 0)).magnitude < 1e-12)
      }
    }
  }

  @Test(arguments: [1, 2, 3]) func `translations have the scores of CSLS`(threads: Int) throws {
    let golden = try TextGolden.read()
    let (first, second) = (try golden.makeVectors(), try golden.makeOthers())
    let map = try OrthogonalMap(
      from: first, to: second, pairs: pairs(golden, first, second))
    let translator = try WordTranslator(from: first.mapped(by: map), to: second)
    let found = try translator.translations(of: Array(0..<40), count: 35, threads: threads)
    for (row, translations) in found.enumerated() {
      var scores = [Double](repeating: .nan, count: 35)
      for translation in translations { scores[translation.index] = Double(translation.score) }
      #expect(largestError(scores, Array(golden.csls[row * 35..<row * 35 + 35])) < 1e-5)
      #expect(zip(translations, translations.dropFirst()).allSatisfy { $0.score >= $1.score })
    }
    let three = try translator.translations(of: [4], count: 3, threads: threads)[0]
    #expect(three == Array(found[4].prefix(3)))
  }

  @Test func `a word whose neighbours are others is what moved most`() throws {
    let golden = try TextGolden.read()
    let first = try golden.makeVectors()
    var values = golden.vectors
    // w5 goes where w6 was, and w6 away from everything.
    for column in 0..<8 {
      values[5 * 8 + column] = golden.vectors[6 * 8 + column]
      values[6 * 8 + column] = -golden.vectors[20 * 8 + column]
    }
    let second = try WordVectors(words: golden.words, dimension: 8, values: values)
    let comparison = try VectorComparison(of: first, with: second)
    #expect(comparison.count == 40 && comparison.meanSimilarity > 0.8)
    for order in VectorComparison.Order.allCases {
      let changes = try comparison.changes(by: order, count: 2, neighborCount: 5)
      #expect(Set(changes.map(\.word)) == ["w5", "w6"], "\(order)")
      #expect(changes.allSatisfy { $0.first.count == 5 && $0.second.count == 5 })
    }
    let one = try comparison.changes(of: [comparison.index(for: "w9") ?? 0])[0]
    #expect(one.word == "w9" && one.similarity > 0.9)
    #expect(one.commonCount == Set(one.first).intersection(one.second).count)
    let none = try WordVectors(words: ["x"], dimension: 8, values: [1, 0, 0, 0, 0, 0, 0, 0])
    #expect(throws: WordtoolError.self) { try VectorComparison(of: first, with: none) }
    let wide = try WordVectors(words: ["w1"], dimension: 2, values: [1, 0])
    #expect(throws: WordtoolError.self) { try VectorComparison(of: first, with: wide) }
  }
}

import Testing
import Word2Vec

/// What keeps short texts from giving vectors without meaning.
@Suite struct SmallTextTests {
  @Test func `passes fall with the square root of the words, from 300 to 5`() {
    let expected = [
      (0, 300), (1, 300), (13_000, 300), (99_766, 110), (1_600_000, 27), (12_000_000, 10),
      (48_000_000, 5), (1_000_000_000, 5),
    ]
    for (words, passes) in expected {
      #expect(WordVectorOptions.epochs(forWords: words) == passes, "\(words) words")
    }
  }

  @Test func `the mean cosine is 0 for orthogonal words and 1 for one direction`() throws {
    let orthogonal = try vectors([[1, 0, 0], [0, 2, 0], [0, 0, 3]])
    #expect(try abs(#require(orthogonal.meanCosine())) < 1e-7)
    let equal = try vectors([[1, 2, 3], [2, 4, 6], [0, 0, 0], [0.5, 1, 1.5]])
    #expect(try abs(#require(equal.meanCosine()) - 1) < 1e-7)
    // Of the first two alone: the cosine of 45 degrees.
    let limited = try vectors([[1, 0, 0], [1, 1, 0], [-1, 0, 0]])
    #expect(try abs(#require(limited.meanCosine(ofFirst: 2)) - 0.5.squareRoot()) < 1e-7)
    #expect(try vectors([[1, 2, 3], [0, 0, 0]]).meanCosine() == nil)
  }

  private func vectors(_ rows: [[Float]]) throws -> WordVectors {
    var text = "\(rows.count) 3\n"
    for (number, row) in rows.enumerated() {
      text += "w\(number) " + row.map { "\($0)" }.joined(separator: " ") + "\n"
    }
    return try WordVectors(bytes: text.utf8)
  }
}

import Testing
import TestSupport
import Word2Vec
import WordtoolCore

/// What scores are made of: parts that add up to them.
@Suite struct ExplanationTests {
  private func vectors() throws -> WordVectors {
    try WordVectors(
      words: ["king", "queen", "man", "woman"], dimension: 3,
      values: [0, 0.8, 0.6, 0, 0.8, -0.6, 0, 0, 1, 0, 0, -2])
  }

  @Test func `the parts of a cosine are its products by dimension`() throws {
    // 0.8 · 0.8 = 0.64 and 0.6 · -0.6 = -0.36.
    let found = try vectors().explanation(of: "king", "queen")
    #expect(found.dimensions.map(\.dimension) == [2, 3, 1])
    let expected = [0.64, -0.36, 0]
    for (part, value) in zip(found.dimensions, expected) {
      #expect((part.value - value).magnitude < 1e-6)
    }
    #expect(found.words.isEmpty && found.ngrams.isEmpty)
    #expect(try vectors().explanation(of: "king", "queen", count: 1).dimensions.count == 1)
  }

  @Test func `the words of an expression add up to the cosine`() throws {
    // king - man + woman is (0, 0.8, -1.4), of length sqrt(2.6); with queen 0.64 + 0.84 over that.
    let vectors = try vectors()
    let query = try vectors.query(expression: "king - man + woman")
    let found = try vectors.explanation(ofRow: 1, for: query)
    #expect(Set(found.words.map(\.name)) == ["king", "man", "woman"])
    let length = 2.6.squareRoot()
    for part in found.words {
      // cos(king, queen) = 0.28, cos(man, queen) = -0.6, cos(woman, queen) = 0.6.
      let expected = (part.name == "king" ? 0.28 : 0.6) / length
      #expect((part.value - expected).magnitude < 1e-6, "\(part)")
    }
    let total = found.words.reduce(0) { $0 + $1.value }
    #expect((total - 1.48 / length).magnitude < 1e-6)
    #expect((found.dimensions.reduce(0) { $0 + $1.value } - total).magnitude < 1e-6)
  }

  @Test func `answers are explained where that is asked for`() throws {
    var questions = NearestQuestions(search: SearchOptions(count: 1))
    #expect(
      try vectors().answers(to: ["king"], questions)[0].answer?.neighbors[0].explanation == nil)
    questions.explains = true
    let answer = try vectors().answers(to: ["king"], questions)[0].answer
    #expect(answer?.neighbors[0].explanation?.dimensions.first?.dimension == 3)
    let analogy = try vectors().answers(
      toAnalogies: [["king", "man", "woman"]], options: SearchOptions(count: 1), explains: true)
    #expect(analogy[0].answer?.answers[0].explanation?.words.count == 3)
  }

  @Test func `lengths count in a raw analogy`() throws {
    // In the plane: (3, 0) - (0, 1) + (0, 3) is (3, 2), and at length 1 the last two cancel out.
    let vectors = try WordVectors(
      words: ["a", "b", "c", "east", "between"], dimension: 2,
      values: [3, 0, 0, 1, 0, 3, 9, 0, 3, 2])
    func first(isRaw: Bool) throws -> AnalogyAnswer.Candidate? {
      try vectors.answers(
        toAnalogies: [["a", "b", "c"]], options: SearchOptions(count: 1), isRaw: isRaw,
        explains: true)[0].answer?.answers.first
    }
    #expect(try first(isRaw: false)?.word == "east")
    let raw = try #require(try first(isRaw: true))
    #expect(raw.word == "between")
    let total = try #require(raw.explanation).words.reduce(0) { $0 + $1.value }
    #expect((total - Double(raw.score)).magnitude < 1e-6)
    #expect(throws: WordtoolError.self) {
      try vectors.answers(toAnalogies: [["a", "b", "c"]], method: .mul, isRaw: true)
    }
  }

  @Test func `the n-grams of a word without a vector add up to the cosine`() throws {
    let vectors = try Fixtures.vectors("fasttext-skipgram.bin")
    let word = vectors.word(at: 1)
    let made = word + word
    try #require(vectors.index(for: made) == nil)
    let query = try vectors.query([made])
    let cosine = try Double(vectors.similarity(made, word))
    let all = try vectors.explanation(ofRow: 1, for: query, count: 10_000)
    #expect(all.ngrams.count > 3)
    #expect((all.ngrams.reduce(0) { $0 + $1.value } - cosine).magnitude < 1e-5)
    #expect(all.ngrams.contains { $0.name.hasPrefix("<") })
    #expect((all.dimensions.reduce(0) { $0 + $1.value } - cosine).magnitude < 1e-5)
  }
}

import Libc
import Testing
import TestSupport
import Word2Vec
import WordtoolCore

/// Evaluation sets in their published layouts, folders of them, and two sets of vectors on one set.
@Suite struct EvaluationSetTests {
  let folder = ScratchFolder()

  /// Adjectives and their comparatives: rougher - rough is the same as better - good.
  private func vectors() throws -> WordVectors {
    try WordVectors(
      words: ["good", "better", "rough", "rougher", "bold", "bolder", "table"], dimension: 4,
      values: [
        1, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 1, 1, -1, -1, -1, -0.5,
      ])
  }

  @Test func `Microsoft's set is read as one file and as two`() throws {
    let one = try folder.write(
      "good better rough JJ_JJR rougher\nrougher rough better JJR_JJ good\n", to: "msr.txt")
    let found = try AnalogyQuestions(contentsOf: one)
    #expect(found.sections.map(\.name) == ["JJ_JJR", "JJR_JJ"])
    #expect(found.sections.allSatisfy { $0.isSyntactic })
    #expect(found.sections[0].questions[0].words == ["good", "better", "rough", "rougher"])
    let questions = try folder.write(
      "good better rough\nrougher rough better\n", to: "word_relationship.questions")
    _ = try folder.write("JJ_JJR rougher\nJJR_JJ good\n", to: "word_relationship.answers")
    #expect(try AnalogyQuestions(contentsOf: questions) == found)
    let result = try vectors().evaluateAnalogies(found)
    #expect(result.total.correct == 2 && result.syntactic.asked == 2 && result.semantic.asked == 0)
    _ = try folder.write("JJ_JJR rougher\n", to: "word_relationship.answers")
    #expect(throws: WordtoolError.self) { try AnalogyQuestions(contentsOf: questions) }
    _ = try folder.write("JJ_JJR rougher\nJJR_JJ good\na b\n", to: "word_relationship.answers")
    #expect(throws: WordtoolError.self) { try AnalogyQuestions(contentsOf: questions) }
  }

  @Test func `of BATS every two lines ask each other and any answer is right`() throws {
    let path = try folder.write(
      "good\tbest/better\nrough\trougher\nbold\tbolder/boldest\n",
      to: "D05 [adj - comparative].txt")
    let questions = try AnalogyQuestions(contentsOf: path)
    #expect(questions.sections.map(\.name) == ["D05 [adj - comparative]"])
    #expect(questions.sections[0].isSyntactic && questions.sections[0].questions.count == 6)
    let first = questions.sections[0].questions[0]
    #expect(first.words == ["good", "best", "rough", "rougher"] && first.otherB == ["better"])
    // best is not there: better stands for it as b, and is right as an answer.
    let result = try vectors().evaluateAnalogies(questions)
    #expect(result.total.correct == 6 && result.total.skipped == 0)
    #expect(result.outcomes == [true, true, true, true, true, true])
  }

  @Test func `files of a folder are rows of their own`() throws {
    mkdir(folder.path + "/sets", 0o777)
    mkdir(folder.path + "/sets/4_Lexicographic", 0o777)
    _ = try folder.write(
      ": gram1\ngood better rough rougher\n: other\ngood better bold table\n",
      to: "sets/google.txt")
    _ = try folder.write("good\tbetter\nbold\tbolder\n", to: "sets/4_Lexicographic/L01 [x].txt")
    _ = try folder.write("what this is\n", to: "sets/README.txt")
    _ = try folder.write("{}", to: "sets/metadata.json")
    let questions = try AnalogyQuestions(contentsOf: folder.path + "/sets")
    let result = try vectors().evaluateAnalogies(questions)
    #expect(result.sets.map(\.name) == ["L01 [x]", "google"])
    #expect(result.sets.map(\.tally.correct) == [2, 1] && result.sets[1].tally.asked == 2)
    #expect(result.total.correct == 3 && result.syntactic.asked == 1 && result.semantic.asked == 3)
    mkdir(folder.path + "/none", 0o777)
    _ = try folder.write("x", to: "none/a.json")
    #expect(throws: WordtoolError.self) { try AnalogyQuestions(contentsOf: folder.path + "/none") }
  }

  @Test(arguments: [
    ("squishing\tsquirt\t5.88\t7\t6\t1\n", 5.88), ("take\tremove\tV\t6.81\tSYNONYMS\n", 6.81),
    ("sun-n sunlight-n 50.000000\n", 50), ("episcopal,russian,2.75\n", 2.75),
    ("word1\tword2\tPOS\tSimLex999\tconc(w1)\nold\tnew\tA\t1.58\t2.72\n", 1.58),
  ])
  func `pairs are read as they are published`(text: String, score: Double) throws {
    let pairs = try SimilarityPairs(contentsOf: folder.write(text, to: "p")).pairs
    #expect(pairs.map(\.score) == [score])
    #expect(!pairs[0].first.contains("-") && !pairs[0].second.contains("-"))
  }

  /// The differences are d = 1, 0, 0, 0: of four drawn ones the sum is binomial with 1/4.
  @Test(arguments: [1, 2, 3]) func `the bootstrap draws questions for both`(threads: Int) throws {
    let path = try folder.write(
      ": a\ngood better rough rougher\ngood better bold bolder\nrough rougher bold bolder\n"
        + "good better rough table\nnothing better rough table\n", to: "q.txt")
    let questions = try AnalogyQuestions(contentsOf: path)
    let one = try vectors().evaluateAnalogies(questions)
    #expect(one.outcomes == [true, true, true, false, nil])
    // Without bolder's direction the first question alone is lost.
    let other = try WordVectors(
      words: ["good", "better", "rough", "rougher", "bold", "bolder", "table"], dimension: 4,
      values: [
        1, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, -1, 0, -1, 0, 0, 1, 0, 0, 0, 1, 1, -1, -1, -1, -0.5,
      ]
    ).evaluateAnalogies(questions)
    let lost = zip(one.outcomes, other.outcomes).count { $0 == true && $1 == false }
    let found = try #require(
      try one.compared(with: other, samples: 20_000, threads: threads))
    #expect(found.count == 4 && found.difference == Double(lost) / 4 && lost >= 1)
    #expect(found.samples == 20_000)
    #expect(try found == one.compared(with: other, samples: 20_000, threads: 1))
    // No difference is ever below zero; of all that are zero the chance is (1 - lost / 4)^4.
    let expected = min(1, 2 * Double.pow4(1 - Double(lost) / 4))
    #expect((found.pValue - expected).magnitude < 0.03)
    let same = try #require(try one.compared(with: one, samples: 1000))
    #expect(same.difference == 0 && same.pValue == 1 && same.interval == [0, 0])
  }

  @Test func `the bootstrap of correlations is over the pairs that both know`() throws {
    let path = try folder.write(
      "good better 9\nrough rougher 8\ngood rough 3\nbold table 1\nbold bolder 8.5\nnone x 3\n",
      to: "p.txt")
    let pairs = try SimilarityPairs(contentsOf: path)
    let one = try vectors().evaluateSimilarity(pairs)
    let found = try #require(try one.compared(with: one, samples: 500))
    #expect(found.count == 5 && found.difference == 0)
    #expect(one.scores.count == 6 && one.scores.last?.similarity == nil)
    #expect(throws: WordtoolError.self) { try one.compared(with: one, samples: 0) }
  }
}

extension Double {
  fileprivate static func pow4(_ value: Double) -> Double { value * value * value * value }
}

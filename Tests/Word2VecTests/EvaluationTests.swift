import Testing
import TestSupport
import Word2Vec
import WordtoolCore

@Suite struct EvaluationTests {
  let folder = ScratchFolder()

  @Test(arguments: [
    "1 king queen 7\n", "1\tking\tqueen\t7\n5\tman\twoman\t8\n",
    "id,word1,word2,score\n0,king,queen,7\n1,man,woman,8\n",
    // As R and pandas write it, without a name for the first column.
    "word1,word2,score\n0,king,queen,7\n1,man,woman,8\n",
    ",word1,word2,n,score\n0,king,queen,3,7\n1,man,woman,4,8\n",
  ])
  func `the numbers of rows in front are no words`(text: String) throws {
    let path = try folder.write(text, to: "numbered")
    let pairs = try SimilarityPairs(contentsOf: path).pairs.map {
      "\($0.first) \($0.second) \($0.score)"
    }
    #expect(pairs[0] == "king queen 7.0")
    #expect(pairs.dropFirst().allSatisfy { $0 == "man woman 8.0" })
    #expect(pairs.count == text.count { $0 == "\n" } - (text.contains("word") ? 1 : 0))
    #expect(try PairLines.readPairs(path).map { Array($0.fields[..<2]) }[0] == ["king", "queen"])
  }

  @Test func `numbers that are words of a pair stay`() throws {
    for text in ["1 king 7\n", "1 2 7\nking queen 8\n", "1984 king queen\n"] {
      let lines = try PairLines.readPairs(folder.write(text, to: "p"))
      #expect(lines[0].fields[0] == text.split(separator: " ")[0])
    }
  }

  @Test(arguments: [
    ("word1\tword2\tscore\nking\tqueen\t7\n", 1), ("Word 1,Word 2\nking,queen\n", 1),
    ("a,b,SimLex999\nking,queen,7\n", 1), ("links,rechts,punkte\nking,queen,7\n", 1),
    ("king queen crown\nman woman child\n", 2), ("word king\nman woman\n", 2),
  ])
  func `a first line that names the columns is no pair`(text: String, count: Int) throws {
    #expect(try PairLines.readPairs(folder.write(text, to: "p")).count == count)
  }

  @Test(arguments: [1, 2, 3]) func `analogies are counted as gensim counts them`(threads: Int)
    throws
  {
    let golden = try Fixtures.golden()
    let questions = try AnalogyQuestions(contentsOf: Fixtures.path("questions.txt"))
    let vectors = try Fixtures.vectors()
    let result = try vectors.evaluateAnalogies(questions, matching: .exact, threads: threads)
    #expect(result.sections.map(\.name) == ["capitals", "gram1-plural"])
    for section in result.sections {
      #expect([section.tally.correct, section.tally.asked] == golden.analogies[section.name])
      #expect(section.tally.skipped == 1)
    }
    #expect([result.total.correct, result.total.asked] == golden.analogies["Total accuracy"])
    #expect(result.semantic.asked == 30 && result.syntactic.asked == 20)
    #expect(result.total.accuracyAll == Double(result.total.correct) / 52)

    let product = try vectors.evaluateAnalogies(
      questions, method: .mul, matching: .exact, threads: threads)
    for section in product.sections {
      #expect(section.tally.correct == golden.analogiesByProduct[section.name])
    }
  }

  @Test(arguments: AnalogyMethod.allCases, [false, true])
  func `the batch gives the answers of single queries`(
    method: AnalogyMethod, quantized: Bool
  ) throws {
    var generator = SeededGenerator(seed: 9)
    let values = (0..<700 * 20).map { _ in Float.random(in: -1...1, using: &generator) }
    let made = try WordVectors(words: (0..<700).map { "w\($0)" }, dimension: 20, values: values)
    let vectors = quantized ? made.quantized() : made
    for restrict in [300, 512, 700] {
      // The answer in the file is the word a single query gives, so all must be right.
      var text = ": all\n"
      for _ in 0..<60 {
        let words = (0..<3).map { _ in "w\(Int.random(in: 0..<restrict, using: &generator))" }
        let found = try vectors.analogy(
          positive: [words[1], words[2]], negative: [words[0]], method: method,
          options: .init(count: 1, limit: restrict))
        text += "\(words[0]) \(words[1]) \(words[2]) \(found[0].word)\n"
      }
      let questions = try AnalogyQuestions(contentsOf: folder.write(text, to: "q"))
      let result = try vectors.evaluateAnalogies(questions, method: method, limit: restrict)
      #expect(result.total.correct == 60 && result.total.asked == 60)
    }
  }

  @Test func `restricting skips questions with rarer words`() throws {
    let questions = try AnalogyQuestions(contentsOf: Fixtures.path("questions.txt"))
    let result = try Fixtures.vectors().evaluateAnalogies(questions, limit: 15)
    #expect(result.semantic.asked == 30 && result.syntactic.asked == 0)
    #expect(result.syntactic.skipped == 21 && result.syntactic.accuracy == nil)
  }

  @Test func `words are matched exactly, as queries, or regardless of case`() throws {
    let path = try folder.write("CAT cats dog dogs\ncar cars dog dogs\n", to: "q")
    let questions = try AnalogyQuestions(contentsOf: path)
    let vectors = try Fixtures.vectors()
    #expect(questions.sections.map(\.name) == ["all"])
    for (matching, asked) in [(WordMatching.exact, 0), (.query, 1), (.caseless, 2)] {
      #expect(try vectors.evaluateAnalogies(questions, matching: matching).total.asked == asked)
    }
  }

  @Test func `regardless of case any spelling of the answer is right, and none of a question's`()
    throws
  {
    // b - a + c is (0, 1): Queen is nearest, before King, which is a question's word in another case.
    let rows = "man 1 0\nking 0.6 0.8\nwoman 0.4 0.2\nqueen 1 0.1\nQueen 0.02 1\nKING 0 1\n"
    let vectors = try WordVectors(bytes: Array("6 2\n\(rows)".utf8))
    let questions = try AnalogyQuestions(
      contentsOf: try folder.write("man king woman queen\n", to: "cases"))
    let right = { (matching: WordMatching) in
      try vectors.evaluateAnalogies(questions, matching: matching).total.correct
    }
    #expect(try right(.caseless) == 1)
    #expect(try right(.query) == 0 && right(.exact) == 0)
  }

  @Test func `similarities are correlated as gensim correlates them`() throws {
    let golden = try Fixtures.golden()
    let pairs = try SimilarityPairs(contentsOf: Fixtures.path("pairs.tsv"))
    let result = try Fixtures.vectors().evaluateSimilarity(pairs, matching: .exact)
    #expect(result.pairs + result.missing == golden.pairs && result.missing == 1)
    #expect(abs((result.pearson ?? 9) - golden.pearson) < 1e-6)
    #expect(abs((result.spearman ?? 9) - golden.spearman) < 1e-6)
    let interval = try #require(result.spearmanInterval)
    #expect(interval.contains(golden.spearman) && interval.lowerBound > -1)
  }

  @Test(arguments: [
    ("", "no questions"), (": a\n", "no questions"), (": a\nx y z\n", ":2: 3 words"),
  ])
  func `a broken file of questions is one clear error`(text: String, says: String) throws {
    let path = try folder.write(text, to: "q")
    let error = try #require(throws: WordtoolError.self) { try AnalogyQuestions(contentsOf: path) }
    #expect(error.kind == .badData && error.description.contains(says), "\(error)")
  }

  @Test(arguments: [
    ("", "no pairs"), ("# a\na b 1\na b c\n", ":3: 'a b c'"), ("a b\n", ":1: 'a b'"),
  ])
  func `a broken file of pairs is one clear error`(text: String, says: String) throws {
    let path = try folder.write(text, to: "p")
    let error = try #require(throws: WordtoolError.self) { try SimilarityPairs(contentsOf: path) }
    #expect(error.kind == .badData && error.description.contains(says), "\(error)")
  }

  @Test(arguments: [
    "word1\tword2\tPOS\tSimLex999\tconc(w1)\nold\tnew\tA\t1.58\t2.72\nsmart\tclever\tA\t9.2\t1\n",
    "Word 1\tWord 2\tHuman (mean)\nold\tnew\t1.58\nsmart\tclever\t9.2\n",
    "Word 1,Word 2,Human (mean),1,2\nold,new,1.58,1,2\nsmart,clever,9.2,9,9\n",
    "old new 1.58\nsmart clever 9.2\n", "old;new;1.58\r\nsmart;clever;9.2\r\n",
    "# agreed\nold\tnew\t1.58\t3\n\nsmart\tclever\t9.2\t4\n",
  ])
  func `sets of pairs are read as they are published`(text: String) throws {
    let pairs = try SimilarityPairs(contentsOf: folder.write(text, to: "p")).pairs
    #expect(pairs.map(\.first) == ["old", "smart"] && pairs.map(\.second) == ["new", "clever"])
    #expect(pairs.map(\.score) == [1.58, 9.2])
  }

  @Test func `nothing found gives no correlation`() throws {
    let pairs = try SimilarityPairs(contentsOf: folder.write("xx yy 1\n", to: "p"))
    let result = try Fixtures.vectors().evaluateSimilarity(pairs)
    #expect(result.spearman == nil && result.pearson == nil && result.missing == 1)
  }

  @Test func `the interval is Wilson's`() throws {
    // 8 of 10: 0.490 to 0.943, as in textbooks.
    let tally = AnalogyEvaluation.Tally(correct: 8, asked: 10, skipped: 0)
    let interval = try #require(tally.interval)
    #expect(abs(interval.lowerBound - 0.4901625) < 1e-6)
    #expect(abs(interval.upperBound - 0.9433178) < 1e-6)
    #expect(AnalogyEvaluation.Tally().interval == nil)
  }
}

@Suite("A row that is damaged after its length was stored")
struct DamagedRowTests {
  @Test("no answer, no score and no file is made of it")
  func isAnError() throws {
    let folder = ScratchFolder()
    let mark: Float = 0.7853982
    let words = ["king", "queen", "man", "woman", "child"]
    let values: [Float] = [1, 2, 3, 2, 1, 3, 0, 1, 2, mark, 0, 2, 1, 1, 1]
    try WordVectors(
      words: words, counts: [5, 4, 3, 2, 1], dimension: 3, values: values
    ).write(to: folder("v"), format: .safetensors)
    var bytes = try folder.bytes(of: "v")
    let pattern = withUnsafeBytes(of: mark.bitPattern.littleEndian) { Array($0) }
    let place = try #require(bytes.firstRange(of: pattern)).lowerBound
    bytes.replaceSubrange(
      place..<place + 4, with: withUnsafeBytes(of: Float.nan.bitPattern.littleEndian) { Array($0) })
    let vectors = try WordVectors(contentsOf: folder.write(bytes, to: "v"))
    let questions = try AnalogyQuestions(
      contentsOf: folder.write(": a\nking queen man woman\n", to: "q"))
    let pairs = try SimilarityPairs(
      contentsOf: folder.write("king woman 3\nman queen 2\n", to: "p"))
    let attempts: [() throws -> Void] = [
      { _ = try vectors.evaluateAnalogies(questions) },
      { _ = try vectors.evaluateSimilarity(pairs) },
      { _ = try vectors.answer(toVectorOf: "woman") },
      { _ = try vectors.neighbors(of: ["woman"]) },
      { _ = try vectors.similarity("woman", "king") },
      { try vectors.write(to: folder("o.vec"), format: .fastTextVec) },
      { try vectors.write(to: folder("o"), format: .safetensorsInt8) },
    ]
    for attempt in attempts {
      let error = #expect(throws: WordtoolError.self) { try attempt() }
      #expect(error?.kind == .badData && error?.path == folder("v"))
    }
    #expect(!folder.names.contains("o") && !folder.names.contains("o.vec"))
    #expect(throws: Never.self) { _ = try vectors.answer(toVectorOf: "man") }
  }
}

import TestSupport
import Testing
import Tokenize
import Word2Vec
import WordtoolCore

/// Phrases against gensim's Phrases and against a definition without any haste.
@Suite struct PhraseTests {
  /// Texts are passed on as their words.
  private static func corpus(
    _ text: String, threads: Int = 2, rule: TokenizerRule = .whitespace
  ) throws -> TokenizedCorpus {
    let folder = ScratchFolder()
    var reader = CorpusReader(
      rule: rule, limits: VocabularyLimits(minimumCount: 1), threads: threads)
    reader.keepsEmptyLines = true
    return try reader.read([try folder.write(text, to: "text")])
  }

  private static func lines(_ corpus: TokenizedCorpus) -> [String] {
    corpus.ids.array.split(separator: -1, omittingEmptySubsequences: false).dropLast().map { line in
      line.map { corpus.vocabulary.word(at: Int($0)) }.joined(separator: " ")
    }
  }

  private static func options(
    _ score: PhraseOptions.Score, threshold: Double, connectors: [String] = [], passes: Int = 1,
    minimumCount: Int = 1
  ) -> PhraseOptions {
    var options = PhraseOptions()
    options.score = score
    options.threshold = threshold
    options.connectors = connectors
    options.passes = passes
    options.minimumCount = minimumCount
    return options
  }

  private static let rivers = """
    the bank of america is in new york city
    new york city has a bank of america
    a bank of the river and the city of new york
    los angeles and new york city and the bank of america
    in los angeles the city bank of america is new
    the river of los angeles is in the city

    """

  /// The scores are gensim 4.4's: `Phrases(min_count=1, threshold=2)` with
  /// `original_scorer(a, b, ab, words of the text, 1, …)`, and `threshold=0.4` with `npmi_scorer`.
  @Test func `scores and joined text are those of gensim`() throws {
    let corpus = try Self.corpus(Self.rivers)
    let english = PhraseOptions.englishConnectors
    func scores(_ options: PhraseOptions) throws -> ([[String: Double]], [String]) {
      let (model, joined) = try PhraseModel.trainAndJoin(
        corpus, options: options, limits: VocabularyLimits(minimumCount: 1), threads: 2)
      return (
        model.passes.map { pass in
          Dictionary(uniqueKeysWithValues: pass.phrases.map { ($0.text, $0.score) })
        }, Self.lines(joined)
      )
    }
    func check(_ found: [String: Double], _ expected: [String: Double]) {
      for (phrase, score) in expected {
        #expect(abs((found[phrase] ?? .nan) - score) <= 1e-12 * abs(score), "\(phrase)")
      }
    }
    var (passes, text) = try scores(Self.options(.word2phrase, threshold: 2, passes: 2))
    check(
      passes[0],
      [
        "los_angeles": 12.888888888888888, "new_york": 8.7, "bank_of": 6.628571428571428,
        "is_in": 6.444444444444444, "of_america": 6.2142857142857135, "a_bank": 5.800000000000001,
        "america_is": 4.833333333333333, "the_river": 4.142857142857142,
        "and_the": 2.761904761904762, "the_city": 2.761904761904762,
      ])
    check(passes[1], ["bank_of_america_is": 6, "new_york_city": 4.5])
    #expect(
      text == [
        "the bank_of_america_is in new_york_city", "new_york_city has a_bank of_america",
        "a_bank of the_river and_the city of new_york",
        "los_angeles and new_york_city and_the bank_of america",
        "in los_angeles the_city bank_of_america_is new", "the_river of los_angeles is_in the_city",
      ])
    (passes, text) = try scores(
      Self.options(.word2phrase, threshold: 2, connectors: english, passes: 2))
    check(
      passes[0], ["los_angeles": 12.888888888888888, "bank_of_america": 8.7, "new_york": 8.7])
    #expect(text[1] == "new_york_city has a bank_of_america")
    (passes, text) = try scores(
      Self.options(.npmi, threshold: 0.4, connectors: english, passes: 2))
    check(
      passes[0],
      [
        "los_angeles": 1, "bank_of_america": 0.9165552927051894, "new_york": 0.9165552927051894,
        "city_has": 0.5587280834691642, "river_of_los": 0.5587280834691642,
        "angeles_is": 0.4588707262657688, "bank_of_the_river": 0.43292269168329406,
      ])
    check(
      passes[1],
      ["river_of_los_angeles_is": 1, "bank_of_the_river_and_the_city": 0.5542856549581512])
    #expect(
      text == [
        "the bank_of_america_is in new_york_city", "new_york_city_has a bank_of_america",
        "a bank_of_the_river_and_the_city of new_york",
        "los_angeles_and_new_york city and the bank_of_america",
        "in los_angeles the city bank_of_america_is new",
        "the river_of_los_angeles_is in the city",
      ])
  }

  /// Counts all pairs in a dictionary and joins from left to right, as the definition says.
  private static func joined(_ text: [[String]], _ options: PhraseOptions) -> [[String]] {
    struct Pair: Hashable { var words: [String] }
    let connectors = Set(options.connectors)
    func pairs(_ line: [String], _ body: (_ words: [String], _ place: Int) -> Bool) {
      var first: Int?
      for (place, word) in line.enumerated() where !connectors.contains(word) {
        if let start = first, place - start <= 9, body(Array(line[start...place]), start) {
          first = nil
        } else {
          first = place
        }
      }
    }
    var counts: [String: Int] = [:]
    var pairCounts: [Pair: Int] = [:]
    for line in text {
      for word in line { counts[word, default: 0] += 1 }
      pairs(line) { words, _ in
        pairCounts[Pair(words: words), default: 0] += 1
        return false
      }
    }
    let total = Double(text.reduce(0) { $0 + $1.count })
    let threshold = options.effectiveThreshold
    func isPhrase(_ words: [String]) -> Bool {
      let pair = pairCounts[Pair(words: words)] ?? 0
      let product = Double((counts[words[0]] ?? 0) * (counts[words[words.count - 1]] ?? 0))
      let score = Double(pair - options.minimumCount) / product * total
      return pair >= options.minimumCount && score > threshold
    }
    return text.map { line in
      var out: [[String]] = line.map { [$0] }
      pairs(line) { words, start in
        guard isPhrase(words) else { return false }
        out[start] = words
        for place in start + 1..<start + words.count { out[place] = [] }
        return true
      }
      return out.filter { !$0.isEmpty }.map { $0.joined(separator: "_") }
    }
  }

  @Test(arguments: [1, 2, 3])
  func `any text has the phrases of the definition, with any threads and in any memory`(
    threads: Int
  ) throws {
    var generator = SeededGenerator(seed: 5)
    let words = (0..<60).map { "w\($0)" } + ["of", "the", "in"]
    var joinedCount = 0
    for round in 0..<6 {
      let isOneLine = round % 3 == 2
      let text = (0..<(isOneLine ? 1 : 150)).map { _ in
        (0..<Int.random(in: 0...(isOneLine ? 6000 : 30), using: &generator)).map { _ -> String in
          // Some pairs stand together more often than others.
          let word = Int.random(in: 0..<words.count * 2, using: &generator)
          return word < words.count
            ? words[word] : words[Int.random(in: 0..<9, using: &generator) % words.count]
        }
      }
      let options = Self.options(
        .word2phrase, threshold: 0.8, connectors: round % 2 == 0 ? [] : ["of", "the", "in"],
        passes: 2, minimumCount: 1 + round % 3)
      var expected = text
      for _ in 0..<2 { expected = Self.joined(expected, options) }
      let corpus = try Self.corpus(
        text.map { $0.joined(separator: " ") + "\n" }.joined(), threads: threads)
      for memory in [1 << 30, 1 << 12] {
        let (_, joined) = try PhraseModel.trainAndJoin(
          corpus, options: options, limits: VocabularyLimits(minimumCount: 1), threads: threads,
          memoryLimit: memory)
        let found = Self.lines(joined)
        #expect(found == expected.map { $0.joined(separator: " ") }, "round \(round)")
        #expect(joined.vocabulary.totalCount == Int64(joined.ids.tokenCount))
      }
      joinedCount += expected.joined().count { $0.contains("_") }
    }
    #expect(joinedCount > 100)
  }

  @Test func `many pairs are counted in parts when they do not fit`() throws {
    // 90,000 distinct pairs, more than a table of the least memory has.
    let text = (0..<300).map { a in (0..<300).map { "a\(a) b\($0) x\n" }.joined() }.joined()
    let corpus = try Self.corpus(text)
    let options = Self.options(.word2phrase, threshold: 0.001, minimumCount: 1)
    let large = try PhraseModel.trainAndJoin(
      corpus, options: options, limits: VocabularyLimits(minimumCount: 1), threads: 2)
    let small = try PhraseModel.trainAndJoin(
      corpus, options: options, limits: VocabularyLimits(minimumCount: 1), threads: 3,
      memoryLimit: 1)
    #expect(large.0 == small.0)
    #expect(large.1.ids.array == small.1.ids.array)
    #expect(large.0.phrases.count == 300)
  }

  @Test func `a stored model joins new text and comes back as it was`() throws {
    let corpus = try Self.corpus(Self.rivers)
    let options = Self.options(
      .word2phrase, threshold: 2, connectors: PhraseOptions.englishConnectors, passes: 2)
    let model = try PhraseModel.train(on: corpus, options: options)
    let folder = ScratchFolder()
    try model.write(to: folder("phrases.tsv"))
    let read = try PhraseModel(contentsOf: folder("phrases.tsv"))
    #expect(read == model)
    let new = try Self.corpus("i saw\nnew york city and new jersey\n\nbank of america\nbank of\n")
    #expect(
      Self.lines(try read.join(new)) == [
        "i saw", "new_york_city and new jersey", "", "bank_of_america", "bank of",
      ])
    // Words that have become parts of phrases alone are none any more.
    let joined = try read.join(corpus, limits: VocabularyLimits(minimumCount: 1))
    #expect(joined.vocabulary.id(for: "york") == nil)
    #expect(joined.vocabulary.id(for: "new_york_city") != nil)
  }

  @Test func `training is there for asynchronous code`() async throws {
    let corpus = try Self.corpus(Self.rivers)
    let options = Self.options(.npmi, threshold: 0.4)
    let waited = try await PhraseModel.train(on: corpus, options: options)
    #expect(waited == (try train(corpus, options)))
  }

  private func train(_ corpus: TokenizedCorpus, _ options: PhraseOptions) throws -> PhraseModel {
    try PhraseModel.train(on: corpus, options: options)
  }

  @Test(arguments: [
    ("", "no phrases"), ("# wordtool phrases 2 {}\n", "version '2'"),
    ("# wordtool phrases 1 {}\n", "options that cannot be read"),
    ("HEAD\n1\t2\ta\tb\n", "a phrase before the first pass"),
    ("HEAD\n# pass 2 of 9 words\n", "pass 1 of 1"),
    ("HEAD\n# pass 1 of 9 words\nx\t2\ta\tb\n", "a score, a count and words"),
    ("HEAD\n# pass 1 of 9 words\n1\t0\ta\tb\n", "a score, a count and words"),
    ("HEAD\n# pass 1 of 9 words\n1\t2\ta\n", "a score, a count and words"),
    ("HEAD\n# pass 1 of 9 words\n1\t2\ta\tb\tc\n", "only connectors between"),
    ("HEAD\n# pass 1 of 9 words\n1\t2\ta\tof\n", "only connectors between"),
    ("HEAD\n# pass 1 of 9 words\n1\t2\ta\tb\n1\t2\ta\tb\n", "for the second time"),
    ("HEAD\n", "0 passes"),
  ])
  func `a damaged file of phrases is refused in one line`(text: String, part: String) throws {
    let corpus = try Self.corpus(Self.rivers)
    let folder = ScratchFolder()
    let options = Self.options(.word2phrase, threshold: 2, connectors: ["of"])
    try PhraseModel.train(on: corpus, options: options).write(to: folder("whole"))
    let head = String(
      decoding: try folder.bytes(of: "whole").prefix { $0 != 0x0A }, as: UTF8.self)
    let path = try folder.write(text.replacing("HEAD", with: head), to: "damaged")
    let error = #expect(throws: WordtoolError.self) { try PhraseModel(contentsOf: path) }
    #expect(error?.kind == .badData && error?.description.contains(part) == true)
  }

  @Test func `options out of range are refused by name`() throws {
    let corpus = try Self.corpus(Self.rivers)
    for (change, part) in [
      ({ $0.passes = 0 }, "passes"), ({ $0.minimumCount = 0 }, "minimumCount"),
      ({ $0.threshold = 0 }, "threshold"),
      ({ ($0.score, $0.threshold) = (.npmi, 2) }, "threshold"),
      ({ $0.connectors = (0..<256).map { "w\($0)" } }, "connectors"),
    ] as [((inout PhraseOptions) -> Void, String)] {
      var options = PhraseOptions()
      change(&options)
      let error = #expect(throws: WordtoolError.self) {
        try PhraseModel.train(on: corpus, options: options)
      }
      #expect(error?.kind == .usage && error?.found.contains(part) == true)
    }
  }

  @Test func `words of a question are looked for as a phrase first`() throws {
    let vectors = try WordVectors(
      words: ["new", "york", "new_york", "New_Jersey", "jersey"], counts: [5, 4, 3, 2, 1],
      dimension: 2, values: [1, 0, 0, 1, 1, 1, 2, 1, 0.5, 1])
    for spelling in ["new york", "New  York", "new_york"] {
      let found = try vectors.resolve(spelling)
      #expect(found.rows == [2])
    }
    #expect(try vectors.resolve("new york").note == "'new york' is taken as the phrase new_york")
    #expect(try vectors.resolve("New Jersey").rows == [3])
    #expect(try vectors.resolve("york new").reading == .parts(["york", "new"]))
    #expect(vectors.vector(for: "new york") == [1, 1])
    let asked = try vectors.answers(to: ["new york", "new + york"], NearestQuestions())
    #expect(asked[0].answer?.neighbors.first?.word == "New_Jersey")
    #expect(asked[0].answer?.neighbors.contains { $0.word == "york" } == true)
    #expect(asked[0].notes.count == 2 && asked[1].notes.isEmpty)
    #expect(asked[1].answer?.neighbors.contains { $0.word == "york" } == false)
  }
}

import Testing
import TestSupport
import Tokenize
import Word2Vec
import WordtoolCore

@Suite struct QueryVectorTests {
  /// Words along axes, made by the rule of words.
  private func ruled(_ words: [String]) throws -> WordVectors {
    var values = [Float](repeating: 0, count: words.count * words.count)
    for index in words.indices { values[index * (words.count + 1)] = Float(index + 1) }
    var vectors = try WordVectors(words: words, dimension: words.count, values: values)
    vectors.tokenizerRule = .words
    return vectors
  }

  @Test(arguments: [
    ("U.S.", "u.s"), ("king,", "king"), ("\"king\"", "king"), ("KING", "king"),
    ("don\u{2019}t", "don't"), ("king", "king"),
  ])
  func `a query word goes through the whole stored rule`(typed: String, entry: String) throws {
    let vectors = try ruled(["u.s", "king", "don't", "new", "york"])
    let row = try #require(vectors.index(for: entry))
    #expect(vectors.index(forQuery: typed) == row)
    #expect(try vectors.resolve(typed).reading == .entry)
    #expect(vectors.contains(typed) && vectors[typed] == vectors.vector(at: row))
    #expect(try vectors.query([typed]).row == row)
  }

  @Test(arguments: ["new-york", "new_york", "New York"])
  func `a word that the rule cuts is the mean of its parts`(typed: String) throws {
    let vectors = try ruled(["king", "new", "york"])
    let word = try vectors.resolve(typed)
    #expect(word.rows == [1, 2] && word.note?.contains("new, york") == true)
    let query = try vectors.query([typed])
    let half = Float(0.5).squareRoot()
    #expect(query.row == nil && query.excluded == [1, 2])
    #expect(zip(query.values, [0, half, half]).allSatisfy { abs($0 - $1) < 1e-6 })
    // The stored vectors have the lengths 2 and 3.
    #expect(vectors[typed] == [0, 1, 1.5])
    #expect(abs(try vectors.similarity(typed, "new") - half) < 1e-6)
  }

  @Test func `the rule takes no signs from expressions`() throws {
    let vectors = try ruled(["u.s", "king", "man"])
    let query = try vectors.query(expression: "-(man - king) + -U.S.")
    let third = 1 / Float(3).squareRoot()
    #expect(zip(query.values, [-third, third, -third]).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(try vectors.answers(to: ["king + ("], .init())[0].problems.map(\.kind) == [.usage])
  }

  @Test func `an unknown part is named`() throws {
    let vectors = try ruled(["king", "new"])
    let error = try #require(throws: WordtoolError.self) { try vectors.resolve("new-yorq") }
    #expect(error.kind == .unavailable && error.description.contains("'yorq' is not there"))
  }

  struct Composer: WordComposer {
    func vector(for word: String) -> [Float]? { word == "kings" ? [1, 1, 0] : nil }
  }

  @Test func `a word without a row is asked by its composed vector`() throws {
    let plain = try ruled(["king", "queen", "tree"])
    let storage = VectorStorage(
      rows: plain.storage.rows, norms: plain.storage.norms, counts: nil,
      words: plain.storage.words, owners: [plain.storage], composer: Composer())
    let vectors = WordVectors(storage: storage, metadata: plain.metadata)
    let word = try vectors.resolve("Kings")
    #expect(word.rows.isEmpty && word.reading == .composed([1, 1, 0]))
    let found = try vectors.neighbors(of: "Kings", count: 3)
    #expect(found.map(\.word) == ["king", "queen", "tree"])
    #expect(abs(found[0].similarity - Float(0.5).squareRoot()) < 1e-6)
    #expect(try vectors.neighbors(ofExpression: "kings - king").first?.word == "queen")
    #expect(throws: WordtoolError.self) { try vectors.resolve("queens") }
  }

  @Test func `raw sums keep the lengths of the vectors`() throws {
    // Axes by hand: sex, age, royalty; prince - boy + girl is princess.
    let vectors = try WordVectors(
      words: ["prince", "boy", "girl", "princess"], dimension: 3,
      values: [0, 0, 1, 0, 0.1, 0, 1, 0.1, 0, 1, 0, 1])
    let raw = try vectors.query(expression: "prince - boy + girl", isRaw: true)
    let unit = try vectors.query(expression: "prince - boy + girl")
    #expect(try vectors.neighbors(of: raw)[0].similarity > 0.999_999)
    #expect(try vectors.neighbors(of: unit)[0].similarity < 0.99)
  }

  @Test func `mistakes are errors that name what was wrong`() throws {
    let vectors = try ruled(["a1", "b1"])
    func kind(_ body: () throws -> Void) -> WordtoolError.Kind? {
      do { try body() } catch { return (error as? WordtoolError)?.kind }
      return nil
    }
    #expect(kind { _ = try vectors.neighbors(of: [String]()) } == .usage)
    #expect(kind { _ = try vectors.analogy(positive: [], negative: ["a1"]) } == .usage)
    #expect(kind { _ = try vectors.neighbors(ofVector: [1]) } == .usage)
    #expect(kind { _ = try vectors.neighbors(ofVector: [1, .nan]) } == .usage)
    #expect(kind { _ = try vectors.neighbors(of: "a1", count: -1) } == .usage)
    #expect(kind { _ = try vectors.oddOneOut([]) } == .usage)
    for options in [
      SearchOptions(limit: -1), SearchOptions(minimumSimilarity: .nan), SearchOptions(threads: 0),
    ] {
      #expect(kind { _ = try vectors.neighbors(of: ["a1"], options: options) } == .usage)
    }
    #expect(try vectors.neighbors(of: "a1", count: 0).isEmpty)
    #expect(try vectors.neighbors(of: "a1", count: .max).map(\.word) == ["b1"])
    #expect(try vectors.neighbors(of: ["a1"], options: .init(limit: 0)).isEmpty)
    #expect(try vectors.neighbors(ofVector: [0, 0]).isEmpty)
  }
}

@Suite struct BatchTests {
  private func vectors(_ count: Int, _ dimension: Int) throws -> WordVectors {
    var generator = SeededGenerator(seed: 12)
    return try WordVectors(
      words: (0..<count).map { "w\($0)" }, dimension: dimension,
      values: (0..<count * dimension).map { _ in Float.random(in: -1...1, using: &generator) })
  }

  @Test(arguments: [1, 17, 100], [false, true])
  func `a batch gives the bits of single questions`(dimension: Int, quantized: Bool) throws {
    let made = try vectors(1500, dimension)
    let vectors = quantized ? made.quantized() : made
    let queries = try (0..<150).map { try vectors.query(["w\($0)", "w\(7 * $0 + 3)"]) }
    let alone = try queries.map {
      try vectors.neighbors(of: $0, options: .init(count: 5, threads: 1))
    }
    // Rows are laid out for nine queries and read as they lie for eight.
    for count in [8, 9] {
      let some = Array(queries[..<count])
      #expect(try vectors.neighbors(of: some, options: .init(count: 5)) == Array(alone[..<count]))
    }
    for threads in 1...3 {
      let batch = try vectors.neighbors(of: queries, options: .init(count: 5, threads: threads))
      #expect(batch == alone, "\(threads) threads")
    }
  }

  @Test func `analogies in a batch are those asked alone`() throws {
    let vectors = try vectors(900, 20)
    let questions = (0..<40).map { ["w\($0)", "w\($0 + 100)", "w\(2 * $0 + 300)"] }
    for method in AnalogyMethod.allCases {
      let batch = try vectors.answers(toAnalogies: questions, method: method)
      for (question, found) in zip(questions, batch) {
        let alone = try vectors.analogy(
          positive: [question[0], question[2]], negative: [question[1]], method: method)
        let answer = try #require(found.answer)
        #expect(answer.answers.map(\.word) == alone.map(\.word))
        #expect(answer.answers.map(\.score) == alone.map(\.similarity))
      }
    }
  }

  @Test func `equal cosines come by row, whatever block they are in`() throws {
    // The same direction in every third row, over several blocks.
    let words = (0..<2000).map { "w\($0)" }
    let vectors = try WordVectors(
      words: words, dimension: 2,
      values: (0..<2000).flatMap { $0 % 3 == 0 ? [1, 1] : [Float(-1), Float($0)] as [Float] })
    for threads in 1...3 {
      let found = try vectors.neighbors(of: ["w0"], options: .init(count: 300, threads: threads))
      #expect(found.map(\.index) == (1...300).map { 3 * $0 })
    }
  }

  @Test func `rows at the ends of a float's range have right cosines`() throws {
    let tiny = Float.leastNonzeroMagnitude * 70_000
    let vectors = try WordVectors(
      words: ["one", "small", "large", "mixed"], dimension: 3,
      values: [
        1, 2, 2, tiny, 2 * tiny, 2 * tiny, 1.2e38, 2.4e38, 2.4e38, 3e38, -3e38, 3e38,
      ])
    let found = try vectors.neighbors(of: "one", count: 3)
    let cosines = ["small": 1, "large": 1, "mixed": 1 / (3 * Float(3).squareRoot())]
    #expect(found.count == 3 && found.last?.word == "mixed")
    for neighbor in found {
      let cosine = try #require(cosines[neighbor.word])
      #expect(abs(neighbor.similarity - cosine) < 1e-6, "\(neighbor)")
    }
    #expect(try vectors.neighbors(of: "small", count: 3).allSatisfy { $0.similarity <= 1 })
  }

  @Test func `a search is stopped by its flag and by its task`() async throws {
    let vectors = try vectors(600, 4)
    let query = try vectors.query(["w1"])
    let stop = StopFlag()
    stop.raise()
    let error = #expect(throws: WordtoolError.self) {
      try vectors.neighbors(of: [query], stop: stop)
    }
    #expect(error?.kind == .interrupted)
    let task = Task {
      // The task is cancelled before it searches.
      while !Task.isCancelled { await Task.yield() }
      return try await vectors.neighbors(of: [query])
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    let found = try await vectors.neighbors(of: ["w1"], options: .init(count: 3))
    #expect(found.count == 3)
  }
}

@Suite struct ImporterTests {
  private func sample() throws -> WordVectors {
    try WordVectors(
      words: ["a", "b", "c"], counts: [3, 2, 1], dimension: 2, values: [3, 4, 0, 2, 1, 0])
  }

  @Test func `vectors are a collection of words and vectors`() throws {
    let vectors = try sample()
    #expect(vectors.map(\.word) == ["a", "b", "c"] && vectors.last?.vector == [1, 0])
    #expect(vectors.words.firstIndex(of: "b") == 1 && Array(vectors.words) == ["a", "b", "c"])
    #expect(vectors["b"] == [0, 2] && vectors["B"] == [0, 2] && vectors["d"] == nil)
    #expect(Array(vectors.norms) == [5, 2, 1] && vectors.counts.map { Array($0) } == [3, 2, 1])
    #expect(vectors.withVector(at: 0) { $0[0] + $0[1] } == 7)
    #expect(vectors.quantized().withVector(at: 1) { $0.count } == 2)
  }

  @Test func `a file in memory is read as one on disk`() throws {
    let folder = ScratchFolder()
    try sample().write(to: folder("v.txt"))
    let bytes = try folder.bytes(of: "v.txt")
    let vectors = try WordVectors(bytes: bytes[...], name: "v")
    #expect(vectors.format == .word2vecText && vectors["a"] == [3, 4])
    let error = #expect(throws: WordtoolError.self) { try WordVectors(bytes: [], name: "empty") }
    #expect(error?.path == "empty")
  }

  @Test func `NLEmbedding's enumeration ends when it is told`() throws {
    var seen: [String] = []
    try sample().enumerateNeighbors(for: "a", maximumCount: 2) { word, distance in
      #expect(distance >= 0 && distance <= 2)
      seen.append(word)
      return false
    }
    #expect(seen == ["b"])
  }

  @Test func `answers say what was wrong with each question`() throws {
    let vectors = try sample()
    let found = try vectors.answers(to: ["a", "", "a + (", "x9", "a  x9", "a - a"], .init())
    #expect(found[0].answer?.neighbors.first?.word == "b")
    #expect(found.map { $0.answer == nil } == [false, true, true, true, false, true])
    #expect(found[1].notes == ["a blank question has no answer"])
    #expect(found[2].problems.map(\.kind) == [.usage])
    #expect(found[3].problems.map(\.kind) == [.unavailable])
    #expect(found[4].answer?.query == "a x9" && found[4].problems.count == 1)
    #expect(found[5].problems.first?.description.contains("add up to zero") == true)
    let high = try vectors.answers(to: ["a"], .init(search: .init(minimumSimilarity: 2)))[0]
    #expect(high.answer?.neighbors == [] && high.notes.count == 1)
    var least = NearestQuestions()
    least.asksForLeast = true
    #expect(try vectors.answers(to: ["a"], least)[0].answer?.neighbors.map(\.word) == ["c", "b"])
  }
}

import SeqModels
import Testing
import TestSupport
import WordtoolCore

@Suite struct GenerationTests {
  private let model: NGramModel

  init() throws {
    let text = NGramTests.sentences(200, seed: 4).map { $0.joined(separator: " ") + "\n" }.joined()
    model = try NGramTests.train(text)
  }

  private func options(
    _ change: (inout SamplingOptions) -> Void = { _ in }
  ) -> SamplingOptions {
    var options = SamplingOptions()
    change(&options)
    return options
  }

  @Test func oneSeedGivesOneTextAndThePiecesAreTheText() throws {
    var pieces: [String] = []
    let first = try model.generate(length: 80) { pieces.append($0) }
    #expect(first.tokenCount == 80 && first.ending == .length)
    #expect(pieces.joined() == first.text && pieces.count > 40)
    #expect(try model.generate(length: 80) == first)
    #expect(try model.generate(length: 80, options: options { $0.seed = 2 }) != first)
    #expect(!first.text.contains("<unk>") && !first.text.contains("<s>"))
  }

  @Test func greedyTakesTheLikeliest() throws {
    let greedy = try model.generate(
      prompt: "w0 w1", length: 4, options: options { $0.temperature = 0 })
    var context = model.sentenceBegin
    for word in ["w0", "w1"] { _ = model.score(try #require(model.id(of: word)), &context) }
    let values = model.probabilities(after: context)
    let best = try #require(values.indices.max { values[$0] < values[$1] })
    let token = model.token(Int32(best))
    #expect(greedy.text.hasPrefix(token == "</s>" ? "\n" : " " + token))
    let other = options {
      $0.topK = 1
      $0.seed = 9
    }
    #expect(try model.generate(prompt: "w0 w1", length: 4, options: other) == greedy)
    let nucleus = options { $0.topP = 1e-9 }
    #expect(try model.generate(prompt: "w0 w1", length: 4, options: nucleus) == greedy)
    let cold = options { $0.temperature = 1e-3 }
    #expect(try model.generate(prompt: "w0 w1", length: 1, options: cold).tokenCount == 1)
  }

  @Test func drawsFollowTheProbabilities() throws {
    let values = model.probabilities(after: model.sentenceBegin)
    let known = 1 - values[Int(model.unknownID)]
    let id = try #require(model.id(of: "w0"))
    var hits = 0
    for seed in 0..<4000 {
      let text = try model.generate(length: 1, options: options { $0.seed = UInt64(seed) }).text
      if text == "w0" { hits += 1 }
    }
    #expect(abs(Double(hits) / 4000 - values[Int(id)] / known) < 0.03)
  }

  @Test func theStopStringEndsAndIsLeftOut() throws {
    let whole = try model.generate(length: 200).text
    for stop in ["\n", "w1 w", "0 ", "w"] {
      let cut = try #require(whole.firstRange(of: stop))
      var streamed = ""
      let part = try model.generate(length: 200, stopString: stop) { streamed += $0 }
      #expect(part.text == whole[..<cut.lowerBound] && part.ending == .stopString)
      #expect(streamed == part.text)
    }
    #expect(try model.generate(length: 200, stopString: "w1 nothing like it").text == whole)
  }

  @Test func aContextStandsBeforeThePrompt() throws {
    let whole = try model.generate(prompt: "w3 w4\nw0 w1", length: 6, options: options())
    for context in ["w3 w4", "w3 w4\n"] {
      let start = try GenerationStart(model, context: context, prompt: "w0 w1")
      // Each text is made from its own copy.
      for _ in 0..<2 {
        var copy = start
        #expect(try copy.generate(length: 6, options: options()) == whole)
      }
    }
  }

  @Test func promptsMayHoldUnknownWordsButNotOnlyThose() throws {
    #expect(try model.unknownTokens(in: "zz w0 yy zz") == ["zz", "yy"])
    #expect(try model.generate(prompt: "zz w0", length: 3).tokenCount == 3)
    let error = #expect(throws: WordtoolError.self) {
      try model.generate(prompt: "zz yy", length: 3)
    }
    #expect(error?.kind == .unavailable && error?.found.contains("'zz'") == true)
    #expect(try model.generate(prompt: " ", length: 3) == (try model.generate(length: 3)))
  }

  @Test func charactersAreJoinedAsTheyStood() throws {
    let model = try NGramTests.train("ab ab ab\nab ab\nab ab ab\n", order: 4, unit: .char)
    let text = try model.generate(
      prompt: "a", length: 4, options: options { $0.temperature = 0 }
    ).text
    #expect(text == "b ab")
  }

  @Test func optionsOutOfRangeAreRefused() {
    for wrong in [
      options { $0.temperature = -1 }, options { $0.temperature = .nan }, options { $0.topK = 0 },
      options { $0.topP = 0 }, options { $0.topP = 1.5 },
      options { $0.repetitionPenalty = 0 }, options { $0.repetitionPenalty = .infinity },
      options { $0.repetitionWindow = 0 },
    ] {
      #expect(throws: WordtoolError.self) { try model.generate(length: 1, options: wrong) }
    }
  }

  @Test func scoresMayBeOffByAConstant() throws {
    let model = TableModel(seed: 4)
    var shifted = model
    shifted.offset = 1234.5
    for change in [
      { _ in }, { $0.topK = 2 }, { $0.topP = 0.7 }, { $0.temperature = 0.5 },
      { $0.temperature = 0 }, { $0.repetitionPenalty = 1.5 },
    ] as [(inout SamplingOptions) -> Void] {
      let text = try model.generate(length: 200, options: options(change))
      #expect(try shifted.generate(length: 200, options: options(change)) == text)
    }
  }

  @Test func topKAndNucleusDrawFromTheirTokensOnly() throws {
    // Without <unk>: a 0.5, b 0.25, </s> 0.15, c 0.1 of what is left, with 0.1 for <unk>.
    let model = TableModel([0.1, 0.135, 0.45, 0.225, 0.09])
    func share(_ change: (inout SamplingOptions) -> Void) throws -> [Double] {
      let text = try model.generate(length: 4000, options: options(change)).text
      let counts = "ab\nc".map { token in text.count { $0 == token } }
      return counts.map { Double($0) / 4000 }
    }
    func check(
      _ expected: [Double], _ change: (inout SamplingOptions) -> Void = { _ in },
      sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let shares = try share(change)
      // Four standard deviations of 4000 draws.
      let isNear = zip(shares, expected).allSatisfy { share, expected in
        abs(share - expected) <= 4 * (expected * (1 - expected) / 4000).squareRoot()
      }
      #expect(isNear, "\(shares) \(expected)", sourceLocation: sourceLocation)
    }
    let two = [2.0 / 3, 1.0 / 3, 0, 0]
    try check([0.5, 0.25, 0.15, 0.1])
    try check(two) { $0.topK = 2 }
    try check(two) { $0.topP = 0.74 }
    try check([0.5 / 0.9, 0.25 / 0.9, 0.15 / 0.9, 0]) { $0.topP = 0.76 }
    try check(two) {
      $0.topK = 3
      $0.topP = 0.8
    }
    try check([0.25 / 0.345, 0.0625 / 0.345, 0.0225 / 0.345, 0.01 / 0.345]) {
      $0.temperature = 0.5
    }
  }

  @Test(arguments: 0..<4) func theNucleusIsTheFewestThatReachTheSum(_ seed: UInt64) throws {
    var source = SeededGenerator(seed: seed)
    var model = TableModel(seed: 1)
    model.tokens += (0..<195).map { "w\($0)" }
    // Some equal, some rare; nothing for <unk>.
    let row = (0..<200).map { id in
      id == 0 ? 0 : Double(Int.random(in: 1...40, using: &source) << (id % 12))
    }
    let sum = row.reduce(0, +)
    model.rows = [[Double]](repeating: row.map { $0 / sum }, count: 200)
    let order = row.indices.sorted { row[$0] != row[$1] ? row[$0] > row[$1] : $0 < $1 }
    for share in [0.3, 0.75, 0.95] {
      var reached = 0.0
      var expected: Set<String> = []
      for id in order where reached < share * sum {
        reached += row[id]
        expected.insert(id == model.endID ? "\n" : model.tokens[id])
      }
      let text = try model.generate(length: 1500, options: options { $0.topP = share }).text
      var found = Set(text.split(whereSeparator: \.isWhitespace).map(String.init))
      if text.contains("\n") { found.insert("\n") }
      #expect(found.isSubset(of: expected))
      // The rarest of the nucleus may not have come up.
      #expect(found.count * 4 >= expected.count * 3, "\(found.count) of \(expected.count)")
    }
  }

  @Test func theRepetitionPenaltyHoldsBackWhatWasWritten() throws {
    // Squared: a 0.25, b 0.09, c 0.01.
    let model = TableModel([0, 0.1, 0.5, 0.3, 0.1])
    func text(_ penalty: Double, window: Int?, prompt: String = "") throws -> String {
      let options = options {
        $0.temperature = 0
        $0.repetitionPenalty = penalty
        $0.repetitionWindow = window
      }
      return try model.generate(prompt: prompt, length: 5, options: options).text
    }
    #expect(try text(1, window: nil) == "a a a a a")
    // Once b is held back too, a is the likeliest again and stays so, however often it stands.
    #expect(try text(2, window: nil) == "a b a a a")
    #expect(try text(2, window: 1) == "a b a b a")
    #expect(try text(2, window: 2, prompt: "b a") == " a b a a b")
    #expect(try text(2, window: 64, prompt: "a") == " b a a a a")
    // The line end is a token as any other: p to the 4th is 0.0625, 0.0081, 0.0001, 0.0001.
    #expect(try text(4, window: nil) == "a b\nc a")
  }

  @Test func aModelOfNumbersThatAreNoneIsRefused() {
    let error = #expect(throws: WordtoolError.self) {
      try TableModel([Double](repeating: .nan, count: 5)).generate(length: 3)
    }
    #expect(error?.kind == .badData)
    #expect(throws: WordtoolError.self) {
      try TableModel([Double](repeating: .nan, count: 5)).beamSearch(length: 3, width: 2)
    }
  }

  @Test func linesOfAPromptEndAsThoseOfAText() throws {
    let model = TableModel(seed: 11)
    let greedy = options { $0.temperature = 0 }
    #expect(try model.generate(prompt: "a\n", length: 1, options: greedy).text.first != " ")
    let joined = try model.generate(prompt: "\n\na b", length: 9, options: greedy)
    #expect(try model.generate(prompt: "a b", length: 9, options: greedy) == joined)
  }
}

import Platform
import SeqModels
import TestSupport
import Testing

@Suite struct GenerationTests {
  private let model: NGramModel

  init() throws {
    let text = NGramTests.sentences(200, seed: 4).map { $0.joined(separator: " ") + "\n" }.joined()
    model = try NGramTests.train(text).model
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
    let model = try NGramTests.train("ab ab ab\nab ab\nab ab ab\n", order: 4, unit: .char).model
    let text = try model.generate(
      prompt: "a", length: 4, options: options { $0.temperature = 0 }
    ).text
    #expect(text == "b ab")
  }

  @Test func optionsOutOfRangeAreRefused() {
    for wrong in [
      options { $0.temperature = -1 }, options { $0.temperature = .nan }, options { $0.topK = 0 },
      options { $0.topP = 0 }, options { $0.topP = 1.5 },
    ] {
      #expect(throws: WordtoolError.self) { try model.generate(length: 1, options: wrong) }
    }
  }
}

import Libc
import SeqModels
import Testing
import WordtoolCore

@Suite struct BeamSearchTests {
  /// Every text of `length` tokens without <unk>, with the mean log probability of its tokens; with
  /// a stop at the first `</s>` also the shorter ones.
  private func allTexts(
    of model: TableModel, length: Int, stopsAtEnd: Bool
  ) -> [(text: String, mean: Double)] {
    var results: [(String, Double)] = []
    func visit(_ ids: [Int], _ sum: Double) {
      if ids.count == length || (stopsAtEnd && ids.last == 1) {
        var text = ""
        for (place, id) in ids.enumerated() {
          let isAtBegin = place == 0 || ids[place - 1] == 1
          if id == 1 { text += stopsAtEnd ? "" : "\n" } else { text += isAtBegin ? "" : " " }
          if id != 1 { text += model.tokens[id] }
        }
        return results.append((text, sum / Double(ids.count)))
      }
      for id in 1..<5 { visit(ids + [id], sum + log(model.rows[ids.last ?? 1][id])) }
    }
    visit([], 0)
    return results.sorted { $0.1 > $1.1 }
  }

  @Test(arguments: 0..<12, [false, true]) func aWideBeamFindsTheBest(
    _ seed: Int, _ stopsAtEnd: Bool
  ) throws {
    let model = TableModel(seed: UInt64(seed))
    let expected = allTexts(of: model, length: 4, stopsAtEnd: stopsAtEnd)
    let found = try model.beamSearch(
      length: 4, width: 256, count: 5, stopString: stopsAtEnd ? "\n" : nil)
    // Texts of the same pairs in another order are equally likely, up to rounding.
    let means = Dictionary(uniqueKeysWithValues: expected.map { ($0.text, $0.mean) })
    #expect(found.count == 5)
    for (text, (_, mean)) in zip(found, expected) {
      #expect(abs((text.meanLogProbability ?? 0) - mean) < 1e-12)
      #expect(abs((means[text.text] ?? 0) - mean) < 1e-12)
      #expect(text.tokenCount == 4 || text.ending == .stopString)
    }
    // A narrow one finds no better, and always the same.
    let narrow = try model.beamSearch(length: 4, width: 2, stopString: stopsAtEnd ? "\n" : nil)
    #expect((narrow[0].meanLogProbability ?? 0) <= expected[0].mean + 1e-12)
    #expect(
      try model.beamSearch(length: 4, width: 2, stopString: stopsAtEnd ? "\n" : nil) == narrow)
  }

  @Test(arguments: 0..<6) func aBeamOfOneIsGreedy(_ seed: Int) throws {
    let model = TableModel(seed: UInt64(seed))
    var options = SamplingOptions()
    options.temperature = 0
    for penalty in [1.0, 3] {
      options.repetitionPenalty = penalty
      let greedy = try model.generate(prompt: "a b\nc", length: 30, options: options)
      let beam = try model.beamSearch(prompt: "a b\nc", length: 30, width: 1, options: options)
      #expect(beam.map(\.text) == [greedy.text] && beam[0].tokenCount == greedy.tokenCount)
    }
  }

  @Test func edges() throws {
    let model = TableModel(seed: 1)
    let empty = try model.beamSearch(length: 0, width: 4, count: 4)
    #expect(empty.count == 1 && empty[0].text.isEmpty && empty[0].meanLogProbability == nil)
    let flag = StopFlag()
    flag.raise()
    #expect(try model.beamSearch(length: 9, width: 2, stop: flag)[0].ending == .interrupted)
    let unknown = #expect(throws: WordtoolError.self) {
      try model.beamSearch(prompt: "zz", length: 1, width: 1)
    }
    #expect(unknown?.kind == .unavailable)
    // A model of nothing but <unk> can only end its sentences.
    let nothing = try TableModel([1, 0, 0, 0, 0]).beamSearch(length: 3, width: 2)
    #expect(nothing[0].text == "\n\n\n")
  }
}

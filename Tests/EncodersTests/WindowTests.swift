import Encoders
import Testing
import Tokenize
import WordtoolCore

@Suite struct WindowTests {
  let vocabulary: Vocabulary

  init() throws {
    vocabulary = try Vocabulary([
      (word: "the", count: 2), (word: "food", count: 1), (word: "was", count: 1),
    ])
  }

  @Test func eachWordHasABlockOfItsOwn() throws {
    let window = try FixedWindow(vocabulary: vocabulary, size: 2)
    let (rows, targets) = window.transform(["the", "food", "was", "green"])
    #expect(rows.rowCount == 2)
    #expect(rows.denseRow(0) == [1, 0, 0, 0, 1, 0])
    #expect(rows.denseRow(1) == [0, 1, 0, 0, 0, 1])
    #expect(targets == [2, -1])
    #expect(try window.inverse(rows) == [["the", "food"], ["food", "was"]])
    #expect(window.featureNames == ["-2_the", "-2_food", "-2_was", "-1_the", "-1_food", "-1_was"])
  }

  @Test func paddedWindowsBeginBeforeTheText() throws {
    let window = try FixedWindow(vocabulary: vocabulary, size: 2, padsStart: true)
    let (rows, targets) = window.transform(["the", "food"])
    #expect(try window.inverse(rows) == [[nil, nil], [nil, "the"]])
    #expect(targets == [0, 1])
    #expect(window.transform([]).windows.rowCount == 0)
  }

  @Test func aBigWindowEndsWithTheText() throws {
    let window = try BigWindow(vocabulary: vocabulary, size: 3)
    let rows = window.transform([["food"], ["was", "the", "food", "was"], []])
    #expect(
      try window.inverse(rows) == [[nil, nil, "food"], ["the", "food", "was"], [nil, nil, nil]])
  }

  @Test func windowsThatAreTooLargeAreRefused() {
    #expect(throws: WordtoolError.self) {
      try FixedWindow(vocabulary: vocabulary, size: 1 << 30)
    }
    #expect(throws: WordtoolError.self) { try BigWindow(vocabulary: vocabulary, size: 0) }
    #expect(throws: WordtoolError.self) { try BigWindow(vocabulary: Vocabulary([]), size: 2) }
  }
}

@Suite struct SkipGramPairsTests {
  @Test func allWordsWithinTheWindowAreContextsButNotAcrossLines() throws {
    let pairs = try SkipGramPairs(windowRadius: 1, shrinks: false)
      .pairs(in: [0, 1, 2, -1, 3, 4, -1, -1, 5])
    let expected: [(Int32, Int32)] = [(0, 1), (1, 0), (1, 2), (2, 1), (3, 4), (4, 3)]
    #expect(pairs == expected.map { .init(center: $0, context: $1) })
  }

  @Test func aShrunkWindowDrawsEachWidthEquallyOften() throws {
    let ids = [Int32](repeating: 1, count: 20_000)
    let pairs = try SkipGramPairs(windowRadius: 4, seed: 3).pairs(in: ids)
    // A mean radius of 2.5 on either side, deviation sqrt(1.25): 2·2.5·20000 within 5 deviations.
    let deviation = 2 * (1.25 * 20_000.0).squareRoot()
    #expect(abs(Double(pairs.count) - 100_000) < 5 * deviation + 20)
  }

  @Test func frequentWordsArePassedOver() throws {
    var ids: [Int32] = []
    for index in 0..<20_000 { ids.append(index % 2 == 0 ? 0 : Int32(1 + index % 1000)) }
    var kept = 0
    try SkipGramPairs(windowRadius: 1, shrinks: false, subsampling: 0.001, seed: 9)
      .forEachPair(in: ids) { if $0.center == 0 { kept += 1 } }
    // The share is one half: it stays with sqrt(0.002) + 0.002 = 0.0467; two contexts each.
    let mean = 2 * 10_000 * 0.0467
    #expect(abs(Double(kept) - mean) < 5 * 2 * (10_000 * 0.0467).squareRoot())
  }

  @Test func theSeedDecides() throws {
    let ids = (0..<500).map { Int32($0 % 17) }
    let options = SkipGramPairs(windowRadius: 5, subsampling: 0.05, seed: 4)
    #expect(try options.pairs(in: ids) == options.pairs(in: ids))
    var other = options
    other.seed = 5
    #expect(try options.pairs(in: ids) != other.pairs(in: ids))
    #expect(try options.pairs(in: []).isEmpty)
  }
}

import Testing
import TestSupport
import Word2Vec
import WordtoolCore

/// The Word Embedding Association Test, beside the formulas in NumPy (Scripts/golden/texts.py).
@Suite struct AssociationTests {
  let folder = ScratchFolder()

  private func sets(_ golden: TextGolden) throws -> AssociationSets {
    try AssociationSets(lists: [
      .init(name: "X", words: golden.bias.x), .init(name: "Y", words: golden.bias.y),
      .init(name: "A", words: golden.bias.a), .init(name: "B", words: golden.bias.b),
    ])
  }

  @Test func `effect and p-value are those of the formulas over all partitions`() throws {
    let golden = try TextGolden.read()
    let found = try golden.makeVectors().test(sets(golden))
    #expect(((found.effectSize ?? 9) - golden.weat.effect).magnitude < 1e-5)
    #expect((found.statistic - golden.weat.statistic).magnitude < 1e-5)
    #expect(found.pValue == golden.weat.p && found.partitionCount == golden.weat.partitions)
    #expect(found.isExact && found.unknown.isEmpty && found.knownCounts == [5, 5, 6, 6])
  }

  @Test(arguments: [1, 2, 3]) func `of many partitions some are drawn`(threads: Int) throws {
    let golden = try TextGolden.read()
    var sets = try sets(golden)
    // 24 over 12 is more than two million.
    sets.lists[0].words = Array(golden.words[0..<12])
    sets.lists[1].words = Array(golden.words[12..<24])
    sets.lists[2].words = Array(golden.words[24..<32])
    sets.lists[3].words = Array(golden.words[32..<40])
    let vectors = try golden.makeVectors()
    let found = try vectors.test(sets, samples: 4000, seed: 3, threads: threads)
    #expect(!found.isExact && found.partitionCount == 4000)
    #expect(try found == vectors.test(sets, samples: 4000, seed: 3, threads: 1))
    // The other way round it is the rest, but for partitions that are equal.
    (sets.lists[0], sets.lists[1]) = (sets.lists[1], sets.lists[0])
    let reversed = try vectors.test(sets, samples: 4000, seed: 4, threads: threads)
    #expect((found.pValue + reversed.pValue - 1).magnitude < 0.05)
    #expect((found.statistic + reversed.statistic).magnitude < 1e-12)
  }

  @Test func `words that are not there are left out and told`() throws {
    let golden = try TextGolden.read()
    var sets = try sets(golden)
    sets.lists[0].words.append("nothing")
    let found = try golden.makeVectors().test(sets)
    #expect(found.unknown == ["nothing"] && found.pValue == golden.weat.p)
    sets.lists[2].words = ["nothing"]
    let changed = sets
    let error = #expect(throws: WordtoolError.self) { try golden.makeVectors().test(changed) }
    #expect(error?.kind == .unavailable && error?.found.contains("'A'") == true)
  }

  @Test func `tests are read as lines and as JSON`() throws {
    let text =
      "# WEAT 1\nFlowers: aster, clover\nInsects: ant,flea\n\nGood: joy\nBad: agony, vomit\n"
    let path = try folder.write(text, to: "weat.txt")
    let tests = try AssociationSets.read(contentsOf: path)
    #expect(tests.count == 1 && tests[0].name == "WEAT 1")
    #expect(tests[0].lists.map(\.name) == ["Flowers", "Insects", "Good", "Bad"])
    #expect(tests[0].lists[1].words == ["ant", "flea"])
    #expect(
      try AssociationSets.read(contentsOf: folder.write(text + text, to: "two.txt")).count == 2)
    let json = """
      {"targ1": {"category": "Flowers", "examples": ["aster", "clover"]},
       "targ2": {"category": "Insects", "examples": ["ant", "flea"]},
       "attr1": {"category": "Good", "examples": ["joy"]},
       "attr2": {"category": "Bad", "examples": ["agony", "vomit"]}}
      """
    let read = try AssociationSets.read(contentsOf: folder.write(json, to: "weat.jsonl"))
    #expect(read.count == 1 && read[0].lists == tests[0].lists)
  }

  @Test(arguments: [
    "", "a: b\n", "a: b\nb: c\nc: d\n", "no colon\n", "a:\nb: c\nc: d\nd: e\n", "{\"targ1\": 3}",
    "a: b\n# title\nb: c\n",
  ])
  func `files of something else are refused`(text: String) throws {
    let path = try folder.write(text, to: "bad.txt")
    let error = #expect(throws: WordtoolError.self) {
      try AssociationSets.read(contentsOf: path)
    }
    #expect(error?.kind == .badData && error?.path == path)
  }
}

import Testing
import TestSupport

@Suite struct ShippedVectorsTests {
  @Test func theyAnswerWithoutAnyTraining() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let nearest = try tool.run("nearest", "Sweden", "-k", "3", workingFolder: "/")
      #expect(nearest.exitCode == 0, "\(nearest.errors)")
      #expect(Set(Answers.words(nearest)) == ["norway", "denmark", "finland"])
      let analogy = try tool.run("analogy", "king", "man", "woman", "-k", "1")
      #expect(Answers.words(analogy) == ["queen"])
      let info = try tool.run("info", "--json")
      #expect(try info.json().contains(#""chosenBecause":"shipped""#))
      #expect(info.output.contains("CC BY-SA 3.0"))
    }
  }

  @Test(
    .enabled(
      if: RealData.has("analogy/questions-words.txt"), "needs WORDTOOL_CORPORA with analogy/"))
  func theyAnswerTheGoogleQuestionsAsTheirTextFileSays() throws {
    try TestFiles.withFolder { folder in
      let run = try Tool(folder: folder).run(
        "evaluate", "analogies", RealData.path("analogy/questions-words.txt"), "--json")
      #expect(run.exitCode == 0, "\(run.errors)")
      #expect(try run.json().contains(#""asked":12573"#))
      let accuracy = Answers.number("accuracy", in: run.output.remainder(after: #""total":"#))
      #expect(accuracy > 0.595 && accuracy < 0.605)
    }
  }
}

@Suite struct WikipediaTests {
  /// The whole way on 48 million words of real text, default options; about two minutes.
  @Test(
    .enabled(
      if: RealData.slowTestsAreWanted
        && RealData.has("wikipedia-2015/wiki-2.txt.gz", "analogy/questions-words.txt"),
      "needs WT_SLOW_TESTS=1 and WORDTOOL_CORPORA with wikipedia-2015/ and analogy/"))
  func defaultOptionsGiveGoodVectors() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let texts = (0...2).map { RealData.path("wikipedia-2015/wiki-\($0).txt.gz") }
      let train = try tool.start(
        ["train-embeddings", "-o", folder + "/v.safetensors", "--default", "-q"] + texts
      ).wait()
      #expect(train.exitCode == 0, "\(train.errors)")
      let nearest = try tool.run("nearest", "sweden", "-k", "3")
      #expect(Set(Answers.words(nearest)) == ["norway", "denmark", "finland"])
      let analogy = try tool.run(
        "analogy", "king", "man", "woman", "-k", "3", "--restrict", "30000")
      #expect(Answers.words(analogy).contains("queen"))
      let google = try tool.run(
        "evaluate", "analogies", RealData.path("analogy/questions-words.txt"), "--restrict",
        "30000", "--json")
      #expect(Answers.number("accuracy", in: google.output.remainder(after: #""total":"#)) > 0.54)
      let pairs = try tool.run(
        "evaluate", "similarity", RealData.path("word-similarity/EN-WS-353-ALL.txt"), "--json")
      #expect(Answers.number("spearman", in: pairs.output) >= 0.69)
    }
  }
}

/// Reading what the tool printed.
enum Answers {
  /// The first column of lines of `word<TAB>score`.
  static func words(_ run: Subprocess.Result) -> [String] {
    run.output.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
  }

  /// The first number under that name, or NaN.
  static func number(_ name: String, in json: some StringProtocol) -> Double {
    let rest = String(json).remainder(after: "\"\(name)\":")
    return Double(String(rest.prefix { "0123456789.-e".contains($0) })) ?? .nan
  }
}

extension String {
  /// What follows the first occurrence of `mark`, or nothing.
  func remainder(after mark: String) -> Substring {
    var rest = self[...]
    while !rest.isEmpty, !rest.hasPrefix(mark) { rest = rest.dropFirst() }
    return rest.dropFirst(mark.count)
  }
}

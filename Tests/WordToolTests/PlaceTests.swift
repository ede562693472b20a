import TestSupport
import Testing

/// Words between two others, on axes, and the words of the question among the answers.
@Suite struct PlaceTests {
  private func ask(_ arguments: String...) throws -> Subprocess.Result {
    try TestFiles.withFolder { folder in
      var tool = Tool(folder: folder)
      tool.variables["WORDTOOL_VECTORS"] = try Samples.writeVectors(in: folder)
      return try tool.start(arguments).wait()
    }
  }

  @Test func theWordsThatAreNearerAreFound() throws {
    let run = try ask("closer", "sweden", "finland")
    #expect(run.output == "norway\t0.980000\ndenmark\t0.960000\n")
    let none = try ask("closer", "sweden", "norway")
    #expect(none.exitCode == 0 && none.output.isEmpty)
    #expect(none.errors.contains("no word is nearer to 'sweden' than 'norway'"))
    #expect(try ask("closer", "sweden", "finland", "-k", "1").output == "norway\t0.980000\n")
    let json = try ask("closer", "sweden", "finland", "--json")
    #expect(json.output.hasPrefix(#"{"a":"sweden","b":"finland","rank":3,"words":[{"#))
    #expect(try ask("closer", "sweden", "blorb").exitCode == 1)
  }

  @Test(arguments: [
    (["similarity", "none", "other"], "0.000000\n"), (["rank", "none", "other"], "1\t0.000000\n"),
    (["closer", "none", "other"], ""),
    (["odd-one-out", "other", "none", "third"], "none\t0.000000\n"),
  ])
  func aVectorOfZerosIsToldOf(_ arguments: [String], _ output: String) throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write("3 2\nnone 0 0\nother 1 2\nthird 2 1\n", to: folder + "/v.txt")
      let run = try Tool(folder: folder).start(arguments + ["-v", folder + "/v.txt"]).wait()
      #expect(run.exitCode == 0 && run.output.hasPrefix(output), "\(run.output)")
      #expect(run.errors.contains("the vector of 'none' is zero, so it is similar to none"))
    }
  }

  @Test func wordsStandOnAxes() throws {
    // man is (0, 0, 1) and woman (0, 0, -1): the axis is (0, 0, -1).
    let run = try ask("axes", "king", "queen", "blorb", "--axis", "man:woman")
    #expect(run.output == "word\tman:woman\nking\t-0.600000\nqueen\t0.600000\n")
    #expect(run.errors.contains("'blorb'"))
    // The sum of both pairs is (0, 0, -2 - 1.2).
    let two = try ask("axes", "sweden", "--axis", "man:woman,king:queen", "--axis", "cereal:sweden")
    #expect(
      two.output == "word\tman:woman,king:queen\tcereal:sweden\nsweden\t0.000000\t1.000000\n"
        || two.output == "word\tman:woman,king:queen\tcereal:sweden\nsweden\t-0.000000\t1.000000\n")
    #expect(try ask("axes", "king", "--axis", "man").exitCode == 64)
    #expect(try ask("axes", "king", "--axis", "man:man").exitCode == 64)
    #expect(try ask("axes", "king", "--axis", "man:blorb").exitCode == 1)
  }

  @Test func theWordsOfTheQuestionMayBeAnswers() throws {
    let run = try ask("nearest", "sweden", "-k", "2", "--include-inputs")
    #expect(run.output == "sweden\t1.000000\nnorway\t0.980000\n")
    #expect(try ask("nearest", "--vector", "1,0,0", "--include-inputs").exitCode == 64)
  }
}

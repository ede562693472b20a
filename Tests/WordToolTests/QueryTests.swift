import Testing
import TestSupport

@Suite struct QueryTests {
  /// Runs the tool on the sample vectors.
  private func ask(
    _ arguments: String..., input: String = "", variables: [String: String] = [:]
  ) throws -> Subprocess.Result {
    try TestFiles.withFolder { folder in
      var tool = Tool(folder: folder)
      tool.variables = variables
      tool.variables["WORDTOOL_VECTORS"] = try Samples.writeVectors(in: folder)
      return try tool.start(arguments, input: input).wait()
    }
  }

  @Test func nearestPrintsWordsAndSimilaritiesWithSixDecimals() throws {
    let run = try ask("nearest", "sweden", "-k", "2")
    #expect(run.output == "norway\t0.980000\ndenmark\t0.960000\n")
    #expect(run.errors.isEmpty)
    #expect(run.exitCode == 0)
  }

  @Test func capitalsFindTheWord() throws {
    #expect(try ask("nearest", "Sweden", "-k", "1").output == "norway\t0.980000\n")
  }

  @Test func nearestAsJSONHasTheFieldsOfTheContract() throws {
    let run = try ask("nearest", "sweden", "-k", "1", "--json")
    #expect(run.output.hasPrefix(#"[{"neighbors":[{"similarity":0.98"#))
    #expect(run.output.hasSuffix(#","word":"norway"}],"query":"sweden"}]"# + "\n"))
    #expect(try ask("nearest", "sweden", "-k", "1", "--style", "json").output == run.output)
  }

  @Test func `a sum is one for every question, and not the mean of its words`() throws {
    let sum = "king - man + woman"
    func values(_ words: String...) throws -> [[Double]] {
      try ask("vector", words[0], words.count > 1 ? words[1] : "king", "man").output
        .split(separator: "\n").map { $0.split(separator: "\t").dropFirst().map { Double($0)! } }
    }
    let rows = try values(sum, "king")
    let woman = try values("woman")[0]
    for column in woman.indices {
      let expected = rows[1][column] - rows[2][column] + woman[column]
      #expect(abs(rows[0][column] - expected) < 1e-5)
    }
    let nearest = try ask("nearest", sum, "-k", "1").output.split(separator: "\t")
    let rank = try ask("rank", sum, "queen").output.split(separator: "\t")
    #expect(nearest[0] == "queen" && rank[0] == "1" && rank[1] == nearest[1])
    #expect(try ask("similarity", sum, "queen").output == String(nearest[1]))
    #expect(try ask("odd-one-out", sum, "queen", "sweden").output.hasPrefix("sweden"))
    // The word that is not there is named, not the whole.
    let missing = try ask("rank", "king - nobody + woman", "queen")
    #expect(missing.exitCode == 1 && missing.errors.contains("'nobody'"))
  }

  @Test func expressionsAndMeansAreAnswered() throws {
    #expect(try ask("nearest", "king - man + woman", "-k", "1").output.hasPrefix("queen\t"))
    #expect(
      try ask("nearest", "king", "-", "man", "+", "woman", "-k", "1").output.hasPrefix("queen\t"))
    #expect(try ask("nearest", "norway", "denmark", "-k", "1").output.hasPrefix("sweden\t"))
    #expect(try ask("nearest", "x-ray", "-k", "1").output.hasPrefix("cereal\t"))
  }

  @Test func similarityAndPlaceLimitTheAnswers() throws {
    #expect(
      try ask("nearest", "sweden", "--min-similarity", "0.95").output
        == "norway\t0.980000\ndenmark\t0.960000\n")
    #expect(
      try ask("nearest", "sweden", "--restrict", "3").output
        == "norway\t0.980000\ndenmark\t0.960000\n")
  }

  @Test func anUnknownWordIsToldWithNearSpellings() throws {
    let run = try ask("nearest", "swedn")
    #expect(run.exitCode == 1)
    #expect(run.output.isEmpty)
    #expect(
      run.errors
        == "wordtool: 'swedn' is not in the vocabulary of sample.txt (11 words; named by "
        + "$WORDTOOL_VECTORS); near spellings: sweden, swede\n")
  }

  @Test func theRestIsAnsweredUnlessStrict() throws {
    let run = try ask("nearest", "-", "-k", "1", input: "blorb\nsweden\n\nnorway\n")
    #expect(run.output == "\nsweden\tnorway\t0.980000\n\n\nnorway\tsweden\t0.980000\n\n")
    #expect(run.exitCode == 0)
    #expect(run.errors.contains("'blorb'") && run.errors.contains("a blank question"))
    let strict = try ask("nearest", "-", "--strict", input: "blorb\nsweden\n")
    #expect(strict.exitCode == 1)
    #expect(strict.output.isEmpty)
    #expect(strict.errors.hasPrefix("wordtool: error: 'blorb' is not in the vocabulary"))
  }

  @Test func aBatchAsJSONIsOneObjectALine() throws {
    let run = try ask("nearest", "-", "-k", "1", "--json", input: "sweden\nqqqqqq\nnorway\n")
    let lines = run.output.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines.first?.hasSuffix(#""word":"norway"}],"query":"sweden"}"#) == true)
    #expect(lines.dropFirst().first == #"{"neighbors":[],"query":"qqqqqq"}"#)
    #expect(lines.last?.hasSuffix(#""word":"sweden"}],"query":"norway"}"#) == true)
  }

  @Test func word2vecStyleHasItsLayout() throws {
    let run = try ask("nearest", "sweden", "-k", "1", "--style", "word2vec")
    let expected = """

      Word: sweden  Position in vocabulary: 0

      \(String(repeating: " ", count: 46))Word       Cosine distance
      \(String(repeating: "-", count: 72))
      \(String(repeating: " ", count: 44))norway\t\t0.980000

      """
    #expect(run.output == expected)
    let batch = try ask("nearest", "-", "-k", "1", "--style", "word2vec", input: "sweden\nEXIT\n")
    let prompt = "Enter word or sentence (EXIT to break): "
    #expect(batch.output == prompt + expected + prompt)
    let unknown = try ask("nearest", "blorb", "--style", "word2vec")
    #expect(
      unknown.output == "\nWord: blorb  Position in vocabulary: -1\nOut of dictionary word!\n")
  }

  @Test func fastTextStyleHasItsLayout() throws {
    #expect(
      try ask("nearest", "sweden", "-k", "1", "--style", "fasttext").output == "norway 0.98\n")
    let batch = try ask("nearest", "-", "-k", "1", "--style", "fasttext", input: "sweden\n")
    #expect(batch.output == "Query word? norway 0.98\nQuery word? ")
  }

  @Test func theTableOfRoyaltyAnswersInItsOwnNumbers() throws {
    let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
    let table = root + "/corpora/royalty.txt"
    // (0, 0, 1) - (0, 0, 0) + (1, 0, 0) is (1, 0, 1).
    let queen = try ask(
      "analogy", "king", "man", "woman", "-v", table, "--raw", "--explain", "-k", "1")
    #expect(
      queen.output
        == "queen\t1.000000\tking +0.5000, woman +0.5000, man +0.0000, #1 +0.5000, #3 +0.5000, "
        + "#2 +0.0000\n")
    // (0, 1, 1) - (0, 1, 0) + (1, 1, 0) is (1, 1, 1); with the lengths taken away it is not.
    let princess = try ask("analogy", "prince", "boy", "girl", "-v", table, "--raw", "-k", "1")
    #expect(princess.output == "princess\t1.000000\n")
    let short = try ask("analogy", "prince", "boy", "girl", "-v", table, "-k", "1")
    #expect(short.output == "princess\t0.975287\n")
    let refused = try ask("analogy", "king", "man", "woman", "--raw", "--method", "mul")
    #expect(refused.exitCode == 64)
    #expect(refused.errors.contains("--method add"), "\(refused.errors)")
  }

  @Test func tableIsForPeople() throws {
    let run = try ask("analogy", "king", "man", "woman", "-k", "1", "--style", "table")
    #expect(run.output == "king - man + woman\n   # word   score\n   1 queen  0.9179\n")
  }

  @Test func analogyHasTheFieldsOfTheContract() throws {
    let run = try ask("analogy", "king", "man", "woman", "-k", "1", "--json")
    #expect(try run.json().contains(#""positive":["king","woman"]"#))
    #expect(try run.json().contains(#""negative":["man"]"#))
    #expect(try !run.json()["answers"].elements.isEmpty)
    let both = try ask("analogy", "-", "-k", "1", input: "king man woman\nsweden norway norway\n")
    #expect(both.output.hasPrefix("king man woman\tqueen\t"))
    let product = try ask("analogy", "king", "man", "woman", "-k", "1", "--method", "mul")
    #expect(product.output.hasPrefix("queen\t"))
    let inputs = try ask("analogy", "king", "king", "king", "-k", "1", "--include-inputs")
    #expect(inputs.output.hasPrefix("king\t1.000000"))
  }

  @Test func similarityOfTwoWordsAndOfPairs() throws {
    #expect(try ask("similarity", "sweden", "norway").output == "0.980000\n")
    #expect(
      try ask("similarity", "sweden", "norway", "--json").output
        .hasPrefix(#"{"a":"sweden","b":"norway","similarity":0.98"#))
    let pairs = try ask(
      "similarity", "--pairs", "-", input: "# remark\nsweden\tnorway\t7\nsweden blorb\n")
    #expect(pairs.output == "sweden\tnorway\t0.980000\n")
    #expect(pairs.errors.contains("blorb"))
    #expect(pairs.exitCode == 0)
  }

  @Test func rankOddOneOutAndVector() throws {
    #expect(try ask("rank", "sweden", "denmark").output == "2\t0.960000\n")
    let odd = try ask("odd-one-out", "sweden", "norway", "cereal", "denmark")
    #expect(odd.output.hasPrefix("cereal\t"))
    #expect(try ask("vector", "norway").output == "norway\t0.980000\t0.198997\t0.000000\n")
    #expect(
      try ask("vector", "norway", "--style", "word2vec").output
        == "norway 0.980000 0.198997 0.000000 \n")
    #expect(try ask("vector", "norway", "--style", "fasttext").output == "norway 0.98 0.199 0 \n")
    #expect(
      try ask("vector", "man", "--json").output == #"[{"vector":[0,0,1],"word":"man"}]"# + "\n")
  }

  @Test func evaluationsHaveTheFieldsOfTheContract() throws {
    try TestFiles.withFolder { folder in
      var tool = Tool(folder: folder)
      tool.variables["WORDTOOL_VECTORS"] = try Samples.writeVectors(in: folder)
      try TestFiles.write(
        ": royalty\nman king woman queen\nman king woman blorb\n", to: folder + "/questions")
      let analogies = try tool.run("evaluate", "analogies", folder + "/questions", "--json")
      for field in [
        "sections", "total", "semantic", "syntactic", "name", "correct", "asked", "skipped",
        "accuracy", "accuracyAll",
      ] {
        #expect(try analogies.json().contains(name: field), "\(field)")
      }
      #expect(
        try analogies.json().contains(#""accuracy":1,"accuracyAll":0.5,"asked":1,"correct":1"#))
      let layout = try tool.run(
        "evaluate", "analogies", folder + "/questions", "--style", "word2vec")
      #expect(
        layout.output == """
          royalty:
          ACCURACY TOP1: 100.00 %  (1 / 1)
          Total accuracy: 100.00 %   Semantic accuracy: 100.00 %   Syntactic accuracy: -nan %\(" ")
          Questions seen / total: 1 2   50.00 %\(" ")

          """)
      try TestFiles.write(
        "sweden norway 9\nsweden denmark 8\nsweden cereal 0\nsweden blorb 1\n",
        to: folder + "/pairs")
      let similarity = try tool.run("evaluate", "similarity", folder + "/pairs", "--json")
      #expect(similarity.output.hasPrefix(#"{"missing":1,"pairs":3,"pearson":0.99"#))
      #expect(similarity.output.contains(#","spearman":"#))
    }
  }

  @Test func aBrokenQuestionInABatchDoesNotEndTheRun() throws {
    let run = try ask("nearest", "-", "-k", "1", input: "king + (\nsweden\n")
    #expect(run.exitCode == 1)
    #expect(run.output == "\nsweden\tnorway\t0.980000\n\n")
    #expect(run.errors.hasPrefix("wordtool: error: standard input:1: the end in the expression"))
    let analogy = try ask("analogy", "-", "-k", "1", input: "king man\nking man woman\n")
    #expect(analogy.exitCode == 1)
    #expect(analogy.output.hasPrefix("\nking man woman\tqueen\t"))
    #expect(analogy.errors.contains("standard input:1: 2 words in 'king man', expected three"))
  }

  @Test func anAnswerThatIsEmptySaysWhy() throws {
    let blank = try ask("nearest", " ")
    #expect(blank.exitCode == 1 && blank.errors.contains("a blank question"))
    let zero = try ask("nearest", "king - king")
    #expect(zero.exitCode == 1 && zero.errors.contains("add up to zero"))
    let high = try ask("nearest", "sweden", "--min-similarity", "2")
    #expect(high.exitCode == 0 && high.output.isEmpty)
    #expect(high.errors.contains("no word has a similarity of 2.0 or more"))
    for run in [
      try ask("vector", " "), try ask("similarity", "king", ""), try ask("rank", "king", ""),
    ] {
      #expect(run.exitCode == 1 && run.errors.contains("a blank question"), "\(run.errors)")
      #expect(!run.errors.contains("near spellings"), "\(run.errors)")
    }
  }

  @Test func theLeastSimilarRawSumsAndNumbersAreAnswered() throws {
    #expect(try ask("nearest", "sweden", "--least", "-k", "1").output == "cereal\t-1.000000\n")
    #expect(try ask("nearest", "norway", "denmark", "--raw", "-k", "1").output.hasPrefix("sweden"))
    #expect(
      try ask("nearest", "--vector", "2,0,0", "-k", "2").output
        == "sweden\t1.000000\nnorway\t0.980000\n")
    let short = try ask("nearest", "--vector", "2,0")
    #expect(short.exitCode == 64 && short.errors.contains("a vector of 2 values, expected 3"))
    #expect(try ask("nearest", "--vector", "2,x,0").exitCode == 64)
    #expect(try ask("nearest", "sweden", "--vector", "2,0,0").exitCode == 64)
  }

  /// What no rule for words sees is not passed over, unless the vectors have such a word.
  @Test func controlCharactersInQuestionsAreRefused() throws {
    try TestFiles.withFolder { folder in
      var tool = Tool(folder: folder)
      tool.variables["WORDTOOL_VECTORS"] = try Samples.writeVectors(in: folder)
      for arguments in [
        ["nearest", "king\u{1}"], ["nearest", "king - man\u{7F} + woman"],
        ["similarity", "king", "m\u{2}an"],
        ["analogy", "king", "man", "\u{1B}woman"], ["sentence-vector", "the king\u{7}"],
        ["wmd", "king", "queen\u{1}"], ["vector", "king\u{80}"],
      ] {
        let run = try tool.start(arguments).wait()
        #expect(run.exitCode != 0 && run.output.isEmpty, "\(arguments) \(run)")
        #expect(
          run.errors.contains("the control character U+00") && run.errors.contains("leave it out"),
          "\(arguments) \(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
      }
      let lines = try tool.start(["nearest", "-", "-k", "1"], input: "king\u{1}\nsweden\n").wait()
      #expect(lines.output.contains("norway") && lines.errors.contains("U+0001"), "\(lines)")
      try TestFiles.write("2 2\nking 1 0\nki\u{1}ng 0.9 0.1\n", to: folder + "/own.txt")
      let own = try tool.run("nearest", "ki\u{1}ng", "-v", folder + "/own.txt")
      #expect(own.exitCode == 0 && Answers.words(own) == ["king"], "\(own)")
    }
  }

  @Test func tablesAreAlignedByCellsAndControlCharactersAreShown() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(
        "3 2\na 1 0\n日本 1 0.1\n\u{1B}[31mred 1 0.2\n", to: folder + "/v.txt")
      let run = try Tool(folder: folder).run(
        "nearest", "a", "-v", folder + "/v.txt", "--style", "table")
      #expect(
        run.output == """
          a
             # word           similarity
             1 日本           0.9950
             2 \\u{1B}[31mred  0.9806

          """)
    }
  }

  @Test func infoSaysWhichVectorsAreUsedAndWhy() throws {
    let run = try ask("info", "--json")
    #expect(try run.json().contains(#""chosenBecause":"environment""#))
    #expect(try run.json().contains(#""format":"word2vec-text""#))
    for field in ["cores", "simd", "blas", "icu", "unicode"] {
      #expect(try run.json().contains(name: field))
    }
  }

  @Test func stylesThatExcludeEachOtherAreRefused() throws {
    let run = try ask("nearest", "sweden", "--json", "--style", "tsv")
    #expect(run.exitCode == 64)
    #expect(run.errors.hasPrefix("wordtool: error: --json and --style tsv exclude each other"))
    #expect(run.errors.split(separator: "\n").count == 1)
  }
}

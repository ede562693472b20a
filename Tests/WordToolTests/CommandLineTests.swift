import TestSupport
import Testing

/// What people type that is not quite what the tool takes.
@Suite struct CommandLineTests {
  private func run(_ arguments: String...) throws -> Subprocess.Result {
    try TestFiles.withFolder { folder in
      var tool = Tool(folder: folder)
      tool.variables["WORDTOOL_VECTORS"] = try Samples.writeVectors(in: folder)
      return try tool.start(arguments).wait()
    }
  }

  private func refusal(_ line: String) throws -> String {
    try TestFiles.withFolder { folder in
      let run = try Tool(folder: folder).start(line.split(separator: " ").map(String.init)).wait()
      #expect(run.exitCode == 64 && run.output.isEmpty, "\(line): \(run.errors)")
      #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
      return String(run.errors.dropFirst("wordtool: error: ".count).dropLast())
    }
  }

  @Test(arguments: [
    ("simlarity a b", "unknown command 'simlarity'; did you mean 'similarity'?"),
    ("help simlarity", "unknown command 'simlarity'; did you mean 'similarity'?"),
    ("help nosuch", "unknown command 'nosuch'; 'wordtool --help' lists the commands"),
    (
      "evaluate analogie q.txt",
      "unknown command 'evaluate analogie'; did you mean 'evaluate analogies'?"
    ),
    ("image trian x", "unknown command 'image trian'; did you mean 'image train'?"),
    ("filter x", "unknown command 'filter'; did you mean 'image filter'?"),
    ("predict m x", "unknown command 'predict'; did you mean 'classify'?"),
    ("most_similar cat", "unknown command 'most_similar'; did you mean 'nearest'?"),
    (
      "evaluate questions-words.txt",
      "unknown command 'evaluate questions-words.txt'; 'evaluate' has analogies, similarity, "
        + "weat, classification, tagging"
    ),
    ("help nearest cat", "unknown command 'nearest cat'; 'nearest' has no commands of its own"),
  ])
  func aMistypedCommandIsNamedWithWhatWasMeant(_ line: String, _ message: String) throws {
    #expect(try refusal(line) == message)
  }

  @Test(arguments: [
    ("train-embeddings --size 50 x", "'--size' is --dim here"),
    ("train-embeddings --vector-size=50 x", "'--vector-size' is --dim here"),
    ("train-embeddings x -iter 5", "'-iter' is --epochs here"),
    ("train-embeddings x --workers 2", "'--workers' is --threads here"),
    ("train-embeddings x -window 5", "'-window' is --window here"),
    ("train-embeddings x --min_count 5", "'--min_count' is --min-count here"),
    ("train-embeddings -input x", "'-input': <text> is given without an option"),
    ("train-embeddings x -output v.bin", "'-output' is --output here"),
    ("train-embeddings x --minn 3 --maxn 6", "'--minn' is --subwords here"),
    ("train-embeddings x --cbow 1", "'--cbow' is --model here"),
    ("train-embeddings x --hs 1", "'--hs' is --loss here"),
    ("train-classifier x -o m -wordNgrams 2", "'-wordNgrams' is --ngrams here"),
    ("nearest cat --topn 5", "'--topn' is --count here"),
    ("nearest king --negative man", "'--negative': words are taken away in an expression"),
  ])
  func anOptionOfAnotherToolIsNamedAsItIsHere(_ line: String, _ message: String) throws {
    let refusal = try refusal(line)
    #expect(refusal.hasPrefix(message), "\(refusal)")
    #expect(refusal.hasSuffix("--help'"))
  }

  @Test func valuesMayBeginWithAMinusSign() throws {
    let plain = try run("nearest", "sweden", "--min-similarity=-0.5", "-k", "4")
    #expect(plain.exitCode == 0 && plain.output.split(separator: "\n").count == 4)
    #expect(
      try run("nearest", "sweden", "--min-similarity", "-0.5", "-k4").output == plain.output)
    #expect(try run("nearest", "-k4", "sweden", "--min-similarity", "-.5").output == plain.output)
    #expect(
      try run("nearest", "--vector", "-1,0,0", "-k1").output == "cereal\t1.000000\n")
    let range = try run("train-embeddings", "x", "--noise-exponent", "-5")
    #expect(range.exitCode == 64 && range.errors.contains("-5.0, expected -4 to 4"))
    let word = try run("train-embeddings", "x", "--dim", "-many")
    #expect(word.exitCode == 64 && word.errors.contains("'-many' is invalid for '--dim"))
    // An option is no value.
    #expect(try run("nearest", "sweden", "-k", "--json").errors.contains("Missing value"))
  }

  @Test func aValueThatIsNoneNamesThoseThatAre() throws {
    #expect(try refusal("tokenize --kinds verbs").contains("some of letter, number, kana"))
    #expect(try refusal("tokenize --emails cut").contains("split, whole, remove, or replace:TOKEN"))
  }

  @Test func aFileWhereAWordIsExpectedIsTakenForOne() throws {
    try TestFiles.withFolder { folder in
      var tool = Tool(folder: folder)
      tool.variables["WORDTOOL_VECTORS"] = try Samples.writeVectors(in: folder)
      try TestFiles.write("sweden\n", to: folder + "/words.txt")
      let run = try tool.run("nearest", folder + "/words.txt")
      #expect(run.exitCode == 1 && run.errors.contains("wordtool nearest - < \(folder)/words.txt"))
    }
  }

  @Test(arguments: [
    ("", "a blank question has no answer"), ("king - king", "add up to zero"),
    ("nothing", "the vector of 'nothing' is zero"),
  ])
  func anEmptyAnswerSaysWhy(_ question: String, _ reason: String) throws {
    try TestFiles.withFolder { folder in
      var tool = Tool(folder: folder)
      try TestFiles.write("3 2\nking 1 0\nqueen 0 1\nnothing 0 0\n", to: folder + "/v.txt")
      tool.variables["WORDTOOL_VECTORS"] = folder + "/v.txt"
      let run = try tool.run("nearest", question)
      #expect(
        run.exitCode == 1 && run.output.isEmpty && run.errors.contains(reason), "\(run.errors)")
      let limited = try tool.run("nearest", "king", "--min-similarity", "2")
      #expect(limited.errors.contains("no word has a similarity of 2.0 or more"))
    }
  }

  @Test func wordsThatFitAlikeHaveNoOddOne() throws {
    let two = try run("odd-one-out", "king", "queen", "zzzz")
    #expect(two.exitCode == 1 && two.output.isEmpty)
    #expect(two.errors.contains("2 of 3 words to compare, expected three or more"))
    let equal = try run("odd-one-out", "man", "woman", "cereal", "sweden")
    #expect(equal.errors.contains("fit equally little"), "\(equal.errors)")
    #expect(try run("odd-one-out", "sweden", "norway", "cereal").errors.isEmpty)
  }
}

import Testing
import TestSupport

@Suite struct EncodeTests {
  let folder = ScratchFolder()

  func run(_ arguments: String..., input: String = "") throws -> Subprocess.Result {
    try Tool(folder: folder.path).start(arguments, input: input).wait()
  }

  @Test func thePictureShowsTheBagOfTwoSentences() throws {
    let run = try run("encode", "--show", "the food was good, not bad at all")
    #expect(run.exitCode == 0)
    #expect(run.output.contains("one-hot: a row of zeros and a single one for each word"))
    #expect(run.output.contains("two sentences, one bag"))
    #expect(run.output.contains("\"the food was bad, not good at all\""))
  }

  @Test(arguments: ["one-hot", "bag-of-words", "tf-idf", "hashing", "window"])
  func `what draws a sentence does nothing for an encoder and is refused`(encoder: String) throws {
    for arguments in [["--show", "the cat", encoder], [encoder, "--show", "the cat"]] {
      let run = try Tool(folder: folder.path).start(["encode"] + arguments).wait()
      #expect(run.exitCode == 64 && run.output.isEmpty, "\(arguments)")
      #expect(run.errors.contains("'wordtool encode'"), "\(run.errors)")
    }
  }

  @Test func textsWithoutWordsAreNamed() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write("", to: folder + "/empty")
      try TestFiles.write("\n \n", to: folder + "/blank")
      let tool = Tool(folder: folder)
      for encoder in ["one-hot", "bag-of-words", "tf-idf", "window"] {
        for name in ["empty", "blank"] {
          let run = try tool.run("encode", encoder, folder + "/" + name)
          #expect(run.exitCode == 65 && run.output.isEmpty, "\(encoder) \(name): \(run)")
          #expect(run.errors.hasPrefix("wordtool: error: \(folder)/\(name): "), "\(run.errors)")
        }
        let piped = try tool.start(["encode", encoder]).wait()
        #expect(piped.errors.hasPrefix("wordtool: error: standard input: "), "\(piped.errors)")
      }
      let bad = try tool.start(["encode", "bag-of-words", "--max-features", "0"], input: "a b\n")
        .wait()
      #expect(bad.exitCode == 64 && bad.errors.contains("--max-features is 0"), "\(bad.errors)")
    }
  }

  @Test func countsComeAsMatrixMarket() throws {
    let run = try run(
      "encode", "bag-of-words", "--names", folder("names.txt"),
      input: "the food was good\nbad, bad food\n")
    #expect(run.exitCode == 0)
    #expect(
      run.output == """
        %%MatrixMarket matrix coordinate real general
        2 5 6
        1 2 1
        1 3 1
        1 4 1
        1 5 1
        2 1 2
        2 2 1

        """)
    let names = String(decoding: try folder.bytes(of: "names.txt"), as: UTF8.self)
    #expect(names == "bad\nfood\ngood\nthe\nwas\n")
  }

  @Test func aSavedBagAndItsWeightsAreUsedAgain() throws {
    let text = try folder.write("a b c\na b\na\n", to: "t.txt")
    let saved = try run(
      "encode", "tf-idf", text, "--save", folder("bag"), "--save-weights", folder("weights"),
      "--json")
    let loaded = try run(
      "encode", "tf-idf", text, "--load", folder("bag"), "--load-weights", folder("weights"),
      "--json", "--threads", "2")
    #expect(saved.exitCode == 0)
    #expect(saved.output.split(separator: "\n").count == 3)
    #expect(saved.output == loaded.output)
    let other = try run("encode", "tf-idf", text, "--load", folder("weights"))
    #expect(other.exitCode == 65)
  }

  @Test func windowsHashesAndOneHotRowsAreWritten() throws {
    let window = try run("encode", "window", "--size", "2", "--json", input: "a b a c\n")
    #expect(
      window.output
        == "{\"columns\":[0,4],\"values\":[1,1]}\n{\"columns\":[1,3],\"values\":[1,1]}\n")
    let big = try run("encode", "window", "--big", "--size", "1", "--json", input: "a b\na\n")
    #expect(big.output == "{\"columns\":[1],\"values\":[1]}\n{\"columns\":[0],\"values\":[1]}\n")
    let oneHot = try run("encode", "one-hot", "--json", input: "b a\n")
    #expect(
      oneHot.output == "{\"columns\":[1],\"values\":[1]}\n{\"columns\":[0],\"values\":[1]}\n")
    let hashing = try run(
      "encode", "hashing", "--columns", "8", "--norm", "none", "--json", input: "food food\n")
    #expect(hashing.exitCode == 0)
    #expect(hashing.output.hasSuffix("\"values\":[2]}\n") || hashing.output.hasSuffix("[-2]}\n"))
  }

  @Test func failuresHaveTheirExitCodes() throws {
    #expect(try run("encode").exitCode == 64)
    #expect(try run("encode", "bag-of-words", "--ngrams", "3-1", input: "a\n").exitCode == 64)
    #expect(try run("encode", "bag-of-words", input: "").exitCode == 65)
    #expect(try run("encode", "tf-idf", folder("missing")).exitCode == 66)
    #expect(
      try run("encode", "hashing", "-o", folder("no/where.npz"), input: "a\n").exitCode == 73)
    let latin = try folder.write([0x63, 0x61, 0x66, 0xE9, 0x0A], to: "latin.txt")
    #expect(try run("encode", "bag-of-words", "--strict", latin).exitCode == 65)
    let named = try run(
      "encode", "bag-of-words", "--encoding", "latin-1", latin, "--names", folder("names.txt"))
    #expect(named.exitCode == 0)
    #expect(String(decoding: try folder.bytes(of: "names.txt"), as: UTF8.self) == "café\n")
    let binary = try folder.write([0x61, 0, 0x62, 0x0A], to: "binary")
    #expect(try run("encode", "bag-of-words", binary).exitCode == 65)
    let column = try run("encode", "bag-of-words", "--text-column", "3", input: "a\tb\n")
    #expect(column.exitCode == 65)
    #expect(column.errors.contains("standard input:1: 2 columns, expected at least 3"))
  }

  @Test func bytePairsAreLearntEncodedAndDecoded() throws {
    let model = folder("t.json")
    let text = "the food was good\n the  food\u{7f}é\n\n"
    let train = try run(
      "bpe", "train", "--vocab-size", "262", "-o", model, input: text)
    #expect(train.exitCode == 0)
    let encoded = try run("bpe", "encode", "-m", model, input: text)
    #expect(encoded.exitCode == 0)
    #expect(try run("bpe", "decode", "-m", model, input: encoded.output).output == text)
    for threads in ["1", "2", "5"] {
      let other = try run("bpe", "encode", "-m", model, "--threads", threads, input: text)
      #expect(other.output == encoded.output)
      let back = try run("bpe", "decode", "-m", model, "--threads", threads, input: other.output)
      #expect(back.output == text)
    }
    let number = try run("bpe", "decode", "-m", model, input: "1 2\n262\n")
    #expect(
      number.exitCode == 65 && number.errors.contains("standard input:2: the token number 262"))
    let tokens = try run("bpe", "encode", "-m", model, "--tokens", input: " the\n")
    #expect(tokens.output.hasPrefix("Ġ"))
    let dropped = try run("bpe", "encode", "-m", model, "--json", "--dropout", "1", input: "the\n")
    #expect(dropped.output.split(separator: ",").count == 3)
    #expect(try run("bpe", "decode", "-m", model, input: "1 x\n").exitCode == 65)
    #expect(try run("bpe", "decode", "-m", model, input: "99999\n").exitCode == 65)
    #expect(try run("bpe", "encode", "-m", folder("none"), input: "a").exitCode == 66)
  }
}

import TestSupport
import Testing

/// `vector --text-lines`, with the folders that Scripts/golden/static_models.py has made.
@Suite struct TextVectorTests {
  private static func fixture(_ name: String) -> String {
    #filePath.split(separator: "/").dropLast(2).map { "/" + $0 }.joined()
      + "/Word2VecTests/Fixtures/static/" + name
  }

  @Test func `each line of a file gives one line of values`() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try TestFiles.write("the river\n\n東京 the\n", to: folder + "/texts")
      let model = Self.fixture("wordpiece")
      let plain = try tool.run("vector", "-v", model, "--text-lines", folder + "/texts")
      #expect(plain.exitCode == 0 && plain.errors == "", "\(plain.errors)")
      let lines = plain.output.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.count == 4 && lines[1] == "0.000000\t0.000000\t0.000000\t0.000000")
      let rows = lines.prefix(3).map { $0.split(separator: "\t").compactMap { Double($0) } }
      #expect(rows.allSatisfy { $0.count == 4 })
      // The model divides by the length.
      #expect(abs(rows[0].reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
      let json = try tool.run(
        "vector", "-v", model, "--text-lines", "-", "--json", input: "the river\n")
      #expect(json.output.hasPrefix("{\"text\":\"the river\",\"vector\":["), "\(json.output)")
      let twice = try tool.run(
        "vector", "-v", model, "--text-lines", folder, "--include", "texts")
      #expect(twice.output == plain.output && twice.exitCode == 0, "\(twice.errors)")
      let unit = try tool.run(
        "vector", "-v", Self.fixture("unigram"), "--text-lines", folder + "/texts", "--normalize",
        "--style", "word2vec")
      let first = unit.output.prefix { $0 != "\n" }.split(separator: " ").compactMap { Double($0) }
      #expect(first.count == 4 && abs(first.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
    }
  }

  @Test func `what it cannot do is a usage error`() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try TestFiles.write("2 2\na 1 2\nb 2 1\n", to: folder + "/v.txt")
      for (arguments, expected) in [
        (["-v", folder + "/v.txt", "--text-lines", "-"], "with vectors of words, expected"),
        (["a", "--text-lines", "-"], "expected one of them"), ([], "no words were given"),
        (["--text-lines", "-", "--strict"], "--strict does nothing here"),
        (["a", "--html"], "--html does nothing here"),
      ] {
        let run = try tool.start(["vector"] + arguments, input: "a\n").wait()
        #expect(run.exitCode == 64 && run.errors.contains(expected), "\(arguments): \(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1 && run.output == "")
      }
    }
  }

  @Test func `words of such a folder are asked in every command`() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let model = Self.fixture("wordpiece")
      for arguments in [
        ["nearest", "thes", "-k", "2"], ["similarity", "thes", "The"], ["vector", "thes"],
        ["odd-one-out", "the", "of", "thes"], ["nearest", "the - thes"],
      ] {
        let run = try tool.start(arguments + ["-v", model]).wait()
        #expect(run.exitCode == 0 && !run.output.isEmpty, "\(arguments): \(run.errors)")
        #expect(run.errors.contains("'thes' is not in the vocabulary; its vector is made of"))
      }
      let info = try tool.run("info", model)
      #expect(info.output.contains("model2vec") && info.exitCode == 0)
      let out = try tool.run("convert", model, folder + "/o.bin")
      #expect(out.errors.contains("the tokenizer that makes vectors of texts"))
    }
  }
}

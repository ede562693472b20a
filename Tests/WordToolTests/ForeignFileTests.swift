import TestSupport
import Testing

/// Files of other tools and of other commands: what they are, and what to do with them.
@Suite struct ForeignFileTests {
  private static func floats(_ values: Float...) -> [UInt8] {
    values.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian) { Array($0) } }
  }

  @Test func aBlankInsideAWordOfABinaryFileIsWarnedOf() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      // As gensim writes the keys: the blank ends the word, and all after it is shifted.
      try TestFiles.write(
        Array("3 3\nthe ".utf8) + Self.floats(0.1, 0.2, 0.3) + Array("New York ".utf8)
          + Self.floats(1, 2, 3) + Array("cat ".utf8) + Self.floats(-0.7, 0.9, 1.1),
        to: folder + "/v.bin")
      for arguments in [
        ["info", "v.bin"], ["convert", "v.bin", "o.vec"], ["nearest", "the", "-v", "v.bin"],
      ] {
        let run = try tool.start(arguments, workingFolder: folder).wait()
        let refused = run.exitCode == 65
        #expect(refused || run.errors.contains("control characters"), "\(run.errors)")
      }
    }
  }

  @Test(arguments: [["New York", "the", "cat"], ["the", "cat", "New York"], ["New York"]])
  func aRefusalOfABinaryFileNamesTheBlankAsItsCause(_ keys: [String]) throws {
    try TestFiles.withFolder { folder in
      let rows = keys.enumerated().map { place, key in
        Array((key + " ").utf8) + Self.floats(0.1, 2, Float(place) - 0.7)
      }
      try TestFiles.write(
        Array("\(keys.count) 3\n".utf8) + rows.joined(), to: folder + "/v.bin")
      let run = try Tool(folder: folder).run("info", folder + "/v.bin")
      #expect(run.exitCode == 65, "\(run.output)")
      #expect(run.errors.contains("a blank inside of a word shifts all"), "\(run.errors)")
    }
  }

  @Test func aVeryLongWordOfABinaryFileComesBack() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let word = String(repeating: "x", count: 70_000)
      try TestFiles.write("2 1\n\(word) 1\nb 2\n", to: folder + "/v.txt")
      #expect(try tool.run("convert", folder + "/v.txt", folder + "/v.bin").exitCode == 0)
      #expect(try tool.run("vector", "b", "-v", folder + "/v.bin").output == "b\t2.000000\n")
    }
  }

  @Test func wordsThatAreNotUTF8AreKeptOnRequest() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try TestFiles.write(
        Array("2 2\ncaf".utf8) + [0xC3] + Array(" 1 2\nb 1 0\n".utf8), to: folder + "/v.txt")
      let refused = try tool.run("info", folder + "/v.txt")
      #expect(refused.exitCode == 65 && refused.errors.contains("--lossy keeps it"))
      let kept = try tool.run("nearest", "b", "-v", folder + "/v.txt", "--lossy")
      #expect(kept.exitCode == 0 && kept.output.hasPrefix("caf\u{FFFD}\t"))
      #expect(kept.errors.contains("1 word that is not UTF-8 was repaired"))
      #expect(
        try tool.run("convert", "--lossy", folder + "/v.txt", folder + "/o.vec").exitCode == 0)
    }
  }

  @Test func vectorsComeThroughAPipe() throws {
    try TestFiles.withFolder { folder in
      _ = try Samples.writeVectors(in: folder)
      let run = try Tool(folder: folder).run(
        shell:
          "mkfifo \(folder)/p; cat \(folder)/sample.txt > \(folder)/p & \"$@\" -v \(folder)/p",
        "nearest", "sweden", "-k", "1")
      #expect(run.output == "norway\t0.980000\n", "\(run.errors)")
    }
  }

  @Test func aFileOfAnotherCommandIsCalledByItsName() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let samples = try Samples.writeVectors(in: folder)
      func path(_ name: String) -> String { folder + "/" + name }
      try TestFiles.write(Samples.text(lines: 30), to: path("text"))
      try TestFiles.write(
        String(repeating: "good\ta fine film\nbad\ta dull film\n", count: 10), to: path("l.tsv"))
      for arguments in [
        ["convert", samples, path("v.safetensors")],
        ["train-lm", path("text"), "-o", path("m.arpa"), "--model", "ngram", "-q"],
        ["train-lm", path("text"), "-o", path("m.lm"), "--hidden", "4", "--epochs", "1", "-q"],
        ["train-classifier", path("l.tsv"), "-o", path("m.model"), "-q"],
      ] {
        let run = try tool.start(arguments).wait()
        #expect(run.exitCode == 0, "\(run.errors)")
      }
      for (arguments, what) in [
        (["generate", path("v.safetensors")], "v.safetensors: word vectors, expected"),
        (
          ["classify", path("v.safetensors"), path("text")], "v.safetensors: word vectors, expected"
        ),
        (["classify", path("m.lm"), path("text")], "m.lm: a neural language model, expected"),
        (["nearest", "a", "-v", path("m.model")], "m.model: a classifier of texts, expected"),
        (["nearest", "a", "-v", path("m.arpa")], "m.arpa: an n-gram model in ARPA format"),
      ] {
        let run = try tool.start(arguments).wait()
        #expect(run.exitCode >= 65 && run.errors.contains(what), "\(arguments): \(run.errors)")
      }
    }
  }

  /// The rule stands in a header whose length may not change: 14.0 is as long as 15.0.
  @Test func aRuleOfAnotherUnicodeVersionIsWarnedOfInEveryKindOfFile() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      func path(_ name: String) -> String { folder + "/" + name }
      try TestFiles.write(Samples.text(lines: 60), to: path("text"))
      try TestFiles.write(
        String(repeating: "good\ta fine film\nbad\ta dull film\n", count: 10), to: path("l.tsv"))
      let words = ["--tokenizer", "words"]
      for (arguments, name, question) in [
        (["train-embeddings", path("text"), "-o"], "v", ["nearest", "king", "-v"]),
        (["train-classifier", path("l.tsv"), "-o"], "c", ["classify", "-t", "a film"]),
        (
          ["train-lm", path("text"), "--model", "ngram"] + words + ["-o"], "n",
          ["generate", "--length", "1"]
        ),
        (
          ["train-lm", path("text"), "--hidden", "4", "--epochs", "1"] + words + ["-o"], "l",
          ["generate", "--length", "1"]
        ),
      ] {
        let trained = try tool.start(arguments + [path(name), "-q"]).wait()
        #expect(trained.exitCode == 0, "\(trained.errors)")
        #expect(!(try tool.start(question + [path(name)]).wait()).errors.contains("made with ICU"))
        var bytes = try #require(TestFiles.readBytes(path(name)))
        let version = try tool.run("info", "--json").output
          .split(separator: #""unicode":""#)[1].prefix { $0 != "\"" }
        let older = String(repeating: "1", count: version.utf8.count - 2) + ".0"
        var found = false
        for at in bytes.indices.dropLast(version.utf8.count)
        where bytes[at...].starts(with: version.utf8)
          && bytes[..<at].suffix(25).contains(UInt8(ascii: "V"))
        {
          bytes.replaceSubrange(at..<at + version.utf8.count, with: older.utf8)
          found = true
        }
        #expect(found, "no version in \(name)")
        try TestFiles.write(bytes, to: path(name))
        let run = try tool.start(question + [path(name)]).wait()
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(run.errors.contains("\(name) was made with ICU"), "\(name): \(run.errors)")
      }
    }
  }
}

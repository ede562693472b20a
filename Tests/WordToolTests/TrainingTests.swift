import Libc
import Testing
import TestSupport

@Suite struct TrainingTests {
  private static let small = ["--dim", "16", "--epochs", "2", "--sample", "0", "-q"]

  @Test func theSummaryHasTheFieldsOfTheContract() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(Samples.text(lines: 500), to: folder + "/text")
      let run = try Tool(folder: folder).start(
        ["train-embeddings", folder + "/text", "-o", folder + "/v.bin", "--json"] + Self.small
      ).wait()
      #expect(run.exitCode == 0, "\(run.errors)")
      #expect(
        try run.json().names == [
          "files", "bytes", "tokens", "vocabulary", "dimension", "epochs", "seconds",
          "wordsPerSecond", "loss",
          "threads", "seed", "peakResidentBytes", "vectors", "isDefault", "example",
        ])
      #expect(try run.json().contains(#""tokens":6000"#))
      #expect(try run.json().contains(#""vocabulary":16"#))
    }
  }

  @Test func equalBytesForAnyThreadsAndKernels() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(Samples.text(lines: 2000), to: folder + "/text")
      var files: [[UInt8]] = []
      let runs = [("1", ""), ("2", ""), ("3", ""), ("2", "scalar")]
      for (number, (threads, kernels)) in runs.enumerated() {
        var tool = Tool(folder: folder)
        if !kernels.isEmpty { tool.variables["WORDTOOL_KERNELS"] = kernels }
        let path = "\(folder)/v\(number).safetensors"
        let run = try tool.start(
          ["train-embeddings", folder + "/text", "-o", path, "--threads", threads] + Self.small
        ).wait()
        #expect(run.exitCode == 0, "\(run.errors)")
        files.append(TestFiles.readBytes(path) ?? [])
      }
      #expect(!files[0].isEmpty)
      for file in files.dropFirst() { #expect(file == files[0]) }
    }
  }

  @Test func vectorsWithoutANameBecomeTheDefault() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try TestFiles.write(Samples.text(lines: 500), to: folder + "/notes.txt")
      let run = try tool.start(["train-embeddings", folder + "/notes.txt"] + Self.small).wait()
      #expect(run.exitCode == 0, "\(run.errors)")
      let path = folder + "/data/wordtool/vectors/notes.safetensors"
      #expect(TestFiles.read(folder + "/data/wordtool/last-vectors") == path + "\n")
      #expect(try tool.run("info", "--json").json().contains(#""chosenBecause":"lastTrained""#))
      #expect(try tool.run("nearest", "sweden", "-k", "3").output.split(separator: "\n").count == 3)

      // A record of a file that is gone is told and passed over.
      unlink(path)
      let gone = try tool.run("info", "--json")
      #expect(gone.errors.contains("is gone"))
      #expect(!gone.output.contains("lastTrained"))
    }
  }

  @Test func vectorsWithANameBecomeTheDefaultOnRequest() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try TestFiles.write(Samples.text(lines: 500), to: folder + "/text")
      func train(_ options: String...) throws -> Subprocess.Result {
        let run = try tool.start(
          ["train-embeddings", "text"] + options + Self.small, workingFolder: folder
        ).wait()
        #expect(run.exitCode == 0, "\(run.errors)")
        return run
      }
      func record() -> String? { TestFiles.read(folder + "/data/wordtool/last-vectors") }
      for options in [["-o", "it's.bin"], ["--no-default"]] {
        let run = try tool.start(
          ["train-embeddings", "text"] + options + Self.small, workingFolder: folder
        ).wait()
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(record() == nil)
        // The line that says how to ask is one that a shell understands.
        let ask = try #require(run.output.split(separator: "\n").first { $0.hasPrefix("ask ") })
        let answer = try tool.start(
          [], workingFolder: folder,
          shell: "PATH=$(dirname \"$1\"):$PATH; \(ask.dropFirst(4))"
        ).wait()
        #expect(answer.exitCode == 0 && !answer.output.isEmpty, "\(ask): \(answer.errors)")
      }
      let named = try train("-o", "v.bin", "--default")
      #expect(named.output.contains("asked from now on"))
      #expect(record()?.hasPrefix("/") == true && record()?.hasSuffix("/v.bin\n") == true)
      _ = try train("-o", "w.bin")
      #expect(record()?.hasSuffix("/v.bin\n") == true)
      let json = try train("--json").json()
      #expect(json["isDefault"] == .bool(true) && json["example"].text != nil)
      #expect(record()?.hasSuffix("/text.safetensors\n") == true)
      let stream = try tool.run("train-embeddings", folder + "/text", "-o", "-", "--default")
      #expect(stream.exitCode == 64)
    }
  }

  @Test func pipesInAndOut() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let text = Samples.text(lines: 500)
      let run = try tool.start(
        ["train-embeddings", "-", "-o", "-", "--format", "word2vec-text"] + Self.small,
        input: text
      ).wait()
      #expect(run.exitCode == 0, "\(run.errors)")
      #expect(run.output.hasPrefix("16 16\n"))
      #expect(run.output.split(separator: "\n").count == 17)
      // Vectors that went to standard output are nowhere to be found later.
      #expect(TestFiles.read(folder + "/data/wordtool/last-vectors") == nil)
      let words = try tool.run("vocab", "-", "-q", input: text)
      #expect(words.output.split(separator: "\n").count == 16)
      let tokens = try tool.run("tokenize", input: "The food was GOOD, not bad.\n")
      #expect(tokens.output == "the\nfood\nwas\ngood\nnot\nbad\n")
    }
  }

  @Test func vocabularyMetricsAndContextAreWritten() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try TestFiles.write(Samples.text(lines: 500), to: folder + "/text")
      let run = try tool.start(
        [
          "train-embeddings", folder + "/text", "-o", folder + "/v.txt", "--save-vocab",
          folder + "/vocab", "--metrics", folder + "/m.jsonl", "--save-context", folder + "/c.txt",
        ] + Self.small
      ).wait()
      #expect(run.exitCode == 0, "\(run.errors)")
      #expect(TestFiles.read(folder + "/vocab")?.split(separator: "\n").count == 16)
      #expect(TestFiles.read(folder + "/c.txt")?.hasPrefix("16 16\n") == true)
      let metrics = TestFiles.read(folder + "/m.jsonl") ?? ""
      #expect(metrics.contains(#""learningRate":"#) && metrics.hasSuffix("}\n"))

      // The saved vocabulary gives the same vectors as the text's own.
      let again = try tool.start(
        [
          "train-embeddings", folder + "/text", "-o", folder + "/w.txt", "--vocab",
          folder + "/vocab",
        ] + Self.small
      ).wait()
      #expect(again.exitCode == 0, "\(again.errors)")
      #expect(TestFiles.readBytes(folder + "/v.txt") == TestFiles.readBytes(folder + "/w.txt"))
    }
  }

  @Test(arguments: [1, 2]) func anInterruptedRunLeavesTheOldOutputWhole(_ signals: Int) throws {
    try TestFiles.withFolder { folder in
      mkdir(folder + "/out", 0o777)
      mkdir(folder + "/tmp", 0o777)
      try TestFiles.write(Samples.text(lines: 2000), to: folder + "/text")
      try TestFiles.write("old", to: folder + "/out/v.bin")
      var tool = Tool(folder: folder)
      tool.variables["TMPDIR"] = folder + "/tmp"
      try #require(mkfifo(folder + "/metrics", 0o600) == 0)
      let process = try tool.converse(
        "train-embeddings", folder + "/text", "-o", folder + "/out/v.bin", "--epochs", "1000000",
        "--metrics", folder + "/metrics", "-q")
      // Training has begun when its first line is there.
      #expect(PipeReader(path: folder + "/metrics").line() != nil)
      process.signal(SIGINT)
      if signals == 2 { process.signal(SIGTERM) }
      let run = process.wait()
      #expect(run.exitCode == 130)
      #expect(run.output.isEmpty)
      if signals == 1 {
        #expect(run.errors.contains("wordtool: stopping after this step"))
        #expect(run.errors.contains("/out/v.bin is as it was before"))
      }
      #expect(TestFiles.read(folder + "/out/v.bin") == "old")
      #expect(TestFiles.names(in: folder + "/out") == ["v.bin"])
      #expect(TestFiles.names(in: folder + "/tmp").isEmpty)
    }
  }

  @Test func anInterruptedRunIsContinuedToTheVeryBytes() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(Samples.text(lines: 3000), to: folder + "/text")
      let tool = Tool(folder: folder)
      let options = ["train-embeddings", folder + "/text", "--dim", "50", "--epochs", "200", "-q"]
      let whole = try tool.start(options + ["-o", folder + "/whole.bin"]).wait()
      #expect(whole.exitCode == 0, "\(whole.errors)")

      let output = ["-o", folder + "/broken.bin"]
      let pipe = folder + "/metrics"
      try #require(mkfifo(pipe, 0o600) == 0)
      let process = try tool.start(
        options + output + ["--checkpoint", folder + "/checkpoint", "--metrics", pipe])
      let metrics = PipeReader(path: pipe)
      // A hundredth of the work is done.
      for _ in 0..<2 { #expect(metrics.line() != nil) }
      process.signal(SIGINT)
      let broken = process.wait()
      #expect(broken.exitCode == 130, "\(broken.errors)")
      #expect(broken.errors.contains("go on with --resume"))
      #expect(TestFiles.readBytes(folder + "/broken.bin") == nil)
      let rest = try tool.start(
        options + output + ["--resume", folder + "/checkpoint", "--threads", "1", "--json"]
      ).wait()
      #expect(rest.exitCode == 0, "\(rest.errors)")
      // The pace is that of the words this run has read.
      let summary = try rest.json()
      let words =
        try #require(summary["wordsPerSecond"].number) * #require(summary["seconds"].number)
      #expect(words < 36_000 * 199.5)
      #expect(
        TestFiles.readBytes(folder + "/broken.bin") == TestFiles.readBytes(folder + "/whole.bin"))

      let other = try tool.start(
        options + output + ["--resume", folder + "/nowhere"]
      ).wait()
      #expect(other.exitCode == 66)
    }
  }

  @Test func checkpointsAreWrittenWhileItTrainsAndChangeNothing() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(Samples.text(lines: 3000), to: folder + "/text")
      let tool = Tool(folder: folder)
      let options = ["train-embeddings", folder + "/text", "--dim", "20", "--epochs", "20", "-q"]
      let whole = try tool.start(options + ["-o", folder + "/whole.bin"]).wait()
      #expect(whole.exitCode == 0, "\(whole.errors)")
      let run = try tool.start(
        options + ["-o", folder + "/run.bin", "--checkpoint", folder + "/checkpoint"]
          + ["--checkpoint-every", "0.000001"]
      ).wait()
      #expect(run.exitCode == 0, "\(run.errors)")
      let bytes = TestFiles.readBytes(folder + "/whole.bin")
      #expect(bytes != nil && TestFiles.readBytes(folder + "/run.bin") == bytes)
    }
  }

  @Test func trainingBeginsWithGivenVectors() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(Samples.text(lines: 500), to: folder + "/text")
      let tool = Tool(folder: folder)
      let train = ["train-embeddings", folder + "/text"] + Self.small
      #expect(try tool.start(train + ["-o", folder + "/a.bin"]).wait().exitCode == 0)
      let second = try tool.start(
        train + ["-o", folder + "/b.bin", "--init", folder + "/a.bin"]
      ).wait()
      #expect(second.exitCode == 0, "\(second.errors)")
      #expect(second.errors.contains("16 of 16 words begin"))
      #expect(TestFiles.readBytes(folder + "/a.bin") != TestFiles.readBytes(folder + "/b.bin"))
      let wrong = try tool.start(
        train + ["-o", folder + "/c.bin", "--init", folder + "/a.bin", "--dim", "17"]
      ).wait()
      #expect(wrong.exitCode == 65)
      #expect(wrong.errors.contains("use --dim 16"))
    }
  }

  @Test func aCorpusIsMadeAndTrainedOn() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let made = try tool.run(
        "corpus", "make", "atlas", "--words", "5000", "--json", workingFolder: folder)
      #expect(made.exitCode == 0, "\(made.errors)")
      #expect(try made.json().contains(#""name":"atlas""#))
      #expect(TestFiles.names(in: folder).contains("atlas.txt"))
      let questions = TestFiles.read(folder + "/atlas-questions.txt") ?? ""
      #expect(questions.hasPrefix(":") || questions.contains("\n: "))
      let list = try tool.run("corpus", "list", "--json")
      #expect(try list.json().contains(#""name":"atlas""#))
    }
  }

  @Test func aCopiedToolFindsItsData() throws {
    try TestFiles.withFolder { folder in
      var tool = Tool(folder: folder)
      let built = Tool.path.split(separator: "/").dropLast().map { "/" + $0 }.joined()
      let copy = folder + "/elsewhere"
      mkdir(copy, 0o777)
      let run = try Subprocess(
        "/bin/cp",
        ["-R", Tool.path, built + "/wordtool_CorpusFiles.resources", copy], folder: folder
      ).wait()
      #expect(run.exitCode == 0, "\(run.errors)")
      tool.executable = copy + "/wordtool"
      let made = try tool.run(
        "corpus", "make", "atlas", "--words", "1000", "-o", "-", workingFolder: "/")
      #expect(made.exitCode == 0, "\(made.errors)")
      #expect(made.output.split(separator: " ").count >= 900)
    }
  }

  @Test(
    "every model trains to the same bytes for any number of threads, and answers",
    arguments: [
      ["--model", "cbow"], ["--loss", "hs"], ["--loss", "hs+ns"],
      ["--model", "cbow", "--loss", "hs"],
      ["--subwords", "3-5"], ["--subwords", "4", "--model", "cbow", "--buckets", "50"],
      ["--fixed-window"],
    ])
  func everyModel(options: [String]) throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try TestFiles.write(Samples.text(lines: 500), to: folder + "/text")
      for threads in ["1", "2"] {
        let run = try tool.start(
          [
            "train-embeddings", folder + "/text", "-o", "\(folder)/v\(threads).safetensors",
            "--threads", threads,
          ]
            + Self.small + options
        ).wait()
        #expect(run.exitCode == 0, "\(run.errors)")
      }
      let bytes = TestFiles.readBytes(folder + "/v1.safetensors")
      #expect(bytes != nil && bytes == TestFiles.readBytes(folder + "/v2.safetensors"))
      let unknown = try tool.start(["vector", "-v", folder + "/v1.safetensors", "kingdom"]).wait()
      #expect((unknown.exitCode == 0) == options.contains("--subwords"), "\(unknown.errors)")
    }
  }

  @Test("with n-grams .bin is fastText's, and a format that cannot hold them says so")
  func nGramsAndFormats() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try TestFiles.write(Samples.text(lines: 500), to: folder + "/text")
      let command =
        ["train-embeddings", folder + "/text", "--subwords", "3-5", "--buckets", "99"] + Self.small
      let model = try tool.start(command + ["-o", folder + "/v.bin"]).wait()
      #expect(model.exitCode == 0 && !model.errors.contains("cannot hold"), "\(model.errors)")
      let facts = try tool.start(["info", "-v", folder + "/v.bin", "--json"]).wait()
      #expect(facts.output.contains("fasttext-model"), "\(facts.output)")
      let text = try tool.start(command + ["-o", folder + "/v.vec"]).wait()
      #expect(
        text.exitCode == 0 && text.errors.contains("cannot hold the n-grams"), "\(text.errors)")
    }
  }

  @Test(
    "options that have no effect on what is trained are refused",
    arguments: [
      ["--loss", "hs", "--negative", "3"], ["--loss", "hs", "--noise-exponent", "1"],
      ["--loss", "hs", "--save-context", "c.vec"], ["--buckets", "99"],
      ["--freeze", "all"],
      ["--subwords", "6-3"], ["--subwords", "0-3"],
      ["--subwords", "3-6", "--buckets", "0"],
    ])
  func refusedOptions(options: [String]) throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(Samples.text(lines: 5), to: folder + "/text")
      let run = try Tool(folder: folder).start(
        ["train-embeddings", folder + "/text", "-o", folder + "/v.safetensors"] + options
      ).wait()
      #expect(run.exitCode == 64, "\(run.errors)")
      #expect(TestFiles.readBytes(folder + "/v.safetensors") == nil)
    }
  }
}

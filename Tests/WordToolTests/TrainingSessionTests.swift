import Libc
import TestSupport
import Testing

/// What all trainings have in common.
@Suite struct TrainingSessionTests {
  private static let small = [
    "--hidden", "8", "--embedding", "8", "--batch", "4", "--bptt", "8", "-q",
  ]

  private func trainLM(
    in folder: String, _ options: String...
  ) throws -> Subprocess.Result {
    try TestFiles.write(Samples.text(lines: 60), to: folder + "/text")
    return try Tool(folder: folder).start(
      ["train-lm", folder + "/text", "-o", folder + "/m"] + Self.small + options
    ).wait()
  }

  @Test func metricsAreThereWhileTheTrainingGoesOnAndStay() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(Samples.text(lines: 60), to: folder + "/text")
      let talk = try Tool(folder: folder).converse(
        "train-lm", folder + "/text", "-o", folder + "/m", "--hidden", "8", "--embedding", "8",
        "--epochs", "1000000", "--metrics", folder + "/metrics", "--progress", "plain")
      for epoch in 1...3 {
        // Told when the epoch has ended.
        let told = try #require(talk.errors.line())
        guard told.contains("epoch \(epoch) ") else { continue }
        let lines = try JSONValue.lines(TestFiles.read(folder + "/metrics") ?? "")
        #expect(lines.count >= epoch)
        #expect(lines.first?["epoch"] == .number(1))
      }
      talk.signal(SIGKILL)
      #expect(talk.wait().exitCode == 128 + SIGKILL)
      let lines = try JSONValue.lines(TestFiles.read(folder + "/metrics") ?? "")
      #expect(!lines.isEmpty && lines[0].names.isSuperset(of: ["epoch", "loss", "learningRate"]))
    }
  }

  @Test func aResumedTrainingContinuesItsCurve() throws {
    try TestFiles.withFolder { folder in
      let metrics = ["--metrics", folder + "/metrics", "--checkpoint", folder + "/state"]
      let first = try trainLM(
        in: folder, "--epochs", "2", metrics[0], metrics[1], metrics[2], metrics[3])
      #expect(first.exitCode == 0, "\(first.errors)")
      // What a run that was killed wrote after its last checkpoint, the last line not to its end.
      let curve = TestFiles.read(folder + "/metrics") ?? ""
      let second = curve.split(separator: "\n").last.map(String.init) ?? ""
      let later = second.replacingLast("\"steps\":", by: "\"steps\":9")
      try TestFiles.write(curve + later + "\n" + second.prefix(20), to: folder + "/metrics")
      let rest = try trainLM(
        in: folder, "--epochs", "4", "--resume", folder + "/state", metrics[0], metrics[1])
      #expect(rest.exitCode == 0, "\(rest.errors)")
      let lines = try JSONValue.lines(TestFiles.read(folder + "/metrics") ?? "")
      #expect(lines.map { $0["epoch"].number } == [1, 2, 3, 4])
    }
  }

  @Test func metricsOfBeforeStayUntilThereAreOthers() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write("old\n", to: folder + "/metrics")
      try TestFiles.write("", to: folder + "/empty")
      let run = try Tool(folder: folder).run(
        "train-lm", folder + "/empty", "-o", folder + "/m", "--metrics", folder + "/metrics")
      #expect(run.exitCode == 65)
      #expect(TestFiles.read(folder + "/metrics") == "old\n")
      let other = try Tool(folder: folder).run(
        "train-lm", folder + "/empty", "-o", folder + "/m", "--metrics", folder + "/new")
      #expect(other.exitCode == 65)
      #expect(TestFiles.names(in: folder).contains("new") == false)
    }
  }

  @Test func aPerplexityThatIsNotFiniteHasDiverged() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write("old", to: folder + "/m")
      try TestFiles.write(Samples.text(lines: 60), to: folder + "/text")
      let run = try Tool(folder: folder).run(
        "train-lm", folder + "/text", "-o", folder + "/m", "--embedding", "8", "--batch", "4",
        "--bptt", "8", "-q", "--model", "bag-of-words", "--lr", "1e6", "--epochs", "1", "--valid",
        folder + "/text", "--metrics", folder + "/metrics")
      #expect(run.exitCode == 75, "\(run.errors)")
      #expect(run.errors.contains("--lr"), "\(run.errors)")
      #expect(TestFiles.read(folder + "/m") == "old")
    }
  }

  @Test func aCheckpointThatCannotBeWrittenIsToldBeforeTheWork() throws {
    try TestFiles.withFolder { folder in
      let run = try trainLM(in: folder, "--checkpoint", folder + "/no/state", "--epochs", "1000000")
      #expect(run.exitCode == 73 && run.errors.contains("/no/state"), "\(run.errors)")
      #expect(TestFiles.names(in: folder).contains("m") == false)
    }
  }

  @Test func aFolderOfCheckpointsIsMadeAndNoFoldersAboveIt() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try TestFiles.write(Samples.text(lines: 20), to: folder + "/text")
      let training = [
        "train-embeddings", "text", "-o", "o.vec", "--epochs", "1", "--dim", "8", "-q",
        "--checkpoint",
      ]
      let deep = try tool.start(training + ["a/b/c"], workingFolder: folder).wait()
      #expect(deep.exitCode == 73, "\(deep.errors)")
      #expect(deep.errors.contains("a/b/c: no folder to make it in; make it with mkdir -p"))
      #expect(!TestFiles.names(in: folder).contains { $0 == "a" || $0 == "o.vec" })
      for _ in 0..<2 {
        let run = try tool.start(training + ["a"], workingFolder: folder).wait()
        #expect(run.exitCode == 0, "\(run.errors)")
      }
      try TestFiles.write("no folder", to: folder + "/file")
      let taken = try tool.start(training + ["file"], workingFolder: folder).wait()
      #expect(taken.exitCode == 73 && taken.errors.contains("file: "), "\(taken.errors)")
    }
  }

  @Test func aModelStaysWhenItsMeasurementFails() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try TestFiles.write(Samples.text(lines: 20), to: folder + "/text")
      // A pipe can be read once, so that its text is not looked at before.
      let run = try tool.start(
        [
          "train-lm", folder + "/text", "-o", folder + "/m", "--model", "ngram", "--order", "2",
          "-q", "--test", "-",
        ], input: "\n\n"
      ).wait()
      #expect(run.exitCode == 65 && run.errors.contains("a text without tokens"), "\(run.errors)")
      #expect(try tool.run("perplexity", folder + "/m", folder + "/text").exitCode == 0)
    }
  }

  // Under a sanitizer a process wants terabytes of addresses before it begins.
  @Test(.enabled(if: !RealData.isSanitized))
  func threadsThatTheSystemRefusesAreToldInOneLine() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(Samples.text(lines: 20), to: folder + "/text")
      // Each thread wants 8 MB of addresses for its stack.
      for command in ["vocab", "train-embeddings"] {
        let run = try Tool(folder: folder).run(
          shell: "ulimit -v 1200000; exec \"$@\"", command, folder + "/text", "--threads", "512",
          "-q")
        #expect(run.exitCode == 1 && run.output.isEmpty, "\(run.exitCode)")
        let lines = run.errors.split(separator: "\n")
        #expect(lines.count == 1 && run.errors.contains("refuses a thread"), "\(run.errors)")
        #expect(run.errors.contains("use fewer --threads"))
      }
    }
  }

  @Test func oneOfAKindIsToldInTheSingular() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try TestFiles.write("one two\n", to: folder + "/text")
      let run = try tool.run(
        "train-embeddings", folder + "/text", "-o", folder + "/o.vec", "--min-count", "1",
        "--epochs", "1", "--dim", "4")
      #expect(run.exitCode == 0, "\(run.errors)")
      #expect(run.output.contains("in 1 file\n") && run.output.contains("tokens       2, 1 time\n"))
      try TestFiles.write([0x61, 0xFF, 0x20, 0x62, 0x0A], to: folder + "/bad")
      let words = try tool.run("vocab", folder + "/bad", "-q")
      #expect(words.errors.contains("1 byte sequence is not UTF-8 and was replaced by U+FFFD"))
      try TestFiles.write([0x61, 0xFF, 0x20, 0x62, 0xFF, 0x0A], to: folder + "/bad")
      let more = try tool.run("vocab", folder + "/bad", "-q")
      #expect(more.errors.contains("2 byte sequences are not UTF-8 and were replaced by U+FFFD"))
    }
  }

  @Test func outputsOnOnePathAreRefused() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let text = folder + "/text"
      try TestFiles.write(Samples.text(lines: 60), to: text)
      for options in [
        ["-o", "s", "--save-context", "./s"], ["-o", "s", "--metrics", folder + "/s"],
        ["-o", "text"], ["-o", "-", "--json"], ["-o", ""],
      ] {
        let run = try tool.start(
          ["train-embeddings", "text", "-q"] + options, workingFolder: folder
        ).wait()
        #expect(run.exitCode == 64, "\(options): \(run.errors)")
        #expect(run.output.isEmpty)
      }
      #expect(TestFiles.names(in: folder).contains("s") == false)
      #expect(TestFiles.read(text) == Samples.text(lines: 60))
    }
  }

  @Test(arguments: ["v.vec", "v.bin", "v.txt"])
  func aWordThatTheFormatCannotHoldIsToldBeforeTraining(_ name: String) throws {
    try TestFiles.withFolder { folder in
      let run = try Tool(folder: folder).run(
        "train-embeddings", "-", "--normalize", "nfkc", "--min-count", "1", "--dim", "4",
        "--epochs", "1000000", "-q", "-o", folder + "/" + name, input: "\u{FDFA} is a word\n")
      #expect(run.exitCode == 1 && run.errors.contains("write safetensors"), "\(run.errors)")
      #expect(TestFiles.readBytes(folder + "/" + name) == nil)
    }
  }
}

extension String {
  /// The text with the last occurrence of `part` replaced.
  fileprivate func replacingLast(_ part: String, by other: String) -> String {
    guard let range = ranges(of: part).last else { return self }
    return self[..<range.lowerBound] + other + self[range.upperBound...]
  }

  /// A measurement that cannot be made is known before the hours of a training, not after them.
  @Test func aTextToMeasureOnWithoutTokensIsRefusedBeforeTheTraining() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(Samples.text(lines: 20), to: folder + "/text")
      try TestFiles.write(
        String(repeating: "__label__a good\n__label__b bad\n", count: 4), to: folder + "/labels")
      try TestFiles.write(
        String(repeating: "the D\nplay N\n\nthey P\nplay V\n\n", count: 4), to: folder + "/tags")
      try TestFiles.write("", to: folder + "/empty")
      try TestFiles.write("\n\n \n", to: folder + "/blank")
      let net = ["--hidden", "4", "--epochs", "1"]
      let trainings: [[String]] = [
        ["train-lm", "text", "--model", "ngram"],
        ["train-lm", "text", "--embedding", "4"] + net,
        ["train-lm", "text", "--embedding", "4", "--model", "fixed-window"] + net,
        ["train-lm", "text", "--embedding", "4", "--model", "bag-of-words", "--epochs", "1"],
        ["train-classifier", "labels"], ["train-classifier", "labels", "--model", "fasttext"],
        ["train-classifier", "labels", "--format", "fasttext", "--model", "gru"] + net,
        ["train-tagger", "tags"] + net,
      ]
      for training in trainings {
        for (option, file) in [("--valid", "empty"), ("--test", "empty"), ("--test", "blank")] {
          let arguments = training + ["-o", "m", option, file, "--progress", "json"]
          let run = try Tool(folder: folder).start(arguments, workingFolder: folder).wait()
          #expect(run.exitCode == 65, "\(arguments): \(run.output)\(run.errors)")
          #expect(run.errors.contains("error: \(file): "), "\(arguments): \(run.errors)")
          #expect(!run.errors.contains("training"), "\(arguments): \(run.errors)")
          #expect(TestFiles.read(folder + "/m") == nil, "\(arguments)")
        }
      }
    }
  }
}

import Libc
import TestSupport
import Testing

/// Names of outputs: what they promise, where they lead, which exclude each other.
@Suite struct OutputTests {
  private func run(
    _ arguments: [String], in folder: String, shell: String? = nil
  ) throws -> Subprocess.Result {
    try Tool(folder: folder).start(arguments, workingFolder: folder, shell: shell).wait()
  }

  private func expectUsage(
    _ run: Subprocess.Result, _ part: String, _ arguments: [String],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(
      run.exitCode == 64 && run.errors.contains(part)
        && run.errors.split(separator: "\n").count == 1, "\(arguments): \(run.errors)",
      sourceLocation: sourceLocation)
  }

  // MARK: Suffixes

  @Test func aSuffixThatStandsForNoFormatIsRefusedWithTheList() throws {
    let vectors = ".safetensors, .bin, .txt, .vec, .glove, .npy, .npz, .tsv, .fifu, .floret or none"
    let cases: [([String], String)] =
      ["x.csv", "x.json", "x.kv", "x.model", "x.100d.gz"].map {
        (["convert", "sample.txt", $0], vectors)
      } + [
        (["train-embeddings", "text", "-o", "x.csv"], vectors),
        (["train-embeddings", "text", "-o", "x", "--save-context", "x.csv"], vectors),
        (["train-embeddings", "text", "-o", "x", "--save-vocab", "x.json"], ".txt"),
        (["encode", "tf-idf", "text", "-o", "x.csv"], ".mtx, .npz, .npy, .json, .jsonl or none"),
        (["encode", "tf-idf", "text", "-o", "x.mtx", "--save", "x.npz"], ".safetensors or none"),
        (["recall", "-o", "x.jpg"], ".svg, .png or none"),
        (["gradient-flow", "text", "-o", "x.pdf"], ".svg, .png or none"),
        (["bpe", "train", "text", "-o", "x.model"], ".json or none"),
        (
          ["train-lm", "text", "--model", "ngram", "-o", "x.bin"],
          ".arpa, .lm, .safetensors or none"
        ),
        (["train-lm", "text", "-o", "x.arpa"], ".safetensors or none"),
        (["train-lm", "text", "-o", "x.onnx"], ".safetensors or none"),
        (["train-classifier", "train.tsv", "-o", "x.json"], ".safetensors or none"),
        (["image", "train", "set.tra", "-o", "x.pth"], ".safetensors or none"),
        (["image", "filter", "image.pgm", "--kernel", "box", "-o", "x.gif"], ".png, .jpg"),
        (["image", "augment", "image.pgm", "-o", "x"], ".png, .jpg"),
        (["abc", "midi", "tune.abc", "-o", "x.wav"], ".mid, .midi or none"),
        (["export-onnx", "lm", "-o", "x.pb"], ".onnx or none"),
        (["vocab", "text", "-o", "x.json"], ".txt"),
      ]
    try TestFiles.withFolder { folder in
      try WritingCommands.writeInputs(in: folder)
      for (arguments, list) in cases {
        expectUsage(try run(arguments, in: folder), list, arguments)
      }
      // The names are free where the format was said.
      let said = try run(["convert", "sample.txt", "x.glove.50d", "--format", "glove"], in: folder)
      #expect(said.exitCode == 0, "\(said.errors)")
      #expect(TestFiles.names(in: folder).filter { $0.hasPrefix("x") } == ["x.glove.50d"])
    }
  }

  @Test func whatIsMappedIsNotPacked() throws {
    try TestFiles.withFolder { folder in
      try WritingCommands.writeInputs(in: folder)
      for arguments in [
        ["convert", "sample.txt", "x.safetensors.gz"], ["convert", "sample.txt", "x.gz"],
        ["train-embeddings", "text", "-o", "x.gz"],
        ["train-embeddings", "text", "-o", "x", "--save-context", "y.safetensors.gz"],
        ["encode", "tf-idf", "text", "-o", "x.npz.gz"],
        ["encode", "tf-idf", "text", "-o", "x.mtx", "--save-weights", "x.gz"],
        ["train-lm", "text", "-o", "x.lm.gz"],
        ["train-lm", "text", "-o", "x.lm", "--checkpoint", "state.gz"],
        ["train-classifier", "train.tsv", "-o", "x.model.gz"],
        ["image", "train", "set.tra", "-o", "x.model.gz"],
        ["abc", "midi", "tune.abc", "-o", "x.mid.gz"], ["export-onnx", "lm", "-o", "x.onnx.gz"],
      ] {
        expectUsage(try run(arguments, in: folder), "without .gz", arguments)
      }
      #expect(!TestFiles.names(in: folder).contains { $0.hasPrefix("x") })
    }
  }

  @Test func whatIsPackedIsReadAgain() throws {
    try TestFiles.withFolder { folder in
      try WritingCommands.writeInputs(in: folder)
      func answer(_ arguments: String...) throws -> String {
        let run = try run(arguments, in: folder)
        #expect(run.exitCode == 0, "\(arguments): \(run.errors)")
        return run.output
      }
      /// The answer about `plain` and about `packed`, which is to be gzip.
      func expectEqual(
        _ arguments: [String], plain: String, packed: String,
        sourceLocation: SourceLocation = #_sourceLocation
      ) throws {
        let bytes = TestFiles.readBytes(folder + "/" + packed) ?? []
        #expect(bytes.starts(with: [0x1F, 0x8B]), "\(packed)", sourceLocation: sourceLocation)
        let answers = try [plain, packed].map { path in
          let run = try run(arguments.map { $0 == "IN" ? path : $0 }, in: folder)
          #expect(
            run.exitCode == 0, "\(arguments) \(path): \(run.errors)", sourceLocation: sourceLocation
          )
          return run.output
        }
        #expect(answers[0] == answers[1], "\(arguments)", sourceLocation: sourceLocation)
      }
      for name in ["v.vec", "v.txt", "v.bin", "v.glove"] {
        for end in ["", ".gz"] { _ = try answer("convert", "sample.txt", name + end) }
        try expectEqual(["nearest", "sweden", "-v", "IN"], plain: name, packed: name + ".gz")
      }
      for end in ["", ".gz"] {
        _ = try answer("vocab", "text", "-q", "-o", "words" + end)
        _ = try answer(
          "encode", "bag-of-words", "text", "-o", "rows.mtx" + end, "--names", "terms.txt" + end)
        _ = try answer("bpe", "train", "text", "--vocab-size", "300", "-o", "t.json" + end)
        _ = try answer("train-lm", "text", "--model", "ngram", "-q", "-o", "m.arpa" + end)
        _ = try answer(
          "corpus", "make", "atlas", "--words", "500", "-o", "a.txt" + end, "--questions",
          "q.txt" + end)
      }
      try expectEqual(
        ["encode", "window", "text", "--vocab", "IN"], plain: "words", packed: "words.gz")
      try expectEqual(
        ["encode", "bag-of-words", "text", "--vocabulary", "IN"], plain: "terms.txt",
        packed: "terms.txt.gz")
      try expectEqual(["bpe", "encode", "text", "-m", "IN"], plain: "t.json", packed: "t.json.gz")
      try expectEqual(["perplexity", "IN", "text"], plain: "m.arpa", packed: "m.arpa.gz")
      try expectEqual(["vocab", "IN", "-q"], plain: "a.txt", packed: "a.txt.gz")
      try expectEqual(["evaluate", "analogies", "IN"], plain: "q.txt", packed: "q.txt.gz")
      for (name, text) in [
        ("pairs", "sweden norway\nking queen\n"), ("scores", "sweden norway 9\nking queen 5\n"),
      ] {
        try TestFiles.write(text, to: folder + "/" + name)
        try TestFiles.write(Gzip.stored(Array(text.utf8)), to: folder + "/" + name + ".gz")
      }
      try expectEqual(
        ["similarity", "--pairs", "IN", "-v", "v.vec"], plain: "pairs", packed: "pairs.gz")
      try expectEqual(
        ["evaluate", "similarity", "IN", "-v", "v.vec"], plain: "scores", packed: "scores.gz")
    }
  }

  @Test func metricsArePackedALineAtATimeAndContinued() throws {
    try TestFiles.withFolder { folder in
      try WritingCommands.writeInputs(in: folder)
      let train = ["train-lm", "text", "--hidden", "4", "--embedding", "4", "-q", "-o", "m"]
      for (name, options) in [
        ("m.jsonl.gz", ["--epochs", "2", "--checkpoint", "s"]),
        ("m.jsonl.gz", ["--epochs", "4", "--resume", "s"]),
      ] {
        let run = try run(train + options + ["--metrics", name], in: folder)
        #expect(run.exitCode == 0, "\(run.errors)")
        // A line that a killed run began.
        if options.contains("--checkpoint") {
          let bytes = TestFiles.readBytes(folder + "/" + name) ?? []
          try TestFiles.write(bytes + bytes.prefix(40), to: folder + "/" + name)
        }
      }
      let unpacked = try run([], in: folder, shell: "gzip -dc m.jsonl.gz")
      let lines = try JSONValue.lines(unpacked.output)
      #expect(lines.map { $0["epoch"].number } == [1, 2, 3, 4], "\(unpacked.errors)")
    }
  }

  // MARK: Places

  @Test func standardStreamsInFilesAreWrittenThrough() throws {
    try TestFiles.withFolder { folder in
      try WritingCommands.writeInputs(in: folder)
      let plain = try run(["convert", "sample.txt", "-", "--format", "glove"], in: folder)
      #expect(plain.output.hasPrefix("sweden 1"))
      for place in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "stream", "/dev/fd/7"] {
        if place == "stream" { symlink("/dev/stdout", folder + "/stream") }
        guard access(place, F_OK) == 0 || !place.hasPrefix("/proc") else { continue }
        let run = try run(
          ["convert", "sample.txt", place, "--format", "glove"], in: folder,
          shell: "{ echo before; \"$@\"; echo after; } 7>&1 > out")
        #expect(run.exitCode == 0, "\(place): \(run.errors)")
        // Descriptor 7 is what standard output was before.
        let found = (TestFiles.read(folder + "/out") ?? "", run.output)
        #expect(
          place == "/dev/fd/7"
            ? found == ("before\nafter\n", plain.output)
            : found == ("before\n" + plain.output + "after\n", ""), "\(place): \(found)")
      }
      let names = try run(
        ["encode", "bag-of-words", "text", "-o", "rows.mtx", "--names", "/dev/stderr"], in: folder)
      #expect(names.exitCode == 0 && names.errors.hasPrefix("a\nand\n"), "\(names.errors)")
      // Where the answer would get into the file.
      let both = ["train-embeddings", "text", "-q", "--json", "-o", "/dev/stdout"]
      expectUsage(try run(both, in: folder), "where the summary is", both)
    }
  }

  @Test func linksAndModesStay() throws {
    try WritingCommands.forEach { command, tool, folder in
      mkdir(folder + "/out", 0o777)
      let (path, link) = (folder + "/out/file" + command.suffix, folder + "/link" + command.suffix)
      try TestFiles.write("old", to: path)
      chmod(path, 0o640)
      symlink("out/file" + command.suffix, link)
      let run = try tool.start(command.arguments(writing: link), workingFolder: folder).wait()
      #expect(run.exitCode == 0, "\(command.testDescription): \(run.errors)")
      var status = stat()
      #expect(lstat(link, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
      #expect(lstat(path, &status) == 0 && status.st_mode & 0o7777 == 0o640)
      #expect(TestFiles.read(path) != "old", "\(command.testDescription)")
      unlink(path)
      unlink(link)
    }
  }

  @Test func outputsThatMeetAreRefused() throws {
    try TestFiles.withFolder { folder in
      try WritingCommands.writeInputs(in: folder)
      mkdir(folder + "/texts", 0o777)
      try TestFiles.write(Samples.text(lines: 60), to: folder + "/texts/a.txt")
      try TestFiles.write("old", to: folder + "/texts/old.vec")
      try TestFiles.write("old", to: folder + "/one")
      symlink("one", folder + "/soft")
      link(folder + "/one", folder + "/hard")
      symlink("later", folder + "/toLater")
      symlink("text", folder + "/toText")
      let train = ["train-embeddings", "text", "-q", "--min-count", "1"]
      let (shared, input) = ("where another output is", "where an input is")
      let cases: [([String], String)] = [
        (train + ["-o", "one", "--save-context", "soft"], shared),
        (train + ["-o", "hard", "--save-vocab", "one"], shared),
        (train + ["-o", "toLater", "--metrics", "later"], shared),
        (train + ["-o", "-", "--save-vocab", "/dev/stdout", "--format", "glove"], shared),
        (train + ["-o", "toText"], input),
        (["train-embeddings", "texts", "-q", "-o", "texts/old.vec"], "among the texts of"),
        (["encode", "tf-idf", "text", "-o", "one", "--names", "hard"], shared),
        (["encode", "tf-idf", "text", "-o", "x", "--save", "y", "--save-weights", "./y"], shared),
        (["encode", "tf-idf", "text", "-o", "toText"], input),
        (["corpus", "make", "atlas", "-o", "one", "--questions", "soft"], shared),
        (["image", "whiten", "set.tra", "--save", "x.png", "-o", "x.png"], shared),
        (["convert", "sample.txt", "./sample.txt"], input),
        (["vocab", "text", "-o", "toText"], input),
        (["bpe", "train", "text", "-o", "toText"], input),
        (["train-lm", "text", "-o", "toText"], input),
        (["train-lm", "text", "-o", "x", "--valid", "one", "--checkpoint", "hard"], input),
        (["gradient-flow", "text", "-o", "toText"], input),
        (["abc", "midi", "tune.abc", "-o", "./tune.abc"], input),
        (["export-onnx", "lm", "-o", "./lm"], input),
        (["image", "filter", "image.pgm", "--kernel", "box", "-o", "./image.pgm"], input),
      ]
      let before = TestFiles.names(in: folder).filter { !$0.hasPrefix("run-") }
      for (arguments, part) in cases {
        expectUsage(try run(arguments, in: folder), part, arguments)
      }
      #expect(TestFiles.names(in: folder).filter { !$0.hasPrefix("run-") } == before)
      #expect(TestFiles.read(folder + "/one") == "old")
      #expect(TestFiles.read(folder + "/text") == Samples.text(lines: 60))
      // What swallows everything may be said twice.
      let null = try run(
        ["encode", "tf-idf", "text", "-o", "/dev/null", "--names", "/dev/null"], in: folder)
      #expect(null.exitCode == 0, "\(null.errors)")
    }
  }

  @Test func aDenseArrayThatIsAbsurdIsRefusedWithItsSize() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(Samples.text(lines: 600), to: folder + "/text")
      let encode = ["encode", "hashing", "text", "-o"]
      let large = try run(encode + ["x.npy"], in: folder)
      #expect(large.exitCode == 1, "\(large.errors)")
      #expect(large.errors.contains("5.03 GB as a dense array of 600 x 1048576"), "\(large.errors)")
      #expect(large.errors.contains("--dense-limit"), "\(large.errors)")
      let limited = try run(
        encode + ["x.npy", "--columns", "1000", "--dense-limit", "1M"], in: folder)
      #expect(limited.exitCode == 1 && limited.errors.contains("4.80 MB"), "\(limited.errors)")
      let huge = try run(
        encode + ["x.npy", "--columns", "2147483647", "--dense-limit", "1000000T"], in: folder)
      #expect(huge.exitCode == 74 && huge.errors.contains("10.3 TB to write"), "\(huge.errors)")
      expectUsage(
        try run(encode + ["x.mtx", "--dense-limit", "1G"], in: folder), "--dense-limit", encode)
      #expect(!TestFiles.names(in: folder).contains { $0.hasPrefix("x") || $0.hasPrefix(".x") })
    }
  }
}

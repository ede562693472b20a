import TestSupport
import Testing

/// `train-embeddings --hash-count`.
@Suite struct FloretCommandTests {
  private static let text = String(
    repeating: "the king and the queen saw the kings and queens\nthe cat saw a dog in town\n",
    count: 30)
  private static let train = [
    "train-embeddings", "text", "--dim", "8", "--epochs", "2", "--min-count", "1", "--sample", "0",
    "-q", "--subwords", "3-4", "--buckets", "50", "--hash-count", "2",
  ]

  private func run(_ folder: String, _ arguments: [String]) throws -> Subprocess.Result {
    try Tool(folder: folder).start(arguments, workingFolder: folder).wait()
  }

  @Test func `the name decides what becomes of the table, and all have the same vectors`() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(Self.text, to: folder + "/text")
      var answers: [String] = []
      for (name, format) in [
        ("v.floret", "floret"), ("v.bin", "floret-model"), ("v.safetensors", "safetensors"),
      ] {
        let run = try run(folder, Self.train + ["-o", name])
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(run.errors.contains("--word-list") == (format == "floret"), "\(run.errors)")
        let info = try self.run(folder, ["info", name]).output
        #expect(info.split(separator: "\n").contains { $0.hasSuffix(" " + format) }, "\(info)")
        if format == "safetensors" { #expect(info.contains("hash count 2"), "\(info)") }
        answers.append(try self.run(folder, ["vector", "king", "kingdom", "-v", name]).output)
      }
      #expect(
        answers[0].contains("kingdom") && answers[1] == answers[0] && answers[2] == answers[0])
      let listed = try run(
        folder, Self.train + ["-o", "w.floret", "--save-vocab", "words", "--threads", "1"])
      #expect(listed.exitCode == 0 && !listed.errors.contains("--word-list"), "\(listed.errors)")
      #expect(
        TestFiles.readBytes(folder + "/w.floret") == TestFiles.readBytes(folder + "/v.floret"))
      let near = try run(folder, ["nearest", "king", "-v", "w.floret", "--word-list", "words"])
      let own = try run(folder, ["nearest", "king", "-v", "v.safetensors"])
      #expect(near.exitCode == 0 && near.output == own.output)
      let converted = try run(folder, ["convert", "v.bin", "x.floret"])
      #expect(converted.exitCode == 0 && converted.errors.contains("the words"))
      // Without words there is nothing that these would hold, and floret's model has to have one.
      for name in ["y.vec", "y.bin", "y.npy", "y.fifu"] {
        let format = name == "y.bin" ? ["--format", "floret-model"] : []
        let alone = try run(folder, ["convert", "v.floret", name] + format)
        #expect(alone.exitCode == 65 && alone.errors.contains("--word-list"), "\(alone.errors)")
        #expect(!TestFiles.names(in: folder).contains(name))
        let named = try run(folder, ["convert", "v.floret", name, "--word-list", "words"] + format)
        #expect(named.exitCode == 0, "\(named.errors)")
        #expect(named.errors.contains("counts") == (name != "y.bin"), "\(named.errors)")
      }
      #expect(
        TestFiles.readBytes(folder + "/x.floret") == TestFiles.readBytes(folder + "/v.floret"))
    }
  }

  @Test func `training goes on with a table of the same numbers alone`() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(Self.text, to: folder + "/text")
      #expect(try run(folder, Self.train + ["-o", "v.safetensors"]).exitCode == 0)
      let update = try run(folder, Self.train + ["-o", "w.floret", "--update", "v.safetensors"])
      #expect(update.exitCode == 0, "\(update.errors)")
      let way = Self.train.dropLast(2) + ["-o", "x.bin", "--update", "v.safetensors"]
      let other = try run(folder, Array(way))
      #expect(other.exitCode == 65 && other.errors.contains("--hash-count"), "\(other.errors)")
    }
  }

  @Test(arguments: [
    (["-o", "v.floret"], "--hash-count 2"),
    (["-o", "v.bin", "--format", "floret-model"], "floret"),
    (["-o", "v.bin", "--hash-count", "2"], "--subwords"),
    (["-o", "v.bin", "--subwords", "3-6", "--hash-count", "5"], "--hash-count"),
    (["--model", "glove", "-o", "v.bin", "--hash-count", "2"], "--model skipgram or cbow"),
    (
      ["-o", "v.bin", "--subwords", "3", "--hash-count", "2", "--save-context", "c.floret"],
      "context vectors"
    ),
  ])
  func `what cannot be is told before any text is read`(_ options: [String], _ part: String) throws
  {
    try TestFiles.withFolder { folder in
      try TestFiles.write("a b a b\n", to: folder + "/text")
      let run = try run(folder, ["train-embeddings", "text"] + options)
      #expect(run.exitCode == 64 && run.errors.contains(part), "\(run.errors)")
      #expect(run.errors.split(separator: "\n").count == 1)
    }
  }

  @Test func `other vectors are not written as a table, and nothing is left`() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write("2 2\na 1 2\nb 3 4\n", to: folder + "/v.vec")
      let run = try run(folder, ["convert", "v.vec", "v.floret"])
      #expect(run.exitCode == 64 && run.errors.contains("floret"), "\(run.errors)")
      let align = try self.run(folder, ["align", "v.vec", "v.vec", "-o", "c.floret"])
      #expect(align.exitCode == 64 && align.errors.contains("floret"), "\(align.errors)")
      #expect(TestFiles.readBytes(folder + "/v.floret") == nil)
    }
  }
}

import TestSupport
import Testing

/// `train-embeddings --model glove`.
@Suite struct GloVeCommandTests {
  private static let text = String(
    repeating: "the king and the queen saw the kings and queens\nthe cat saw a dog in town\n",
    count: 30)
  private static let train = [
    "train-embeddings", "text", "--model", "glove", "--dim", "8", "--epochs", "40", "--min-count",
    "1", "-q",
  ]

  private func run(_ folder: String, _ arguments: [String]) throws -> Subprocess.Result {
    try Tool(folder: folder).start(arguments, workingFolder: folder).wait()
  }

  @Test func `the bytes are the same for any threads and memory, and options are told`() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(Self.text, to: folder + "/text")
      let first = try run(folder, Self.train + ["-o", "a.safetensors", "--threads", "1"])
      #expect(first.exitCode == 0 && first.errors.isEmpty, "\(first.errors)")
      let more = [
        "-o", "b.safetensors", "--threads", "2", "--memory", "40M", "--checkpoint", "c",
        "--checkpoint-every", "0.000001", "--save-context", "c.vec",
      ]
      let second = try run(folder, Self.train + more)
      #expect(second.exitCode == 0, "\(second.errors)")
      let file = TestFiles.readBytes(folder + "/a.safetensors")
      #expect(file != nil && TestFiles.readBytes(folder + "/b.safetensors") == file)
      #expect((TestFiles.read(folder + "/c.vec") ?? "").hasPrefix("12 8\n"))
      let other = try run(folder, Self.train + ["-o", "x.safetensors", "--x-max", "10"])
      #expect(other.exitCode == 0 && TestFiles.readBytes(folder + "/x.safetensors") != file)
      let info = try run(folder, ["info", "a.safetensors"])
      #expect(info.output.contains("model glove") && info.output.contains("weight count 100"))
      let nearest = try run(folder, ["nearest", "king", "-v", "a.safetensors", "-k", "1"])
      #expect(nearest.exitCode == 0 && !nearest.output.isEmpty)
    }
  }

  @Test func `a text without pairs and values out of range are told`() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(String(repeating: "one\ntwo\n", count: 9), to: folder + "/text")
      let lonely = try run(folder, Self.train + ["-o", "a.safetensors"])
      #expect(lonely.exitCode == 65, "\(lonely.errors)")
      #expect(lonely.errors.contains("no two words that occur together"))
      #expect(lonely.errors.contains("--min-count"))
      for (option, value) in [("--x-max", "0"), ("--alpha", "2"), ("--window", "101")] {
        let refused = try run(folder, Self.train + ["-o", "a.safetensors", option, value])
        #expect(refused.exitCode == 64 && refused.errors.contains(option), "\(refused.errors)")
      }
      let loss = try run(folder, Self.train + ["-o", "a.safetensors", "--loss", "hs"])
      #expect(loss.exitCode == 64 && loss.errors.contains("pv-dbow or pv-dm"))
      let alone = try run(folder, ["train-embeddings", "text", "--x-max", "10"])
      #expect(alone.exitCode == 64 && alone.errors.contains("--model glove"))
    }
  }
}

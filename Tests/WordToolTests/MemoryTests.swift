import TestSupport
import Testing

/// `--memory`, and what is told of memory before a training.
@Suite struct MemoryTests {
  /// More words than a small limit leaves room for, most of them rare.
  private static let text: String = {
    var random = SeededGenerator(seed: 2)
    return (0..<200_000).map { place in
      let word =
        place % 10 == 0 ? "rare\(place)suffix" : "word\(Int.random(in: 0..<50, using: &random))"
      return word + (place % 11 == 0 ? "\n" : " ")
    }.joined()
  }()

  private func run(
    _ folder: String, _ arguments: [String], input: String = ""
  ) throws -> Subprocess.Result {
    try Tool(folder: folder).start(arguments, input: input, workingFolder: folder).wait()
  }

  @Test func countsAreTheSameUnderALimit() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(Self.text, to: folder + "/text")
      // Tables are put aside after each megabyte of text.
      for least in ["2", "5"] {
        let counting = ["vocab", "-q", "--min-count", least]
        let all = try run(folder, counting + ["text"])
        #expect(all.exitCode == 0 && all.output.count > 400)
        for threads in ["1", "2"] {
          let limited = try run(
            folder, counting + ["text", "--memory", "1M", "--threads", threads])
          #expect(limited.exitCode == 0, "\(limited.errors)")
          #expect(limited.output == all.output)
        }
        let piped = try run(folder, counting + ["-", "--memory", "1M"], input: Self.text)
        #expect(piped.output == all.output)
      }
      let refused = try run(folder, ["vocab", "-q", "text", "--memory", "100K"])
      #expect(refused.exitCode == 1 && refused.output.isEmpty)
      #expect(refused.errors.contains("at most 51.2 kB for words"), "\(refused.errors)")
      #expect(refused.errors.contains("use a larger --min-count"))
      #expect(!TestFiles.names(in: folder).contains { $0.hasPrefix("wordtool-") })
    }
  }

  @Test(arguments: [
    [], ["--model", "cbow", "--loss", "hs"], ["--subwords", "3-4", "--buckets", "100"],
    ["--model", "glove"], ["--model", "pv-dbow"],
  ])
  func trainingsGiveTheSameBytesUnderALimit(_ model: [String]) throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(Self.text, to: folder + "/text")
      let training =
        ["train-embeddings", "text", "-q", "--dim", "8", "--epochs", "1", "--min-count", "2"]
        + model
      let first = try run(folder, training + ["-o", "a.safetensors", "--threads", "1"])
      #expect(first.exitCode == 0, "\(first.errors)")
      let second = try run(
        folder, training + ["-o", "b.safetensors", "--threads", "2", "--memory", "48M"])
      #expect(second.exitCode == 0, "\(second.errors)")
      let file = TestFiles.readBytes(folder + "/a.safetensors")
      #expect(file != nil && TestFiles.readBytes(folder + "/b.safetensors") == file)
    }
  }

  @Test func whatATrainingHoldsIsToldAndRefused() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(Self.text, to: folder + "/text")
      let training = ["train-embeddings", "text", "-o", "v.safetensors", "--epochs", "1"]
      let told = try run(folder, training + ["--dim", "8"])
      #expect(told.exitCode == 0 && told.errors.contains("memory: about "), "\(told.errors)")
      #expect(told.errors.contains(": the program 27.0 MB"))
      let quiet = try run(folder, training + ["--dim", "8", "-q"])
      #expect(!quiet.errors.contains("memory: about"))
      let refused = try run(
        folder, training + ["--dim", "4096", "--min-count", "1", "--memory", "300M", "-q"])
      #expect(refused.exitCode == 1, "\(refused.errors)")
      #expect(refused.errors.contains("a training that takes"), "\(refused.errors)")
      #expect(refused.errors.contains("context vectors") && refused.errors.contains("at most 3"))
      #expect(refused.errors.contains("use a smaller --dim, a larger --min-count or more --memory"))
      for option in [["--phrases", "1"], ["--update", "v.safetensors"]] {
        let needless = try run(folder, training + option + ["--memory", "1G", "-q"])
        #expect(needless.exitCode == 64 && needless.errors.contains("--memory"))
      }
    }
  }

  /// Trainings that hold all they learn from.
  private static let networks: [[String]] = [
    ["train-lm", "text", "--hidden", "4", "--embedding", "4", "--epochs", "1"],
    ["train-lm", "text", "--hidden", "4", "--embedding", "4", "--epochs", "1", "--cell", "gru"],
    [
      "train-lm", "text", "--model", "fixed-window", "--hidden", "4", "--embedding", "4",
      "--epochs", "1",
    ],
    ["train-classifier", "train.tsv"],
    ["train-classifier", "train.tsv", "--model", "fasttext", "--dim", "4", "--epochs", "1"],
    ["train-classifier", "train.tsv", "--model", "lstm", "--hidden", "4", "--epochs", "1"],
    ["image", "train", "set.tra", "--model", "flatten, fc classes", "--epochs", "1"],
  ]

  @Test(arguments: networks)
  func whatNetworksAndClassifiersHoldIsToldAndRefused(_ training: [String]) throws {
    try TestFiles.withFolder { folder in
      try WritingCommands.writeInputs(in: folder)
      let told = try run(folder, training + ["-o", "a.model", "--threads", "1"])
      #expect(told.exitCode == 0, "\(told.errors)")
      #expect(told.errors.contains("memory: about "), "\(told.errors)")
      #expect(told.errors.contains("the program and what was read"), "\(told.errors)")
      let limited = try run(folder, training + ["-o", "b.model", "--memory", "2G", "-q"])
      #expect(limited.exitCode == 0, "\(limited.errors)")
      let file = TestFiles.readBytes(folder + "/a.model")
      #expect(file != nil && TestFiles.readBytes(folder + "/b.model") == file)
      let refused = try run(folder, training + ["-o", "c.model", "--memory", "2M", "-q"])
      #expect(refused.exitCode == 1, "\(refused.errors)")
      #expect(refused.errors.split(separator: "\n").count == 1, "\(refused.errors)")
      #expect(refused.errors.contains("a training that takes"), "\(refused.errors)")
      #expect(refused.errors.contains("at most 2.1 MB"), "\(refused.errors)")
      #expect(refused.errors.contains("or more --memory"), "\(refused.errors)")
      #expect(TestFiles.readBytes(folder + "/c.model") == nil)
    }
  }

  @Test func whatALargerNetworkHoldsIsRefusedByName() throws {
    try TestFiles.withFolder { folder in
      try WritingCommands.writeInputs(in: folder)
      for (training, part) in [
        (["train-lm", "text", "--hidden", "2000"], "weights"),
        (["train-classifier", "train.tsv", "--model", "lstm", "--hidden", "2000"], "optimizer"),
        (
          ["image", "train", "set.tra", "--model", "flatten, fc 9000, fc 9000, fc classes"],
          "gradients"
        ),
      ] {
        let refused = try run(folder, training + ["-o", "m", "--memory", "150M", "-q"])
        #expect(refused.exitCode == 1, "\(refused.errors)")
        #expect(refused.errors.contains(part), "\(refused.errors)")
        #expect(refused.errors.contains("at most 157.3 MB"), "\(refused.errors)")
      }
    }
  }
}

import Testing
import TestSupport

/// `train-lm` with networks, from the outside.
@Suite struct NeuralLanguageModelTests {
  private static let small = [
    "--batch", "4", "--bptt", "8", "--epochs", "2", "-q",
  ]

  /// Trains on the sample text.
  private func train(
    in folder: String, _ name: String, _ options: String..., lines: Int = 60
  ) throws -> Subprocess.Result {
    // Vectors that are given have a size of their own.
    var sizes = options.contains("--embeddings") ? [] : ["--embedding", "16"]
    // And a bag of words has no hidden layer.
    if !options.contains("bag-of-words") { sizes += ["--hidden", "16"] }
    try TestFiles.write(Samples.text(lines: lines), to: folder + "/text")
    return try Tool(folder: folder).start(
      ["train-lm", folder + "/text", "-o", folder + "/" + name] + Self.small + sizes + options
    ).wait()
  }

  @Test func theSummaryHasTheFieldsOfTheContract() throws {
    try TestFiles.withFolder { folder in
      let run = try train(in: folder, "m", "--json", "--test", folder + "/text")
      #expect(run.exitCode == 0, "\(run.errors)")
      for field in ["parameters", "seconds", "tokensPerSecond", "testPerplexity"] {
        #expect(try run.json().contains(name: field), "\(field)")
      }
      #expect(try run.json().contains(#""epochs":2"#) && run.json().contains(#""seed":1"#))
      #expect(try run.json().contains(#""validPerplexity":null"#))
    }
  }

  @Test(arguments: ["lstm", "gru", "rnn-tanh", "rnn-relu", "fixed-window", "bag-of-words"])
  func everyModelIsMeasuredAndWritesText(_ name: String) throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let kind = ["fixed-window", "bag-of-words"].contains(name) ? "--model" : "--cell"
      let run = try train(in: folder, "m", kind, name)
      #expect(run.exitCode == 0, "\(run.errors)")
      let measured = try tool.run("perplexity", folder + "/m", folder + "/text", "--json")
      #expect(measured.exitCode == 0, "\(measured.errors)")
      #expect(try measured.json().contains(name: "bitsPerCharacter"))
      let text = try tool.run("generate", folder + "/m", "--prompt", "the", "--length", "8")
      #expect(text.exitCode == 0 && text.output.hasPrefix("the"), "\(text.errors)")
    }
  }

  @Test func equalBytesForAnyThreads() throws {
    try TestFiles.withFolder { folder in
      let files = try ["1", "2", "3"].map { threads -> [UInt8] in
        let run = try train(in: folder, "m" + threads, "--threads", threads, "--dropout", "0.3")
        #expect(run.exitCode == 0, "\(run.errors)")
        return TestFiles.readBytes(folder + "/m" + threads) ?? []
      }
      #expect(!files[0].isEmpty && files[1] == files[0] && files[2] == files[0])
    }
  }

  @Test func aCheckpointGoesOnToTheBytesOfAnUnbrokenRun() throws {
    try TestFiles.withFolder { folder in
      let whole = try train(in: folder, "whole", "--epochs", "4")
      #expect(whole.exitCode == 0, "\(whole.errors)")
      let half = try train(in: folder, "half", "--checkpoint", folder + "/state")
      #expect(half.exitCode == 0, "\(half.errors)")
      let rest = try train(
        in: folder, "rest", "--epochs", "4", "--resume", folder + "/state", "--threads", "2")
      #expect(rest.exitCode == 0, "\(rest.errors)")
      let bytes = TestFiles.readBytes(folder + "/rest")
      #expect(bytes != nil && bytes == TestFiles.readBytes(folder + "/whole"))
      // The default number of epochs does not lengthen a training that had fewer.
      let same = try Tool(folder: folder).run(
        "train-lm", folder + "/text", "-o", folder + "/same", "--resume", folder + "/state")
      #expect(same.exitCode == 0, "\(same.errors)")
      #expect(TestFiles.readBytes(folder + "/same") == TestFiles.readBytes(folder + "/half"))
      // What the training began with stays; another wish is no secret failure.
      for (option, value) in [
        ("--hidden", "7"), ("--lr", "0.5"), ("--epochs", "1"), ("--seed", "9"),
      ] {
        let other = try train(in: folder, "other", "--resume", folder + "/state", option, value)
        #expect(other.exitCode == 64 && other.errors.contains(option), "\(other.errors)")
        #expect(TestFiles.readBytes(folder + "/other") == nil)
      }
    }
  }

  @Test func divergenceEndsWith75AndKeepsTheCheckpointAndTheOldModel() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write("old", to: folder + "/m")
      let first = try train(in: folder, "first", "--checkpoint", folder + "/state")
      #expect(first.exitCode == 0, "\(first.errors)")
      let kept = TestFiles.readBytes(folder + "/state")
      let run = try train(
        in: folder, "m", "--lr", "1e30", "--clip", "0", "--checkpoint", folder + "/state")
      #expect(run.exitCode == 75)
      #expect(
        run.errors.contains("is not finite") && run.errors.contains("lower --lr"))
      #expect(TestFiles.readBytes(folder + "/m") == Array("old".utf8))
      #expect(kept != nil && TestFiles.readBytes(folder + "/state") == kept)
    }
  }

  @Test func pretrainedVectorsSetTheEmbeddings() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write("2 3\nthe 1 2 3\nking 4 5 6\n", to: folder + "/v.txt")
      let run = try train(
        in: folder, "m", "--embeddings", folder + "/v.txt", "--freeze-embeddings", "--json")
      #expect(run.exitCode == 0, "\(run.errors)")
      try TestFiles.write("2 3\nqqqq 1 2 3\nzzzz 4 5 6\n", to: folder + "/w.txt")
      let other = try train(in: folder, "m", "--embeddings", folder + "/w.txt")
      #expect(other.exitCode == 65 && other.errors.contains("no vector for any token"))
    }
  }

  @Test func badInputIsNamed() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try TestFiles.write("", to: folder + "/empty")
      let empty = try tool.run("train-lm", folder + "/empty", "-o", folder + "/m")
      #expect(empty.exitCode == 65 && empty.errors.contains("without tokens"), "\(empty.errors)")
      let usages = [
        ["--dropout", "1"], ["--layers", "0"], ["--cell", "gru", "--peepholes"], ["--lr", "0"],
        ["--nesterov"], ["--tied", "--softmax", "adaptive"], ["--freeze-embeddings"],
        ["--tied", "--embedding", "7"], ["--model", "fixed-window", "--one-hot", "--tied"],
      ]
      for usage in usages {
        try TestFiles.write(Samples.text(lines: 9), to: folder + "/text")
        let run = try tool.start(
          ["train-lm", folder + "/text", "-o", folder + "/m"] + usage
        ).wait()
        #expect(run.exitCode == 64, "\(usage): \(run.errors)")
      }
      try TestFiles.write("no checkpoint at all, whatever it is", to: folder + "/state")
      let resumed = try tool.run(
        "train-lm", folder + "/text", "-o", folder + "/m", "--resume", folder + "/state")
      #expect(resumed.exitCode == 65, "\(resumed.errors)")
      #expect(TestFiles.readBytes(folder + "/m") == nil)
    }
  }
}

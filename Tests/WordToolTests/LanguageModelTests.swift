import TestSupport
import Testing

@Suite struct LanguageModelTests {
  /// Trains on the sample text and returns the path of the model.
  private func trained(
    in folder: String, _ name: String = "m.arpa", _ options: String...
  ) throws -> String {
    try TestFiles.write(Samples.text(lines: 300), to: folder + "/text")
    let run = try Tool(folder: folder).start(
      ["train-lm", folder + "/text", "-o", folder + "/" + name, "--model", "ngram"] + options
    ).wait()
    #expect(run.exitCode == 0, "\(run.errors)")
    return folder + "/" + name
  }

  @Test func theSummaryHasTheFieldsOfTheContract() throws {
    try TestFiles.withFolder { folder in
      let text = folder + "/text"
      try TestFiles.write(Samples.text(lines: 300), to: text)
      let run = try Tool(folder: folder).run(
        "train-lm", text, "-o", folder + "/m", "--model", "ngram", "--order", "3", "--test", text,
        "--json")
      #expect(run.exitCode == 0, "\(run.errors)")
      for field in ["parameters", "seconds", "tokensPerSecond", "testPerplexity"] {
        #expect(run.output.contains("\"\(field)\":"), "\(field)")
      }
      #expect(run.output.contains(#""epochs":1,"#) && run.output.contains(#""seed":1,"#))
      #expect(run.output.contains(#""validPerplexity":null"#))
      #expect(run.output.contains(#""tokens":3600,"#) && run.output.contains(#""vocabulary":19}"#))
    }
  }

  @Test func equalBytesForAnyThreads() throws {
    try TestFiles.withFolder { folder in
      let files = try ["1", "2", "3"].map {
        TestFiles.readBytes(try trained(in: folder, "m" + $0, "--threads", $0)) ?? []
      }
      #expect(!files[0].isEmpty && files[1] == files[0] && files[2] == files[0])
    }
  }

  @Test func perplexityIsPrintedAndFollowsTheModelsUnit() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let model = try trained(in: folder, "m", "--order", "2")
      let words = try tool.run("perplexity", model, "-", "--json", input: "the king zork\n")
      #expect(words.exitCode == 0, "\(words.errors)")
      for field in ["perplexity", "perplexityWithoutUnknown", "bitsPerCharacter"] {
        #expect(words.output.contains("\"\(field)\":"), "\(field)")
      }
      #expect(words.output.contains(#""tokens":3,"unknown":1}"#))
      #expect(words.output.contains(#""characters":14,"#))
      let characters = try trained(in: folder, "c", "--unit", "char")
      let run = try tool.run("perplexity", characters, "-", input: "the king\n")
      #expect(run.output.contains("characters              9\n"), "\(run.output)")
    }
  }

  @Test func generationBeginsWithThePrompt() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let model = try trained(in: folder)
      let arguments = ["generate", model, "--prompt", "the king", "--length", "20", "--seed", "4"]
      let run = try tool.start(arguments).wait()
      #expect(run.exitCode == 0 && run.errors.isEmpty)
      #expect(run.output.hasPrefix("the king") && run.output.hasSuffix("\n"))
      #expect(try tool.start(arguments).wait().output == run.output)
      let json = try tool.start(arguments + ["--stop", "\n", "--json"]).wait()
      #expect(json.output.contains(#""prompt":"the king""#))
      let partly = try tool.run("generate", model, "--prompt", "zork king", "--length", "2")
      #expect(partly.exitCode == 0 && partly.errors.contains("zork"))
    }
  }

  @Test func failuresAreOneLineAndTheirExitCode() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let model = try trained(in: folder)
      let vectors = try Samples.writeVectors(in: folder)
      let future = folder + "/future"
      try TestFiles.write("# wordtool n-gram model, version 9\n\\data\\\n", to: future)
      let text = folder + "/text"
      let train = ["train-lm", text, "-o", folder + "/out"]
      let cases: [([String], Int32, String)] = [
        (train, 64, "--model"), (train + ["--model", "lstm"], 64, "lstm"),
        (train + ["--model", "ngram", "--order", "0"], 64, "--order is 0"),
        (train + ["--model", "ngram", "--order", "6"], 64, "--order is 6"),
        (train + ["--model", "ngram", "--min-count", "0"], 64, "--min-count"),
        (train + ["--model", "ngram", "--test", folder + "/none"], 66, "/none"),
        (["train-lm", folder + "/none", "-o", folder + "/out", "--model", "ngram"], 66, "/none"),
        (["train-lm", "-", "-o", folder + "/out", "--model", "ngram"], 65, "without tokens"),
        (["train-lm", text, "-o", folder + "/no/out", "--model", "ngram"], 73, "/no/out"),
        (["perplexity", vectors, text], 65, "ARPA"), (["perplexity", future, text], 65, "'9'"),
        (["perplexity", model, folder + "/none"], 66, "/none"),
        (["perplexity", model, "-"], 65, "without tokens"),
        (["generate", folder + "/none"], 66, "/none"), (["generate", vectors], 65, "ARPA"),
        (["generate", model, "--prompt", "zork grue"], 1, "'zork'"),
        (["generate", model, "--top-p", "2"], 64, "--top-p"),
        (["generate", model, "--temperature", "nan"], 64, "--temperature"),
        (["generate", model, "--top-k", "0"], 64, "--top-k"),
        (["generate", model, "--length", "x"], 64, "--length"),
      ]
      for (arguments, code, part) in cases {
        let run = try tool.start(arguments).wait()
        #expect(run.exitCode == code, "\(arguments) \(run.errors)")
        #expect(run.output.isEmpty && run.errors.hasPrefix("wordtool: error: "), "\(arguments)")
        #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
        #expect(run.errors.contains(part), "\(run.errors)")
      }
      #expect(!TestFiles.names(in: folder).contains { $0.hasPrefix("out") })
      let one = try tool.start(
        ["train-lm", "-", "-o", folder + "/out", "--model", "ngram"], input: "a\n"
      ).wait()
      #expect(one.exitCode == 65 && one.errors.contains("one token"))
    }
  }
}

import Testing
import TestSupport

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
        #expect(try run.json().contains(name: field), "\(field)")
      }
      #expect(try run.json().contains(#""epochs":1"#) && run.json().contains(#""seed":1"#))
      #expect(try run.json().contains(#""validPerplexity":null"#))
      #expect(
        try run.json().contains(#""tokens":3600"#) && run.json().contains(#""vocabulary":19"#))
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
        #expect(try words.json().contains(name: field), "\(field)")
      }
      #expect(try words.json().contains(#""tokens":3,"unknown":1"#))
      #expect(try words.json().contains(#""characters":14"#))
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
      #expect(try json.json().contains(#""prompt":"the king""#))
      try TestFiles.write("the queen\n", to: folder + "/before")
      let later = try tool.start(arguments + ["--context", folder + "/before"]).wait()
      #expect(later.exitCode == 0 && later.output.hasPrefix("the king"))
      let missing = try tool.start(arguments + ["--context", folder + "/none"]).wait()
      #expect(missing.exitCode == 66 && missing.errors.contains("/none"))
      let partly = try tool.run("generate", model, "--prompt", "zork king", "--length", "2")
      #expect(partly.exitCode == 0 && partly.errors.contains("zork"))
    }
  }

  @Test func mixturesAreMeasuredAndTuned() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let first = try trained(in: folder, "five", "--order", "5")
      let second = try trained(in: folder, "one", "--order", "1")
      let text = folder + "/text"
      func run(_ arguments: String...) throws -> String {
        let run = try tool.start(["perplexity", first, text, "--mix", second] + arguments).wait()
        #expect(run.exitCode == 0 && run.errors.isEmpty, "\(run.errors)")
        return run.output
      }
      let even = try run("--json")
      #expect(even.contains(#""models":[{"model":"\#(first)","perplexity":"#))
      #expect(even.contains(#""weight":0.5}"#) && !even.contains("tuning"))
      #expect(try run("--weights", "2,2", "--json") == even)
      let tuned = try run("--tune", text, "--json")
      #expect(tuned.contains(#""tuning":{"perplexity":"#) && tuned.contains(#""rounds":"#))
      let table = try run("--weights", "0.25,0.75")
      #expect(table.contains("model 1                 weight 0.2500  perplexity "), "\(table)")
      // What counts for nothing changes nothing.
      let alone = try tool.run("perplexity", first, text).output
      #expect(try run("--weights", "1,0").hasPrefix(alone))
      let mixed = try tool.run(
        "generate", first, "--mix", second, "--weights", "1,0", "--length", "30", "--greedy")
      #expect(mixed.exitCode == 0)
      #expect(try tool.run("generate", first, "--length", "30", "--greedy").output == mixed.output)
    }
  }

  @Test func networksAreMeasuredMixedAndWriteText() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let counted = try trained(in: folder)
      let (text, network) = (folder + "/text", folder + "/n.lm")
      let training = try tool.run(
        "train-lm", text, "-o", network, "--hidden", "8", "--embedding", "8", "--epochs", "1",
        "--threads", "1", "-q")
      #expect(training.exitCode == 0, "\(training.errors)")
      let one = try tool.run("perplexity", network, text, "--json", "--threads", "1")
      #expect(try one.exitCode == 0 && one.json().contains(#""tokens":3600,"unknown":0"#))
      #expect(try tool.run("perplexity", network, text, "--json").output == one.output)
      let mixed = try tool.run("perplexity", network, text, "--mix", counted, "--tune", text)
      #expect(mixed.exitCode == 0 && mixed.errors.isEmpty, "\(mixed.errors)")
      #expect(mixed.output.contains("model 2                 weight "))
      for extra in [["--greedy"], ["--beam", "3"], ["--mix", counted, "--top-k", "5"]] {
        let run = try tool.start(
          ["generate", network, "--prompt", "the king", "--length", "10"] + extra
        ).wait()
        // After one epoch the most likely token is the end of a line, which is told.
        let isBlank = run.output.dropFirst("the king".count).allSatisfy(\.isWhitespace)
        #expect(run.exitCode == 0 && (extra == ["--greedy"] && isBlank) != run.errors.isEmpty)
        #expect(run.output.hasPrefix("the king") && !run.output.contains("<unk>"))
      }
    }
  }

  @Test func tokensArePrintedOneALine() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let model = try trained(in: folder, "m", "--order", "2")
      let run = try tool.run("perplexity", model, "-", "--per-token", input: "the king zork\n")
      let rows = run.output.split(separator: "\n").map { $0.split(separator: "\t") }
      #expect(rows.map { $0[0] } == ["the", "king", "<unk>", "</s>"])
      #expect(rows.allSatisfy { $0.count == 2 && Double($0[1]).map { $0 < 0 } == true })
      let json = try tool.run(
        "perplexity", model, "-", "--per-token", "--json", input: "the king\n")
      #expect(json.output.hasPrefix(#"{"log10Probability":-"#))
      #expect(json.output.split(separator: "\n").count == 3)
    }
  }

  @Test func severalSamplesAreThoseOfTheNextSeeds() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let model = try trained(in: folder)
      func run(_ arguments: String...) throws -> String {
        let run = try tool.start(
          ["generate", model, "--prompt", "the king", "--length", "12"] + arguments
        ).wait()
        #expect(run.exitCode == 0 && run.errors.isEmpty, "\(run.errors)")
        return run.output
      }
      let singles = try (5...7).map { try run("--seed", "\($0)") }
      #expect(try run("--seed", "5", "--samples", "3") == singles.joined(separator: "---\n"))
      #expect(
        try run("--seed", "5", "--samples", "2", "--separator", "")
          == singles[..<2].joined(separator: "\n"))
      let json = try run("--seed", "5", "--samples", "3", "--json")
      #expect(json.split(separator: "\n").count == 3 && json.hasSuffix(#""tokens":12}"# + "\n"))
      #expect(try json.hasPrefix(run("--seed", "5", "--json")) && json.contains(#""seed":7,"#))
      let beam = try run("--beam", "4", "--samples", "2")
      #expect(try beam.hasPrefix(run("--beam", "4") + "---\nthe king"))
      #expect(try run("--beam", "4", "--json").contains(#""meanLogProbability":-"#))
      #expect(try run("--beam", "1") == (try run("--greedy")))
      #expect(try run("--greedy", "--repetition-penalty", "1.3") != (try run("--greedy")))
    }
  }

  @Test func failuresAreOneLineAndTheirExitCode() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let model = try trained(in: folder)
      let characters = try trained(in: folder, "characters", "--unit", "char")
      let smaller = try trained(in: folder, "smaller", "--max-vocab", "3")
      let vectors = try Samples.writeVectors(in: folder)
      let future = folder + "/future"
      try TestFiles.write("# wordtool n-gram model, version 9\n\\data\\\n", to: future)
      let text = folder + "/text"
      let train = ["train-lm", text, "-o", folder + "/out"]
      let cases: [([String], Int32, String)] = [
        (train + ["--model", "lstm"], 64, "lstm"),
        (train + ["--model", "ngram", "--order", "0"], 64, "--order is 0"),
        (train + ["--model", "ngram", "--order", "7"], 64, "--order is 7"),
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
        (["generate", model, "--repetition-penalty", "0"], 64, "--repetition-penalty"),
        (["generate", model, "--repetition-window", "0"], 64, "--repetition-window"),
        (["generate", model, "--samples", "0"], 64, "--samples"),
        (["generate", model, "--beam", "0"], 64, "--beam is 0"),
        (["generate", model, "--beam", "2", "--greedy"], 64, "not to --beam"),
        (["generate", model, "--beam", "2", "--samples", "3"], 64, "--samples is 3"),
        (["generate", model, "--beam", "2", "--prompt", "zork"], 1, "'zork'"),
        (["generate", model, "--weights", "1,1"], 64, "--weights needs --mix"),
        (["generate", model, "--mix", folder + "/none"], 66, "/none"),
        (["generate", model, "--mix", vectors], 65, "ARPA"),
        (["perplexity", model, text, "--tune", text], 64, "--tune needs --mix"),
        (["perplexity", model, text, "--mix", model, "--weights", "1"], 64, "expected 2"),
        (["perplexity", model, text, "--mix", model, "--weights", "1,x"], 64, "--weights"),
        (["perplexity", model, text, "--mix", model, "--weights", "1,-1"], 64, "--weights"),
        (
          ["perplexity", model, text, "--mix", model, "--weights", "1,1", "--tune", text], 64,
          "exclude"
        ),
        (["perplexity", model, text, "--mix", model, "--tune", "-"], 65, "without tokens"),
        (["perplexity", model, text, "--mix", characters], 65, "a model of characters"),
        (["perplexity", model, text, "--mix", smaller], 65, "without 'the'"),
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

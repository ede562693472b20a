import Libc
import TestSupport
import Testing

/// Pipes, named pipes and conversations.
@Suite struct PipeTests {
  private func trainClassifier(in folder: String) throws {
    try TestFiles.write(
      "a good film\tpos\ngood and fine\tpos\na bad film\tneg\nbad and dull\tneg\n",
      to: folder + "/reviews.tsv")
    let run = try Tool(folder: folder).run(
      "train-classifier", folder + "/reviews.tsv", "-o", folder + "/m", "--min-count", "1",
      "--text-column", "1", "--label-column", "2", "-q")
    try #require(run.exitCode == 0, "\(run.errors)")
  }

  @Test func eachQuestionIsAnsweredBeforeTheNextIsAsked() throws {
    try TestFiles.withFolder { folder in
      try trainClassifier(in: folder)
      let talk = try Tool(folder: folder).converse("classify", folder + "/m")
      // Fewer bytes than the start of any compressed format has.
      for (question, answer) in [("good\n", "pos\t"), ("B\n", ""), ("bad\n", "neg\t")] {
        talk.send(question)
        #expect(try #require(talk.output.line()).hasPrefix(answer))
      }
      talk.closeInput()
      #expect(talk.wait().exitCode == 0)
    }
  }

  @Test(arguments: ["ngram", "bag-of-words"])
  func aTextThroughANamedPipeIsReadWhole(_ model: String) throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try TestFiles.write(Samples.text(lines: 100), to: folder + "/text")
      // More than the system keeps in a pipe.
      try TestFiles.write(
        "sweden sweden sweden\n" + Samples.text(lines: 1500), to: folder + "/valid")
      func perplexity(_ valid: String) throws -> JSONValue {
        let options = model == "ngram" ? ["--order", "2"] : ["--epochs", "1", "--embedding", "4"]
        let run = try tool.start(
          [
            "train-lm", folder + "/text", "-o", folder + "/m", "--model", model, "--valid", valid,
            "--json", "-q",
          ] + options
        ).wait()
        try #require(run.exitCode == 0, "\(run.errors)")
        return try JSONValue.document(run.output)["validPerplexity"]
      }
      let pipe = folder + "/pipe"
      try #require(mkfifo(pipe, 0o600) == 0)
      let writer = try Subprocess(
        "/bin/sh", ["-c", "/bin/cat \"$0\" > \"$1\"", folder + "/valid", pipe], folder: folder)
      let throughPipe = try perplexity(pipe)
      #expect(writer.wait().exitCode == 0)
      #expect(try throughPipe.number != nil && throughPipe == perplexity(folder + "/valid"))
    }
  }

  @Test(arguments: ["lstm", "ngram"])
  func aModelThatHasToBeAFileIsRefusedAsAPipeWithTheRemedy(_ model: String) throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try TestFiles.write(Samples.text(lines: 100), to: folder + "/text")
      let file = folder + "/m.safetensors"
      let options =
        model == "lstm"
        ? ["--cell", "lstm", "--epochs", "1", "--hidden", "4", "--embedding", "4"]
        : ["--model", "ngram", "--order", "2"]
      let run = try tool.start(["train-lm", folder + "/text", "-o", file, "-q"] + options).wait()
      try #require(run.exitCode == 0, "\(run.errors)")
      for (command, remedy) in [
        (["generate", "-"], "write it to a file first"),
        (["perplexity", "-", folder + "/text"], "write it to a file first"),
        (["info", "/dev/stdin"], "write it to a file"),
      ] {
        let asked = try Subprocess(
          "/bin/sh", ["-c", "/bin/cat \"$0\" | \"$@\"", file, Tool.path] + command, folder: folder
        ).wait()
        #expect(asked.exitCode == 65 && asked.errors.contains(remedy), "\(asked.errors)")
      }
    }
  }

  /// Its tokens are counted and numbered in one reading.
  @Test func theTextOfANetworkMayComeThroughAPipe() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let text = Samples.text(lines: 100) + "rare\n"
      try TestFiles.write(text, to: folder + "/text")
      let models = try [("file", folder + "/text"), ("pipe", "-")].map { name, input in
        let run = try tool.run(
          "train-lm", input, "-o", folder + "/" + name, "--model", "bag-of-words", "--embedding",
          "4", "--epochs", "1", "--min-count", "2", "-q", input: text)
        #expect(run.exitCode == 0, "\(run.errors)")
        return TestFiles.readBytes(folder + "/" + name)
      }
      #expect(models[0] != nil && models[0] == models[1])
    }
  }

  @Test func aReaderThatGoesAwayEndsTheToolQuietly() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let text = folder + "/text"
      try TestFiles.write(Samples.text(lines: 20_000), to: text)
      let talk = try tool.converse("tokenize", text)
      #expect(talk.output.line() != nil)
      talk.output.closeNow()
      let run = talk.wait()
      #expect(run.exitCode == 128 + SIGPIPE)
      #expect(run.errors.isEmpty)
    }
  }

  @Test func closedStandardStreamsSpoilNothing() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let vectors = try Samples.writeVectors(in: folder)
      let (plain, closed) = (folder + "/plain.vec", folder + "/closed.vec")
      #expect(try tool.run("convert", vectors, plain).exitCode == 0)
      let run = try tool.run(
        shell: "exec \"$@\" <&- >&- 2>&-", "convert", vectors, closed)
      #expect(run.exitCode == 0)
      #expect(TestFiles.readBytes(plain) != nil)
      #expect(TestFiles.readBytes(closed) == TestFiles.readBytes(plain))
      let input = try tool.run(shell: "exec \"$@\" <&-", "vocab", "-", "-q")
      #expect(input.exitCode == 74 && input.errors.contains("standard input"), "\(input.errors)")
      try TestFiles.write("the king\n", to: folder + "/text")
      let output = try tool.run(shell: "exec \"$@\" >&-", "vocab", folder + "/text", "-q")
      #expect(output.exitCode == 74 && output.errors.contains("standard output"))
    }
  }
}

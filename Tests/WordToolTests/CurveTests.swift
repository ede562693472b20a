import TestSupport
import Testing

/// `plot --metrics`.
@Suite struct CurveTests {
  private static let lm = """
    {"epoch":1,"tokens":100,"steps":10,"loss":5,"perplexity":148.4,"validPerplexity":100,"learningRate":20,"seconds":1}
    {"epoch":2,"tokens":200,"steps":20,"loss":4,"perplexity":54.6,"validPerplexity":50,"learningRate":5,"seconds":2}

    """
  private static let classes = """
    {"epoch":0,"examples":4,"fraction":0.5,"loss":0.7,"learningRate":0.1,"seconds":1}
    {"epoch":1,"examples":8,"fraction":1,"loss":"nan","seconds":1.5,"validAccuracy":0.5}

    """

  private func plot(_ files: [String: String], _ arguments: String...) throws -> Subprocess.Result {
    try TestFiles.withFolder { folder in
      for (name, text) in files { try TestFiles.write(text, to: "\(folder)/\(name)") }
      return try Tool(folder: folder).start(["plot"] + arguments, workingFolder: folder).wait()
    }
  }

  @Test func `the numbers are those of the files`() throws {
    let run = try plot(["a.jsonl": Self.lm], "--metrics", "a.jsonl")
    #expect(
      run.output == """
        file\tquantity\tpart\tepochs\tvalue
        a.jsonl\tperplexity\ttraining\t1\t148.4
        a.jsonl\tperplexity\ttraining\t2\t54.6
        a.jsonl\tperplexity\tvalidation\t1\t100
        a.jsonl\tperplexity\tvalidation\t2\t50

        """, "\(run.errors)")
    // The loss on held-out text is the logarithm of its perplexity.
    let loss = try plot(["a": Self.lm], "--metrics", "a", "--curves", "loss", "--over", "examples")
    #expect(loss.output.contains("a\tloss\tvalidation\t200\t3.912023\n"), "\(loss.output)")
    let rate = try plot(["a": Self.lm], "--metrics", "a", "--curves", "learning-rate,gradient-norm")
    #expect(rate.output.split(separator: "\n").count == 3)
  }

  @Test func `trainings of several kinds stand in one picture`() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(Self.lm, to: folder + "/runs-a.jsonl")
      try TestFiles.write(Self.classes, to: folder + "/runs-b.jsonl")
      let drawn = try Tool(folder: folder).start(
        ["plot", "--metrics", "runs-a.jsonl", "runs-b.jsonl", "--log", "-o", "m.svg"],
        workingFolder: folder
      ).wait()
      #expect(drawn.exitCode == 0 && drawn.output.isEmpty, "\(drawn.errors)")
      let picture = TestFiles.read(folder + "/m.svg") ?? ""
      for text in ["runs-a", "runs-b", "loss (nats)", "accuracy", "validation"] {
        #expect(picture.contains(">\(text)</text>"), "\(text)")
      }
    }
  }

  @Test func `JSON has the fields of the contract`() throws {
    let run = try plot(["b": Self.classes], "--metrics", "b", "--json")
    let files = try JSONValue.document(run.output).elements
    #expect(files.count == 1 && Set(files[0].names) == ["file", "unit", "curves"])
    #expect(files[0]["unit"] == .text("examples"))
    let curve = files[0]["curves"].elements[0]
    #expect(curve["quantity"] == .text("loss") && curve["part"] == .text("training"))
    #expect(run.output.contains("\"y\":[0.7,\"nan\"]"))
  }

  @Test func `a run that was cut short or resumed is drawn`() throws {
    let cut = try plot(["a": Self.lm + "{\"epoch\":3,\"tok"], "--metrics", "a")
    #expect(cut.exitCode == 0 && cut.output.split(separator: "\n").count == 5)
    #expect(cut.errors.contains("a: its end is cut short; the 2 lines before are drawn"))
    // Lines that were measured again replace those of before; the seconds go on.
    let again = #"{"epoch":2,"tokens":150,"steps":15,"loss":3,"seconds":0.5}"# + "\n"
    let resumed = try plot(
      ["a": Self.lm + again], "--metrics", "a", "--curves", "loss", "--over", "seconds")
    #expect(
      resumed.output.split(separator: "\n").dropFirst().map { $0.split(separator: "\t")[3...] }
        .map { $0.joined(separator: " ") } == ["1 5", "1.5 3", "1 4.6051702"], "\(resumed.output)")
    let packed = Gzip.stored(Array(Self.lm.utf8)) + Gzip.stored(Array(Self.lm.utf8)).dropLast(9)
    try TestFiles.withFolder { folder in
      try TestFiles.write(packed, to: folder + "/a.jsonl.gz")
      let run = try Tool(folder: folder).run("plot", "--metrics", folder + "/a.jsonl.gz")
      #expect(run.exitCode == 0, "\(run.errors)")
      #expect(run.errors.contains("cut short"))
    }
  }

  @Test func `a terminal's letters come on request`() throws {
    let run = try plot(["a": Self.lm], "--metrics", "a", "--terminal")
    #expect(run.output.contains("1 a, training") && run.output.contains("2 a, validation"))
    #expect(run.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    #expect(try plot(["a": Self.lm], "--metrics", "a", "--style", "table").output == run.output)
  }

  @Test(arguments: [
    (["--metrics", "bad"], 65, "bad:2: 'x{'"), (["--metrics", "none"], 66, "none"),
    (["--metrics", "empty"], 65, "no line"), (["--metrics", "words"], 65, "words:1"),
    (["--metrics", "a", "--curves", "score"], 1, "perplexity"),
    (["--metrics", "a", "--curves", "los"], 64, "--curves"),
    (["king", "--metrics", "a"], 64, "exclude each other"),
    (["--metrics", "a", "--top", "3"], 64, "words, not to --metrics"),
    (["--log"], 64, "--metrics"), (["--metrics", "a", "--terminal", "-o", "m.svg"], 64, "no -o"),
    (["--metrics", "a", "--terminal", "--json"], 64, "exclude each other"),
    (["--metrics", "a", "-o", "a"], 64, "an output where an input is"),
  ])
  func `what cannot be drawn is told in one line`(
    arguments: [String], code: Int32, message: String
  ) throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(Self.lm, to: folder + "/a")
      // The second line of a file that begins with one whole one.
      try TestFiles.write(
        String(Self.lm.prefix { $0 != "\n" }) + "\nx{\n" + Self.lm, to: folder + "/bad")
      try TestFiles.write("", to: folder + "/empty")
      try TestFiles.write("some words\nand more\n", to: folder + "/words")
      let run = try Tool(folder: folder).start(["plot"] + arguments, workingFolder: folder).wait()
      #expect(run.exitCode == code && run.output.isEmpty, "\(run)")
      #expect(run.errors.contains(message), "\(run.errors)")
      #expect(run.errors.split(separator: "\n").count == 1)
    }
  }
}

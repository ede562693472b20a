import Testing
import TestSupport

@Suite struct GradientFlowCommandTests {
  private static let text = String(
    repeating: "the cat sat on the mat\nthe dog lay on the rug\n", count: 30)

  @Test func aTableAndAPictureAreMade() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try TestFiles.write(Self.text, to: folder + "/text")
      let run = try tool.run(
        "gradient-flow", folder + "/text", "--hidden", "8", "--train-steps", "2", "--steps", "10",
        "--sequences", "3", "-q", "-o", folder + "/flow.svg")
      #expect(run.exitCode == 0 && run.errors.isEmpty)
      let rows = run.output.split(separator: "\n").map { $0.split(separator: " ") }
      #expect(rows[0].suffix(7) == ["-0", "-2", "-4", "-6", "-8", "-10", "loss"])
      let names = rows.compactMap(\.first)
      #expect(Set(["rnn-tanh", "rnn-relu", "irnn", "gru", "lstm"]).isSubset(of: names))
      #expect(run.output.contains("\nrnn-relu unclipped") && run.output.contains("clipped to 1:"))
      #expect(TestFiles.read(folder + "/flow.svg")?.hasPrefix("<svg") == true)

      let json = try tool.run(
        "gradient-flow", folder + "/text", "--hidden", "8", "--train-steps", "2", "--steps", "10",
        "--sequences", "3", "-q", "--json", "--cells", "lstm", "--threads", "2")
      #expect(json.output.contains("\"name\":\"lstm\"") && json.output.contains("\"steps\":10"))
      let again = try tool.run(
        "gradient-flow", folder + "/text", "--hidden", "8", "--train-steps", "2", "--steps", "10",
        "--sequences", "3", "-q", "--json", "--cells", "lstm", "--threads", "1")
      #expect(json.output == again.output)
    }
  }

  @Test(arguments: ["gru", "lstm"]) func whatDivergedIsNotMeasured(_ cell: String) throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(Self.text, to: folder + "/text")
      let run = try Tool(folder: folder).run(
        "gradient-flow", folder + "/text", "--hidden", "4", "--train-steps", "1", "--steps", "4",
        "--sequences", "4", "-q", "--cells", cell, "--lr", "1e308", "-o", folder + "/flow.svg")
      #expect(run.exitCode == 75 && run.errors.contains("use a lower --lr"), "\(run)")
      #expect(run.output.isEmpty && TestFiles.read(folder + "/flow.svg") == nil)
    }
  }

  @Test func wrongCallsAreRefused() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try TestFiles.write("one two\n", to: folder + "/text")
      let short = try tool.run("gradient-flow", folder + "/text", "-q", "--train-steps", "0")
      #expect(short.exitCode == 65)
      #expect(short.errors.contains("a text of 3 tokens"))
      #expect(try tool.run("gradient-flow", folder + "/none").exitCode == 66)
      #expect(try tool.run("gradient-flow", folder + "/text", "--steps", "0").exitCode == 64)
      #expect(try tool.run("recall", "--distances", "9,3").exitCode == 64)
    }
  }

  @Test func recallPrintsARowForEachCell() throws {
    try TestFiles.withFolder { folder in
      let run = try Tool(folder: folder).run(
        "recall", "--distances", "1,2", "--cells", "rnn-tanh", "gru", "--hidden", "4",
        "--train-steps", "3", "-q", "-o", folder + "/recall.svg")
      #expect(run.exitCode == 0)
      let rows = run.output.split(separator: "\n").map { $0.split(separator: " ") }
      #expect(rows.map(\.count) == [3, 3, 3])
      #expect(rows.map(\.first) == ["distance", "rnn-tanh", "gru"])
      #expect(TestFiles.read(folder + "/recall.svg")?.contains("chance") == true)
    }
  }
}

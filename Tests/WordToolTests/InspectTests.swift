import TestSupport
import Testing

@Suite struct InspectTests {
  private static let text = String(
    repeating: "the cat sat on the mat\nthe dog lay on the rug\n", count: 10)

  /// Trains a small model and returns its path.
  private func train(_ tool: Tool, _ folder: String, cell: String) throws -> String {
    try TestFiles.write(Self.text, to: folder + "/text")
    let run = try tool.run(
      "train-lm", folder + "/text", "-o", folder + "/\(cell).lm", "--cell", cell, "--hidden", "5",
      "--embedding", "4", "--layers", "2", "--epochs", "1", "-q")
    try #require(run.exitCode == 0, "\(run.errors)")
    return folder + "/\(cell).lm"
  }

  @Test(arguments: [
    ("lstm", ["i", "f", "|g|", "o", "|c|", "|h|"]), ("gru", ["r", "z", "|n|", "|h|"]),
    ("rnn-tanh", ["|h|"]),
  ])
  func eachTokenHasTheMeansOfItsGates(_ cell: String, _ columns: [String]) throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let model = try train(tool, folder, cell: cell)
      let run = try tool.run(
        "inspect", model, "--text", "the cat flew", "-o", folder + "/gates.svg")
      #expect(run.exitCode == 0, "\(run.errors)")
      let rows = run.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
      #expect(run.output.hasPrefix("\(cell), layer 2 of 2, 5 outputs\n"))
      #expect(rows[1] == ["token"] + columns)
      #expect(rows.dropFirst(2).map { $0[0] } == ["</s>", "the", "cat", "<unk>"])
      for row in rows.dropFirst(2) {
        for number in row.dropFirst() {
          #expect(Double(number).map { (0...1.5).contains($0) } == true, "\(row)")
        }
      }
      let picture = try #require(TestFiles.read(folder + "/gates.svg"))
      #expect(picture.contains(">h: output<") && picture.contains("&lt;unk&gt;"))
    }
  }

  @Test func statesFollowFromGates() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let model = try train(tool, folder, cell: "lstm")
      let run = try tool.run("inspect", model, "--text", "the dog lay", "--layer", "1", "--json")
      let quantities = try #require(try run.json().elements.first)["quantities"].elements
      func values(_ symbol: String) throws -> [[Double]] {
        let found = try #require(quantities.first { $0["symbol"].text == symbol })
        return found["values"].elements.map { $0.elements.map { $0.number ?? .nan } }
      }
      let (input, forget, candidate, cell) = (
        try values("i"), try values("f"), try values("g"), try values("c")
      )
      // c(t) = f(t) c(t-1) + i(t) g(t)
      #expect(cell.count == 4)
      for step in cell.indices {
        for unit in cell[step].indices {
          let before = step == 0 ? 0 : cell[step - 1][unit]
          let expected = forget[step][unit] * before + input[step][unit] * candidate[step][unit]
          #expect((cell[step][unit] - expected).magnitude < 1e-6)
        }
      }
    }
  }

  @Test func classifiersAndTaggersAreLookedIntoInBothDirections() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try TestFiles.write(
        String(repeating: "good\ta fine film\nbad\ta dull film\n", count: 10),
        to: folder + "/train.tsv")
      let model = folder + "/classes"
      let train = try tool.run(
        "train-classifier", folder + "/train.tsv", "-o", model, "--model", "gru", "--hidden", "3",
        "--dim", "4", "--epochs", "1", "--bidirectional", "-q")
      try #require(train.exitCode == 0, "\(train.errors)")
      let run = try tool.run("inspect", model, "--text", "a fine day", "--units", "2")
      #expect(run.exitCode == 0, "\(run.errors)")
      #expect(run.output.contains("from the end") && run.output.contains("\nunit 2\n"))
      #expect(run.output.contains("<unk>"))
      for (arguments, part) in [
        (["--units", "4"], "--units"), (["--layer", "2"], "--layer"),
        (["--units", "0"], "--units"),
      ] {
        let refused = try tool.start(["inspect", model, "--text", "a"] + arguments).wait()
        #expect(refused.exitCode == 64 && refused.errors.contains(part), "\(refused.errors)")
      }
      #expect(try tool.run("inspect", model, "--text", " ").exitCode == 64)
      #expect(try tool.run("inspect", folder + "/train.tsv", "--text", "a").exitCode == 65)
    }
  }
}

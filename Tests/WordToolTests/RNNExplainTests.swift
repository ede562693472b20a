import TestSupport
import Testing

@Suite struct RNNExplainTests {
  private func ask(_ arguments: String...) throws -> Subprocess.Result {
    try TestFiles.withFolder { folder in
      try Tool(folder: folder).start(["rnn-explain"] + arguments).wait()
    }
  }

  @Test func theTablesHaveAColumnForEachStep() throws {
    let run = try ask("--inputs", "1,0,0,0", "--targets=-,-,-,1")
    #expect(run.exitCode == 0, "\(run.errors)")
    let rows = run.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    for name in ["forward", "backward"] {
      #expect(rows.contains { $0.first == name && $0.count == 1 + 3 * 4 })
    }
    // Only the last step has a loss.
    #expect(rows.contains(["d(t)", "-", "-", "-", "1.00000"]))
    #expect(run.output.contains("\nlargest difference: "))
    #expect(!run.output.contains("loss(3)") && run.output.contains("loss(4)"))
    #expect(try ask("--inputs", "1,0,0,0", "--targets=-,-,-,1").output == run.output)
  }

  @Test func recurrentWeightsCanBeGiven() throws {
    let run = try ask("--units", "2", "--recurrent", "1,0,0,1", "--json")
    #expect(run.output.contains("\"recurrentWeights\":[[1,0],[0,1]]"), "\(run.output)")
  }

  @Test(arguments: [
    (["--inputs", "1,x"], "--inputs"), (["--inputs", "1,2,3,4,5,6,7,8,9"], "--inputs"),
    (["--targets", "1"], "--targets"), (["--targets=-,-,-"], "--targets"),
    (["--recurrent", "1,2"], "--recurrent"), (["--units", "5"], "--units"),
    (["--inputs", "inf,1,2"], "--inputs"),
  ])
  func wrongCallsAreRefused(_ arguments: [String], _ option: String) throws {
    try TestFiles.withFolder { folder in
      let run = try Tool(folder: folder).start(["rnn-explain"] + arguments).wait()
      #expect(run.exitCode == 64 && run.errors.contains(option), "\(run.errors)")
      #expect(run.output.isEmpty)
    }
  }
}

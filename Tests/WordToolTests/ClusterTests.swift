import TestSupport
import Testing

@Suite struct ClusterTests {
  private func run(_ arguments: String...) throws -> Subprocess.Result {
    try TestFiles.withFolder { folder in
      var tool = Tool(folder: folder)
      tool.variables["WORDTOOL_VECTORS"] = try Samples.writeVectors(in: folder)
      return try tool.start(arguments).wait()
    }
  }

  @Test func `words that point one way are a group, nearest to its middle first`() throws {
    let found = try run("cluster", "sweden", "man", "norway", "denmark", "woman", "--groups", "3")
    #expect(found.exitCode == 0, "\(found.errors)")
    let rows = found.output.split(separator: "\n").map { $0.split(separator: "\t") }
    #expect(rows.map { $0[0] } == ["1", "1", "1", "2", "3"])
    #expect(Set(rows.prefix(3).map { $0[1] }) == ["sweden", "norway", "denmark"])
    #expect(rows.map { $0[2] }.suffix(2) == ["1.000000", "1.000000"])
    // As many groups as suit a few words.
    let few = try run("cluster", "sweden", "man", "norway", "denmark", "woman", "king")
    let numbers = Set(few.output.split(separator: "\n").map { $0.prefix(1) })
    #expect(few.exitCode == 0 && numbers == ["1", "2"])
    let table = try run("cluster", "--groups", "2", "--style", "table", "-k", "1")
    #expect(table.output.split(separator: "\n").count == 2)
    #expect(table.output.contains(" … and "))
    guard
      case .list(let groups) = try JSONValue.document(
        try run("cluster", "--groups", "4", "--threads", "1", "--json").output)
    else {
      Issue.record("no list")
      return
    }
    #expect(groups.count == 4)
    #expect(groups.allSatisfy { $0.names == ["group", "words"] })
  }

  @Test func `three words and more are compared with each other`() throws {
    let found = try run("similarity", "sweden", "cereal", "man")
    #expect(
      found.output == """
        word\tsweden\tcereal\tman
        sweden\t1.000000\t-1.000000\t0.000000
        cereal\t-1.000000\t1.000000\t0.000000
        man\t0.000000\t0.000000\t1.000000

        """)
    let json = try JSONValue.document(
      try run("similarity", "sweden", "man", "king", "--json").output)
    #expect(json.names == ["words", "similarities"])
    let partly = try run("similarity", "sweden", "mann", "king")
    #expect(partly.exitCode == 0 && partly.errors.contains("'mann'"))
    #expect(partly.output.split(separator: "\n").count == 3)
    #expect(try run("similarity", "swedn", "mann", "king").exitCode == 1)
  }

  @Test(arguments: [
    (["cluster", "king", "queen", "--groups", "3"], "3 groups of 2 words"),
    (["cluster", "king", "queen", "--top", "3"], "words and --top"),
    (["cluster", "--strict"], "--strict"),
    (["cluster", "-k", "3", "--style", "tsv"], "-k"),
    (["similarity", "king"], "expected two or more"),
  ])
  func `what cannot be is told`(arguments: [String], message: String) throws {
    try TestFiles.withFolder { folder in
      var tool = Tool(folder: folder)
      tool.variables["WORDTOOL_VECTORS"] = try Samples.writeVectors(in: folder)
      let found = try tool.start(arguments).wait()
      #expect(found.exitCode == 64)
      #expect(found.errors.contains(message), "\(found.errors)")
    }
  }
}

import TestSupport
import Testing

/// `wordtool index` and searches through what it makes.
@Suite struct IndexTests {
  private func inFolder(
    _ body: (_ run: (String...) throws -> Subprocess.Result, _ folder: String) throws -> Void
  ) throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      _ = try Samples.writeVectors(in: folder)
      try body(
        { (arguments: String...) in
          try tool.start(arguments, workingFolder: folder).wait()
        }, folder)
    }
  }

  @Test func theIndexBesideTheVectorsIsSearched() throws {
    try inFolder { run, _ in
      let made = try run("index", "sample.txt", "--json")
      #expect(made.output.contains(#""recall":[{"effort":10,"recall":1}]"#), "\(made.output)")
      #expect(made.output.contains(#""words":11"#) && made.output.contains(#""effort":10"#))
      let found = try run("nearest", "sweden", "-v", "sample.txt", "--approximate", "-k", "2")
      #expect(found.output == "norway\t0.980000\ndenmark\t0.960000\n", "\(found.errors)")
      let json = try run(
        "nearest", "sweden", "-v", "sample.txt", "--approximate", "-k", "1", "--effort", "3",
        "--json")
      #expect(json.output.hasPrefix(#"[{"approximate":true,"neighbors":[{"#), "\(json.output)")
      let exact = try run("nearest", "sweden", "-v", "sample.txt", "-k", "1", "--json")
      #expect(!exact.output.contains("approximate"))
      let kind = try run("info", "sample.txt.index")
      #expect(kind.output.contains("an index of vectors"), "\(kind.output)")
    }
  }

  @Test func anIndexThatIsNotThereOrBelongsToOthersIsToldInOneLine() throws {
    try inFolder { run, folder in
      let none = try run("nearest", "sweden", "-v", "sample.txt", "--approximate")
      #expect(none.exitCode == 66 && none.errors.contains("wordtool index sample.txt"))
      #expect(try run("index", "sample.txt", "-o", "i").exitCode == 0)
      try TestFiles.write(
        Samples.vectors.replacing("sweden 1 0 0", with: "sweden 0 1 0"), to: folder + "/other.txt")
      let other = try run(
        "nearest", "sweden", "-v", "other.txt", "--approximate", "--index", "i")
      #expect(other.exitCode == 65 && other.errors.contains("other vectors"), "\(other.errors)")
      let wrong = try run(
        "nearest", "sweden", "-v", "sample.txt", "--approximate", "--index", "sample.txt")
      #expect(wrong.exitCode == 65 && wrong.output.isEmpty)
      for result in [none, other, wrong] {
        #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
      }
      #expect(try run("index", "-").exitCode == 64)
    }
  }
}

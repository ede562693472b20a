import Testing
import TestSupport

@Suite struct ABCCommandTests {
  private static let good = """
    X:3
    T:Good
    M:2/4
    L:1/8
    K:G
    GABc|d2 g2:|

    """
  private static let bad = "X:4\nT:Bad\nK:G\nG [ABc|\n"

  @Test func aGoodFileIsFoundGood() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(Self.good, to: folder + "/a.abc")
      let run = try Tool(folder: folder).run("abc", "check", folder + "/a.abc")
      #expect(run.exitCode == 0)
      #expect(run.output == "1 of 1 tune good, 0 errors, 0 warnings\n")
    }
  }

  @Test func problemsHavePathLineAndColumn() throws {
    try TestFiles.withFolder { folder in
      let run = try Tool(folder: folder).run(
        "abc", "check", "-", input: Self.good + "\n" + Self.bad)
      #expect(run.exitCode == 65)
      #expect(
        run.output == """
          standard input:11:3: error: '|' in a chord, expected notes and ']'
          1 of 2 tunes good, 1 error, 0 warnings

          """)
      let json = try Tool(folder: folder).run(
        "abc", "check", "--json", "-", input: Self.good + "\n" + Self.bad)
      #expect(json.exitCode == 65)
      #expect(json.output.hasPrefix("{\"errors\":1,\"files\":[{\"path\":\"-\",\"problems\":[],"))
      #expect(json.output.contains("\"good\":1") && json.output.contains("\"column\":3"))
    }
  }

  @Test func aTuneBecomesAMIDIFile() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try TestFiles.write(Self.good + "\n" + Self.bad, to: folder + "/a.abc")
      let out = folder + "/a.mid"
      let run = try tool.run(
        "abc", "midi", folder + "/a.abc", "--tune", "3", "-o", out, "--json")
      #expect(run.exitCode == 0)
      #expect(run.output.contains("\"notes\":12,"))
      #expect(run.output.contains("\"quarterNotes\":8,\"seconds\":4,"))
      #expect(TestFiles.readBytes(out)?.prefix(4) == [0x4D, 0x54, 0x68, 0x64])

      let refused = try tool.run("abc", "midi", folder + "/a.abc", "--tune", "4", "-o", out)
      #expect(refused.exitCode == 65)
      #expect(refused.errors.contains("a.abc:11: column 3: '|' in a chord"))
      let absent = try tool.run("abc", "midi", folder + "/a.abc", "--tune", "5", "-o", out)
      #expect(absent.exitCode == 65)
      #expect(absent.errors.contains("no tune X:5"))
      #expect(try tool.run("abc", "midi", folder + "/none", "-o", out).exitCode == 66)
    }
  }

  @Test func tunesAreListed() throws {
    try TestFiles.withFolder { folder in
      let run = try Tool(folder: folder).run("abc", "list", "-", input: Self.good)
      #expect(run.output == "Good  X:3  2/4  G  6 notes  4s  \n")
    }
  }
}

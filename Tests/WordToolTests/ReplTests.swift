import TestSupport
import Testing

/// The prompt, over a pipe and at a terminal.
@Suite struct ReplTests {
  private func ask(_ arguments: String..., input: String) throws -> Subprocess.Result {
    try TestFiles.withFolder { folder in
      var tool = Tool(folder: folder)
      tool.variables["WORDTOOL_VECTORS"] = try Samples.writeVectors(in: folder)
      return try tool.start(["repl"] + arguments, input: input).wait()
    }
  }

  @Test func wordsAndExpressionsAndProportionsAreAnswered() throws {
    let run = try ask(
      "-k", "1", input: "sweden\n\nking - man + woman\nman:king::woman\n:analogy king man woman\n")
    let blocks = run.output.split(separator: "\n\n").map(String.init)
    #expect(blocks.count == 4 && blocks[0] == "norway\t0.980000", "\(run.output)")
    #expect(blocks[1...].allSatisfy { $0.hasPrefix("queen\t") })
    #expect(Set(blocks[1...].map { $0.trimmingEnd }).count == 1)
    #expect(run.exitCode == 0 && run.errors.isEmpty)
  }

  @Test func commandsAreUnderstood() throws {
    let run = try ask(
      input: ":similarity sweden norway\n:rank sweden denmark\n:odd sweden norway man\n:k 1\n"
        + ":least sweden\n:vector man\n:quit\nsweden\n")
    #expect(
      run.output
        == "0.980000\n2\t0.960000\nman\ncereal\t-1.000000\n\n0.000000 0.000000 1.000000\n")
    let help = try ask(input: ":help\n")
    #expect(help.output.contains(":analogy A B C") && help.exitCode == 0)
  }

  /// Each question beside the command that answers it.
  @Test func theAnswersAreThoseOfTheCommands() throws {
    try TestFiles.withFolder { folder in
      var tool = Tool(folder: folder)
      tool.variables["WORDTOOL_VECTORS"] = try Samples.writeVectors(in: folder)
      for (line, command) in [
        (":closer sweden finland", ["closer", "sweden", "finland"]),
        (":closer-than sweden finland", ["closer", "sweden", "finland"]),
        (
          ":axes man:woman cereal:sweden king queen",
          ["axes", "king", "queen", "--axis", "man:woman", "--axis", "cereal:sweden"]
        ),
        (":doesnt-match sweden norway man", ["odd-one-out", "sweden", "norway", "man"]),
        (":explain sweden norway", ["similarity", "sweden", "norway", "--explain"]),
        (":wmd Sweden | Sweden, Norway", ["wmd", "Sweden", "Sweden, Norway"]),
        (":sentence Sweden, Finland!", ["sentence-vector", "Sweden, Finland!"]),
      ] {
        let told = try tool.run("repl", input: line + "\n")
        let json = try tool.run("repl", "--json", input: line + "\n").json()
        let run = try tool.start(command).wait()
        #expect(told.exitCode == 0 && !told.output.isEmpty, "\(line): \(told.errors)")
        let fields = { (text: String) in text.split { " \t\n".contains($0) } }
        let expected = fields(run.output)
        #expect(
          fields(told.output) == (command[0] == "odd-one-out" ? ["man"] : expected), "\(line)")
        #expect(try tool.start(command + ["--json"]).wait().json() == json, "\(line)")
      }
    }
  }

  @Test func textsAreComparedAndSettingsChanged() throws {
    let run = try ask(
      input: ":texts Sweden | a man | Norway and Denmark\n:restrict 2\n:k 3\nsweden\n:restrict 0\n"
        + ":k 1\n:least sweden\n")
    let lines = run.output.split(separator: "\n").map(String.init)
    #expect(lines[0].hasSuffix("\tNorway and Denmark") && lines[1].hasSuffix("\ta man"))
    #expect(lines[2...] == ["norway\t0.980000", "cereal\t-1.000000"], "\(run.output)")
    let wrong = try ask(
      input: ":axes king\n:wmd a\n:axes man: king\n:ngrams king\n:texts a\nsweden\n")
    #expect(
      wrong.errors.split(separator: "\n").count == 5 && wrong.exitCode == 0, "\(wrong.errors)")
    for name in [":closer A B", ":axes A:B... WORD...", ":texts TEXT | TEXT...", ":ngrams WORD"] {
      #expect(try ask(input: ":help\n").output.contains(name))
    }
  }

  @Test func whatIsWrongIsToldAndTheConversationGoesOn() throws {
    let run = try ask(
      "-k", "1", input: "blorb\nking - (\n:nope\n:k x\n:analogy a\nsweden\n")
    #expect(run.output == "norway\t0.980000\n\n" && run.exitCode == 0)
    #expect(run.errors.split(separator: "\n").count == 5, "\(run.errors)")
    #expect(run.errors.contains("':nope', expected :analogy"))
    #expect(try ask(input: "blorb\n").exitCode == 1)
  }

  @Test func answersAsJSONAreOneALine() throws {
    let run = try ask("--json", "-k", "1", input: "sweden\n:similarity king king\n")
    let lines = run.output.split(separator: "\n")
    #expect(lines.count == 2 && lines[0].hasSuffix(#""query":"sweden"}"#))
    #expect(lines[1].hasPrefix(#"{"a":"king","b":"king","similarity":1"#))
  }

  /// Tab makes swe the words that begin so, up to where they part; the arrow brings the line back.
  @Test func aTerminalCompletesWordsAndRemembersLines() throws {
    try TestFiles.withFolder { folder in
      var tool = Tool(folder: folder)
      tool.variables["WORDTOOL_VECTORS"] = try Samples.writeVectors(in: folder)
      let run = try tool.run(
        onTerminal: ["repl", "-k", "1"], typed: "norw\t\n\u{1B}[A\n:clos\tsweden denmark\n:quit\n")
      #expect(run.exitCode == 0)
      // norway is nearest to sweden, and was asked for twice.
      #expect(run.output.ranges(of: "1 sweden  0.9800").count == 2, "\(run.output)")
      #expect(run.output.contains(":help tells what can be asked"))
      #expect(run.output.contains("nearer to sweden than denmark"), "\(run.output)")
    }
  }
}

extension String {
  fileprivate var trimmingEnd: String {
    var text = self
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}

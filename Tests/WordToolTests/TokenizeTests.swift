import Testing
import TestSupport

@Suite struct TokenizeTests {
  private func tokenize(_ text: String, _ options: String...) throws -> Subprocess.Result {
    try TestFiles.withFolder { folder in
      try Tool(folder: folder).start(["tokenize"] + options, input: text).wait()
    }
  }

  @Test func unitsAreCutByICU() throws {
    let text = "Dr. Smith went home. He was 3.14 tired!\nYes.\n"
    #expect(
      try tokenize(text, "--unit", "sentence").output
        == "Dr.\nSmith went home.\nHe was 3.14 tired!\nYes.\n")
    #expect(
      try tokenize(text, "--unit", "paragraph").output
        == "Dr. Smith went home. He was 3.14 tired!\nYes.\n")
    #expect(
      try tokenize("e\u{301}🇸🇪👨‍👩‍👧", "--unit", "grapheme").output
        == "e\u{301}\n🇸🇪\n👨‍👩‍👧\n")
    #expect(try tokenize("ab c", "--format", "spaces").output == "ab c\n")
  }

  @Test func placesCountTheBytesOfTheText() throws {
    let run = try tokenize("Ünï 3\nx", "--format", "json")
    #expect(
      run.output == """
        {"end":5,"kind":"letter","line":1,"start":0,"status":200,"text":"ünï"}
        {"end":7,"kind":"number","line":1,"start":6,"status":100,"text":"3"}
        {"end":9,"kind":"letter","line":2,"start":8,"status":200,"text":"x"}

        """)
  }

  @Test func countingAgreesWithListing() throws {
    let text = (0..<20_000).map { "Line \($0), the food was good.\n" }.joined() + "the end"
    let listed = try tokenize(text).output.split(separator: "\n").count
    for threads in ["1", "2", "3"] {
      let run = try tokenize(text, "--format", "count", "--threads", threads)
      #expect(run.output == "tokens\t\(listed)\nlines\t20001\nbytes\t\(text.utf8.count)\n")
    }
  }

  @Test func tokensAreChangedAndDroppedAsAsked() throws {
    let text = "Café, 1914: see https://x.org/a?b=1 or mail foo@bar.com, @bob the don't"
    func line(_ options: String...) throws -> String {
      try TestFiles.withFolder { folder in
        try TestFiles.write("the\nor\n", to: folder + "/stop")
        let options = options.map { $0 == "STOP" ? folder + "/stop" : $0 }
        return try Tool(folder: folder).start(
          ["tokenize", "--format", "spaces"] + options, input: text
        ).wait().output
      }
    }
    #expect(
      try line(
        "--strip-accents", "--urls", "replace:URL", "--emails", "whole", "--mentions", "remove")
        == "cafe 1914 see URL or mail foo@bar.com the don't\n")
    #expect(
      try line("--urls", "remove", "--emails", "remove", "--stop-words", "STOP")
        == "café 1914 see mail bob don't\n")
    #expect(try line("--digits", "zero", "--kinds", "number", "--urls", "remove") == "0000\n")
    #expect(
      try line("--min-length", "4", "--max-length", "4", "--urls", "remove")
        == "café 1914 mail\n")
    #expect(
      try line("--no-lowercase", "--punctuation", "remove", "--urls", "remove").contains("dont"))
    #expect(
      try tokenize("Привет мир", "--transliterate", "Any-Latin; Latin-ASCII").output
        == "privet\nmir\n")
    #expect(try tokenize("ＡＢＣ", "--fold-width").output == "abc\n")
    #expect(try tokenize("IĞDIR", "--locale", "tr").output == "ığdır\n")
  }

  @Test func otherEncodingsAreConverted() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try TestFiles.write([0x63, 0x61, 0x66, 0xE9, 0x0A], to: folder + "/latin1")
      #expect(
        try tool.run("tokenize", "--encoding", "latin-1", folder + "/latin1").output == "café\n")
      // "ab", a lone surrogate, "c", in UTF-16 with a byte order mark.
      let units: [UInt16] = [0xFEFF, 0x61, 0x62, 0x20, 0xD800, 0x20, 0x63]
      try TestFiles.write(
        units.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }, to: folder + "/utf16")
      let lone = try tool.run("tokenize", "--encoding", "auto", folder + "/utf16")
      #expect(lone.output == "ab\nc\n")
      #expect(lone.errors.contains("1 byte sequence"))
      let strict = try tool.run("tokenize", "--encoding", "auto", "--strict", folder + "/utf16")
      #expect(strict.exitCode == 65)
    }
  }

  @Test(arguments: [
    "64 --transliterate Nope", "64 --locale xx", "64 --encoding klingon", "64 --kinds letters",
    "64 --urls replace:", "64 --min-length 0", "64 --max-length 0", "66 --stop-words /nowhere",
    "66 /nowhere",
  ])
  func mistakesHaveTheirExitCodes(_ line: String) throws {
    let words = line.split(separator: " ").map(String.init)
    try TestFiles.withFolder { folder in
      let run = try Tool(folder: folder).start(["tokenize"] + words.dropFirst(), input: "a").wait()
      #expect(String(run.exitCode) == words[0], "\(run.errors)")
      #expect(run.errors.hasPrefix("wordtool: error: "))
      #expect(run.errors.split(separator: "\n").count == 1)
    }
  }
}

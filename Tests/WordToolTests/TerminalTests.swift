import Libc
import TestSupport
import Testing

import wordtool

/// What people see on a terminal, and programs in a pipe.
@Suite struct TerminalTests {
  private func widest(_ output: String) -> Int {
    output.split(separator: "\n").map { TerminalText.cells(in: String($0)) }.max() ?? 0
  }

  /// Everything that tables are made of: long names, wide characters, long values.
  private func inputs(in folder: String) throws -> [(arguments: [String], whole: String)] {
    let path = try Samples.writeVectors(in: folder)
    let long = String(repeating: "syntactically-", count: 9) + "long"
    try TestFiles.write(
      "3 2\nking 1 0\n\(long) 0.9 0.1\n日本語日本語 0.8 0.2\n", to: folder + "/long.txt")
    try TestFiles.write(
      ": gram6-nationality-adjective-日本語\nking queen man woman\n", to: folder + "/questions")
    try TestFiles.write(
      "X:1\nT:\(long)\nM:4/4\nL:1/8\nK:D mixolydian\nCDEF GABc|\n", to: folder + "/tunes")
    let words = (1...30).map { "word\($0)" }.joined(separator: " ")
    return [
      (["evaluate", "analogies", folder + "/questions", "-v", path], "adjective-日本語"),
      (["image", "describe"], "LeCun et al. 1998, with ReLU and max pooling"),
      (["image", "describe", "resnet-18"], "conv 64 7x7 stride 2 pad 3 no-bias"),
      (["nearest", "king", "-v", folder + "/long.txt"], long),
      (["abc", "list", folder + "/tunes"], long),
      (["info", "-v", path], "OpenBLAS"),
      (["vector", "sweden", "--style", "table"], "sweden"),
      (["corpus", "list"], "not written by people"),
      (["encode", "--window", "40", "--show", "\(long) the \(words) the 日本語"], long),
    ]
  }

  @Test func tablesFitTheTerminalAndPipesGetAll() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      for (arguments, whole) in try inputs(in: folder) {
        let terminal = try tool.run(onTerminal: arguments)
        #expect(terminal.exitCode == 0, "\(arguments): \(terminal.errors)")
        // The file's own path is the one thing that is not cut.
        let lines = terminal.output.replacing(folder, with: "")
        #expect(widest(lines) <= 80, "\(arguments): \(widest(lines))\n\(terminal.output)")
        let style = arguments[0] == "nearest" ? ["--style", "table"] : []
        let pipe = try tool.start(arguments + style).wait().output
        #expect(pipe.contains(whole) && !pipe.contains("…"), "\(arguments): \(pipe)")
      }
    }
  }

  /// What does not fit goes on below, and nothing is left out.
  @Test func aDrawingOfALongSentenceIsFolded() throws {
    try TestFiles.withFolder { folder in
      let words = (1...30).map { "word\($0)" }
      let show = ["encode", "--show", words.joined(separator: " ")]
      let terminal = try Tool(folder: folder).run(onTerminal: show, columns: 60).output
      #expect(widest(terminal) <= 60, "\(terminal)")
      let ones = terminal.split(separator: "one-hot")[1].split(separator: "bag of words")[0]
      #expect(ones.split { " \n".contains($0) }.count { $0 == "1" } == 30)
      // Each word names a column and, in every part, a row.
      let lines = ones.split(separator: "\n", omittingEmptySubsequences: false)
      let parts = lines.count(where: \.isEmpty) - 1
      #expect(parts > 2)
      for word in words {
        #expect(ones.split { " \n".contains($0) }.count { $0 == word } == parts + 1, "\(word)")
      }
    }
  }

  /// The writer at the other end says nothing for a while.
  @Test func aCommandThatSaysNothingForTwoSecondsShowsThatItWorks() throws {
    try TestFiles.withFolder { folder in
      let path = folder + "/pipe"
      #expect(mkfifo(path, 0o600) == 0)
      for (options, isShown) in [([], true), (["-q"], false)] {
        let writer = try Subprocess(
          "/bin/sh", ["-c", "exec 3>\(path); echo the king >&3; sleep 4; echo the queen >&3"],
          environment: ["PATH": "/usr/bin:/bin"], folder: folder)
        let run = try Tool(folder: folder).run(
          onTerminal: ["vocab", path] + options, hasErrors: true)
        _ = writer.wait()
        #expect(run.exitCode == 0 && run.output.hasSuffix("queen 1\n"), "\(run.output)")
        #expect(run.output.contains("B read") == isShown, "\(run.output)")
        // It is wiped before the answer.
        let shown = run.output.split(separator: "\n").last ?? ""
        #expect(!shown.contains("read"), "\(run.output)")
      }
    }
  }

  /// 120 cells are enough for a table that 80 are not.
  @Test func aWiderTerminalShowsMore() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let narrow = try tool.run(onTerminal: ["image", "describe", "resnet-18"]).output
      let wide = try tool.run(onTerminal: ["image", "describe", "resnet-18"], columns: 160).output
      #expect(narrow.contains("…") && !wide.contains("…"))
      #expect(wide.contains("conv 64 7x7 stride 2 pad 3 no-bias"))
    }
  }

  @Test func columnsAreCellsAndNumbersAreNeverShortened() {
    let rows = [["word", "count"], ["日本語", "1234567"], ["e\u{301}te\u{301}", "3"], ["👍🏽", "4"]]
    let lines = TextTable.aligned(rows, width: 12).split(separator: "\n").map(String.init)
    #expect(Set(lines.map { TerminalText.cells(in: $0) }).count == 1, "\(lines)")
    #expect(lines[1].hasSuffix("1234567"))
    #expect(TextTable.aligned(rows, width: nil).contains("日本語"))
    let prose = [["a name that is long indeed", "x"]]
    #expect(TextTable.aligned(prose, width: 20) == "a name that is l…  x\n")
  }

  @Test func controlCharactersDoNothingOnATerminal() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try TestFiles.write("a\u{1B}]0;x\u{07}b \u{9B}31m \u{1B}[2J c\n", to: folder + "/text")
      try TestFiles.write("2 1\na\u{1B}[31m 1\nb 0.5\n", to: folder + "/v.txt")
      try TestFiles.write(": a\u{1B}[1m\na b a b\n", to: folder + "/questions")
      let cut = ["--tokenizer", "whitespace"]
      for arguments in [
        ["vocab", folder + "/text"] + cut, ["tokenize", folder + "/text"] + cut,
        ["encode", "--show", "a \u{1B}[31m b"],
        ["nearest", "b", "-v", folder + "/v.txt", "--style", "word2vec"],
        ["nearest", "b", "-v", folder + "/v.txt", "--style", "fasttext"],
        ["vector", "a\u{1B}[31m", "-v", folder + "/v.txt", "--style", "word2vec"],
        ["convert", folder + "/v.txt", "-", "--format", "word2vec-text"],
        [
          "evaluate", "analogies", folder + "/questions", "-v", folder + "/v.txt", "--style",
          "word2vec",
        ],
      ] {
        let terminal = try tool.run(onTerminal: arguments)
        #expect(terminal.exitCode == 0, "\(arguments): \(terminal.errors)")
        #expect(
          terminal.output.replacing("\u{1B}[1m", with: "").unicodeScalars.allSatisfy {
            $0 == "\n" || $0 == "\t" || $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value)
          }, "\(arguments): \(terminal.output.debugDescription)")
        #expect(terminal.output.contains("\\u{1B}") || arguments[0] == "encode", "\(arguments)")
      }
      // A program gets what is there.
      let piped = try tool.start(["vocab", folder + "/text"] + cut).wait().output
      #expect(piped.contains("\u{1B}[2J 1"))
    }
  }

  @Test(arguments: ["tokenize", "vocab"])
  func aPersonIsToldThatTextIsWaitedFor(_ command: String) throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let typed = try tool.run(onTerminal: [command], typed: "good food\n")
      #expect(typed.exitCode == 0 && typed.output.contains("food"))
      #expect(typed.errors.contains("reading standard input; end with Ctrl-D"))
      let piped = try tool.run(command, input: "good food\n")
      #expect(!piped.errors.contains("Ctrl-D"))
    }
  }

  @Test func oneTextIsNotSeveral() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try TestFiles.write(
        "text\tlabel\n" + String(repeating: "a good film\tpos\na bad film\tneg\n", count: 5),
        to: folder + "/train.tsv")
      let model = folder + "/m"
      let training = try tool.run("train-classifier", folder + "/train.tsv", "-o", model, "-q")
      try #require(training.exitCode == 0)
      let one = try tool.run("classify", model, "--text", "zzz")
      #expect(one.errors.contains("1 of 1 text has no word that the model knows"))
      let two = try tool.run("classify", model, "--text", "zzz", "--text", "yyy")
      #expect(two.errors.contains("2 of 2 texts have no word that the model knows"))
    }
  }

  @Test func `a map on a terminal is coloured, and its colours are no text`() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let words = ["plot", "king", "queen", "man", "woman", "dog", "cat"]
      let output = try tool.run(onTerminal: words).output
      #expect(output.contains("\u{1B}["))
      #expect(!output.contains("1B"))
      #expect(output.contains("queen"))
    }
  }
}

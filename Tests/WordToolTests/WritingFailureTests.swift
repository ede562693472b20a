import Libc
import TestSupport
import Testing

/// What becomes of an output that cannot be written, for every command that writes.
@Suite struct WritingFailureTests {
  /// What was said, but for warnings: models of so few texts have learnt little.
  private static func lines(_ run: Subprocess.Result) -> [Substring] {
    run.errors.split(separator: "\n").filter { !$0.hasPrefix("wordtool: warning: ") }
  }

  private func expectFailure(
    _ run: Subprocess.Result, _ code: Int32, _ parts: [String], _ command: WritingCommand,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let lines = Self.lines(run)
    #expect(
      run.exitCode == code && lines.count == 1 && lines[0].hasPrefix("wordtool: error: ")
        && parts.contains { run.errors.contains($0) },
      "\(command.testDescription): \(run.exitCode) \(run.errors)", sourceLocation: sourceLocation)
  }

  @Test func everyOutputOfTheToolIsInTheTable() throws {
    // What names an output in any command.
    let options: Set = [
      "output", "out", "save", "save-weights", "save-context", "save-vocab", "names", "checkpoint",
      "questions", "metrics",
    ]
    // A line that cannot be written is told and undoes no training; the checkpoints of embeddings stand
    // in a folder and have their own test, as corpora have; hashed columns have no names.
    let exceptions: Set = [
      "corpus get --output", "corpus verify --output", "encode hashing --names",
      "train-embeddings --checkpoint", "train-embeddings --metrics",
      "train-lm --metrics",
      "train-classifier --metrics", "train-tagger --metrics", "image train --metrics",
      // These are read.
      "plot --metrics",
    ]
    let run = try TestFiles.withFolder { try Tool(folder: $0).run("--experimental-dump-help") }
    var found: Set<String> = []
    func walk(_ command: JSONValue, _ path: [String]) {
      for argument in command["arguments"].elements {
        guard argument["kind"].text != "flag",
          let name = argument["names"].elements.last?["name"].text
            ?? argument["valueName"].text
        else { continue }
        let names = argument["names"].elements.compactMap { $0["name"].text }
        guard let option = (names + [name]).first(where: options.contains) else { continue }
        let isPositional = argument["kind"].text == "positional"
        found.insert((path + (isPositional ? [] : ["--" + option])).joined(separator: " "))
      }
      for next in command["subcommands"].elements {
        walk(next, path + [next["commandName"].text ?? ""])
      }
    }
    walk(try JSONValue.document(run.output)["command"], [])
    #expect(found.count > 20)
    #expect(found.subtracting(exceptions) == Set(WritingCommands.all.map(\.option)))
  }

  @Test func everyCommandWritesWhatItsReadersUnderstand() throws {
    try WritingCommands.forEach { command, tool, folder in
      mkdir(folder + "/out", 0o777)
      let path = folder + "/out/file" + command.suffix
      let run = try tool.start(command.arguments(writing: path), workingFolder: folder).wait()
      #expect(run.exitCode == 0, "\(command.testDescription): \(run.errors)")
      let bytes = TestFiles.readBytes(path) ?? []
      #expect(!bytes.isEmpty, "\(command.testDescription)")
      #expect(bytes.starts(with: [0x1F, 0x8B]) == command.suffix.hasSuffix(".gz"))
      #expect(TestFiles.names(in: folder + "/out") == ["file" + command.suffix])
      unlink(path)
    }
  }

  #if os(Linux)
  @Test func aFullDeviceIsTold() throws {
    try WritingCommands.forEach { command, tool, folder in
      let run = try tool.start(
        command.arguments(writing: "/dev/full"), workingFolder: folder
      ).wait()
      expectFailure(run, 74, ["/dev/full: No space left on device"], command)
    }
  }
  #endif

  @Test func aFileThatMayNotGrowLeavesTheOldOneWhole() throws {
    try WritingCommands.forEach { command, tool, folder in
      mkdir(folder + "/out", 0o777)
      let path = folder + "/out/file" + command.suffix
      try TestFiles.write("old", to: path)
      // What the tool says goes through a pipe, which the limit is not for.
      let run = try tool.start(
        command.arguments(writing: path), workingFolder: folder,
        shell: "{ ( ulimit -f 0; exec \"$@\" ); echo \"exit $?\" >&2; } 2>&1 >/dev/null | cat >&2"
      ).wait()
      let lines = Self.lines(run)
      #expect(
        lines.count == 2 && lines[0].hasPrefix("wordtool: error: ")
          && lines[0].contains("File too large") && lines[1] == "exit 74",
        "\(command.testDescription): \(run.errors)")
      #expect(TestFiles.read(path) == "old")
      #expect(TestFiles.names(in: folder + "/out") == ["file" + command.suffix])
      unlink(path)
    }
  }

  @Test func aPlaceThatIsNoFolderIsToldBeforeTheWork() throws {
    try WritingCommands.forEach { command, tool, folder in
      try TestFiles.write("", to: folder + "/file")
      for (place, part) in [("file", "Not a directory"), ("gone", "no folder")] {
        let path = "\(folder)/\(place)/x\(command.suffix)"
        let run = try tool.start(command.arguments(writing: path), workingFolder: folder).wait()
        expectFailure(run, 73, [part], command)
        #expect(run.output.isEmpty, "\(command.testDescription)")
      }
    }
  }

  @Test func aStandardOutputThatIsClosedIsTold() throws {
    try WritingCommands.forEach { command, tool, folder in
      guard command.takesStandardOutput else { return }
      for name in ["-", "/dev/stdout"] {
        let run = try tool.start(
          command.arguments(writing: name), workingFolder: folder, shell: "exec \"$@\" >&-"
        ).wait()
        expectFailure(run, 74, ["standard output"], command)
      }
    }
  }

  @Test func anEmptyNameIsRefusedBeforeTheWork() throws {
    try WritingCommands.forEach { command, tool, folder in
      let run = try tool.start(command.arguments(writing: ""), workingFolder: folder).wait()
      expectFailure(run, 64, ["an empty name", "a name that tells no format"], command)
    }
  }
}

import Libc
import Testing
import TestSupport

/// Bad input: one line on standard error, the right exit code, nothing written.
@Suite struct FailureTests {
  private func expectFailure(
    _ run: Subprocess.Result, _ code: Int32, _ part: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(run.exitCode == code, "\(run.errors)", sourceLocation: sourceLocation)
    #expect(run.output.isEmpty, sourceLocation: sourceLocation)
    #expect(
      run.errors.hasPrefix("wordtool: error: ") && run.errors.contains(part), "\(run.errors)",
      sourceLocation: sourceLocation)
    #expect(
      run.errors.split(separator: "\n").count == 1, "\(run.errors)",
      sourceLocation: sourceLocation)
  }

  /// Trains on a text and expects it to fail without leaving anything behind.
  private func expectNoTraining(
    _ bytes: [UInt8], _ code: Int32, _ part: String, _ options: String...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try TestFiles.withFolder { folder in
      mkdir(folder + "/out", 0o777)
      try TestFiles.write(bytes, to: folder + "/text")
      let run = try Tool(folder: folder).start(
        ["train-embeddings", folder + "/text", "-o", folder + "/out/v.bin", "-q"] + options
      ).wait()
      expectFailure(run, code, part, sourceLocation: sourceLocation)
      #expect(TestFiles.names(in: folder + "/out").isEmpty, sourceLocation: sourceLocation)
    }
  }

  @Test func missingAndEmptyInputs() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let output = folder + "/v.bin"
      expectFailure(
        try tool.run("train-embeddings", folder + "/none", "-o", output, "-q"), 66,
        "/none: No such file or directory")
      mkdir(folder + "/empty", 0o777)
      expectFailure(
        try tool.run("train-embeddings", folder + "/empty", "-o", output, "-q"), 66,
        "without text")
      #expect(!TestFiles.names(in: folder).contains { $0.hasPrefix("v.bin") })
      expectFailure(try tool.run("nearest", "x", "-v", folder + "/none"), 66, "/none: ")
      expectFailure(try tool.run("convert", folder + "/none", output), 66, "/none: ")
      expectFailure(try tool.run("evaluate", "analogies", folder + "/none"), 66, "/none: ")
    }
  }

  @Test func textsThatGiveNoVectors() throws {
    try expectNoTraining([], 65, "empty")
    try expectNoTraining(Array("a b c d\n".utf8), 65, "--min-count")
    try expectNoTraining(Array("a a a a a a a\n".utf8), 65, "vocabulary of 1 word")
    try expectNoTraining(
      Array("a b \u{0}".utf8) + [0xFF] + Array(" c\n".utf8), 65, "text")
    try expectNoTraining(
      Array("a b ".utf8) + [0xFF] + Array(" c\n".utf8), 65, "byte 4", "--strict")
    try expectNoTraining([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 75, 84], 65, "gzip")
  }

  @Test(arguments: [
    ["--dim", "0"], ["--dim", "4097"], ["--negative", "65"], ["--window", "0"], ["--epochs", "0"],
    ["--lr", "-1"], ["--lr", "nan"], ["--min-count", "0"], ["--model", "bow"], ["--loss", "nce"],
    ["--threads", "0"], ["--locale", "not a locale"], ["--sample", "2"], ["--format", "pickle"],
    ["--memory", "much"], ["--bogus"], ["--seed", "-1"],
  ])
  func optionsOutOfRangeAreUsageErrors(_ options: [String]) throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(Samples.text(lines: 20), to: folder + "/text")
      mkdir(folder + "/out", 0o777)
      let run = try Tool(folder: folder).start(
        ["train-embeddings", folder + "/text", "-o", folder + "/out/v.bin"] + options
      ).wait()
      expectFailure(run, 64, String(options[0].drop { $0 == "-" }))
      #expect(TestFiles.names(in: folder + "/out").isEmpty)
    }
  }

  @Test(arguments: [
    ["nearest"], ["nearest", "-k", "0", "x"], ["analogy", "a", "b"], ["similarity", "a"],
    ["odd-one-out", "a", "b"], ["rank", "a"], ["convert", "a"], ["frobnicate"],
    ["evaluate", "analogies"], ["corpus", "make", "nothing"], ["tokenize", "--format", "xml"],
    ["nearest", "x", "--style", "csv"], ["nearest", "king - + man"],
  ])
  func wrongCallsAreUsageErrors(_ arguments: [String]) throws {
    try TestFiles.withFolder { folder in
      var tool = Tool(folder: folder)
      tool.variables["WORDTOOL_VECTORS"] = try Samples.writeVectors(in: folder)
      expectFailure(try tool.start(arguments).wait(), 64, "")
    }
  }

  @Test(arguments: [
    ("pickle", [0x80, 0x04, 0x95, 0, 0, 0, 0] as [UInt8], "pickle"),
    ("zip", [0x50, 0x4B, 3, 4, 20, 0, 0, 0], "zip"),
    ("short header", Array("10".utf8), ""),
    ("fewer rows", Array("3 2\na 1 2\nb 1 2\n".utf8), ""),
    ("fewer values", Array("2 3\na 1 2 3\nb 1 2\n".utf8), ":3"),
    ("a huge header", Array("999999999999 300\na ".utf8), ""),
    ("a huge JSON header", [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0x7B], ""),
    ("empty", [], ""),
  ])
  func filesThatAreNoVectors(_ name: String, _ bytes: [UInt8], _ part: String) throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(bytes, to: folder + "/v")
      expectFailure(try Tool(folder: folder).run("nearest", "a", "-v", folder + "/v"), 65, part)
    }
  }

  @Test func outputsThatCannotBeMade() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let vectors = try Samples.writeVectors(in: folder)
      try TestFiles.write(Samples.text(lines: 200), to: folder + "/text")
      let text = folder + "/text"
      expectFailure(
        try tool.run("train-embeddings", text, "-o", folder + "/no/v.bin", "-q"), 73, "/no/v.bin")
      expectFailure(try tool.run("train-embeddings", text, "-o", folder, "-q"), 73, "a folder")
      expectFailure(try tool.run("convert", vectors, folder + "/no/v.bin"), 73, "/no/v.bin")
      expectFailure(try tool.run("vocab", text, "-o", folder + "/no/v", "-q"), 73, "/no/v")
      expectFailure(
        try tool.run("train-embeddings", text, "-o", "/dev/full", "-q"), 74, "No space left")
    }
  }

  @Test func aFolderWithoutPermissionIsTold() throws {
    // The superuser may write anywhere.
    if geteuid() == 0 { return }
    try TestFiles.withFolder { folder in
      let vectors = try Samples.writeVectors(in: folder)
      mkdir(folder + "/locked", 0o500)
      expectFailure(
        try Tool(folder: folder).run("convert", vectors, folder + "/locked/v.bin"), 73,
        "Permission denied")
    }
  }

  @Test func aFullDiskUnderStandardOutputIsTold() throws {
    try TestFiles.withFolder { folder in
      var tool = Tool(folder: folder)
      tool.variables["WORDTOOL_VECTORS"] = try Samples.writeVectors(in: folder)
      for arguments in [["nearest", "sweden"], ["--help"], ["info", "--json"]] {
        let run = try tool.start(arguments, outputPath: "/dev/full").wait()
        expectFailure(run, 74, "standard output: No space left on device")
      }
    }
  }

  @Test func divergenceEndsWith75() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(Samples.text(lines: 4000), to: folder + "/text")
      let run = try Tool(folder: folder).run(
        "train-embeddings", folder + "/text", "-o", folder + "/v.bin", "--lr", "100", "-q",
        "--sample", "0")
      expectFailure(run, 75, "--lr")
      #expect(!TestFiles.names(in: folder).contains { $0.hasPrefix("v.bin") })
    }
  }
}

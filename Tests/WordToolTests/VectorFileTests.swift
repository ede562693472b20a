import TestSupport
import Testing

/// Vectors of NumPy and others on the command line: lists of words, two files, words with blanks.
@Suite struct VectorFileTests {
  /// Three words, one with a blank, as an array and a list under another name.
  private static func write(in folder: String, _ tool: Tool) throws {
    try TestFiles.write("new york 1 0.5\nb 1 0.25\nc 0.5 -1\n", to: folder + "/v.glove")
    let made = try tool.run("convert", folder + "/v.glove", folder + "/v.npy")
    #expect(made.exitCode == 0, "\(made.errors)")
  }

  @Test func aListIsNamedWhereItStandsElsewhere() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try Self.write(in: folder, tool)
      #expect(TestFiles.read(folder + "/v.words") == "new york\nb\nc\n")
      let found = try tool.run("nearest", "b", "-v", folder + "/v.npy", "-k", "1")
      #expect(found.output.hasPrefix("new york\t"), "\(found.errors)")
      try TestFiles.write("x\ny\nz\n", to: folder + "/other")
      let named = try tool.run(
        "nearest", "y", "-v", folder + "/v.npy", "-k", "1", "--word-list", folder + "/other")
      #expect(named.output.hasPrefix("x\t"), "\(named.errors)")
      // A list for vectors that have words has no effect, and is refused.
      let refused = try tool.run(
        "info", folder + "/v.glove", "--word-list", folder + "/other")
      #expect(refused.exitCode == 64 && refused.errors.contains("expected no --word-list"))
    }
  }

  @Test func aTableWithoutWordsSaysWhatToDo() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try Self.write(in: folder, tool)
      try TestFiles.write(
        try #require(TestFiles.readBytes(folder + "/v.npy")), to: folder + "/w.npy")
      let refused = try tool.run("nearest", "x", "-v", folder + "/w.npy")
      #expect(refused.exitCode == 65)
      #expect(refused.errors.contains("a list of 3 words"), "\(refused.errors)")
      #expect(refused.errors.contains("name the list with --word-list"), "\(refused.errors)")
    }
  }

  @Test func blanksAreReplacedOnRequest() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try Self.write(in: folder, tool)
      let (source, target) = (folder + "/v.npy", folder + "/v.bin")
      let refused = try tool.run("convert", source, target)
      #expect(
        refused.exitCode == 1 && refused.errors.contains("--replace-blanks"), "\(refused.errors)")
      #expect(TestFiles.readBytes(target) == nil)
      let made = try tool.run("convert", source, target, "--replace-blanks", "_")
      #expect(made.exitCode == 0, "\(made.errors)")
      #expect(try tool.run("vector", "new_york", "-v", target).output.hasPrefix("new_york\t1.0"))
      // Nothing to replace where all words can stand.
      let useless = try tool.run(
        "convert", source, folder + "/v.safetensors", "--replace-blanks", "_")
      #expect(useless.exitCode == 64, "\(useless.errors)")
    }
  }

  @Test func formatsOfTwoFilesLeaveOtherFilesWhole() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try Self.write(in: folder, tool)
      let stream = try tool.run("convert", folder + "/v.npy", "-", "--format", "npy")
      #expect(stream.exitCode == 64 && stream.errors.contains("npz has the words with the vectors"))
      // The list would go over the input.
      try TestFiles.write("1 1\na 1\n", to: folder + "/u.words")
      let over = try tool.run("convert", folder + "/u.words", folder + "/u.npy")
      #expect(over.exitCode == 64, "\(over.errors)")
      #expect(TestFiles.read(folder + "/u.words") == "1 1\na 1\n")
    }
  }

  @Test func trainingWritesTwoFilesToo() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try TestFiles.write(String(repeating: "a b c d\n", count: 50), to: folder + "/text")
      let run = try tool.run(
        "train-embeddings", folder + "/text", "-o", folder + "/vectors.tsv", "--dim", "4",
        "--epochs", "1", "-q")
      #expect(run.exitCode == 0, "\(run.errors)")
      #expect(TestFiles.read(folder + "/metadata.tsv")?.hasPrefix("word\tcount\n") == true)
      #expect(try tool.run("nearest", "a", "-v", folder + "/vectors.tsv").exitCode == 0)
    }
  }
}

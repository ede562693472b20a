import Libc
import TestSupport
import Testing

/// Signals, at any time.
@Suite struct SignalTests {
  @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1])
  func oneSignalEndsARunThatWaitsForInput(_ signal: Int32) throws {
    try TestFiles.withFolder { folder in
      let pipe = folder + "/pipe"
      try #require(mkfifo(pipe, 0o600) == 0)
      let talk = try Tool(folder: folder).converse(
        "train-embeddings", pipe, "-o", folder + "/v", "-q")
      // Waits until the tool has opened the other end.
      let end = open(pipe, O_WRONLY | O_CLOEXEC)
      defer { close(end) }
      talk.signal(signal)
      let run = talk.wait()
      #expect(run.exitCode == 130, "\(run.errors)")
      #expect(run.errors.contains("nothing was written"), "\(run.errors)")
      #expect(TestFiles.names(in: folder) == ["pipe"])
    }
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1])
  func theFirstSignalSavesACheckpoint(_ signal: Int32) throws {
    try TestFiles.withFolder { folder in
      let pipe = folder + "/metrics"
      try #require(mkfifo(pipe, 0o600) == 0)
      try TestFiles.write(Samples.text(lines: 200), to: folder + "/text")
      let talk = try Tool(folder: folder).converse(
        "train-embeddings", folder + "/text", "-o", folder + "/v", "--epochs", "1000000",
        "--checkpoint", folder + "/c", "--metrics", pipe, "-q")
      #expect(PipeReader(path: pipe).line() != nil)
      talk.signal(signal)
      let run = talk.wait()
      #expect(run.exitCode == 130, "\(run.errors)")
      #expect(run.errors.contains("go on with --resume \(folder)/c"), "\(run.errors)")
      #expect(TestFiles.names(in: folder + "/c").count == 1)
    }
  }

  @Test func aFileThatMayNotGrowIsAnErrorOfTheWrite() throws {
    try TestFiles.withFolder { folder in
      let vectors = try Samples.writeVectors(in: folder)
      mkdir(folder + "/out", 0o777)
      let run = try Tool(folder: folder).run(
        shell: "ulimit -f 1; exec \"$@\"", "convert", vectors, folder + "/out/v.safetensors")
      #expect(run.exitCode == 74 && run.errors.contains("File too large"), "\(run.errors)")
      #expect(TestFiles.names(in: folder + "/out").isEmpty)
    }
  }

  @Test func aMappedFileThatIsCutShortIsNamed() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let vectors = try Samples.writeVectors(in: folder)
      let path = folder + "/v.safetensors"
      #expect(try tool.run("convert", vectors, path).exitCode == 0)
      let talk = try tool.converse("nearest", "-", "-v", path, "-k", "1", "--json")
      talk.send("sweden\n")
      #expect(try JSONValue.document(#require(talk.output.line()))["query"].text == "sweden")
      try #require(truncate(path, 0) == 0)
      talk.send("king\n")
      let run = talk.wait()
      #expect(run.exitCode == 74, "\(run.errors)")
      #expect(run.errors.hasPrefix("wordtool: error: \(path): the file was changed"))
      #expect(run.errors.split(separator: "\n").count == 1)
    }
  }
}

import Libc
import TestSupport
import Testing

/// `corpus get` and `corpus verify`, from a server that the test makes.
@Suite struct CorpusGetTests {
  private static let text = Array(String(repeating: "words to be downloaded\n", count: 20_000).utf8)

  /// Runs `body` with a server, a catalogue of what it has, and a tool.
  private func withCatalogue(
    sha256: String?, _ body: (LocalServer, [String], Tool, String) throws -> Void
  ) throws {
    try TestFiles.withFolder { folder in
      let server = try LocalServer(["/words.txt": .init(Self.text)])
      defer { server.stop() }
      let digest = sha256.map { #","sha256":"\#($0)""# } ?? ""
      try TestFiles.write(
        #"{"version":1,"corpora":[{"name":"words","description":"words","licence":"CC0","#
          + #""page":"https://example.org","source":"the test","#
          + #""example":"wordtool vocab FOLDER/words.txt","files":[{"name":"words.txt","#
          + #""address":"\#(server.address("/words.txt"))","bytes":\#(Self.text.count)\#(digest)}]}]}"#,
        to: folder + "/catalogue.json")
      try body(
        server, ["words", "--catalogue", folder + "/catalogue.json"], Tool(folder: folder), folder)
    }
  }

  private func run(
    _ tool: Tool, _ command: String, _ arguments: [String], in folder: String
  ) throws -> Subprocess.Result {
    try tool.start(["corpus", command] + arguments, workingFolder: folder).wait()
  }

  /// The digest of the text, as the tool itself reports it.
  private func trueDigest() throws -> String {
    var digest = ""
    try withCatalogue(sha256: nil) { _, place, tool, folder in
      let get = try run(tool, "get", place + ["--json"], in: folder)
      digest = String(get.output.split(separator: #""sha256":""#).last?.prefix(64) ?? "")
    }
    return digest
  }

  @Test func aCorpusIsDownloadedIntoAFolderOfItsName() throws {
    try withCatalogue(sha256: try trueDigest()) { server, place, tool, folder in
      let first = try run(tool, "get", place, in: folder)
      #expect(first.exitCode == 0, "\(first.errors)")
      #expect(first.output.contains("words/words.txt: 460,000 bytes; SHA-256 as in the catalogue"))
      #expect(
        first.output.contains("licence: CC0") && first.output.contains("vocab words/words.txt"))
      #expect(TestFiles.readBytes(folder + "/words/words.txt") == Self.text)
      let second = try run(tool, "get", place + ["--json"], in: folder)
      #expect(try second.json().contains(#""state":"present""#))
      #expect(server.requests.count == 1)
      #expect(try run(tool, "verify", place, in: folder).exitCode == 0)
      try TestFiles.write("another", to: folder + "/words/words.txt")
      let verify = try run(tool, "verify", place, in: folder)
      #expect(verify.exitCode == 65 && verify.output.contains("words.txt\tother: SHA-256"))
      let refused = try run(tool, "get", place, in: folder)
      #expect(refused.exitCode == 73 && refused.errors.contains("--replace"), "\(refused.errors)")
      #expect(try run(tool, "get", place + ["--replace"], in: folder).exitCode == 0)
      #expect(TestFiles.readBytes(folder + "/words/words.txt") == Self.text)
      unlink(folder + "/words/words.txt")
      #expect(try run(tool, "verify", place, in: folder).exitCode == 66)
    }
  }

  @Test func whatHasNoDigestIsTrustedOnFirstUse() throws {
    try withCatalogue(sha256: nil) { server, place, tool, folder in
      let first = try run(tool, "get", place + ["-o", "here"], in: folder)
      #expect(first.output.contains("trusted on first use"), "\(first.errors)")
      server.answer("/words.txt", with: .init(Self.text.reversed()))
      // Elsewhere, and yet it is held against what came first.
      let second = try run(tool, "get", place + ["-o", "there"], in: folder)
      #expect(second.exitCode == 65 && second.errors.contains("as when it came for the first time"))
      #expect(TestFiles.names(in: folder + "/there").isEmpty)
    }
  }

  @Test func anInterruptedDownloadGoesOn() throws {
    try withCatalogue(sha256: try trueDigest()) { server, place, tool, folder in
      server.answer(
        "/words.txt",
        with: .init(Self.text).with { ($0.breaksAfter, $0.stalls) = (200_000, true) })
      let run = try tool.start(["corpus", "get"] + place, workingFolder: folder)
      while TestFiles.readBytes(folder + "/words/.words.txt.part")?.count != 200_000,
        run.isRunning()
      { sched_yield() }
      run.signal(SIGINT)
      let result = run.wait()
      #expect(result.exitCode == 130 && result.errors.contains("run the same again"))
      server.answer("/words.txt", with: .init(Self.text))
      #expect(try self.run(tool, "get", place, in: folder).exitCode == 0)
      #expect(server.requests.last == "/words.txt 200000-")
    }
  }

  @Test func whatCannotBeHadIsSaid() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let unknown = try run(tool, "get", ["minst"], in: folder)
      #expect(unknown.exitCode == 64 && unknown.errors.contains("mnist"), "\(unknown.errors)")
      let nowhere = try run(tool, "get", ["mnist", "-o", "a/b"], in: folder)
      #expect(nowhere.exitCode == 73 && nowhere.errors.contains("mkdir -p"))
      let list = try run(tool, "list", [], in: folder)
      #expect(list.output.contains("mnist\t11.6 MB\t"), "\(list.output)")
    }
  }
}

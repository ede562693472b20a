import Libc
import TestSupport
import Testing

/// The page, the classifier and the language model of the server.
@Suite struct ServedModelTests {
  /// What a page shows: from its facts up to the script.
  private func content(_ page: String?) throws -> Substring {
    let page = try #require(page)
    let start = try #require(page.firstRange(of: "id=\"facts\">")).upperBound
    let end = try #require(page[start...].firstRange(of: "<script>(() => {")).lowerBound
    return page[start..<end]
  }

  @Test func thePageIsTheOneOfExploreAndMayAskItsServer() throws {
    try TestFiles.withFolder { folder in
      let server = try ServedProcess(in: folder, "--top", "8")
      let run = try server.tool.run("explore", "-o", folder + "/page.html", "--top", "8", "-q")
      #expect(run.exitCode == 0, "\(run.errors)")
      let client = try server.client()
      // Until it is made the server says so.
      var answer = try #require(client.get("/"))
      while answer.status == 503 {
        #expect(answer.fields["retry-after"] == "2" && answer.body.contains("being made"))
        answer = try #require(client.get("/"))
      }
      let alone = try #require(TestFiles.read(folder + "/page.html"))
      #expect(answer.status == 200)
      #expect(try content(answer.body) == content(alone))
      #expect(answer.body.contains("connect-src 'self'") && !alone.contains("connect-src"))
      #expect(answer.fields["content-security-policy"] == "frame-ancestors 'none'")
      #expect(answer.fields["x-frame-options"] == "DENY")
      #expect(server.end().exitCode == 0)
      let without = try ServedProcess(in: folder, "--no-page")
      let other = try without.client()
      #expect(other.get("/")?.status == 404)
      #expect(without.end().exitCode == 0)
    }
  }

  @Test func aClassifierAnswersAsTheCommandDoes() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(
        "text\tlabel\n" + String(repeating: "a good film\tpos\na bad film\tneg\n", count: 10),
        to: folder + "/train.tsv")
      let model = folder + "/classes"
      let trained = try Tool(folder: folder).run(
        "train-classifier", folder + "/train.tsv", "-q", "-o", model)
      #expect(trained.exitCode == 0, "\(trained.errors)")
      let server = try ServedProcess(in: folder, "--no-page", "--classifier", model)
      let client = try server.client()
      for (query, options) in [
        ("text=a+good+film", []), ("text=a+good+film&k=2", ["-k", "2"]),
        ("text=a+bad+film&threshold=0.1", ["--threshold", "0.1"]),
        ("text=a+bad+film&explain=true", ["--explain"]),
      ] {
        let text = query.contains("good") ? "a good film" : "a bad film"
        let run = try server.tool.start(["classify", model, "--text", text, "--json"] + options)
          .wait()
        #expect(client.get("/api/classify?" + query)?.body == run.output, "\(query) \(run.errors)")
      }
      #expect(client.get("/api/classify?text=+%0A")?.status == 422)
      #expect(server.end().exitCode == 0)
    }
  }

  @Test func aLanguageModelWritesAsTheCommandDoes() throws {
    try TestFiles.withFolder { folder in
      let model = try Self.writeModel(in: folder)
      let server = try ServedProcess(in: folder, "--no-page", "--lm", model)
      let run = try server.tool.run(
        "generate", model, "--prompt", "the king", "--length", "9", "--seed", "3", "--top-k", "4",
        "--temperature", "0.8", "--repetition-penalty", "1.1", "--json")
      let client = try server.client()
      let query = "prompt=the+king&length=9&seed=3&topK=4&temperature=0.8&repetitionPenalty=1.1"
      let answer = try #require(client.get("/api/generate?" + query))
      #expect(answer.status == 200 && answer.fields["transfer-encoding"] == "chunked")
      let lines = answer.body.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(
        lines.count == 11 && lines.dropLast().last.map { $0 + "\n" } == run.output[...], "\(answer)"
      )
      let pieces = try lines.dropLast(2).map {
        try JSONValue.document(String($0))["piece"].text ?? ""
      }
      let whole = try JSONValue.document(run.output)
      #expect(whole["text"].text == pieces.joined())
      #expect(client.get("/api/generate?stream=false&" + query)?.body == run.output)
      #expect(client.get("/api/generate?length=9", method: "HEAD")?.status == 200)
      #expect(client.get("/api/generate?prompt=zebra&length=3")?.status == 404)
      #expect(server.end().exitCode == 0)
    }
  }

  /// A stream at the end of the server: it ends in an orderly way, with what was written.
  @Test func theEndOfTheServerEndsAStream() throws {
    try TestFiles.withFolder { folder in
      let model = try Self.writeModel(in: folder)
      let server = try ServedProcess(in: folder, "--no-page", "--lm", model)
      let client = try server.client()
      // More than is written before the end: nobody reads, so that the server waits.
      client.send("GET /api/generate?length=10000 HTTP/1.1\r\nHost: localhost\r\n\r\n")
      while let line = client.line(), !line.isEmpty {}
      server.talk.signal(SIGTERM)
      let body = client.rest()
      #expect(body.contains("\"ending\":\"") && body.hasSuffix("0\r\n\r\n"), "\(body.suffix(300))")
      let run = server.talk.wait()
      #expect(run.exitCode == 0, "\(run.errors)")
      #expect(throws: (any Error).self) { try server.client() }
    }
  }

  private static func writeModel(in folder: String) throws -> String {
    try TestFiles.write(Samples.text(lines: 60), to: folder + "/text")
    let model = folder + "/lm.arpa"
    let run = try Tool(folder: folder).run(
      "train-lm", folder + "/text", "--model", "ngram", "-q", "-o", model)
    #expect(run.exitCode == 0, "\(run.errors)")
    return model
  }
}

import Libc
import TestSupport
import Testing
import WordtoolCore

/// The lines of files at the server, and what texts it refuses.
@Suite struct ServedTextTests {
  @Test func theLinesOfAFileAreFound() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(
        "Sweden and Norway\nthe king\n\nnothing known\nthe queen of Finland\n",
        to: folder + "/lines")
      for method in ["mean", "wmd"] {
        let server = try ServedProcess(
          in: folder, "--no-page", "--sentences", folder + "/lines", "--sentence-method", method)
        let client = try server.client()
        let run = try server.tool.run(
          "nearest-sentences", folder + "/lines", "the queen", "-k", "2", "--method", method,
          "--json")
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(client.get("/api/sentences?q=the+queen&k=2")?.body == run.output)
        #expect(client.post("/api/sentences", #"{"q":"the queen","k":2}"#)?.body == run.output)
        let several = try #require(
          client.post("/api/sentences", #"{"questions":["the queen","zzz"],"k":2}"#))
        let list = try JSONValue.document(several.body).elements
        #expect(try list.first == JSONValue.document(run.output), "\(several)")
        #expect(list.count == 2 && list[1]["error"]["kind"].text == "unavailable")
        #expect(client.get("/api/sentences?q=zzz")?.status == 404)
        #expect(server.end().exitCode == 0)
      }
      let without = try ServedProcess(in: folder, "--no-page")
      let client = try without.client()
      #expect(client.get("/api/sentences?q=the+queen")?.status == 404)
      _ = without.end()
      let refused = try without.tool.run("serve", "--sentence-method", "wmd")
      #expect(refused.exitCode == 64 && refused.errors.contains("--sentences"), "\(refused)")
    }
  }

  /// Weights by frequency with a smoothing, and the text of pages, as the command has them.
  @Test func theLinesOfPagesAreFoundByWeights() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(Samples.text(lines: 300), to: folder + "/text")
      #expect(mkdir(folder + "/d", 0o777) == 0)
      try TestFiles.write("the cold summer\nin the lakes\n", to: folder + "/d/a.txt")
      try TestFiles.write(
        "<!DOCTYPE html><title>the land</title><p>the queen rules</p><p>a warm\nwinter</p>",
        to: folder + "/d/page.html")
      var bodies: [String] = []
      let trained = try Tool(folder: folder).run(
        "train-embeddings", folder + "/text", "--dim", "8", "--epochs", "2", "--sample", "0", "-q",
        "-o", folder + "/v.safetensors")
      #expect(trained.exitCode == 0, "\(trained.errors)")
      for smoothing in ["1e-05", "0.5"] {
        let server = try ServedProcess(
          in: folder, "--no-page", "-v", folder + "/v.safetensors", "--sentences", folder + "/d",
          "--html", "--exclude", "*.md", "--sentence-method", "sif", "--sentence-smoothing",
          smoothing)
        let client = try server.client()
        let run = try server.tool.run(
          "nearest-sentences", folder + "/d", "the king rules", "-v", folder + "/v.safetensors",
          "--html", "--method", "sif", "--smoothing", smoothing, "--json")
        let body = try #require(client.get("/api/sentences?q=the+king+rules")).body
        #expect(run.exitCode == 0 && body == run.output, "\(body) \(run)")
        #expect(body.contains("page.html"), "\(body)")
        let description = try #require(client.get("/openapi.json")).body
        #expect(description.contains("sif with a smoothing of \(smoothing)"), "\(description)")
        bodies.append(body)
        #expect(server.end().exitCode == 0)
      }
      #expect(bodies[0] != bodies[1])
      let tool = Tool(folder: folder)
      for (arguments, part) in [
        (["--html"], "--sentences"), (["--sentence-smoothing", "0.1"], "sif"),
        (["--sentences", "d", "--sentence-smoothing", "0.1"], "sif"),
        (
          ["--sentences", "d", "--sentence-method", "sif", "--sentence-smoothing", "0"],
          "a number above 0"
        ),
      ] {
        let refused = try tool.start(["serve"] + arguments).wait()
        #expect(refused.exitCode == 64 && refused.errors.contains(part), "\(arguments) \(refused)")
      }
    }
  }

  /// A text with a control character is refused, where another program may have read it up to there only.
  @Test func controlCharactersAreRefused() throws {
    try TestFiles.withFolder { folder in
      let server = try ServedProcess(in: folder, "--no-page")
      let client = try server.client()
      for (target, part) in [
        ("nearest?q=king%00", "U+0000 at character 5 of `q`"),
        ("nearest?q=%1Bking", "U+001B at character 1 of `q`"),
        ("nearest?q=ki%7Fng", "U+007F at character 3"), ("nearest?q=king%C2%80", "U+0080"),
        ("matrix?words=king&words=queen%01", "U+0001 at character 6 of `words`"),
        ("words?prefix=%00", "`prefix`"), ("sentence?text=the+king%07", "`text`"),
        ("tokenize?text=a%00b", "`text`"), ("analogy?a=king&b=man%00&c=woman", "`b`"),
      ] {
        let answer = try #require(client.get("/api/" + target))
        #expect(answer.status == 400 && answer.body.contains(part), "\(target): \(answer)")
      }
      for (path, json) in [
        ("nearest", #"{"q":"king\u0000"}"#), ("nearest", #"{"questions":["king","ki\u0001ng"]}"#),
        ("analogy", #"{"questions":[["king","man","woman\u0000"]]}"#),
      ] {
        let answer = try #require(client.post("/api/" + path, json))
        #expect(answer.status == 400 && answer.body.contains("the control character"), "\(answer)")
      }
      // White space is none of them.
      #expect(client.get("/api/tokenize?text=a%09b%0D%0A%0Cc")?.status == 200)
      #expect(server.end().exitCode == 0)
    }
  }
}

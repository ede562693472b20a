import TestSupport
import Testing

/// `wordtool explore`.
@Suite struct ExploreTests {
  private func inFolder(
    _ body: (_ run: (String...) throws -> Subprocess.Result, _ folder: String) throws -> Void
  ) throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      _ = try Samples.writeVectors(in: folder)
      try body(
        { (arguments: String...) in
          try tool.start(["explore", "-q"] + arguments, workingFolder: folder).wait()
        }, folder)
    }
  }

  @Test func `a page is written and what it is is told`() throws {
    try inFolder { run, folder in
      let told = try run("sample.txt", "-o", "page.html")
      #expect(told.exitCode == 0, "\(told.errors)")
      #expect(told.output.contains("words    11\n") && told.output.contains("file:///"))
      let page = TestFiles.read(folder + "/page.html") ?? ""
      #expect(page.hasPrefix("<!doctype html>") && page.contains("\"sweden\",\"norway\""))
      #expect(page.contains("<title>sample.txt</title>"))
      let json = try JSONValue.document(try run("sample.txt", "-o", "page.html", "--json").output)
      #expect(json.names == ["page", "bytes", "words", "dimension", "map", "groups"])
      #expect(json["bytes"] == .number(Double(page.utf8.count)))
      #expect(json["map"] == .text("principal components"))
      let shown = try run("sample.txt", "-o", "-")
      #expect(shown.output == page)
    }
  }

  @Test func `options change the page, threads do not`() throws {
    try inFolder { run, folder in
      func page(_ arguments: [String]) throws -> String {
        let tool = Tool(folder: folder)
        let made = try tool.start(
          ["explore", "-q", "sample.txt", "-o", "-"] + arguments, workingFolder: folder
        ).wait()
        #expect(made.exitCode == 0, "\(made.errors)")
        return made.output
      }
      try TestFiles.write("word\tkind\nking\tperson\noslo\tcity\n", to: folder + "/kinds.tsv")
      let plain = try page([])
      #expect(try page(["--threads", "3"]) == plain)
      for arguments in [
        ["--top", "9"], ["--title", "x"], ["--groups", "3"], ["--dimensions", "3"],
        ["--method", "umap"], ["--method", "tsne"], ["--column", "kinds.tsv"],
      ] {
        #expect(try page(arguments) != plain, "\(arguments)")
      }
      let umap = try page(["--method", "umap"])
      for arguments in [["--perplexity", "3"], ["--iterations", "9"], ["--seed", "2"]] {
        #expect(try page(["--method", "umap"] + arguments) != umap, "\(arguments)")
      }
    }
  }

  @Test func `a page is known for one and is no text`() throws {
    try inFolder { run, folder in
      let tool = Tool(folder: folder)
      #expect(try run("sample.txt", "-o", "page.html").exitCode == 0)
      let told = try tool.run("info", "page.html", workingFolder: folder)
      #expect(told.output.contains("a page of words"), "\(told.output)\(told.errors)")
      let refused = try tool.run("vocab", "page.html", workingFolder: folder)
      #expect(refused.exitCode == 65 && refused.errors.contains("a page of words"), "\(refused)")
    }
  }

  @Test func `what cannot be a page is refused in one line`() throws {
    try inFolder { run, folder in
      try TestFiles.write("oslo\tcity\n", to: folder + "/kinds.tsv")
      for (result, code, part) in [
        (try run("sample.txt", "-o", "page.svg"), 64, "a page"),
        (try run("sample.txt", "-o", "sample.txt"), 64, "an input"),
        (try run("sample.txt"), 64, "--output"),
        (try run("sample.txt", "-o", "p.html", "--top", "1"), 64, "--top"),
        (try run("sample.txt", "-o", "p.html", "--column", "kinds.tsv"), 64, "--column"),
        (try run("sample.txt", "-o", "p.html", "--column", "none.tsv"), 66, "none.tsv"),
        (try run("none.txt", "-o", "p.html"), 66, "none.txt"),
        (
          try run("sample.txt", "-o", "p.html", "--method", "umap", "--perplexity", "11"), 64,
          "neighbours"
        ),
      ] {
        #expect(result.exitCode == code && result.errors.contains(part), "\(result.errors)")
        #expect(result.output.isEmpty)
      }
      let unused = try run("sample.txt", "-o", "p.html", "--column", "kinds.tsv")
      #expect(unused.errors.split(separator: "\n").count == 1, "\(unused.errors)")
    }
  }
}

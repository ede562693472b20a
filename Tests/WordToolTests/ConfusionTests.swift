import TestSupport
import Testing

/// The confusion matrix of a test, drawn.
@Suite struct ConfusionTests {
  /// A folder with a classifier that cannot tell a from c and b from d, and what it is tested with.
  private func withClassifier(_ body: (Tool, String) throws -> Void) throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let texts = String(
        repeating: "__label__a one\n__label__b two\n__label__c one\n__label__d two\n", count: 8)
      try TestFiles.write(texts, to: folder + "/train")
      try TestFiles.write(texts + "__label__a two\n", to: folder + "/test")
      let run = try tool.start(
        ["train-classifier", "train", "--ngrams", "1", "--min-count", "1", "-q", "-o", "m"],
        workingFolder: folder
      ).wait()
      try #require(run.exitCode == 0, "\(run.errors)")
      try body(tool, folder)
    }
  }

  private func evaluate(_ tool: Tool, _ folder: String, _ arguments: String...) throws
    -> Subprocess.Result
  {
    try tool.start(
      ["evaluate", "classification", "m", "test"] + arguments, workingFolder: folder
    ).wait()
  }

  @Test func `a picture and a table have the counts of the JSON answer`() throws {
    try withClassifier { tool, folder in
      let drawn = try evaluate(tool, folder, "-o", "c.svg")
      #expect(drawn.exitCode == 0 && drawn.output.contains("accuracy"), "\(drawn.errors)")
      let picture = TestFiles.read(folder + "/c.svg") ?? ""
      #expect(picture.contains("Confusion of 4 labels") && picture.contains("of 33 texts right"))
      #expect(try evaluate(tool, folder, "-o", "t.tsv").exitCode == 0)
      let rows = (TestFiles.read(folder + "/t.tsv") ?? "").split(separator: "\n")
      #expect(rows.first == "label\tgiven\tcount\tshare")
      let cells = try JSONValue.document(
        try evaluate(tool, folder, "--json", "-o", "dark.svg", "--dark").output)["confusion"]
        .elements
      #expect(cells.count == rows.count - 1)
      #expect((TestFiles.read(folder + "/dark.svg") ?? "").contains("#14171c"))
      let counts = rows.dropFirst().compactMap { Int($0.split(separator: "\t")[2]) }
      #expect(counts.reduce(0, +) == 33)
    }
  }

  @Test func `labels that are taken for one another stand side by side`() throws {
    try withClassifier { tool, folder in
      func order(_ arguments: String...) throws -> [Substring] {
        let run = try tool.start(
          ["evaluate", "classification", "m", "test", "-o", "t.tsv"] + arguments,
          workingFolder: folder
        ).wait()
        #expect(run.exitCode == 0, "\(run.errors)")
        var labels: [Substring] = []
        for row in (TestFiles.read(folder + "/t.tsv") ?? "").split(separator: "\n").dropFirst() {
          let label = row.prefix { $0 != "\t" }
          if labels.last != label { labels.append(label) }
        }
        return labels
      }
      #expect(try order() == ["a", "b", "c", "d"])
      let similar = try order("--order", "similarity")
      let places = similar.reduce(into: [Substring: Int]()) { $0[$1] = $0.count }
      #expect(abs((places["a"] ?? 0) - (places["c"] ?? 9)) == 1, "\(similar)")
      #expect(abs((places["b"] ?? 0) - (places["d"] ?? 9)) == 1, "\(similar)")
    }
  }

  @Test func `letters and numbers are printed below the figures`() throws {
    try withClassifier { tool, folder in
      let run = try evaluate(tool, folder, "--terminal")
      let lines = run.output.split(separator: "\n")
      #expect(lines.suffix(4).allSatisfy { $0.contains("[") || $0.contains("·") }, "\(run.output)")
      let table = try evaluate(tool, folder, "--confusion", "--order", "similarity")
      #expect(table.output.split(separator: "\n").count == lines.count)
    }
  }

  @Test(arguments: [
    (["--dark"], "FILE.svg"), (["--order", "similarity"], "--confusion"),
    (["--terminal", "--json"], "not to --json"), (["-o", "c.pdf"], ".svg, .png, .tsv"),
    (["-o", "test"], "an output where an input is"),
  ])
  func `options without an effect are refused`(arguments: [String], message: String) throws {
    try withClassifier { tool, folder in
      let run = try tool.start(
        ["evaluate", "classification", "m", "test"] + arguments, workingFolder: folder
      ).wait()
      #expect(run.exitCode == 64 && run.errors.contains(message), "\(run.errors)")
      #expect(run.errors.split(separator: "\n").count == 1 && run.output.isEmpty)
    }
  }
}

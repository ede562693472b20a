import TestSupport
import Testing

@Suite struct PlotTests {
  private func plot(_ arguments: String...) throws -> Subprocess.Result {
    try TestFiles.withFolder { folder in
      var tool = Tool(folder: folder)
      tool.variables["WORDTOOL_VECTORS"] = try Samples.writeVectors(in: folder)
      return try tool.start(["plot", "-q"] + arguments).wait()
    }
  }

  /// Draws to a file and returns it.
  private func drawn(_ name: String, _ arguments: String...) throws -> String {
    try TestFiles.withFolder { folder in
      var tool = Tool(folder: folder)
      tool.variables["WORDTOOL_VECTORS"] = try Samples.writeVectors(in: folder)
      let path = folder + "/" + name
      let run = try tool.start(["plot", "-q", "-o", path] + arguments).wait()
      #expect(run.exitCode == 0 && run.output.isEmpty, "\(run.errors)")
      return TestFiles.read(path) ?? ""
    }
  }

  @Test func `axes that a pair of words names have the cosines with it`() throws {
    let run = try plot("sweden", "man", "cereal", "--x", "cereal:sweden", "--y", "woman:man")
    #expect(
      run.output == """
        word\tx\ty\tgroup
        sweden\t1.000000\t0.000000\t1
        man\t0.000000\t1.000000\t2
        cereal\t-1.000000\t0.000000\t3

        """)
    #expect(run.exitCode == 0)
  }

  @Test func `the numbers of a map go to NumPy and to the projector`() throws {
    try TestFiles.withFolder { folder in
      var tool = Tool(folder: folder)
      tool.variables["WORDTOOL_VECTORS"] = try Samples.writeVectors(in: folder)
      let axes = ["--x", "cereal:sweden", "--y", "woman:man"]
      func plot(_ name: String) throws -> Subprocess.Result {
        try tool.start(["plot", "-q", "sweden", "man", "cereal", "-o", folder + "/" + name] + axes)
          .wait()
      }
      for name in ["map.npy", "map.npz", "vectors.tsv", "big_tensors.tsv"] {
        let run = try plot(name)
        #expect(run.exitCode == 0 && run.output.isEmpty, "\(name): \(run)")
        // They are vectors of two values, to all that reads such.
        let values = try tool.run("vector", "man", "-v", folder + "/" + name, "--json")
        let vector = try JSONValue.document(values.output).elements[0]["vector"].elements
        #expect(vector == [.number(0), .number(1)], "\(name): \(values)")
      }
      #expect(TestFiles.read(folder + "/map.words") == "sweden\nman\ncereal\n")
      #expect(TestFiles.read(folder + "/metadata.tsv") == "sweden\nman\ncereal\n")
      let tensors = TestFiles.read(folder + "/big_tensors.tsv") ?? ""
      #expect(tensors.split(separator: "\n").allSatisfy { $0.split(separator: "\t").count == 2 })
      #expect(try plot("table.tsv").exitCode == 0)
      #expect(TestFiles.read(folder + "/table.tsv")?.hasPrefix("word\tx\ty\t") == true)
    }
  }

  @Test func `as JSON a map has the fields of the contract`() throws {
    let run = try plot("sweden", "man", "cereal", "--json")
    guard case .list(let entries) = try JSONValue.document(run.output) else {
      Issue.record("no list: \(run.output)")
      return
    }
    #expect(entries.map { $0["word"] } == [.text("sweden"), .text("man"), .text("cereal")])
    for entry in entries {
      #expect(entry.names == ["word", "x", "y", "z", "group", "isMain"])
      #expect(entry["isMain"] == .bool(true))
    }
  }

  @Test func `without words all are drawn, in the same way with any number of threads`() throws {
    let run = try plot("--threads", "1")
    #expect(run.output.split(separator: "\n").count == 12)
    #expect(try plot("--threads", "3").output == run.output)
    #expect(try plot("--skip", "2", "--top", "4").output.hasPrefix("word\tx\ty\tgroup\ndenmark\t"))
    let solid = try plot("--method", "tsne", "--perplexity", "2", "--dimensions", "3")
    #expect(solid.output.hasPrefix("word\tx\ty\tz\tgroup\n"), "\(solid.errors)")
    let umap = try plot("--method", "umap", "--perplexity", "3", "--threads", "1")
    #expect(umap.output.split(separator: "\n").count == 12, "\(umap.errors)")
    #expect(
      try plot("--method", "umap", "--perplexity", "3", "--threads", "2").output == umap.output)
    #expect(
      try plot("--method", "umap", "--perplexity", "3", "--seed", "2").output != umap.output)
  }

  @Test func `neighbours and pairs are drawn with the words asked for`() throws {
    let lines = try plot("Sweden", "-n", "2").output.split(separator: "\n").dropFirst()
    #expect(lines.map { $0.prefix { $0 != "\t" } } == ["sweden", "norway", "denmark"])
    let picture = try drawn("m.svg", "--pairs", "man:king,woman:queen", "--title", "a < b")
    for name in ["man", "king", "woman", "queen", "a &lt; b"] {
      #expect(picture.contains(">\(name)</text>"), "\(name)")
    }
    // Two arrows are two shafts and two heads.
    #expect(picture.ranges(of: "<path").count == 4)
    #expect(picture.ranges(of: "<circle").count == 4)
    #expect(try drawn("d.svg", "man", "king", "--dark").contains("fill=\"#14171c\""))
    #expect(try drawn("m.tsv", "man", "king").hasPrefix("word\tx\ty\tgroup\nman\t"))
  }

  @Test func `a terminal gets the words where they are`() throws {
    let map = try plot(
      "sweden", "cereal", "man", "--style", "table", "--x", "cereal:sweden",
      "--y", "woman:man"
    ).output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(map[0].drop { $0 == " " } == "man")
    #expect(map[23].hasPrefix("cereal") && map[23].hasSuffix("sweden"))
    #expect(map[23].count == 80)
  }

  @Test func `words are drawn as one-hot and as dense columns`() throws {
    let pairs = try plot("--one-hot", "king", "queen", "cereal").output.split(separator: "\n")
    #expect(pairs.count == 4)
    #expect(pairs[1].hasPrefix("king\tqueen\t0.000000\t1.414214\t"))
    let json = try JSONValue.document(try plot("--one-hot", "king", "queen", "--json").output)
    #expect(json["words"].elements.count == 2 && json["oneHotSimilarity"] == .number(0))
    let table = try plot("--one-hot", "king", "queen", "--terminal").output
    #expect(table.hasPrefix("one-hot: ") && table.contains("\ndense: "))
    let picture = try drawn("o.svg", "--one-hot", "king", "queen", "--dark")
    #expect(picture.contains("each distance √2 = 1.41") && picture.contains("#14171c"))
    for (arguments, message) in [
      (["--one-hot"], "words are missing"), (["--one-hot", "king"], "two or more"),
      (["--one-hot", "king", "queen", "-n", "2"], "not to --one-hot"),
      (["--one-hot", "king - man", "queen"], "no row of its own"),
    ] {
      try TestFiles.withFolder { folder in
        var tool = Tool(folder: folder)
        tool.variables["WORDTOOL_VECTORS"] = try Samples.writeVectors(in: folder)
        let run = try tool.start(["plot"] + arguments).wait()
        #expect(run.exitCode != 0 && run.errors.contains(message), "\(run.errors)")
      }
    }
  }

  @Test(arguments: [
    (["swedn", "king"], 1, "1 word to draw, expected two or more"),
    (["king", "queen", "--x", "king:queen"], 64, "--x and --y go together"),
    (["king", "queen", "--pairs", "king"], 64, "'king' in --pairs"),
    (["king", "queen", "--x", "king:king", "--y", "king:queen"], 64, "point the same way"),
    (["king", "queen", "-o", "m.pdf"], 64, "expected .svg, .png, .tsv"),
    (["king", "queen", "--perplexity", "3", "--method", "pca"], 64, "--method tsne or umap"),
    (["king", "queen", "--method", "umap"], 64, "more than the 2 neighbours of each"),
    (["king", "queen", "--dark"], 64, "-o FILE.svg or FILE.png"),
    (["--method", "tsne", "--perplexity", "9"], 64, "at most a third"),
    (["-n", "3"], 64, "words or --pairs"),
  ])
  func `what cannot be drawn is told in one line`(
    arguments: [String], code: Int32, message: String
  ) throws {
    try TestFiles.withFolder { folder in
      var tool = Tool(folder: folder)
      tool.variables["WORDTOOL_VECTORS"] = try Samples.writeVectors(in: folder)
      let run = try tool.start(["plot", "-q"] + arguments).wait()
      #expect(run.exitCode == code)
      #expect(run.errors.contains(message), "\(run.errors)")
      #expect(run.output.isEmpty)
    }
  }
}

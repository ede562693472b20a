import Testing
import TestSupport

@Suite struct ImageTests {
  /// A grey image in Netpbm's text format.
  private func writeImage(in folder: String) throws -> String {
    let path = folder + "/small.pgm"
    try TestFiles.write("P2\n3 2\n255\n0 128 255\n64 32 16\n", to: path)
    return path
  }

  @Test func showPrintsSizeNumbersAndPicture() throws {
    try TestFiles.withFolder { folder in
      let path = try writeImage(in: folder)
      let tool = Tool(folder: folder)
      let run = try tool.run("image", "show", path)
      #expect(run.exitCode == 0, "\(run.errors)")
      #expect(
        run.output == """
          \(path): height x width x channels = 2 x 3 x 1 (grey)

          grey, 0 to 255:
            0 128 255
           64  32  16

            ++@@
          ::..

          """)
      let json = try tool.run("image", "show", path, "--json", "--region", "1,1,1x2")
      #expect(json.output.contains("\"values\":[[[32,16]]]"))
      let colour = try tool.run("image", "show", path, "--no-numbers", "--palette", "256")
      #expect(colour.output.contains("\u{1B}[38;5;"))
      let input = try tool.run("image", "show", "-", input: "P2 1 1 9 9")
      #expect(input.output.hasPrefix("-: height x width x channels = 1 x 1 x 1"))
    }
  }

  @Test func filterWritesPicturesAndNumbers() throws {
    try TestFiles.withFolder { folder in
      let path = try writeImage(in: folder)
      let tool = Tool(folder: folder)
      let picture = folder + "/out.png"
      let run = try tool.run("image", "filter", path, "--kernel", "identity", "-o", picture)
      #expect(run.exitCode == 0 && run.output.isEmpty, "\(run.errors)")
      let json = try tool.run("image", "show", picture, "--json")
      #expect(json.output.contains("\"values\":[[[0,128,255],[64,32,16]]]"))
      try TestFiles.write("1/2 1/2\n", to: folder + "/kernel")
      let mean = try tool.run(
        "image", "filter", path, "--kernel", folder + "/kernel", "--padding", "valid", "--json")
      #expect(mean.output.contains("\"height\":2") && mean.output.contains("\"width\":2"))
      let all = folder + "/all.ppm"
      _ = try tool.run("image", "filter", path, "--kernel", "all", "--no-labels", "-o", all)
      // The image and nine more, cells of 148 x 222 with gaps of 2.
      let sheet = try tool.run("image", "show", all, "--no-numbers", "--palette", "none")
      #expect(sheet.output.contains("302 x 1122 x 1"), "\(sheet.output)\(sheet.errors)")
      _ = try tool.run("image", "filter", path, "--kernel", "all", "--cell", "90", "-o", all)
      let labelled = try tool.run("image", "show", all, "--no-numbers", "--palette", "none")
      #expect(labelled.output.contains("x 486 x 1"), "\(labelled.output)\(labelled.errors)")
      let pooled = try tool.run("image", "filter", path, "--pool", "max", "--json")
      #expect(pooled.output.contains("\"values\":[[[0.50196"), "\(pooled.output)\(pooled.errors)")
      let explained = try tool.run("image", "filter", "--explain")
      #expect(explained.output.contains("1·1 + 1·0 + 1·1"))
      let steps = try tool.run(
        "image", "filter", "--explain", "--pool", "average", "-o", folder + "/steps.svg", "--dark")
      #expect(steps.output.contains("average(1, 3, 4, 6) = 3.5"), "\(steps.errors)")
      #expect((TestFiles.read(folder + "/steps.svg") ?? "").contains("Average pooling by 2 x 2"))
      let own = try tool.run(
        "image", "filter", path, "--kernel", "edge", "--explain", "--padding", "same")
      #expect(own.output.contains("128·4"), "\(own.output)\(own.errors)")
    }
  }

  @Test func augmentWritesTheSameSheetForAnyNumberOfThreads() throws {
    try TestFiles.withFolder { folder in
      let path = try writeImage(in: folder)
      let tool = Tool(folder: folder)
      let sheet = folder + "/sheet.png"
      let run = try tool.run(
        "image", "augment", path, "-o", sheet, "--count", "5", "--columns", "2", "--cell", "9",
        "--no-labels")
      #expect(run.exitCode == 0 && run.output.isEmpty, "\(run.errors)")
      let shown = try tool.run("image", "show", sheet, "--no-numbers", "--palette", "none")
      // Three rows of 6 x 9 pixels and gaps of 2.
      #expect(shown.output.contains("26 x 24 x 1"), "\(shown.output)")
      _ = try tool.run(
        "image", "augment", path, "-o", sheet, "--count", "5", "--columns", "2", "--cell", "90")
      let labelled = try tool.run("image", "show", sheet, "--no-numbers", "--palette", "none")
      #expect(labelled.output.contains("x 240 x 1"), "\(labelled.output)")
      let digits = (0..<64).map { "\($0 % 17)" }.joined(separator: ",")
      try TestFiles.write("\(digits),1\n\(digits),2\n", to: folder + "/set.tra")
      let sheets = try ["1", "2"].map { threads in
        _ = try tool.run(
          "image", "augment", folder + "/set.tra", "--augment", "rotation=20,noise=0.1,mixup=0.3",
          "--threads", threads, "-o", folder + "/\(threads).pgm")
        return TestFiles.readBytes(folder + "/\(threads).pgm")
      }
      #expect(sheets[0] != nil && sheets[0] == sheets[1])
    }
  }

  @Test func whitenLearnsSavesAndApplies() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      var state = 1
      let lines = (0..<90).map { row in
        let values = (0..<64).map { _ in
          state = (state * 75 + 74) % 65537
          return "\(state % 17)"
        }
        return values.joined(separator: ",") + ",\(row % 10)\n"
      }
      try TestFiles.write(lines.joined(), to: folder + "/set.tra")
      let learnt = try tool.run(
        "image", "whiten", folder + "/set.tra", "--save", folder + "/zca", "-o",
        folder + "/both.png", "--images", "3", "--json")
      #expect(learnt.exitCode == 0, "\(learnt.errors)")
      #expect(
        try learnt.output.contains("\"values\":64") && learnt.json().contains(name: "deviation"))
      let applied = try tool.run(
        "image", "whiten", folder + "/set.tra", "--load", folder + "/zca", "-o",
        folder + "/again.png", "--images", "3")
      #expect(applied.output.contains("correlation of neighbours"), "\(applied.errors)")
      #expect(
        TestFiles.readBytes(folder + "/both.png") == TestFiles.readBytes(folder + "/again.png"))
      let sheet = try tool.run("image", "show", folder + "/both.png", "--no-numbers")
      #expect(sheet.output.contains("x 240 x 1"), "\(sheet.output)")
      let small = try tool.run(
        "image", "whiten", folder + "/set.tra", "--load", folder + "/zca", "-o",
        folder + "/small.png", "--images", "3", "--cell", "16", "--no-labels")
      #expect(small.exitCode == 0, "\(small.errors)")
      let cells = try tool.run("image", "show", folder + "/small.png", "--no-numbers")
      #expect(cells.output.contains("38 x 56 x 1"), "\(cells.output)")
      let steps = try tool.run(
        "image", "whiten", folder + "/set.tra", "--explain", "-o", folder + "/steps.svg")
      #expect(steps.output.contains("4. rotate back") && steps.output.contains("1.0000"))
      #expect((TestFiles.read(folder + "/steps.svg") ?? "").contains("3. scale"))
      let numbers = try tool.run("image", "whiten", folder + "/set.tra", "--explain", "--json")
      #expect(try numbers.json()["steps"].elements.count == 4)
      let path = try writeImage(in: folder)
      for (arguments, code, part) in [
        ([path], 64, "one image to learn from"), ([path, "--load", path], 65, "small.pgm"),
        ([path, "--load", folder + "/zca"], 65, "expected 8 x 8 x 1"),
        ([folder + "/set.tra", "--patch", "4"], 64, "an odd number"),
        ([folder + "/set.tra", "--explain", "--save", "x"], 64, "not to --explain"),
        ([folder + "/set.tra", "--explain", "--patches", "1"], 64, "2 to 5000"),
        ([folder + "/set.tra", "--dark"], 64, "--explain with -o"),
        ([folder + "/set.tra", "--patch", "9"], 65, "the size of a patch"),
      ] as [([String], Int32, String)] {
        let run = try tool.start(["image", "whiten"] + arguments).wait()
        #expect(run.exitCode == code && run.errors.contains(part), "\(arguments): \(run.errors)")
      }
    }
  }

  @Test func badInputIsOneLine() throws {
    try TestFiles.withFolder { folder in
      let path = try writeImage(in: folder)
      let tool = Tool(folder: folder)
      try TestFiles.write("hello", to: folder + "/text")
      for (arguments, code, part) in [
        (["show", folder + "/none"], 66, "No such file"),
        (["show", folder + "/text"], 65, "no image format known here"),
        (["show", path, "--region", "0,0,9x9"], 64, "a part of an image of 2 x 3 x 1"),
        (["show", path, "--index", "1"], 64, "the file is one image"),
        (["filter", path], 64, "--kernel is missing"),
        (["augment", path, "-o", folder + "/x.png", "--augment", "turn=1"], 64, "'turn=1'"),
        (["augment", path, "-o", folder + "/x.png", "--augment", "crop=9x9"], 65, "small.pgm: an"),
        (
          ["augment", path, "-o", folder + "/x.png", "--augment", "mixup=1"], 64, "a set of images"
        ),
        (["filter", path, "--kernel", "box", "-o", folder + "/x.gif"], 64, ".png, .jpg"),
        (["filter", path, "--kernel", "none", "-o", folder + "/x.png"], 66, "none"),
        (["filter", path, "--kernel", "box", "--padding", "valid", "--json"], 64, "3 x 3"),
      ] as [([String], Int32, String)] {
        let run = try tool.start(["image"] + arguments).wait()
        #expect(run.exitCode == code, "\(arguments): \(run.errors)")
        #expect(run.errors.contains(part), "\(arguments): \(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1 && run.output.isEmpty)
      }
      #expect(!TestFiles.names(in: folder).contains { $0.hasPrefix("x.") })
    }
  }
}

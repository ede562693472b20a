import Testing
import TestSupport

@Suite struct ImageTrainingTests {
  /// 8 x 8 images in optdigits' format: 0 is a bar that lies, 1 one that stands.
  private func writeSet(_ count: Int, to path: String, seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var text = ""
    for index in 0..<count {
      let place = Int.random(in: 1...6, using: &generator)
      for pixel in 0..<64 {
        let isBar = (index % 2 == 0 ? pixel / 8 : pixel % 8) == place
        text += "\((isBar ? 12 : 1) + Int.random(in: 0...3, using: &generator)),"
      }
      text += "\(index % 2)\n"
    }
    try TestFiles.write(text, to: path)
  }

  private static let network = "conv 4 3x3, relu, max-pool 2, flatten, fc classes"

  /// A folder with the set `data`, and the model `model` trained on it.
  private func withModel(_ body: (_ folder: String, _ tool: Tool) throws -> Void) throws {
    try TestFiles.withFolder { folder in
      try writeSet(120, to: folder + "/set.tra", seed: 1)
      try writeSet(40, to: folder + "/set.tes", seed: 2)
      let tool = Tool(folder: folder)
      let run = try train(tool, folder, output: "model")
      #expect(run.exitCode == 0, "\(run.errors)")
      try body(folder, tool)
    }
  }

  private func train(
    _ tool: Tool, _ folder: String, output: String, _ more: String...
  ) throws -> Subprocess.Result {
    try tool.start(
      [
        "image", "train", folder + "/set.tra", "-o", folder + "/" + output, "--model", Self.network,
        "--lr", "0.05", "--epochs", "6", "--batch", "20", "--schedule", "constant", "-q",
      ] + more
    ).wait()
  }

  /// A picture of a class, as a PGM file.
  private func writeImage(_ label: Int, size: Int = 8, to path: String) throws {
    let pixels = (0..<size * size).map { pixel in
      (label == 0 ? pixel / size : pixel % size) == size / 2 ? "220" : "30"
    }
    try TestFiles.write(
      "P2 \(size) \(size) 255\n\(pixels.joined(separator: " "))\n", to: path)
  }

  @Test func trainWritesASummaryAndMetrics() throws {
    try withModel { folder, tool in
      let run = try train(
        tool, folder, output: "again", "--test", folder + "/set.tes", "--json", "--metrics",
        folder + "/metrics", "--valid-share", "0.2", "--threads", "2")
      #expect(run.exitCode == 0, "\(run.errors)")
      for name in [
        "\"parameters\":", "\"epochs\":6", "\"seconds\":", "\"imagesPerSecond\":",
        "\"trainAccuracy\":", "\"testAccuracy\":", "\"validAccuracy\":", "\"seed\":1",
      ] { #expect(run.output.contains(name), "\(name) in \(run.output)") }
      let lines = (TestFiles.read(folder + "/metrics") ?? "").split(separator: "\n")
      #expect(lines.count == 6)
      for name in ["epoch", "loss", "accuracy", "validAccuracy", "imagesPerSecond", "learningRate"]
      { #expect(lines.allSatisfy { $0.contains("\"\(name)\":") }, "\(name)") }
      let table = try train(tool, folder, output: "third", "--test", folder)
      #expect(table.output.contains("test accuracy"), "\(table.output)\(table.errors)")
    }
  }

  @Test func theBytesDependOnNeitherThreadsNorInterruptions() throws {
    try withModel { folder, tool in
      let whole = TestFiles.readBytes(folder + "/model")
      for threads in ["1", "3"] {
        _ = try train(tool, folder, output: threads, "--threads", threads)
        #expect(TestFiles.readBytes(folder + "/" + threads) == whole)
      }
      let first = try train(
        tool, folder, output: "half", "--epochs", "2", "--checkpoint", folder + "/state")
      #expect(first.exitCode == 0, "\(first.errors)")
      let rest = try train(tool, folder, output: "rest", "--resume", folder + "/state")
      #expect(rest.exitCode == 0, "\(rest.errors)")
      #expect(TestFiles.readBytes(folder + "/rest") == whole)
      // Without --epochs there are as many as before.
      _ = try tool.run(
        "image", "train", folder + "/set.tra", "-o", folder + "/end", "--resume", folder + "/state",
        "-q")
      let other = try train(
        tool, folder, output: "other", "--resume", folder + "/state", "--lr", "0.3")
      #expect(other.exitCode == 64 && other.errors.contains("--lr"), "\(other.errors)")
      _ = try train(tool, folder, output: "two", "--epochs", "2")
      #expect(TestFiles.readBytes(folder + "/end") == TestFiles.readBytes(folder + "/two"))
    }
  }

  @Test func classifyNamesTheClassOfImages() throws {
    try withModel { folder, tool in
      try writeImage(0, to: folder + "/lying.pgm")
      try writeImage(1, to: folder + "/standing.pgm")
      let run = try tool.run(
        "image", "classify", folder + "/model", folder + "/lying.pgm", folder + "/standing.pgm")
      let lines = run.output.split(separator: "\n").map { $0.split(separator: "\t") }
      #expect(lines.map { $0[1] } == ["0", "1"], "\(run.output)\(run.errors)")
      let two = try tool.run(
        "image", "classify", folder + "/model", folder + "/lying.pgm", "-k", "2", "--json")
      #expect(two.output.contains("\"classes\":[{\"class\":\"0\",\"probability\":"))
      let logits = try tool.run(
        "image", "classify", folder + "/model", folder + "/lying.pgm", "--logits", "--json")
      #expect(try logits.json().contains(name: "logit") && !logits.output.contains("probability"))
      // Folders stand for the images in them; another size wants a word about it.
      let all = try tool.run("image", "classify", folder + "/model", folder)
      #expect(all.output.split(separator: "\n").count == 2, "\(all.errors)")
      try writeImage(1, size: 16, to: folder + "/large.pgm")
      let large = try tool.run(
        "image", "classify", folder + "/model", folder + "/large.pgm", "--fit", "stretch")
      #expect(large.output.contains("\t1\t"), "\(large.output)\(large.errors)")
    }
  }

  @Test func classifyTakesOneImageOfASet() throws {
    try withModel { folder, tool in
      let (model, set) = (folder + "/model", folder + "/set.tes")
      for index in [0, 1] {
        let run = try tool.run("image", "classify", model, set, "--index", "\(index)", "--json")
        let answer = try run.json()
        #expect(answer["image"].text == "\(set)[\(index)]", "\(run.errors)")
        #expect(answer["label"].text == "\(index)")
        #expect(answer["classes"].elements[0]["class"].text == "\(index)")
      }
      // Of a folder the part counts: it holds 120 and 40 images.
      let part = try tool.run(
        "image", "classify", model, folder, "--part", "test", "--index", "41")
      #expect(part.exitCode == 64 && part.errors.contains("0 to 39"), "\(part.errors)")
      let remedy = "--index N asks about one image of a set"
      for whole in [set, folder] {
        let run = try tool.run("image", "classify", model, whole)
        #expect(run.exitCode != 0 && run.errors.contains(remedy), "\(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
      }
      for (more, expected) in [
        ([set, set, "--index", "1"], "expected one set"), ([set, "--part", "test"], "--index"),
        (["--test", set, "--index", "1"], "--index does nothing here"),
      ] {
        let run = try tool.start(["image", "classify", model] + more).wait()
        #expect(run.exitCode == 64 && run.errors.contains(expected), "\(run.errors)")
      }
    }
  }

  @Test func classifyComparesWithLabels() throws {
    try withModel { folder, tool in
      let run = try tool.run("image", "classify", folder + "/model", "--test", folder)
      #expect(run.exitCode == 0, "\(run.errors)")
      for part in ["images           40", "macro F1", "class  precision", "class   0   1"] {
        #expect(run.output.contains(part), "\(part) in \(run.output)")
      }
      let json = try tool.run(
        "image", "classify", folder + "/model", "--test", folder + "/set.tes", "--json", "-k", "2")
      for name in ["\"examples\":40", "\"accuracyAtK\":", "\"confusion\":[[", "\"labels\":[{"] {
        #expect(json.output.contains(name), "\(name) in \(json.output)")
      }
    }
  }

  @Test func damagedImagesOfAFolderEndNeitherTrainingNorAnswers() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let scratch = ScratchFolder()
      for label in 0...1 {
        for number in 0...2 {
          try scratch.write("", to: "set/\(label)/\(number).pgm")
          try writeImage(label, to: scratch("set/\(label)/\(number).pgm"))
        }
      }
      let bad = try scratch.write("P2 8 8 255\n1 2 3\n", to: "set/1/bad.pgm")
      let run = try tool.run(
        "image", "train", scratch("set"), "-o", folder + "/m", "--model", Self.network, "--epochs",
        "1", "-q", "--json")
      #expect(run.exitCode == 0, "\(run.errors)")
      #expect(run.output.contains("\"images\":6"), "\(run.output)")
      #expect(run.errors.contains("1 file was left out") && run.errors.contains("(\(bad))"))
      let strict = try tool.run(
        "image", "train", scratch("set"), "-o", folder + "/n", "--model", Self.network, "--epochs",
        "1", "-q", "--strict")
      #expect(strict.exitCode == 65 && strict.errors.contains("(\(bad))"), "\(strict.errors)")
      #expect(strict.errors.contains("leave out --strict"), "\(strict.errors)")
      let measured = try tool.run("image", "classify", folder + "/m", "--test", scratch("set"))
      #expect(measured.exitCode == 0 && measured.errors.contains("1 file was left out"))
      let refused = try tool.run(
        "image", "classify", folder + "/m", "--test", scratch("set"), "--strict")
      #expect(refused.exitCode == 65 && refused.errors.contains("(\(bad))"), "\(refused.errors)")
      let asked = try tool.run("image", "classify", folder + "/m", scratch("set"))
      #expect(asked.exitCode == 65 && asked.errors.contains("error: \(bad): "), "\(asked.errors)")
      #expect(asked.output.split(separator: "\n").count == 6)
    }
  }

  @Test func imagesOfOneClassAloneAreRefused() throws {
    try TestFiles.withFolder { folder in
      let scratch = ScratchFolder()
      try scratch.write("", to: "set/only/1.pgm")
      try writeImage(0, to: scratch("set/only/1.pgm"))
      let run = try Tool(folder: folder).run(
        "image", "train", scratch("set"), "-o", folder + "/m", "--model", Self.network)
      #expect(run.exitCode == 65, "\(run.output)")
      #expect(run.errors.contains("images of one class alone, expected images of at least two"))
      #expect(TestFiles.read(folder + "/m") == nil)
    }
  }

  @Test func featuresDrawsPictures() throws {
    try withModel { folder, tool in
      let run = try tool.run(
        "image", "features", folder + "/model", folder + "/set.tes", "--index", "1", "-o",
        folder + "/views/", "--threads", "2")
      #expect(run.exitCode == 0, "\(run.errors)")
      #expect(
        TestFiles.names(in: folder + "/views").sorted() == [
          "deconv.png", "filters.png", "maps.png", "occlusion.png", "saliency.png",
        ])
      #expect(run.output.split(separator: "\n").count == 5)
      #expect(run.output.contains("filters of 0: 4 of 4, 3 x 3 x 1"))
      #expect(run.output.contains("maps of 0: 4 of 4, 6 x 6, behind the image"))
      // Four filters of 9 x 9 pixels with gaps of 2.
      let filters = try tool.run(
        "image", "features", folder + "/model", "-o", folder + "/f.png", "--cell", "9",
        "--no-labels")
      #expect(filters.exitCode == 0, "\(filters.errors)")
      let shown = try tool.run(
        "image", "show", folder + "/f.png", "--no-numbers", "--palette", "none")
      #expect(shown.output.contains("24 x 24 x 1"), "\(shown.output)")
      let across = try tool.run(
        "image", "features", folder + "/model", folder + "/set.tes", "--view", "deconv", "--across",
        "30", "--layer", "2", "-o", folder + "/d.png")
      #expect(across.output.contains("deconv of 2 over 30 images"), "\(across.errors)")
    }
  }

  @Test func divergenceIsToldAndTheCheckpointKept() throws {
    try withModel { folder, tool in
      _ = try train(tool, folder, output: "one", "--checkpoint", folder + "/state")
      let before = TestFiles.readBytes(folder + "/state")
      let run = try train(
        tool, folder, output: "two", "--lr", "1e25", "--checkpoint", folder + "/state",
        "--normalize", "none")
      #expect(run.exitCode == 75, "\(run.exitCode) \(run.errors)")
      #expect(run.errors.contains("not finite") && run.errors.contains("lower --lr"))
      #expect(before != nil && TestFiles.readBytes(folder + "/state") == before)
      #expect(TestFiles.readBytes(folder + "/two") == nil)
    }
  }

  @Test func badInputIsOneLine() throws {
    try withModel { folder, tool in
      let model = folder + "/model"
      let colour = folder + "/colour.ppm"
      try TestFiles.write(
        "P3 8 8 255\n" + (0..<192).map { "\($0)" }.joined(separator: " "), to: colour)
      try writeImage(1, size: 9, to: folder + "/nine.pgm")
      try TestFiles.write(
        Array((TestFiles.readBytes(model) ?? []).prefix(700)), to: folder + "/part")
      try TestFiles.write("a\nb\n", to: folder + "/names")
      for (arguments, code, part) in [
        (["classify", model, colour], 65, "colour.ppm: an image that is RGB, expected grey"),
        (["classify", model, folder + "/nine.pgm"], 65, "nine.pgm: an image of 9 x 9 x 1"),
        (["classify", model, folder + "/none.png"], 66, "none.png: No such file"),
        (["classify", folder + "/part", colour], 65, "part: "),
        (["classify", folder + "/set.tes", colour], 65, "set.tes: "),
        (["classify", model], 64, "an image is missing"),
        (
          ["classify", model, colour, "--classes", folder + "/names"], 64, "belong to bare weights"
        ),
        (["classify", model, colour, "--model", "lenet-5"], 65, "leave --model out"),
        (["features", model, "--view", "maps", "-o", folder + "/x.png"], 64, "needs an image"),
        (
          ["features", model, folder + "/set.tes", "-o", folder + "/x.png", "--layer", "conv9"],
          64, "no layer 'conv9', expected one of 0, 1"
        ),
        (["features", model, "-o", folder + "/x.gif"], 64, ".png, .jpg"),
        (["train", folder + "/none", "-o", folder + "/m"], 66, "No such file"),
        (["train", folder, "-o", folder + "/m", "--model", "bignet"], 64, "'bignet'"),
        (
          ["train", folder, "-o", folder + "/m", "--model", "alexnet"], 65, "expected at least"
        ),
        (["train", folder, "-o", folder + "/m", "--augment", "turn=3"], 64, "'turn=3'"),
        (
          ["train", folder, "-o", folder + "/m", "--augment", "feature-center,rotation=3"], 64,
          "centring and scaling last"
        ),
        (
          ["train", folder, "-o", folder + "/m", "--patience", "3"], 64, "--valid or --valid-share"
        ),
        (
          ["train", folder, "-o", folder + "/m", "--resume", model], 65,
          "expected a checkpoint of image train"
        ),
        (["train", folder, "-o", folder + "/m", "--schedule", "step"], 64, "belong together"),
        (["train", folder, "-o", folder + "/m", "--input", "9x9x1"], 65, "expected 9 x 9 x 1"),
        (["train", folder, "-o", folder + "/m", "--input", "8x8x3"], 65, "--convert"),
      ] as [([String], Int32, String)] {
        let run = try tool.start(["image"] + arguments + (arguments[0] == "features" ? [] : ["-q"]))
          .wait()
        #expect(run.exitCode == code, "\(arguments): \(run.errors)")
        #expect(run.errors.contains(part), "\(arguments): \(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1, "\(arguments): \(run.errors)")
      }
      let converted = try tool.run("image", "classify", model, colour, "--convert")
      #expect(converted.exitCode == 0, "\(converted.errors)")
    }
  }
}

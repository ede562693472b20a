import Testing
import TestSupport

@Suite struct ImageDescribeTests {
  @Test func aNetworkIsATableWithTotalsAndAComparison() throws {
    try TestFiles.withFolder { folder in
      let run = try Tool(folder: folder).run("image", "describe", "example-cnn")
      #expect(run.exitCode == 0, "\(run.errors)")
      let lines = run.output.split(separator: "\n").map { line in
        line.split(separator: " ").joined(separator: " ")
      }
      for line in [
        "images 28 x 28 x 1, 10 classes",
        "conv2 conv 64 3x3 24 x 24 x 64 18,496 10,616,832 5 1 147.5 kB",
        "flatten flatten 1 x 1 x 9216 28 - 36.9 kB",
        "total 1,199,882 11,992,448 580.1 kB",
        "each output sees all inputs (fully connected) 16,981,120",
        "each sees its window, with weights of its own 216,320",
        "all places share one set of weights (conv1) 320",
        "fully connected 56 x 56 x 1 1,873,930 1,872,896",
      ] {
        #expect(lines.contains(line), "\(line)")
      }
    }
  }

  @Test func jsonHasTheFieldsThatScriptsRelyOn() throws {
    try TestFiles.withFolder { folder in
      let run = try Tool(folder: folder).run(
        "image", "describe", "conv 4 3x3 stride 2, relu, flatten, fc classes", "--input", "9x7x3",
        "--classes", "2", "--json", "--brief")
      #expect(run.exitCode == 0, "\(run.errors)")
      #expect(
        run.output.contains(
          "{\"activationBytes\":384,\"auxiliary\":false,\"kind\":\"conv\","
            + "\"layer\":\"conv 4 3x3 stride 2, relu\",\"multiplyAdds\":1296,\"name\":\"0\","
            + "\"output\":[4,3,4],\"parameters\":112,\"receptiveField\":3,"
            + "\"receptiveFieldExtent\":[3,3],\"stride\":2}"), "\(run.output)")
      #expect(run.output.contains("\"stride\":null"))
      // The fully connected layer suits one size only.
      #expect(try run.json().contains(name: "comparisonOfTwiceTheSize"))
      #expect(run.output.contains("\"parameters\":210"))
    }
  }

  @Test func thePictureHasABoxForEachBlock() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      for (name, boxes) in [("lenet-5", 9), ("resnet-20", 14), ("googlenet", 20)] {
        let run = try tool.run("image", "describe", name, "-o", folder + "/net.svg")
        #expect(run.exitCode == 0, "\(run.errors)")
        let picture = TestFiles.read(folder + "/net.svg") ?? ""
        #expect(picture.split(separator: "fill-opacity").count - 1 == 3 * boxes, "\(name)")
        #expect(picture.contains(">image<") && picture.contains("multiply-adds for an image<"))
      }
      let none = try tool.run("image", "describe", "-o", folder + "/none.svg")
      #expect(none.exitCode == 64 && none.errors.contains("a network is missing"))
      #expect(
        try tool.run("image", "describe", "lenet-5", "-o", folder + "/net.jpg").exitCode == 64)
    }
  }

  @Test func withoutANetworkTheNamesAreListed() throws {
    try TestFiles.withFolder { folder in
      let run = try Tool(folder: folder).run("image", "describe")
      #expect(run.exitCode == 0, "\(run.errors)")
      #expect(run.output.contains("\nresnet-18"))
      #expect(run.output.contains("61,100,840"))
    }
  }

  @Test func aModelIsDescribedAsWhatItWasTrainedFor() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let row = (0..<64).map { "\($0 % 17)" }.joined(separator: ",")
      try TestFiles.write(
        (0..<8).map { "\(row),\($0 % 4)\n" }.joined(), to: folder + "/set.tra")
      let trained = try tool.run(
        "image", "train", folder + "/set.tra", "-o", folder + "/digits.model", "--model",
        "conv 3 3x3, relu, flatten, fc classes", "--epochs", "1", "-q")
      #expect(trained.exitCode == 0, "\(trained.errors)")
      let run = try tool.run("image", "describe", folder + "/digits.model", "--json")
      #expect(run.exitCode == 0, "\(run.errors)")
      #expect(run.output.contains("\"input\":[8,8,1]"))
      #expect(run.output.contains("\"network\":\"conv 3 3x3, relu, flatten, fc classes\""))
      let timed = try tool.run(
        "image", "time", folder + "/digits.model", "--batch", "3", "--repeat", "2", "--json")
      #expect(timed.exitCode == 0, "\(timed.errors)")
      #expect(timed.output.contains("\"input\":[8,8,1]"))
    }
  }

  @Test func passesAreTimed() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let run = try tool.run(
        "image", "time", "lenet-5", "--batch", "2", "--repeat", "3", "--threads", "2", "--json")
      #expect(run.exitCode == 0, "\(run.errors)")
      for field in [
        "\"batch\":2", "\"input\":[28,28,1]", "\"milliseconds\":", "\"imagesPerSecond\":",
        "\"parameters\":61706", "\"peakResidentBytes\":", "\"threads\":2",
      ] {
        #expect(run.output.contains(field), "\(field)")
      }
      let table = try tool.run("image", "time", "lenet-5", "--repeat", "1")
      #expect(table.output.contains("images a second"))
      for (arguments, code) in [
        (["none"], 64), (["lenet-5", "--batch", "0"], 64), (["lenet-5", "--input", "4x4x1"], 65),
        (["alexnet", "--batch", "65536"], 64), ([folder + "/none.safetensors"], 66),
      ] as [([String], Int32)] {
        let run = try tool.start(["image", "time"] + arguments).wait()
        #expect(run.exitCode == code, "\(arguments): \(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1 && run.output.isEmpty)
      }
    }
  }

  @Test func mistakesAreOneLine() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try TestFiles.write("hello", to: folder + "/text")
      for (arguments, code, part) in [
        (["resnet-19"], 64, "expected one of fully-connected"),
        (["conv 8 3x3, rely"], 64, "byte 12: 'rely'"),
        (["conv 8 3x3"], 65, "end it with 'flatten, fc classes'"),
        (["alexnet", "--input", "32x32x3"], 65, "expected at least 63 x 63"),
        (["alexnet", "--input", "16384x16384x3"], 64, "at most"),
        (["alexnet", "--input", "0x3x3"], 64, "'0x3x3'"),
        (["alexnet", "--classes", "0"], 64, "--classes is 0"),
        (["--brief"], 64, "a network is missing"),
        ([folder + "/none.safetensors"], 66, "No such file"), ([folder + "/text"], 65, "text"),
      ] as [([String], Int32, String)] {
        let run = try tool.start(["image", "describe"] + arguments).wait()
        #expect(run.exitCode == code, "\(arguments): \(run.errors)")
        #expect(run.errors.contains(part), "\(arguments): \(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1 && run.output.isEmpty)
      }
    }
  }
}

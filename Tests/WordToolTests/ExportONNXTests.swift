import Testing
import TestSupport

@Suite struct ExportONNXTests {
  @Test func aTrainedModelBecomesAGraphWithItsVocabulary() throws {
    try TestFiles.withFolder { folder in
      let text = folder + "/text"
      try TestFiles.write(Samples.text(lines: 60), to: text)
      for (cell, operation) in [("gru", "GRU"), ("rnn-relu", "RNN")] {
        let train = try Tool(folder: folder).run(
          "train-lm", text, "-o", folder + "/m", "--cell", cell, "--hidden", "4", "--embedding",
          "4", "--batch", "2", "--epochs", "1", "--max-steps", "1", "-q")
        #expect(train.exitCode == 0, "\(train.errors)")
        for name in ["/a.onnx", "/b.onnx"] {
          let run = try Tool(folder: folder).run(
            "export-onnx", folder + "/m", "-o", folder + name)
          #expect(run.exitCode == 0 && run.output.isEmpty && run.errors.isEmpty, "\(run.errors)")
        }
        let bytes = try #require(TestFiles.readBytes(folder + "/a.onnx"))
        #expect(TestFiles.readBytes(folder + "/b.onnx") == bytes)
        let file = String(decoding: bytes, as: UTF8.self)
        #expect(file.contains(operation) && file.contains("logits") && file.contains("\"<unk>\""))
      }
    }
  }

  @Test func aModelOfAnotherUnicodeVersionIsWarnedOf() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try TestFiles.write(
        String(repeating: "__label__pos so good\n__label__neg so bad\n", count: 5),
        to: folder + "/text")
      let train = try tool.run(
        "train-classifier", folder + "/text", "-o", folder + "/m", "-q", "--min-count", "1")
      #expect(train.exitCode == 0, "\(train.errors)")
      let bytes = try #require(TestFiles.readBytes(folder + "/m"))
      // Of the same length, so that the header stays what it says it is.
      let key = Array("unicodeVersion\\\":\\\"".utf8)
      let place = try #require(
        bytes.indices.dropLast(key.count).first { bytes[$0...].starts(with: key) })
      var old = bytes
      old[place + key.count] = UInt8(ascii: "0")
      try TestFiles.write(old, to: folder + "/old")
      for (model, isWarned) in [("m", false), ("old", true)] {
        let run = try tool.run("export-onnx", folder + "/" + model, "-o", folder + "/m.onnx")
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(run.errors.contains("/old was made with ICU") == isWarned, "\(run.errors)")
      }
    }
  }

  @Test func anNGramModelHasNoGraph() throws {
    try TestFiles.withFolder { folder in
      let text = folder + "/text"
      try TestFiles.write(Samples.text(lines: 60), to: text)
      let train = try Tool(folder: folder).run(
        "train-lm", text, "-o", folder + "/m.arpa", "--model", "ngram", "--order", "2", "-q")
      #expect(train.exitCode == 0, "\(train.errors)")
      let run = try Tool(folder: folder).run(
        "export-onnx", folder + "/m.arpa", "-o", folder + "/m.onnx")
      #expect(run.exitCode == 65)
      #expect(run.errors.contains("an n-gram model, expected a neural one"))
      #expect(TestFiles.readBytes(folder + "/m.onnx") == nil)
    }
  }

  @Test func classifiersAndTaggersBecomeGraphs() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try TestFiles.write(
        String(repeating: "__label__pos so good\n__label__neg so bad\n", count: 5),
        to: folder + "/text")
      try TestFiles.write("the DET\nplay NOUN\n", to: folder + "/tags")
      let small = ["-o", folder + "/m", "--epochs", "1", "-q", "--min-count", "1"]
      let trainings = [
        (["train-classifier", folder + "/text", "--model", "lstm"], "maximum_length"),
        (["train-classifier", folder + "/text", "--model", "fasttext"], "\"so good\""),
        (["train-tagger", folder + "/tags"], "[\"DET\",\"NOUN\"]"),
      ]
      for (training, text) in trainings {
        let train = try tool.start(training + small).wait()
        #expect(train.exitCode == 0, "\(train.errors)")
        let run = try tool.run("export-onnx", folder + "/m", "-o", folder + "/m.onnx")
        #expect(run.exitCode == 0 && run.output.isEmpty && run.errors.isEmpty, "\(run.errors)")
        let bytes = try #require(TestFiles.readBytes(folder + "/m.onnx"))
        let file = String(decoding: bytes, as: UTF8.self)
        #expect(file.contains("probabilities") && file.contains(text))
      }
    }
  }
}

import Testing
import TestSupport

/// What else a bag of words is trained with.
@Suite struct LinearModelTests {
  @Test func lossesAndCharactersAndCalibrationsMakeOtherModels() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let file = folder + "/train.tsv"
      try TestFiles.write(ClassificationTests.table(rows: 60), to: file)
      var files: [[UInt8]] = []
      for options in [
        [], ["--loss", "squared-hinge"], ["--char-ngrams", "3-5"],
        ["--valid", file, "--calibrate", "temperature"],
        ["--valid", file, "--calibrate", "isotonic"],
        ["--model", "fasttext"], ["--model", "fasttext", "--loss", "ova"],
      ] {
        let run = try tool.start(
          ["train-classifier", file, "-o", folder + "/m", "--json"] + options
        ).wait()
        #expect(run.exitCode == 0, "\(options): \(run.errors)")
        #expect(
          run.output.contains(#""calibration":{"method":"\#(options.last ?? "")""#)
            == options.contains("--calibrate"), "\(run.output)")
        files.append(TestFiles.readBytes(folder + "/m") ?? [])
        let answer = try tool.run("classify", folder + "/m", "--text", "a dull film")
        #expect(answer.output.hasPrefix("neg"), "\(options): \(answer.output)")
      }
      #expect(Set(files).count == files.count)
      let refusals: [([String], String)] = [
        (["--loss", "ova"], "logistic or squared-hinge"),
        (["--model", "fasttext", "--loss", "logistic"], "softmax, ova, hs or ns"),
        (["--calibrate", "isotonic"], "--valid"),
        (["--model", "fasttext", "--char-ngrams", "3"], "--model bag-of-words"),
        (["--char-ngrams", "3-17"], "16"),
      ]
      for (options, text) in refusals {
        let run = try tool.start(
          ["train-classifier", file, "-o", folder + "/none"] + options
        ).wait()
        #expect(run.exitCode == 64 && run.errors.contains(text), "\(options): \(run.errors)")
      }
      let bin = try tool.run(
        "train-classifier", file, "-o", folder + "/m.bin", "--model", "fasttext", "--valid", file,
        "--calibrate", "temperature")
      #expect(bin.exitCode == 64 && bin.errors.contains(".bin"), "\(bin.errors)")
    }
  }
}

import Libc
import Testing
import TestSupport

/// Classifiers whose options are searched for.
@Suite struct AutotuneTests {
  @Test func `a search prints the command that trains its model again`() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let lines = (0..<60).map { number in
        "__label__\(number % 3) w\(number % 3) v\(number % 7) u\(number % 4)"
      }
      try TestFiles.write(lines.joined(separator: "\n") + "\n", to: folder + "/it's text")
      let model = folder + "/m.bin"
      let arguments = [
        "train-classifier", folder + "/it's text", "-o", model, "--model", "fasttext", "--dim", "7",
        "--autotune=" + folder + "/it's text", "--autotune-trials", "6", "--epochs", "2", "--json",
        "--autotune-metric", "macro-f1", "--seed", "3", "--metrics", folder + "/metrics",
      ]
      let run = try tool.start(arguments).wait()
      #expect(run.exitCode == 0, "\(run.errors)")
      #expect(run.errors.contains("trial 1: ") && run.errors.contains("trial 6: "))
      let answer = try run.json()["autotune"]
      #expect(answer["metric"].text == "macro-f1" && answer["trials"].number == 6)
      let command = try #require(answer["command"].text)
      #expect(!command.contains("--autotune") && command.contains(" --dim 7 "), "\(command)")
      let metrics = try #require(TestFiles.read(folder + "/metrics"))
      #expect(metrics.split(separator: "\n").count { $0.contains("\"trial\":") } == 6)
      let bytes = TestFiles.readBytes(model)
      unlink(model)
      // The program's name is all that differs here.
      let script = "tool=$1; wordtool() { \"$tool\" \"$@\"; }; \(command)"
      let again = try tool.run(shell: script)
      #expect(again.exitCode == 0, "\(command): \(again.errors)")
      #expect(TestFiles.readBytes(model) == bytes)
      for (options, part) in [
        (["--autotune-metric", "f2"], "--autotune-metric"), (["--autotune-trials", "0"], "trials"),
        (["--autotune-metric", "f1:9"], "the label '9' for --autotune-metric"),
      ] {
        let wrong = try tool.start(arguments + options).wait()
        #expect(wrong.exitCode == 64 && wrong.errors.contains(part), "\(wrong.errors)")
      }
    }
  }

  @Test func `a search under a size writes a file of that size`() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let lines = (0..<600).map { "__label__\($0 % 3) w\($0 % 3) v\($0 % 97) u\($0 % 89)" }
      try TestFiles.write(lines.joined(separator: "\n") + "\n", to: folder + "/t")
      let arguments = [
        "train-classifier", folder + "/t", "-o", folder + "/m.ftz", "--model", "fasttext", "--size",
        "30k", "--autotune", folder + "/t", "--autotune-trials", "5", "--epochs", "3", "--json",
      ]
      let run = try tool.start(arguments).wait()
      #expect(run.exitCode == 0, "\(run.errors)")
      let answer = try run.json()["autotune"]
      let command = try #require(answer["command"].text)
      #expect(command.contains(" --size 30k ") && command.contains(" --dsub "), "\(command)")
      let bytes = try #require(TestFiles.readBytes(folder + "/m.ftz"))
      #expect(bytes.count > 5000 && bytes.count <= 30_000)
      unlink(folder + "/m.ftz")
      let again = try tool.run(shell: "tool=$1; wordtool() { \"$tool\" \"$@\"; }; \(command)")
      #expect(again.exitCode == 0, "\(command): \(again.errors)")
      #expect(TestFiles.readBytes(folder + "/m.ftz") == bytes)
      // The same from a model of floats that is quantized later.
      let whole = try tool.start(
        [
          "train-classifier", folder + "/t", "-o", folder + "/m.bin", "--model", "fasttext",
          "--dim", "10",
        ]
      ).wait()
      #expect(whole.exitCode == 0, "\(whole.errors)")
      let small = try tool.start(
        ["quantize", folder + "/m.bin", "-o", folder + "/s.ftz", "--size", "16k"]
      ).wait()
      #expect(small.exitCode == 0, "\(small.errors)")
      #expect(try #require(TestFiles.readBytes(folder + "/s.ftz")).count <= 16_000)
      let none = try tool.start(
        ["quantize", folder + "/m.bin", "-o", folder + "/n.ftz", "--size", "1k"]
      ).wait()
      #expect(none.exitCode == 64 && none.errors.contains("--size is 1000"), "\(none.errors)")
      #expect(TestFiles.read(folder + "/n.ftz") == nil)
    }
  }

  @Test func `word vectors are searched for, and the command that is printed makes them again`()
    throws
  {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let lines = (0..<400).map { line in
        (0..<8).map { "\(line % 2 == 0 ? "a" : "b")\((line * 7 + $0 * 3) % 11)" }
          .joined(separator: " ")
      }
      try TestFiles.write(lines.joined(separator: "\n") + "\n", to: folder + "/t")
      let pairs = [
        ("a1", "a2", 9), ("b3", "b4", 8), ("a5", "b6", 2), ("b7", "a8", 1), ("a9", "a3", 7),
      ]
      try TestFiles.write(
        pairs.map { "\($0)\t\($1)\t\($2)\n" }.joined(), to: folder + "/pairs")
      let output = folder + "/v.safetensors"
      let arguments = [
        "train-embeddings", folder + "/t", "-o", output, "--autotune", folder + "/pairs",
        "--autotune-work", "12", "--epochs", "4", "--dim", "10", "--sample", "0", "--json",
        "--metrics", folder + "/metrics",
      ]
      let run = try tool.start(arguments).wait()
      #expect(run.exitCode == 0, "\(run.errors)")
      #expect(run.errors.contains("trial 1: ") && run.errors.contains("trial 3: "))
      let answer = try run.json()["autotune"]
      let (trials, work) = (answer["trials"].number ?? 0, answer["work"].number ?? 0)
      #expect(answer["metric"].text == "spearman" && trials >= 3 && work > 1 && work <= 12)
      let metrics = try #require(TestFiles.read(folder + "/metrics"))
      #expect(metrics.split(separator: "\n").count { $0.contains("\"trial\":") } == Int(trials))
      let command = try #require(answer["command"].text)
      #expect(command.contains(" --dim 10 ") && command.contains(" --epochs 4"), "\(command)")
      let bytes = TestFiles.readBytes(output)
      unlink(output)
      let again = try tool.run(shell: "tool=$1; wordtool() { \"$tool\" \"$@\"; }; \(command)")
      #expect(again.exitCode == 0, "\(command): \(again.errors)")
      #expect(TestFiles.readBytes(output) == bytes)
      for (options, part) in [
        (["--autotune-work", "1"], "--autotune-work is 1.0"),
        (["--window", "3", "--subwords", "3-4"], "leave one of them out"),
        (["--checkpoint", folder + "/c"], "--checkpoint does nothing here"),
        (["--memory", "1G"], "--memory does nothing here"),
        (["--autotune", folder + "/t"], "/t"), (["--autotune", folder + "/none"], "none"),
      ] {
        let wrong = try tool.start(arguments + options).wait()
        #expect(wrong.exitCode != 0 && wrong.errors.contains(part), "\(wrong.errors)")
      }
    }
  }
}

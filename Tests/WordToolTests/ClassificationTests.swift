import Libc
import Testing
import TestSupport

@Suite struct ClassificationTests {
  /// Labelled text with a header, its class a matter of one word.
  static func table(rows: Int) -> String {
    let words = [["good", "fine"], ["bad", "dull"]]
    return "sentence\tlabel\n"
      + (0..<rows).map { row in
        "a \(words[row % 2][row / 2 % 2]) film number \(row % 7)\t\(row % 2 == 0 ? "pos" : "neg")\n"
      }.joined()
  }

  private func trained(in folder: String, _ name: String, _ options: String...) throws -> String {
    try TestFiles.write(Self.table(rows: 60), to: folder + "/train.tsv")
    let run = try Tool(folder: folder).start(
      ["train-classifier", folder + "/train.tsv", "-o", folder + "/" + name] + options
    ).wait()
    #expect(run.exitCode == 0, "\(run.errors)")
    return folder + "/" + name
  }

  @Test func theSummaryHasTheFieldsOfTheContract() throws {
    try TestFiles.withFolder { folder in
      let file = folder + "/train.tsv"
      try TestFiles.write(Self.table(rows: 60), to: file)
      for model in ["bag-of-words", "fasttext"] {
        let run = try Tool(folder: folder).run(
          "train-classifier", file, "-o", folder + "/m", "--model", model, "--test", file,
          "--json", "--metrics", folder + "/metrics", "--epochs", "30")
        #expect(run.exitCode == 0, "\(run.errors)")
        for field in ["parameters", "epochs", "seconds", "examplesPerSecond"] {
          #expect(try run.json().contains(name: field), "\(field)")
        }
        #expect(try run.json().contains(#""validAccuracy":null"#))
        #expect(try run.json().contains(#""testAccuracy":1"#), "\(run.output)")
        #expect(try run.json().contains(#""labels":["neg","pos"]"#))
        #expect(try run.json().contains(#""seed":1"#))
        let metrics = TestFiles.read(folder + "/metrics") ?? ""
        #expect(metrics.hasPrefix("{") && metrics.contains("\"epoch\":"), "\(metrics)")
      }
    }
  }

  @Test func equalBytesForAnyThreads() throws {
    try TestFiles.withFolder { folder in
      for model in ["bag-of-words", "fasttext"] {
        let files = try ["1", "2", "3"].map {
          TestFiles.readBytes(
            try trained(in: folder, "m" + $0, "--threads", $0, "--model", model)) ?? []
        }
        #expect(!files[0].isEmpty && files[1] == files[0] && files[2] == files[0])
      }
    }
  }

  @Test func `a table and a text that is no file are told apart from texts`() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let model = try trained(in: folder, "model")
      let warning = "lines hold a label beside a tab"
      let table = try tool.run("classify", model, folder + "/train.tsv")
      #expect(table.exitCode == 0 && table.errors.contains(warning), "\(table.errors)")
      let texts = try tool.run("classify", model, input: "a good film\na\tdull\tfilm\n")
      #expect(texts.exitCode == 0 && !texts.errors.contains(warning), "\(texts.errors)")
      let words = try tool.run("classify", model, "a good film")
      #expect(words.exitCode == 66 && words.errors.contains("--text"), "\(words.errors)")
    }
  }

  @Test func textsAreClassifiedLineByLine() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let model = try trained(in: folder, "m")
      let one = try tool.run("classify", model, "--text", "a fine film")
      #expect(one.exitCode == 0 && one.output.hasPrefix("pos\t0."), "\(one.errors)")
      let several = try tool.run(
        "classify", model, "-", "-k", "2", input: "a dull film\n\n__label__x a fine film")
      let lines = several.output.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.map { $0.prefix(3) } == ["neg", "pos", "", "", "pos", "neg", "", ""])
      #expect(several.errors.contains("1 of 3 texts is blank"))
      let json = try tool.run("classify", model, "--json", input: "fine\nzork\n")
      #expect(json.output.hasPrefix(#"{"known":1,"labels":[{"label":"pos","probability":0."#))
      #expect(json.output.split(separator: "\n").count == 2)
      #expect(json.errors.contains("1 of 2 texts has no word that the model knows"))
    }
  }

  @Test func foldersAndPagesAreClassified() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let model = try trained(in: folder, "m")
      let pages = folder + "/d"
      #expect(mkdir(pages, 0o777) == 0)
      try TestFiles.write("a fine film\n", to: pages + "/a.txt")
      try TestFiles.write(
        "<!DOCTYPE html><title>dull</title><p>a good\nfilm</p>", to: pages + "/page.html")
      let all = try tool.run("classify", model, pages, "--html", "--json")
      let answers = try JSONValue.lines(all.output)
      let files = answers.map { $0["file"].text }
      #expect(
        files == [pages + "/a.txt", pages + "/page.html", pages + "/page.html"], "\(all.errors)")
      #expect(answers.map { $0["line"].number } == [1, 1, 2])
      let some = try tool.run("classify", model, pages, "--html", "--include", "*.html")
      let labels = some.output.split(separator: "\n").map { $0.prefix(3) }
      #expect(labels == ["neg", "pos"] && some.errors.isEmpty, "\(some.errors)")
      let plain = try tool.run("classify", model, pages)
      #expect(plain.output.hasPrefix("pos") && plain.output.split(separator: "\n").count == 1)
      #expect(plain.errors.contains("--html takes the text of pages"), "\(plain.errors)")
      let unused = try tool.run("classify", model, "--text", "a film", "--html")
      #expect(unused.exitCode == 64 && unused.errors.contains("--html does nothing here"))
    }
  }

  @Test func oneVersusAllGivesWhatReachesTheThreshold() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let texts = (0..<40).map { number in
        [
          "__label__a apple", "__label__b bread", "__label__a __label__b apple bread",
          "__label__c stone",
        ][number % 4] + " n\(number % 7)\n"
      }
      try TestFiles.write(texts.joined(), to: folder + "/t")
      let train = try tool.run(
        "train-classifier", folder + "/t", "-o", folder + "/m", "--model", "fasttext", "--loss",
        "ova", "--epochs", "100", "-q")
      #expect(train.exitCode == 0, "\(train.errors)")
      let run = try tool.run(
        "classify", folder + "/m", "--threshold", "0.5", input: "apple bread\nstone\nzork\n")
      let lines = run.output.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(Set(lines.prefix(2).map { $0.prefix(1) }) == ["a", "b"], "\(run.output)")
      #expect(lines.dropFirst(2).prefix(3).map { $0.prefix(1) } == ["", "c", ""], "\(run.output)")
      let report = try tool.run(
        "evaluate", "classification", folder + "/m", folder + "/t", "-k", "3", "--threshold", "0.5",
        "--json")
      #expect(try report.json().contains(#""precisionAtK":1"#), "\(report.output)")
      #expect(try report.json().contains(#""recallAtK":1"#), "\(report.output)")
      let refused = try tool.run("classify", folder + "/m", "--threshold", "2", input: "x")
      #expect(refused.exitCode == 64 && refused.errors.contains("--threshold"))
    }
  }

  @Test func evaluationHasTheFieldsOfTheContract() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let model = try trained(in: folder, "m")
      let test = folder + "/test.csv"
      try TestFiles.write(
        "label,text\npos,a good one\nneg,\"dull, dull\"\npos,bad film\nnew,fine\n", to: test)
      let run = try tool.run("evaluate", "classification", model, test, "--json")
      #expect(run.exitCode == 0, "\(run.errors)")
      #expect(try run.json().contains(#""accuracy":0.5"#) && run.json().contains(#""examples":4"#))
      for field in [
        "precisionAtK", "recallAtK", "macroF1", "microF1", "confusion", "calibrationError",
        "meanLoss",
      ] {
        #expect(try run.json().contains(name: field), "\(field)")
      }
      #expect(try run.json().contains(#""label":"new","precision":null"#), "\(run.output)")
      #expect(run.errors.contains("counted as wrong: new"))
      let table = try tool.run("evaluate", "classification", model, test, "--confusion")
      #expect(
        table.output.contains("accuracy           0.5000") && table.output.contains("macro F1"))
    }
  }

  @Test func recurrentNetworksAreTrainedWithVectors() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let file = folder + "/train.tsv"
      try TestFiles.write(Self.table(rows: 60), to: file)
      let vectors = try Samples.writeVectors(in: folder)
      for model in ["rnn", "lstm", "gru"] {
        let run = try tool.run(
          "train-classifier", file, "-o", folder + "/m", "--model", model, "--hidden", "8",
          "--layers", "2", "--bidirectional", "--pooling", "attention", "--lr", "0.02", "--epochs",
          "20", "--patience", "5", "--embeddings", vectors, "--valid", file, "--test", file,
          "--json", "-q", "--metrics", folder + "/metrics")
        #expect(run.exitCode == 0 && run.errors.isEmpty, "\(run.errors)")
        #expect(try run.json().contains(#""testAccuracy":1"#), "\(run.output)")
        #expect(try run.json().contains(#""validAccuracy":1"#), "\(run.output)")
        let metrics = TestFiles.read(folder + "/metrics") ?? ""
        #expect(metrics.contains("\"validAccuracy\":1"), "\(metrics)")
        let one = try tool.run("classify", folder + "/m", "--text", "a dull film number 3")
        #expect(one.output.hasPrefix("neg\t0."), "\(one.errors)")
      }
    }
  }

  @Test func wordsAreTagged() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let sentences = ["the\tD\nplay\tN\n", "they\tP\nplay\tV\n"]
      let file = folder + "/train"
      try TestFiles.write((0..<60).map { sentences[$0 % 2] }.joined(separator: "\n"), to: file)
      let train = [
        "train-tagger", file, "-o", folder + "/m", "--hidden", "8", "--dim", "8", "--lr", "0.05",
        "-q", "--test", file, "--json",
      ]
      let run = try tool.start(train).wait()
      #expect(run.exitCode == 0, "\(run.errors)")
      #expect(try run.json().contains(#""labels":["D","N","P","V"]"#))
      #expect(try run.json().contains(#""testAccuracy":1"#) && run.json().contains(#""words":120"#))
      let tagged = try tool.run("tag", folder + "/m", input: "They play\n\nthe play\n")
      #expect(tagged.output == "They\tP\nplay\tV\n\nthe\tD\nplay\tN\n\n")
      let json = try tool.run("tag", folder + "/m", "--text", "they play", "--json")
      #expect(json.output.hasPrefix(#"{"probabilities":[0."#))
      #expect(json.output.hasSuffix(#"],"tags":["P","V"],"words":["they","play"]}"# + "\n"))
      let report = try tool.run("evaluate", "tagging", folder + "/m", file, "--json")
      #expect(try report.json().contains(#""accuracy":1"#) && report.json().contains(#""f1":1"#))
      for (arguments, code, part) in [
        (["tag", folder + "/m", "--text", " "], 65, "empty text"),
        (["tag", folder + "/none"], 66, "/none"),
        (["classify", folder + "/m", "--text", "x"], 65, "a tagger of words"),
        (train + ["--freeze-embeddings"], 64, "--embeddings"),
        (train + ["--dropout", "1"], 64, "--dropout"),
      ] {
        let run = try tool.start(arguments).wait()
        #expect(run.exitCode == Int32(code) && run.errors.contains(part), "\(run.errors)")
      }
    }
  }

  @Test func `labels with another prefix, and texts without one`() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let lines = (0..<20).map { $0 % 2 == 0 ? "@good a fine film" : "a dull bore @bad" }
      try TestFiles.write(
        (["no label here"] + lines).joined(separator: "\n") + "\n", to: folder + "/t")
      let model = folder + "/m.bin"
      let prefix = ["--label-prefix", "@"]
      let trained = try tool.start(
        [
          "train-classifier", folder + "/t", "-o", model, "--model", "fasttext", "--test",
          folder + "/t",
        ]
          + prefix
      ).wait()
      #expect(trained.exitCode == 0, "\(trained.errors)")
      #expect(trained.errors.contains("/t has no label and is left out; --strict"))
      #expect(trained.output.contains("test accuracy  1.0000"))
      let asked = ["classify", model, "--text", "a fine film"]
      #expect(try tool.start(asked).wait().output.hasPrefix("@good\t"))
      #expect(try tool.start(asked + prefix).wait().output.hasPrefix("good\t"))
      #expect(
        try tool.start(asked + prefix + ["--style", "fasttext"]).wait().output.hasPrefix("@good "))
      let report = try tool.start(
        ["evaluate", "classification", model, folder + "/t", "--json"] + prefix
      ).wait()
      #expect(report.output.contains("\"accuracy\":1"), "\(report.output)")
      // Of a file the labels are no part of the text.
      let file = try tool.start(
        ["classify", model, folder + "/t", "--style", "fasttext"] + prefix
      ).wait()
      #expect(file.output.split(separator: "\n")[1].hasPrefix("@good "))
    }
  }

  @Test func `what made a label is shown, in a table and in JSON`() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let model = try trained(in: folder, "m")
      let ask = ["classify", model, "--text", "good fine lovely", "--explain"]
      let table = try tool.start(ask).wait()
      let lines = table.output.split(separator: "\n")
      #expect(lines[1].hasPrefix("  part ") && lines[1].hasSuffix(" adds"), "\(table.output)")
      #expect(lines.contains { $0.hasPrefix("  good ") && $0.contains(" word ") })
      #expect(lines.last?.hasPrefix("  score ") == true)
      let answer = try tool.start(ask + ["--json"]).wait().json()
      let explanation = answer["labels"].elements[0]["explanation"]
      let parts = explanation["parts"].elements
      #expect(!parts.isEmpty)
      let sum = parts.reduce(explanation["bias"].number ?? .nan) {
        $0 + ($1["contribution"].number ?? .nan)
      }
      #expect(abs(sum - (explanation["score"].number ?? .nan)) < 1e-9)
      #expect(parts.allSatisfy { $0["kind"].text != nil && $0["count"].number != nil })
      let plain = try tool.start(["classify", model, "--text", "good", "--json"]).wait()
      #expect(!plain.output.contains("explanation"))
      let styled = try tool.start(ask + ["--style", "fasttext"]).wait()
      #expect(styled.exitCode == 64 && styled.errors.contains("--explain"))
    }
  }

  @Test func failuresAreOneLineAndTheirExitCode() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let model = try trained(in: folder, "m")
      let vectors = try Samples.writeVectors(in: folder)
      let file = folder + "/train.tsv"
      try TestFiles.write("__label__a x\n__label__a y\n", to: folder + "/one")
      try TestFiles.write("__label__a x\ny\n", to: folder + "/bare")
      let train = ["train-classifier", file, "-o", folder + "/out"]
      let cases: [([String], Int32, String)] = [
        (train + ["--model", "lisp"], 64, "lisp"), (train + ["--ngrams", "0-2"], 64, "--ngrams"),
        (train + ["--ngrams", "1-9"], 64, "--ngrams"), (train + ["--cost", "0"], 64, "--cost"),
        (train + ["--min-count", "0"], 64, "--min-count"),
        (train + ["--class-weights", "pos=x"], 64, "--class-weights"),
        (train + ["--class-weights", "zork=2"], 64, "zork"),
        (train + ["--label-column", "stars"], 65, "'stars' as --label-column says"),
        (train + ["--text-column", "9"], 65, "column 9"),
        (train + ["--test", folder + "/none"], 66, "/none"),
        (train + ["--min-count", "1000"], 65, "--min-count"),
        (train + ["--model", "fasttext", "--lr", "1e30"], 75, "--lr"),
        (["train-classifier", folder + "/none", "-o", folder + "/out"], 66, "/none"),
        (["train-classifier", folder + "/one", "-o", folder + "/out"], 65, "only one label, 'a'"),
        (
          ["train-classifier", folder + "/bare", "-o", folder + "/out", "--strict"], 65,
          "/bare:2: no label"
        ),
        (
          ["train-classifier", folder + "/bare", "-o", folder + "/out", "--label-prefix", "L:"], 65,
          "no label, in 2 texts, expected words that begin with L:"
        ),
        (train + ["--label-prefix", "a b"], 64, "--label-prefix"),
        (train + ["--label-prefix", "@", "--header"], 64, "--header"),
        (["train-classifier", file, "-o", folder + "/no/out"], 73, "/no/out"),
        (["classify", vectors, "--text", "x"], 65, "expected a classifier of texts"),
        (["classify", folder + "/none", "--text", "x"], 66, "/none"),
        (["classify", model, "--text", " "], 65, "empty text"),
        (["classify", model, "-"], 65, "no text"),
        (["classify", model, "-k", "0", "--text", "x"], 64, "-k"),
        (["classify", model, folder + "/none"], 66, "/none"),
        (["evaluate", "classification", model, folder + "/bare", "--strict"], 65, "/bare:2"),
        (["evaluate", "classification", vectors, file], 65, "expected a classifier of texts"),
      ]
      for (arguments, code, part) in cases {
        let run = try tool.start(arguments).wait()
        #expect(run.exitCode == code, "\(arguments) \(run.errors)")
        let errors = run.errors.split(separator: "\n")
        #expect(run.output.isEmpty && errors.last?.hasPrefix("wordtool: error: ") == true)
        #expect(errors.count { $0.hasPrefix("wordtool: error: ") } == 1, "\(run.errors)")
        #expect(run.errors.contains(part), "\(arguments) \(run.errors)")
      }
      #expect(!TestFiles.names(in: folder).contains { $0.hasPrefix("out") })
    }
  }
}

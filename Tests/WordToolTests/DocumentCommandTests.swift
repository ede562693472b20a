import Libc
import TestSupport
import Testing

/// `train-embeddings --model pv-dbow` and `pv-dm`, `document-vector`, `nearest-documents`.
@Suite struct DocumentCommandTests {
  private static let kings = "the king and the queen of the castle saw a throne"
  private static let cats = "a cat or a dog ate some fish in our garden"
  private static let train = [
    "train-embeddings", "--dim", "8", "--epochs", "30", "--lr", "0.1", "--min-count", "1",
    "--sample", "0", "-q",
  ]

  private func run(
    _ folder: String, _ arguments: [String], input: String = ""
  ) throws -> Subprocess.Result {
    try Tool(folder: folder).start(arguments, input: input, workingFolder: folder).wait()
  }

  /// A table of 40 rows with two labels, and the same texts as lines and as files.
  private func writeInputs(in folder: String) throws {
    let texts = (0..<40).map { $0 % 2 == 0 ? Self.kings : Self.cats }
    let rows = texts.enumerated().map { "\($0 % 2 == 0 ? "court" : "home")\t\($1)\n" }
    try TestFiles.write("label\ttext\n" + rows.joined(), to: folder + "/t.tsv")
    try TestFiles.write(texts.map { $0 + "\n" }.joined(), to: folder + "/lines")
    let files = folder + "/files"
    #expect(mkdir(files, 0o777) == 0)
    for number in 0..<12 {
      try TestFiles.write(
        texts[number].replacing(" saw", with: "\nsaw"), to: files + "/\(number).txt")
    }
  }

  @Test(arguments: [
    ["pv-dbow"], ["pv-dbow", "--dbow-words"], ["pv-dm"], ["pv-dm", "--loss", "hs"],
  ])
  func `rows of a table are documents that new texts are compared with`(model: [String]) throws {
    try TestFiles.withFolder { folder in
      try writeInputs(in: folder)
      let trained = try run(
        folder, Self.train + ["t.tsv", "-o", "m", "--json", "--model"] + model)
      #expect(trained.exitCode == 0, "\(trained.errors)")
      let summary = try JSONValue.document(trained.output)
      #expect(summary["documents"] == .number(40) && summary["labels"] == .number(2))
      #expect(summary["hasWords"] == .bool(model != ["pv-dbow"]) && summary["model"] == .text("m"))

      let text = "the king saw the queen"
      let near = try run(folder, ["nearest-documents", "m", text, "-k", "3", "--json"])
      let answer = try JSONValue.document(near.output)
      #expect(answer["query"] == .text(text) && answer["neighbors"].elements.count == 3)
      // PV-DM learns little from so few words.
      for found in answer["neighbors"].elements where model[0] == "pv-dbow" {
        #expect(found["labels"].elements == [.text("court")], "\(near.output)")
      }
      let own = try run(folder, ["nearest-documents", "m", "--document", "2", "-k", "2"])
      let fields = own.output.split(separator: "\n").map { $0.split(separator: "\t") }
      #expect(own.exitCode == 0 && fields.count == 2, "\(own.errors)")
      #expect(fields.allSatisfy { $0.count == 3 && $0[2] == "home" && $0[0] != "2" })

      // The same text has the same vector, alone and among others.
      let alone = try run(folder, ["document-vector", "m", text])
      let batch = try run(
        folder, ["document-vector", "m", "-"], input: "nothing\n\(text)\n")
      #expect(alone.output.split(separator: "\t").count == 8 && alone.exitCode == 0)
      #expect(batch.output == "\n" + alone.output && batch.errors.contains("has no word of m ("))
      let json = try JSONValue.document(
        run(folder, ["document-vector", "m", text + " today", "--json"]).output)
      #expect(json["known"] == .number(5) && json["unknown"].elements == [.text("today")])
      let stored = try JSONValue.document(
        run(folder, ["document-vector", "m", "--document", "1", "--json"]).output)
      #expect(stored["vector"].elements.count == 8 && stored["labels"].elements == [.text("court")])

      let word = try run(folder, ["nearest", "king", "-v", "m"])
      if model == ["pv-dbow"] {
        #expect(word.exitCode == 65 && word.errors.contains("m: vectors of documents alone"))
        #expect(word.errors.contains("it is for 'nearest-documents'"), "\(word.errors)")
      } else {
        #expect(word.exitCode == 0, "\(word.errors)")
      }
      let info = try run(folder, ["info", "m"])
      #expect(info.output.contains("court, home") && info.output.contains("a model of documents"))
    }
  }

  @Test func `what a document is follows from what is given, and can be said`() throws {
    try TestFiles.withFolder { folder in
      try writeInputs(in: folder)
      for (arguments, name, count) in [
        (["lines"], "40", 40), (["t.tsv"], "40", 40), (["files"], "files/3.txt", 12),
        (["lines", "--documents", "files"], "lines", 1),
        (["t.tsv", "--documents", "lines"], "41", 41), (["-"], "2", 2),
        (["lines", "t.tsv", "--documents", "lines"], "81", 81),
      ] {
        let trained = try run(
          folder, Self.train + arguments + ["--model", "pv-dbow", "-o", "m", "--json"],
          input: Self.kings + "\n" + Self.cats + "\n")
        #expect(trained.exitCode == 0, "\(arguments): \(trained.errors)")
        let documents = try JSONValue.document(trained.output)["documents"]
        #expect(documents == .number(Double(count)), "\(arguments): \(trained.output)")
        let vector = try run(folder, ["document-vector", "m", "--document", name])
        #expect(vector.exitCode == 0, "\(arguments): \(vector.errors)")
      }
      let missing = try run(folder, ["nearest-documents", "m", "--document", "82"])
      #expect(missing.exitCode == 1 && missing.errors.contains("no document '82'"))
    }
  }

  @Test func `vectors of documents become vectors of words in any format`() throws {
    try TestFiles.withFolder { folder in
      try writeInputs(in: folder)
      _ = try run(folder, Self.train + ["files", "--model", "pv-dm", "-o", "m"])
      let words = try run(folder, ["convert", "m", "w.vec"])
      #expect(words.exitCode == 0, "\(words.errors)")
      let converted = try run(folder, ["convert", "--documents", "m", "d.vec"])
      #expect(converted.exitCode == 0, "\(converted.errors)")
      #expect(TestFiles.read(folder + "/d.vec")?.hasPrefix("12 8\nfiles/0.txt ") == true)
      let near = try run(folder, ["nearest", "files/0.txt", "-v", "d.vec", "-k", "1"])
      let same = try run(
        folder, ["nearest-documents", "m", "--document", "files/0.txt", "-k", "1"])
      #expect(near.output == same.output && !near.output.isEmpty, "\(near.errors)")
    }
  }

  @Test func `training goes on from a checkpoint to the same bytes`() throws {
    try TestFiles.withFolder { folder in
      try writeInputs(in: folder)
      let train = Self.train + ["t.tsv", "--model", "pv-dbow"]
      #expect(try run(folder, train + ["-o", "a", "--threads", "1"]).exitCode == 0)
      let kept = try run(
        folder, train + ["-o", "b", "--checkpoint", "c", "--checkpoint-every", "0.000001"])
      #expect(kept.exitCode == 0, "\(kept.errors)")
      #expect(try run(folder, train + ["-o", "d", "--resume", "c"]).exitCode == 0)
      let bytes = ["a", "b", "d"].map { TestFiles.readBytes(folder + "/" + $0) }
      #expect(bytes[0] != nil && bytes[0] == bytes[1] && bytes[0] == bytes[2])
      let other = try run(folder, train + ["-o", "e", "--resume", "c", "--dim", "9"])
      #expect(other.exitCode == 65)
    }
  }

  @Test(arguments: [
    (["train-embeddings", "t", "--model", "pv-dbow"], "no -o"),
    (["train-embeddings", "--model", "pv-dm", "-o", "m"], "no text was given"),
    (["train-embeddings", "t", "--documents", "lines"], "--model pv-dbow or pv-dm"),
    (["train-embeddings", "t", "--model", "pv-dbow", "-o", "m", "--window", "3"], "--dbow-words"),
    (["train-embeddings", "t", "--model", "pv-dm", "-o", "m", "--dbow-words"], "--model pv-dbow"),
    (
      ["train-embeddings", "t", "--model", "pv-dm", "-o", "m", "--phrases", "2"], "--model skipgram"
    ),
    (["document-vector", "m"], "expected texts, '-', or --document NAME"),
    (["document-vector", "m", "a", "--document", "1"], "texts and --document were given"),
    (["nearest-documents", "m", "--document", "1", "--epochs", "3"], "texts, not to --document"),
    (["nearest-documents", "m", "a", "--style", "fasttext"], "no style"),
  ])
  func `what does not belong together is refused`(arguments: [String], part: String) throws {
    try TestFiles.withFolder { folder in
      let refused = try run(folder, arguments)
      #expect(refused.exitCode == 64 && refused.errors.contains(part), "\(refused.errors)")
      #expect(refused.errors.split(separator: "\n").count == 1 && refused.output.isEmpty)
    }
  }
}

import Libc
import TestSupport
import Testing

/// What `info` says of files that stand beside texts and vectors, and of folders.
@Suite struct FileListTests {
  /// Files as they are published or written by hand.
  @Test(arguments: [
    (
      "catalogue.json",
      """
      {"version": 1, "corpora": [{"name": "mine", "description": "mine", "licence": "MIT",
        "page": "https://example.org", "source": "none", "example": "wordtool vocab FOLDER/a.txt",
        "files": [{"name": "a.txt", "address": "https://example.org/a.txt", "bytes": 3}]}]}
      """, "a catalogue of corpora", ["corpus get --catalogue", "mine", "MIT"]
    ),
    (
      "weat.txt",
      "# flowers\nFlowers: rose, tulip\nInsects: wasp, ant\nPleasant: joy, love\nBad: war, pain\n",
      "lists of words for tests of association", ["evaluate weat", "Flowers, Insects"]
    ),
    ("stop.txt", "the\na\nof\n", "a list of words", ["the, a, of", "tokenize --stop-words"]),
    ("dictionary.txt", "cat gato\ndog perro\nsun sol\n", "pairs of words", ["align --pairs"]),
    (
      "column.tsv", "word\tkind\ncat\tnoun\nsit\tverb\ndog\tnoun\n",
      "a column of values for words", ["explore --column", "kind", "distinct values  2"]
    ),
    ("names.json", "[\"the\",\"cat\"]\n", "a list of names in JSON", ["the, cat"]),
    (
      "sums", String(repeating: "0123456789abcdef", count: 4) + "  https://example.org/a.txt\n",
      "SHA-256 digests", ["files"]
    ),
    (
      "map.tsv", "word\tx\ty\tgroup\ncat\t0.1\t0.2\t1\n", "a table that wordtool wrote",
      ["word, x, y, group"]
    ),
    ("any.json", "{\n  \"a\": 1,\n  \"b\": [2]\n}\n", "a document in JSON", ["a, b"]),
    ("poem.txt", "Tyger Tyger,\nburning bright,\nIn the\n", "a text", ["lines"]),
    ("twice.txt", "the\ncat\nthe\ndog\n", "a text", ["lines"]),
  ])
  func listsAreNamed(
    _ name: String, _ content: String, _ noun: String, _ parts: [String]
  ) throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(content, to: folder + "/" + name)
      try describe(folder + "/" + name, noun, parts, in: folder)
    }
  }

  @Test func theCatalogueThatShipsIsOne() throws {
    try TestFiles.withFolder { folder in
      let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
      try describe(
        root + "/corpora/catalogue.json", "a catalogue of corpora", ["tiny-shakespeare"],
        in: folder)
    }
  }

  /// Every output of every command is known to `info`, and told what it is.
  @Test func everyOutputIsDescribed() throws {
    var count = 0
    try WritingCommands.forEach { command, tool, folder in
      let path = folder + "/out" + command.suffix
      let run = try tool.start(command.arguments(writing: path), workingFolder: folder).wait()
      try #require(run.exitCode == 0, "\(command): \(run.errors)")
      let info = try tool.run("info", path)
      #expect(info.exitCode == 0, "\(command): \(info.errors)")
      let isText =
        command.arguments.starts(with: ["corpus", "make"])
        || command.arguments.first == "phrases" && command.arguments.contains("-o")
          && !command.arguments.contains("--save")
      if !isText {
        #expect(!info.output.contains("  a text\n"), "\(command): \(info.output)")
      }
      count += 1
    }
    #expect(count > 60)
  }

  @Test func foldersAreDescribedByWhatIsInThem() throws {
    try TestFiles.withFolder { folder in
      for name in ["notes", "empty", "digits", "digits/one", "digits/two"] {
        try #require(mkdir(folder + "/" + name, 0o755) == 0)
      }
      try TestFiles.write("It rains.\n", to: folder + "/notes/a.txt")
      try TestFiles.write("It snows.\n", to: folder + "/notes/b.md")
      try TestFiles.write("%PDF-1.4\n\u{1}", to: folder + "/notes/c.pdf")
      for name in ["one/a", "one/b", "two/a"] {
        try TestFiles.write("P2\n2 2\n255\n0 1 2 3\n", to: folder + "/digits/\(name).pgm")
      }
      try describe(
        folder + "/notes", "a folder of texts",
        ["texts          2", "bytes of text  20", "a PDF document", "train-embeddings"], in: folder)
      try describe(
        folder + "/digits/", "a folder of images",
        ["images to train  3", "one, two", "image train"], in: folder)
      let run = try Tool(folder: folder).run("info", folder + "/empty")
      #expect(run.exitCode == 66 && run.errors.contains("a folder"), "\(run.errors)")
    }
  }

  /// A graph that is cut anywhere is refused in one line, or described as far as its fields go.
  @Test func aDamagedGraphIsRefused() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try TestFiles.write(Samples.text(lines: 30), to: folder + "/text")
      for arguments in [
        [
          "train-lm", "text", "--embedding", "4", "--hidden", "4", "--epochs", "1", "-q", "-o",
          "lm",
        ],
        ["export-onnx", "lm", "-o", "lm.onnx"],
      ] {
        let run = try tool.start(arguments, workingFolder: folder).wait()
        try #require(run.exitCode == 0, "\(run.errors)")
      }
      try describe(
        folder + "/lm.onnx", "an ONNX graph",
        ["operator set  14", "LSTM", "logits [T, B, ", "written by    wordtool"], in: folder)
      let bytes = try #require(TestFiles.readBytes(folder + "/lm.onnx"))
      for length in stride(from: 40, to: bytes.count, by: max(1, bytes.count / 20)) {
        try TestFiles.write(Array(bytes.prefix(length)), to: folder + "/cut.onnx")
        let run = try tool.run("info", folder + "/cut.onnx")
        #expect(run.exitCode == 0 || run.exitCode == 65, "\(length): \(run.errors)")
        #expect(run.errors.split(separator: "\n").count <= 1, "\(length): \(run.errors)")
      }
    }
  }

  @Test func aSparseMatrixOfSciPysIsTold() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try TestFiles.write("a b c\na d\n", to: folder + "/text")
      let run = try tool.run("encode", "bag-of-words", folder + "/text", "-o", folder + "/x.npz")
      try #require(run.exitCode == 0, "\(run.errors)")
      try describe(
        folder + "/x.npz", "a sparse matrix of SciPy's", ["csr", "2 x ", "other programs"],
        in: folder)
    }
  }

  private func describe(
    _ path: String, _ noun: String, _ parts: [String], in folder: String
  ) throws {
    let run = try Tool(folder: folder).run("info", path)
    #expect(run.exitCode == 0, "\(path): \(run.errors)")
    for part in ["  \(noun)\n"] + parts {
      #expect(run.output.contains(part), "\(path): no '\(part)' in \(run.output)")
    }
    let json = try JSONValue.document(try Tool(folder: folder).run("info", path, "--json").output)
    #expect(json["file"]["description"] == .text(noun), "\(path)")
  }
}

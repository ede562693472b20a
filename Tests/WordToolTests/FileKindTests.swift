import TestSupport
import Testing

/// What `info` says of files, and every command of a file that is not for it.
@Suite struct FileKindTests {
  /// One small file of each kind, made by the tool itself or by hand, with a part of what is told.
  private func files(in folder: String) throws -> [(path: String, part: String)] {
    let tool = Tool(folder: folder)
    func path(_ name: String) -> String { folder + "/" + name }
    func make(_ arguments: String...) throws {
      let run = try tool.start(arguments, workingFolder: folder).wait()
      try #require(run.exitCode == 0, "\(arguments): \(run.errors)")
    }
    try TestFiles.write(
      String(repeating: "the king likes good films and bad films\n", count: 40), to: path("text"))
    try TestFiles.write(Samples.vectors, to: path("v.txt"))
    try TestFiles.write(
      "text\tlabel\n" + String(repeating: "a good film\tpos\na bad film\tneg\n", count: 5),
      to: path("train.tsv"))
    try TestFiles.write(
      String(repeating: "the\tD\nplay\tN\n\nthey\tP\nplay\tV\n\n", count: 5), to: path("tags"))
    let rows = (0..<20).map { row in
      (0..<64).map { "\(($0 * 7 + row * 13 + $0 * row) % 16)" }.joined(separator: ",")
        + ",\(row % 2)\n"
    }
    try TestFiles.write(rows.joined(), to: path("set.tra"))
    try TestFiles.write("P2\n2 2\n255\n0 1 2 3\n", to: path("i.pgm"))
    try TestFiles.write("X:1\nT:Up\nL:1/8\nK:C\nCDEF GABc|\n", to: path("t.abc"))
    try TestFiles.write(": capital\nking queen man woman\n", to: path("questions"))
    try TestFiles.write("king queen 3\nman woman 2.5\n", to: path("pairs"))
    try TestFiles.write("0 1/9 0\n1 -4 1\n0 1 0\n", to: path("k"))
    let net = ["--hidden", "4", "--epochs", "1", "-q"]
    try make("vocab", "text", "-o", "voc")
    try make("bpe", "train", "text", "--vocab-size", "280", "-o", "bpe.json")
    try make("train-lm", "text", "--model", "ngram", "-q", "-o", "ng.arpa")
    try make("convert", "ng.arpa", "ng.safetensors")
    let recurrent = ["train-lm", "text", "--embedding", "4", "-o", "lm", "--checkpoint", "lm.ck"]
    for arguments in [
      recurrent + net, ["train-tagger", "tags", "-o", "tagger"] + net,
      [
        "image", "train", "set.tra", "--model", "flatten, fc classes", "--epochs", "1", "-q", "-o",
        "net", "--checkpoint", "net.ck",
      ],
      ["train-embeddings", "text", "--dim", "4", "--epochs", "1", "-q", "-o", "v.safetensors"],
      [
        "train-embeddings", "text", "--model", "pv-dbow", "--dim", "4", "--epochs", "1", "-q", "-o",
        "docs",
      ],
      ["train-classifier", "train.tsv", "-q", "-o", "cls"],
      ["train-classifier", "train.tsv", "--model", "fasttext", "--dim", "4", "-q", "-o", "ft.bin"],
      ["encode", "bag-of-words", "text", "--save", "bag", "-o", "b.mtx"],
      ["encode", "one-hot", "text", "--save", "hot", "-o", "h.npz"],
      ["encode", "tf-idf", "text", "--save-weights", "idf", "-o", "t.npy"],
      ["image", "whiten", "set.tra", "--save", "zca", "-o", "w.png"],
      ["abc", "midi", "t.abc", "-o", "t.mid"], ["export-onnx", "lm", "-o", "lm.onnx"],
    ] {
      let run = try tool.start(arguments, workingFolder: folder).wait()
      try #require(run.exitCode == 0, "\(arguments): \(run.errors)")
    }
    return [
      ("v.txt", "word2vec-text"), ("v.safetensors", "words by Unicode Annex 29"),
      ("docs", "a model of documents"), ("voc", "a vocabulary"),
      ("bpe.json", "a byte-pair encoding"),
      ("ng.arpa", "an n-gram model in ARPA format"), ("lm", "a neural language model"),
      ("ng.safetensors", "an n-gram model as safetensors"),
      ("lm.ck", "a checkpoint of train-lm"), ("tagger", "a tagger of words"),
      ("cls", "a classifier of texts"), ("ft.bin", "in fastText's own format"),
      ("net", "an image model"),
      ("net.ck", "a checkpoint of image train"), ("bag", "a bag-of-words encoder"),
      ("hot", "a one-hot encoder"), ("idf", "tf-idf weights"), ("zca", "a whitening of images"),
      ("b.mtx", "a sparse matrix in Matrix Market format"), ("h.npz", "a sparse matrix of SciPy's"),
      ("t.npy", "a NumPy array"), ("t.mid", "a MIDI file"), ("lm.onnx", "an ONNX graph"),
      ("w.png", "an image"), ("i.pgm", "2 x 2 x 1"), ("t.abc", "tunes in ABC notation"),
      ("questions", "analogy questions"), ("pairs", "pairs of words with scores"),
      ("k", "an image kernel"), ("set.tra", "images in optdigits format"),
      ("tags", "tagged words"), ("train.tsv", "labelled text"), ("text", "a text"),
    ].map { (path($0), $1) }
  }

  @Test func everyKindOfFileIsDescribedInWords() throws {
    try TestFiles.withFolder { folder in
      for (path, part) in try files(in: folder) {
        let run = try Tool(folder: folder).run("info", path)
        #expect(
          run.exitCode == 0 && run.output.contains(part), "\(path): \(run.output)\(run.errors)")
        // Options are words here and JSON for programs.
        #expect(!run.output.contains("{\""), "\(path): \(run.output)")
        let answer = try Tool(folder: folder).run("info", path, "--json").output
        let json = try JSONValue.document(answer)
        #expect(json["file"]["kind"] != .null || json["vectors"]["format"] != .null, "\(path)")
      }
    }
  }

  @Test func aFileThatIsNotForTheCommandIsNamed() throws {
    try TestFiles.withFolder { folder in
      let files = try files(in: folder)
      let text = folder + "/text"
      /// What each command takes, by the ends of names.
      let commands: [(arguments: [String], takes: Set<String>)] = [
        (["bpe", "encode", text, "-m"], ["bpe.json"]),
        (["encode", "bag-of-words", text, "--load"], ["bag"]),
        (["encode", "tf-idf", text, "--load-weights"], ["idf"]),
        (["encode", "one-hot", text, "--load"], ["hot"]),
        (["image", "whiten", folder + "/set.tra", "-o", folder + "/x.png", "--load"], ["zca"]),
        (["document-vector", "--document", "1"], ["docs"]),
        (["generate"], ["lm", "ng.arpa", "ng.safetensors"]),
        (["classify"], ["cls", "ft.bin"]), (["tag"], ["tagger"]),
        (
          ["export-onnx", "-o", folder + "/x.onnx"],
          ["lm", "cls", "tagger", "ng.arpa", "ng.safetensors", "ft.bin"]
        ),
        (
          ["nearest", "king", "-v"],
          ["v.txt", "v.safetensors", "t.npy", "h.npz", "w.safetensors", "ft.bin"]
        ),
        (["train-lm", text, "-o", folder + "/x", "-q", "--resume"], ["lm.ck"]),
        (["evaluate", "analogies"], ["questions"]),
        (
          ["image", "filter", folder + "/i.pgm", "-o", folder + "/x.png", "--kernel"],
          // A row of numbers is a kernel as well.
          ["k", "set.tra"]
        ),
      ]
      var count = 0
      for (arguments, takes) in commands {
        for (path, _) in files {
          let name = String(path.split(separator: "/").last ?? "")
          if takes.contains(name) || ["text", "i.pgm"].contains(name) { continue }
          let run = try Tool(folder: folder).start(arguments + [path]).wait()
          #expect(run.exitCode == 65, "\(arguments) \(name): \(run.errors)")
          let told = ["it is for '", "no command of wordtool"].contains(where: run.errors.contains)
          #expect(told, "\(arguments) \(name): \(run.errors)")
          #expect(run.errors.split(separator: "\n").count == 1)
          count += 1
        }
      }
      #expect(count > 200)
      // Arrays hold images as well as words.
      let images = try Tool(folder: folder).run(
        "image", "train", folder + "/h.npz", "-o", folder + "/x")
      #expect(images.exitCode == 65 && images.errors.contains("write its images in IDX format"))
      // Text is expected, and something else is there.
      let run = try Tool(folder: folder).run("vocab", folder + "/cls")
      #expect(run.exitCode == 65 && run.errors.contains("a classifier of texts, expected text"))
    }
  }

  /// Its words would be learnt like any other.
  @Test func whatIsNoTextIsRefusedByEveryCommandThatReadsText() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      func write(_ text: String, _ name: String) throws {
        try TestFiles.write(text, to: folder + "/" + name)
      }
      func run(_ arguments: [String]) throws -> (code: Int32?, errors: String) {
        let run = try tool.start(arguments, workingFolder: folder).wait()
        return (run.exitCode, run.errors)
      }
      try write(String(repeating: "the king likes good films\n", count: 20), "text")
      try write("text\tlabel\na good film\tpos\na bad film\tneg\n", "train.tsv")
      try write("the\tD\nplay\tN\n\nthey\tP\nplay\tV\n", "tags")
      try write("P2\n2 1\n255\n0 1\n", "i.pgm")
      try write("king 0.5 1\nqueen 1 0.5\n", "v.glove")
      let train = ["train-embeddings", "text", "--dim", "4", "--epochs", "1", "-q", "-o", "v.vec"]
      for arguments in [
        ["vocab", "text", "-o", "voc"], train + ["--metrics", "log.jsonl", "--min-count", "1"],
        ["bpe", "train", "text", "--vocab-size", "280", "-o", "bpe.json"],
        ["train-lm", "text", "--model", "ngram", "-q", "-o", "ng.arpa"],
        ["train-classifier", "train.tsv", "-q", "-o", "cls", "--min-count", "1"],
        ["train-tagger", "tags", "--hidden", "4", "--epochs", "1", "-q", "-o", "tagger"],
      ] {
        let made = try run(arguments)
        try #require(made.code == 0, "\(arguments): \(made.errors)")
      }
      try write(try tool.run("nearest", "king", "-v", folder + "/v.vec", "--json").output, "near")
      for (name, noun) in [
        ("voc", "a vocabulary: words with their counts"), ("v.vec", "word vectors"),
        ("v.glove", "word vectors"), ("bpe.json", "a byte-pair encoding (tokenizer.json)"),
        ("ng.arpa", "an n-gram model in ARPA format"), ("cls", "a classifier of texts"),
        ("log.jsonl", "metrics of a training"), ("near", "an answer of wordtool in JSON"),
        ("i.pgm", "an image"),
      ] {
        let (code, errors) = try run(["vocab", name])
        #expect(
          code == 65 && errors.hasPrefix("wordtool: error: \(name): \(noun), expected text; "),
          "\(name): \(errors)")
      }
      for arguments in [
        ["train-embeddings", "-o", "x"], ["train-lm", "-o", "x"],
        ["train-lm", "--model", "ngram", "-o", "x"], ["train-classifier", "-o", "x"],
        ["train-tagger", "-o", "x"], ["vocab"], ["tokenize"], ["encode", "one-hot"],
        ["encode", "bag-of-words"], ["encode", "tf-idf"],
        ["encode", "hashing"], ["encode", "window"], ["bpe", "train", "-o", "x"],
        ["bpe", "encode", "-m", "bpe.json"], ["perplexity", "ng.arpa"], ["classify", "cls"],
        ["tag", "tagger"], ["gradient-flow"], ["evaluate", "classification", "cls"],
        ["evaluate", "tagging", "tagger"],
        ["train-lm", "text", "--model", "ngram", "-o", "x", "--test"],
        ["train-lm", "text", "-o", "x", "--valid"],
      ] {
        let (code, errors) = try run(arguments + ["voc"])
        #expect(
          code == 65 && errors.contains("voc: a vocabulary: words with their counts, expected te"),
          "\(arguments): \(errors)")
        #expect(errors.split(separator: "\n").count == 1 && TestFiles.read(folder + "/x") == nil)
      }
      // Text all the same, on standard input.
      #expect(try tool.run("vocab", "-", input: "the 3\na 2\nof 1\n").exitCode == 0)
    }
  }

  @Test func tokenizersThatBPEDoesNotTakeAreTokenizers() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try TestFiles.write(
        """
        {"version": "1.0", "truncation": {"max_length": 512, "strategy": "LongestFirst"},
          "added_tokens": [{"id": 0, "content": "[UNK]", "special": true}],
          "normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "Whitespace"},
          "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": {"[UNK]": 0, "play": 1, "##ing": 2}}}
        """, to: folder + "/tokenizer.json")
      let run = try tool.run("info", folder + "/tokenizer.json")
      #expect(run.exitCode == 0, "\(run.errors)")
      for part in ["a tokenizer (tokenizer.json)", "WordPiece", "[UNK]", "to 512 tokens"] {
        #expect(run.output.contains(part), "\(run.output)")
      }
      let refused = try tool.run("bpe", "encode", "-m", folder + "/tokenizer.json", "playing")
      #expect(
        refused.exitCode == 65 && refused.errors.contains("a normalizer"), "\(refused.errors)")
    }
  }

  @Test func theFirstLineOfProseMayEndInANumber() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write("Chapter 1\nIt was a dark night.\n", to: folder + "/text")
      let run = try Tool(folder: folder).run("info", folder + "/text")
      #expect(run.exitCode == 0 && run.output.contains("a text"), "\(run.errors)")
    }
  }

  /// Files as they are published, of which `info` once said "a text".
  @Test(arguments: [
    ("digits.csv", "# digits\n" + digits + digits, "images in optdigits format", "images"),
    (
      "labels.txt", "Sci\tnew stars\nBiz\tstocks fall\nSci\ta new probe\n", "labelled text",
      "label 1, text 2"
    ),
    (
      "end.txt", "new stars\tSci\nstocks fall\tBiz\na new probe\tSci\n", "labelled text",
      "label 2, text 1"
    ),
    (
      "quoted.csv", "\"3\",\"Wall, St.\"\n\"4\",\"a, b\"\n\"3\",\"oil, up\"\n", "labelled text",
      "3, 4"
    ),
    ("rows.jsonl", row("pos") + row("neg") + row("pos"), "labelled text", "train-classifier"),
    ("last.txt", "good film __label__pos\nbad film __label__neg\n", "labelled text", "neg"),
    ("remark.txt", "# films\nno label\n__label__a good\n__label__b bad\n", "labelled text", "a, b"),
    ("eng.train", "-DOCSTART- -X- O O\n\n" + entity + entity, "tagged words", "sentences"),
    ("en.conllu", "# sent_id = 1\n" + universal + universal, "tagged words", "PRON, VERB"),
    (
      "questions", "king queen man woman\ngood better bad worse\na b c d\ne f g h\n",
      "analogy questions", "evaluate analogies"
    ),
    (
      "simlex.txt",
      "word1\tword2\tPOS\tSimLex999\nold\tnew\tA\t1.58\nsmart\tbright\tA\t9.2\nhard\teasy\tA\t1\n",
      "pairs of words with scores", "evaluate similarity"
    ),
    ("table.csv", "a,b,c\n1,2,3\n4,5,6\n7,8,9.5\n", "a table of numbers", "columns"),
    ("prose.txt", "He said, at once: no.\nThen, at last, he went.\n", "a text", "lines"),
    (
      "one.jsonl",
      "{\"text\": \"good\", \"label\": \"a\"}\n{\"text\": \"bad\", \"label\": \"b\"}\n",
      "labelled text", "a, b"
    ),
    ("sorted.tsv", String(repeating: "neg\ta bad film\n", count: 6000), "labelled text", "label 1"),
    ("distinct.tsv", (0..<40).map { "row \($0 % 30)\tsome text\n" }.joined(), "a text", "lines"),
    ("pairs.tsv", "cat\tgato\ndog\tperro\nhouse\tcasa\n", "pairs of words", "align --pairs"),
  ])
  func publishedFilesAreNamed(
    _ name: String, _ content: String, _ noun: String, _ part: String
  ) throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(content, to: folder + "/" + name)
      let run = try Tool(folder: folder).run("info", folder + "/" + name)
      #expect(run.exitCode == 0 && run.output.contains("  \(noun)\n"), "\(run.output)\(run.errors)")
      #expect(run.output.contains(part), "\(run.output)")
    }
  }

  private static let digits = String(repeating: "0,16,", count: 32) + "7\n"
  private static let entity = "EU NNP B-NP B-ORG\nrejects VBZ B-VP O\ncalls NNS B-NP O\n. . O O\n\n"
  private static let universal =
    "1\tThey\tthey\tPRON\tPRP\t_\t2\tnsubj\t_\t_\n2\tbuy\tbuy\tVERB\tVBP\t_\t0\troot\t_\t_\n\n"
  private static func row(_ label: String) -> String {
    "{\"text\": \"a film\", \"label\": \"\(label)\"}\n"
  }

  @Test func aFirstWordLongerThanWhatIsLookedAtMakesNoVocabulary() throws {
    try TestFiles.withFolder { folder in
      let one: [UInt8] = [0, 0, 0x80, 0x3F]
      let word = [UInt8](repeating: UInt8(ascii: "w"), count: 70_000)
      try TestFiles.write(
        Array("2 2\n".utf8) + word + [0x20] + one + one + [0x0A] + Array("the ".utf8) + one + one
          + [0x0A], to: folder + "/v.bin")
      let run = try Tool(folder: folder).run("info", folder + "/v.bin")
      #expect(run.output.contains("word2vec-binary"), "\(run.output)\(run.errors)")
    }
  }

  /// A damaged file keeps the words of its reader.
  @Test func aDamagedFileOfTheRightKindIsToldWhereItIsDamaged() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write("king 3\nqueen x\n", to: folder + "/voc")
      try TestFiles.write("king 3\nqueen 2\n", to: folder + "/text")
      let run = try Tool(folder: folder).run(
        "train-embeddings", folder + "/text", "-o", folder + "/v.vec", "--vocab", folder + "/voc")
      #expect(run.exitCode == 65 && run.errors.contains("voc:2"), "\(run.errors)")
    }
  }
}

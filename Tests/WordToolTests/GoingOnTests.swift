import TestSupport
import Testing

/// `train-embeddings` with --init, --update and --freeze.
@Suite struct GoingOnTests {
  private static let old = String(
    repeating: "the king and the queen saw the kings and queens\nthe cat saw a dog in town\n",
    count: 30)
  private static let new = String(
    repeating: "the king met a bishop\nthe bishop saw a cat\n", count: 30)
  private static let train = [
    "--dim", "8", "--epochs", "2", "--min-count", "1", "--sample", "0", "-q",
  ]

  private func run(_ folder: String, _ arguments: [String]) throws -> Subprocess.Result {
    try Tool(folder: folder).start(arguments, workingFolder: folder).wait()
  }

  private func vector(_ folder: String, _ file: String, _ word: String) throws -> String {
    try run(folder, ["vector", word, "-v", file]).output
  }

  private func values(_ folder: String, _ file: String, _ word: String) throws -> [Double] {
    try vector(folder, file, word).split { $0 == "\t" || $0 == "\n" }.dropFirst().compactMap {
      Double($0)
    }
  }

  @Test func `training goes on with new text, its words and the old ones`() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(Self.old, to: folder + "/old")
      try TestFiles.write(Self.new, to: folder + "/new")
      try TestFiles.write("king\nqueen\nnobody\n", to: folder + "/frozen")
      let first = try run(
        folder,
        ["train-embeddings", "old", "-o", "a.safetensors", "--save-context", "c.vec"] + Self.train)
      #expect(first.exitCode == 0, "\(first.errors)")
      let update = ["train-embeddings", "new", "--update", "a.safetensors"] + Self.train
      let second = try run(
        folder,
        update + ["-o", "b.safetensors", "--update-context", "c.vec", "--save-vocab", "voc.txt"])
      #expect(second.exitCode == 0, "\(second.errors)")
      #expect(second.errors.contains("2 words are new beside 12 of a.safetensors"))
      let counts = TestFiles.read(folder + "/voc.txt") ?? ""
      #expect(counts.contains("the 180\n") && counts.contains("bishop 60\n"))
      // A word that the new text does not have begins and stays as it was: it is noise at most.
      #expect(
        try vector(folder, "a.safetensors", "queens") == vector(folder, "b.safetensors", "queens"))
      #expect(
        try vector(folder, "a.safetensors", "king") != vector(folder, "b.safetensors", "king"))
      let frozen = try run(folder, update + ["-o", "f.safetensors", "--freeze", "frozen"])
      #expect(frozen.exitCode == 0 && frozen.errors.contains("2 of 14 words stay as they are"))
      #expect(frozen.errors.contains("for 1 word of --freeze"))
      #expect(
        try vector(folder, "a.safetensors", "king") == vector(folder, "f.safetensors", "king"))
      #expect(
        try vector(folder, "a.safetensors", "cat") != vector(folder, "f.safetensors", "cat"))
      let other = try run(folder, update + ["-o", "o.safetensors", "--tokenizer", "whitespace"])
      #expect(other.exitCode == 65 && other.errors.contains("another rule"))
    }
  }

  @Test func `words of a model with n-grams go on with their n-grams`() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(Self.old, to: folder + "/old")
      try TestFiles.write(Self.new, to: folder + "/new")
      let grams = ["--subwords", "3-4", "--buckets", "50"]
      #expect(
        try run(folder, ["train-embeddings", "old", "-o", "a.bin"] + grams + Self.train).exitCode
          == 0)
      let going = ["train-embeddings", "new", "-o", "b.bin", "--init", "a.bin"] + Self.train
      #expect(try run(folder, going + grams).exitCode == 0)
      let frozen = try run(
        folder,
        ["train-embeddings", "new", "-o", "f.bin", "--update", "a.bin", "--freeze", "all"] + grams
          + Self.train)
      #expect(frozen.exitCode == 0, "\(frozen.errors)")
      #expect(frozen.errors.contains("12 of 14 words stay as they are"), "\(frozen.errors)")
      for word in ["king", "kingdom"] {
        let (old, kept) = try (
          values(folder, "a.bin", word), values(folder, "f.bin", word)
        )
        // A word's own row is stored as what makes its vector: rounded.
        #expect(zip(old, kept).allSatisfy { abs($0 - $1) < 1e-5 }, "\(word)")
        #expect(try vector(folder, "b.bin", word) != vector(folder, "a.bin", word))
      }
      #expect(
        try run(folder, ["train-embeddings", "old", "-o", "w.vec"] + Self.train).exitCode == 0)
      let random = try run(
        folder,
        ["train-embeddings", "new", "-o", "r.bin", "--init", "w.vec", "--freeze", "all"]
          + grams + Self.train)
      #expect(random.exitCode != 0, "\(random.errors)")
      let fewer = try run(folder, going + ["--subwords", "3-4", "--buckets", "49"])
      #expect(fewer.exitCode == 65 && fewer.errors.contains("50 rows"), "\(fewer.errors)")
      let without = try run(folder, ["train-embeddings", "new", "--update", "a.bin"] + Self.train)
      #expect(without.exitCode == 65 && without.errors.contains("--subwords"))
    }
  }
}

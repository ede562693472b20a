import TestSupport
import Testing

/// `phrases`, and phrases in `train-embeddings` and in questions.
@Suite struct PhraseCommandTests {
  /// New York and the bank stand together 30 times; words that occur once part them from the rest.
  private static let text = (0..<30).map {
    "New York x\($0) lies!\n\nlies u\($0), bank of America\n"
  }.joined()

  private func run(
    _ folder: String, _ arguments: String..., input: String = ""
  ) throws -> Subprocess.Result {
    try TestFiles.write(Self.text, to: folder + "/text")
    return try Tool(folder: folder).start(arguments, input: input, workingFolder: folder).wait()
  }

  @Test func `the text is written line by line with joined phrases`() throws {
    try TestFiles.withFolder { folder in
      let run = try run(folder, "phrases", "text", "--threshold", "3", "--connectors", "english")
      #expect(run.exitCode == 0, "\(run.errors)")
      let expected = (0..<30).map {
        "new_york x\($0) lies\n\nlies u\($0) bank_of_america\n"
      }
      #expect(run.output == expected.joined())
      let piped = try self.run(
        folder, "phrases", "--threshold", "3", "--connectors", "english", input: Self.text)
      #expect(piped.output == run.output)
    }
  }

  @Test func `phrases are listed as lines and as JSON, and kept for other text`() throws {
    try TestFiles.withFolder { folder in
      let run = try run(
        folder, "phrases", "text", "--threshold", "3", "--list", "--json", "--save", "p.tsv", "-o",
        "out.txt")
      #expect(run.exitCode == 0, "\(run.errors)")
      let list = try JSONValue.document(run.output).elements
      let york = try #require(list.first { $0["phrase"] == .text("new_york") })
      #expect(york["count"] == .number(30) && york["pass"] == .number(1))
      // (30 - 5) / (30 * 30) * 270 words
      #expect(york["score"] == .number(7.5))
      let plain = try self.run(folder, "phrases", "text", "--threshold", "3", "--list")
      #expect(plain.output.split(separator: "\n").count == list.count)
      #expect(plain.output.contains("new_york\t7.5\t30\t1\n"))
      let other = try self.run(folder, "phrases", "-", "--load", "p.tsv", input: "In NEW YORK")
      #expect(other.output == "in new_york\n")
      let info = try self.run(folder, "info", "p.tsv")
      #expect(info.output.contains("phrases of words") && info.output.contains("phrases --load"))
      let both = try self.run(folder, "phrases", "text", "--load", "p.tsv", "--threshold", "3")
      #expect(both.exitCode == 64 && both.errors.contains("--load"))
      let wrong = try self.run(folder, "phrases", "text", "--load", "text")
      #expect(wrong.exitCode == 65 && wrong.errors.split(separator: "\n").count == 1)
    }
  }

  @Test func `vectors are trained for phrases and asked with their words`() throws {
    try TestFiles.withFolder { folder in
      let trained = try run(
        folder, "train-embeddings", "text", "--dim", "8", "--epochs", "2", "--min-count", "5",
        "--phrases", "1", "--phrase-threshold", "3", "--phrase-connectors", "english", "-q", "-o",
        "v.safetensors")
      #expect(trained.exitCode == 0, "\(trained.errors)")
      let nearest = try run(folder, "nearest", "New", "York", "-v", "v.safetensors")
      #expect(nearest.exitCode == 0 && nearest.output.contains("bank_of_america"))
      #expect(nearest.errors.contains("'New York' is taken as the phrase new_york"))
      #expect(nearest.errors.contains("'New + York' asks for each of the words"))
      let vector = try run(folder, "vector", "bank of america", "-v", "v.safetensors")
      let same = try run(folder, "vector", "bank_of_america", "-v", "v.safetensors")
      #expect(
        vector.output.split(separator: "\t").dropFirst()
          == same.output.split(separator: "\t").dropFirst())
      let similarity = try run(folder, "similarity", "new york", "lies", "-v", "v.safetensors")
      #expect(similarity.exitCode == 0 && similarity.errors.contains("the phrase new_york"))
      let again = try run(
        folder, "train-embeddings", "text", "--dim", "8", "--epochs", "2", "--min-count", "5",
        "--phrases", "1", "--phrase-threshold", "3", "--phrase-connectors", "english", "-q", "-o",
        "w.safetensors", "--threads", "1")
      #expect(again.exitCode == 0)
      let files = ["/v.safetensors", "/w.safetensors"].map { TestFiles.readBytes(folder + $0) }
      #expect(files[0] != nil && files[0] == files[1])
      let lone = try run(folder, "train-embeddings", "text", "--phrase-threshold", "3")
      #expect(lone.exitCode == 64 && lone.errors.contains("--phrases"))
    }
  }
}

import TestSupport
import Testing

/// What `train-embeddings` trains beside the models as they were published first.
@Suite struct ModelVariantTests {
  private static let train = [
    "train-embeddings", "text", "--dim", "8", "--epochs", "2", "--min-count", "1", "--sample", "0",
    "-q",
  ]

  private func run(_ folder: String, _ arguments: [String]) throws -> Subprocess.Result {
    try Tool(folder: folder).start(arguments, workingFolder: folder).wait()
  }

  @Test(arguments: [
    (["--model", "structured-skipgram"], "structured-skipgram"),
    (["--model", "cbow", "--position-weights"], "weighs positions"),
    (["--model", "cbow", "--position-weights", "--subwords", "3-4"], "weighs positions"),
  ])
  func `a variant gives other bytes, the same for any number of threads, and is told`(
    _ options: [String], _ told: String
  ) throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(
        String(
          repeating: "the king and the queen saw the kings and queens\nthe cat saw a dog in town\n",
          count: 300), to: folder + "/text")
      let variant = Self.train + options
      for (name, arguments) in [
        (
          "plain",
          variant.filter { $0 != "--position-weights" }.map {
            $0 == "structured-skipgram" ? "skipgram" : $0
          }
        ),
        ("one", variant + ["--threads", "1"]), ("two", variant + ["--threads", "2"]),
      ] {
        let run = try run(folder, arguments + ["-o", name + ".safetensors"])
        #expect(run.exitCode == 0, "\(run.errors)")
      }
      let files = ["plain", "one", "two"].map {
        TestFiles.readBytes("\(folder)/\($0).safetensors")
      }
      #expect(files[1] != nil && files[1] == files[2] && files[0] != files[1])
      let info = try run(folder, ["info", "one.safetensors"]).output
      #expect(info.contains(told), "\(info)")
      #expect(try !run(folder, ["info", "plain.safetensors"]).output.contains(told))
    }
  }

  @Test(arguments: [
    (["--model", "structured-skipgram", "--loss", "hs"], "--model structured-skipgram"),
    (["--model", "structured-skipgram", "--subwords", "3"], "--model skipgram or cbow"),
    (
      ["--model", "structured-skipgram", "--save-context", "c.vec"], "--model structured-skipgram"
    ),
    (["--position-weights"], "--model cbow"),
    (["--model", "glove", "--position-weights"], "--model cbow"),
    (["--model", "pv-dm", "-o", "m", "--position-weights"], "--model cbow"),
  ])
  func `what does not go together is told`(_ options: [String], _ part: String) throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write("a b a b\n", to: folder + "/text")
      let run = try run(folder, ["train-embeddings", "text"] + options)
      #expect(run.exitCode == 64 && run.errors.contains(part), "\(run.errors)")
      #expect(run.errors.split(separator: "\n").count == 1)
    }
  }
}

import TestSupport
import Testing

/// Training on little text from the command line.
@Suite struct SmallTextTests {
  @Test func withoutEpochsAShortTextIsPassedOverOftenEnough() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try TestFiles.write(Samples.text(lines: 100), to: folder + "/text")
      let run = try tool.run(
        "train-embeddings", folder + "/text", "-o", folder + "/v.bin", "--dim", "16", "--sample",
        "0", "--json", "--progress", "plain")
      #expect(run.exitCode == 0, "\(run.errors)")
      #expect(try JSONValue.document(run.output)["epochs"].number == 300)
      #expect(run.errors.contains("1,200 words are few, so they are passed over 300 times"))
      let said = try tool.run(
        "train-embeddings", folder + "/text", "-o", folder + "/v.bin", "--dim", "16", "--sample",
        "0", "--json", "-q", "--epochs", "3")
      #expect(try JSONValue.document(said.output)["epochs"].number == 3)
      let wrong = try tool.run("train-embeddings", folder + "/text", "--epochs", "many")
      #expect(wrong.exitCode == 64 && wrong.errors.contains("many"))
    }
  }

  @Test func vectorsThatHardlyMovedAreToldOf() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      // 120 words that all point nearly the same way.
      let same = (0..<120).map { "w\($0) 1 0.0\($0)" }.joined(separator: "\n")
      try TestFiles.write("120 2\n\(same)\n", to: folder + "/v.txt")
      for arguments in [["nearest", "w1", "-v"], ["info"]] {
        let run = try tool.start(arguments + [folder + "/v.txt"]).wait()
        #expect(run.exitCode == 0)
        #expect(run.errors.contains("v.txt: the vectors hardly moved"), "\(run.errors)")
      }
    }
  }
}

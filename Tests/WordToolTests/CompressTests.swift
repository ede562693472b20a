import TestSupport
import Testing

/// `wordtool compress`.
@Suite struct CompressTests {
  /// Compresses the sample vectors to `output`, and runs another command afterwards.
  private func run(
    _ arguments: String..., options: [String] = [], output: String = "out",
    and next: [String]? = nil
  ) throws -> (result: Subprocess.Result, next: Subprocess.Result?, isThere: Bool) {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      _ = try Samples.writeVectors(in: folder)
      try TestFiles.write(": a\nman king woman queen\n", to: folder + "/questions.txt")
      try TestFiles.write("king queen 8\nsweden norway 9\nman woman 1\n", to: folder + "/pairs.txt")
      let result = try tool.start(
        ["compress", "sample.txt", "-o", output] + arguments + options, workingFolder: folder
      ).wait()
      let next = try next.map { try tool.start($0, workingFolder: folder).wait() }
      return (result, next, TestFiles.readBytes(folder + "/" + output) != nil)
    }
  }

  @Test func vectorsBecomeBytesAndTheChangeIsTold() throws {
    let run = try run(
      "--int8", "--analogies", "questions.txt", "--pairs",
      "pairs.txt", and: ["nearest", "sweden", "-v", "out", "-k", "1"])
    #expect(run.result.exitCode == 0, "\(run.result.errors)")
    let lines = run.result.output.split(separator: "\n")
    func line(_ name: String) -> String {
      lines.first { $0.hasPrefix(name) }.map(String.init) ?? "none"
    }
    #expect(line("words").hasSuffix("11 to 11") && line("values").hasSuffix("3 to 3"))
    #expect(line("bytes of a vector").hasSuffix("12 to 7"))
    #expect(line("recall@10").contains("1.0000 of 11 words"))
    #expect(line("analogies").hasSuffix("100.00 to 100.00 (+0.00)"), "\(run.result.output)")
    #expect(line("Spearman").contains(" to "))
    #expect(run.next?.output.hasPrefix("norway\t0.9") == true)
  }

  @Test func codesAreAskedLikeOtherVectors() throws {
    let run = try run(
      "--pq", "2", "--most", "10", "--json",
      and: ["nearest", "king - man + woman", "-v", "out", "-k", "1", "--json"])
    let answer = run.result.output
    #expect(answer.contains(#""words":10"#) && answer.contains(#""vectorBytes":6"#), "\(answer)")
    #expect(answer.contains(#""wordsBefore":11"#) && answer.contains(#""recallQueries":10"#))
    #expect(!answer.contains("analogies") && !answer.contains("spearman"))
    let next = try #require(run.next)
    #expect(next.output.contains(#""word":"queen""#), "\(next.output)")
  }

  @Test func codesAreWrittenForFinalfusion() throws {
    let run = try run(
      "--pq", "3", "--no-rotation", output: "codes.fifu",
      and: ["nearest", "sweden", "-v", "codes.fifu", "-k", "1"])
    #expect(run.result.exitCode == 0, "\(run.result.errors)")
    #expect(run.next?.output.hasPrefix("norway\t0.9") == true, "\(run.next?.errors ?? "")")
  }

  @Test(arguments: [
    (["--pq", "2"], "2 parts of 3 values"), (["--int8"], "codes of --pq alone"),
    (["--float16"], "codes of --pq alone"),
  ])
  func whatFinalfusionCannotHoldIsRefused(_ options: [String], _ part: String) throws {
    let (run, _, isThere) = try run(options: options, output: "out.fifu")
    #expect(run.exitCode == 64 && run.errors.contains(part), "\(options): \(run.errors)")
    #expect(!isThere && run.output.isEmpty)
  }

  @Test(arguments: [
    ([], "nothing to do"), (["--int8", "--pq", "2"], "exclude each other"),
    (["--int8", "--no-rotation"], "belongs to --pq"), (["--pq", "4"], "--pq is 4"),
    (["--pca", "4"], "--pca is 4"), (["--all-but-the-top", "3"], "--all-but-the-top is 3"),
    (["--pq", "0"], "--pq"),
  ])
  func whatCannotBeDoneIsRefused(_ options: [String], _ part: String) throws {
    let (run, _, isThere) = try run(options: options)
    #expect(run.exitCode == 64 && run.errors.contains(part), "\(options): \(run.errors)")
    #expect(!isThere && run.output.isEmpty)
  }

  @Test func countsAreNeededForTheirMinimum() throws {
    let run = try run("--min-count", "2")
    #expect(run.result.exitCode == 65 && !run.isThere)
    #expect(run.result.errors.contains("use --most"), "\(run.result.errors)")
  }
}

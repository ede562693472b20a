import Libc
import TestSupport
import Testing

/// Two sets of vectors side by side, and evaluations of folders and against other vectors.
@Suite struct ModelPairTests {
  /// The sample vectors with their axes in another order and other names.
  private static let turned = """
    6 3
    suede 0 1 0
    norvege 0.198997 0.98 0
    roi 0.8 0 0.6
    reine 0.8 0 -0.6
    homme 0 0 1
    femme 0 0 -1

    """

  private func run(
    _ arguments: String..., files: [String: String] = [:]
  ) throws -> (result: Subprocess.Result, output: String?) {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      _ = try Samples.writeVectors(in: folder)
      try TestFiles.write(Self.turned, to: folder + "/turned.vec")
      try TestFiles.write(
        "sweden suede\nking roi\nman homme\nblorb x\n", to: folder + "/pairs.txt")
      for (name, text) in files { try TestFiles.write(text, to: folder + "/" + name) }
      let result = try tool.start(arguments, workingFolder: folder).wait()
      return (result, TestFiles.read(folder + "/out.vec"))
    }
  }

  @Test func vectorsAreTurnedIntoTheSpaceOfOthers() throws {
    let run = try run("align", "sample.txt", "turned.vec", "--pairs", "pairs.txt", "-o", "out.vec")
    #expect(run.result.exitCode == 0, "\(run.result.errors)")
    #expect(run.result.errors.contains("pairs.txt: 1 of 4 pairs left out"))
    #expect(run.result.errors.contains("aligned by 3 pairs"))
    let lines = (run.output ?? "").split(separator: "\n")
    #expect(lines.count == 12)
    let norway = lines[2].split(separator: " ").dropFirst().compactMap { Double($0) }
    let expected = [0.198997, 0.98, 0]
    #expect(norway.count == 3 && zip(norway, expected).allSatisfy { ($0 - $1).magnitude < 1e-5 })
  }

  @Test func wordsAreTranslated() throws {
    let run = try run(
      "align", "sample.txt", "turned.vec", "--pairs", "pairs.txt", "--translate", "queen",
      "--translate", "nothing", "-k", "1")
    #expect(run.result.output.hasPrefix("queen\treine\t"))
    #expect(run.result.output.hasSuffix("\t1.000000\n") && run.result.exitCode == 0)
    #expect(run.result.errors.contains("'nothing' is not in the vocabulary of sample.txt"))
    let test = try self.run(
      "align", "sample.txt", "turned.vec", "--pairs", "pairs.txt", "--test", "test.txt", "--json",
      files: ["test.txt": "queen reine\nwoman homme\n"])
    // woman is femme, and homme the last of six.
    #expect(
      test.result.output == #"{"precisionAt1":0.5,"precisionAt5":0.5,"words":2}"# + "\n",
      "\(test.result.output)")
  }

  @Test func whatCannotBeAlignedIsRefused() throws {
    #expect(try run("align", "sample.txt", "turned.vec").result.exitCode == 64)
    let none = try run("align", "sample.txt", "turned.vec", "-o", "out.vec").result
    #expect(none.exitCode == 65 && none.errors.contains("--pairs"), "\(none.errors)")
    let wide = try run(
      "align", "sample.txt", "wide.vec", "-o", "out.vec", files: ["wide.vec": "1 2\nking 1 0\n"])
    #expect(wide.result.exitCode == 64 && wide.output == nil)
    let few = try run(
      "align", "sample.txt", "sample.txt", "--pairs", "one.txt", "-o", "out.vec",
      files: ["one.txt": "king king\n"])
    #expect(few.result.errors.contains("1 pair say nothing about 2 of 3 directions"))
  }

  @Test func wordsThatMovedAreFound() throws {
    let moved = Samples.vectors.replacing("swede 0.5 0.5 0.707107", with: "swede -1 0.1 0")
    let run = try run(
      "compare", "sample.txt", "moved.vec", "-k", "1", "--neighbors", "2",
      files: ["moved.vec": moved])
    #expect(run.result.output.hasPrefix("swede\t"), "\(run.result.output)")
    #expect(run.result.output.split(separator: "\t").count == 5)
    #expect(run.result.errors.contains("11 words in both"))
    let words = try self.run(
      "compare", "sample.txt", "moved.vec", "king", "blorb", "--json", files: ["moved.vec": moved])
    #expect(try words.result.json().contains(#""shared":11"#))
    #expect(words.result.errors.contains("'blorb' is not among the 11 words"))
  }

  @Test func aFolderOfSetsIsOneTable() throws {
    let files = [
      "a.txt": "sweden norway 9\nking queen 8\nsweden cereal 1\n",
      "b.csv": "word1,word2,score\nman,woman,2\nsweden,denmark,8\nking,x,3\n",
    ]
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      let vectors = try Samples.writeVectors(in: folder)
      mkdir(folder + "/sets", 0o777)
      for (name, text) in files { try TestFiles.write(text, to: folder + "/sets/" + name) }
      try TestFiles.write("what this is", to: folder + "/sets/README.txt")
      let run = try tool.run("evaluate", "similarity", folder + "/sets", "-v", vectors)
      let rows = run.output.split(separator: "\n")
      #expect(rows.count == 2 && rows[0].hasPrefix("a\t") && rows[1].hasPrefix("b\t"))
      #expect(rows[1].hasSuffix("\t2\t1"))
      let json = try tool.run(
        "evaluate", "similarity", folder + "/sets", "-v", vectors, "--against", vectors,
        "--samples", "200", "--json")
      #expect(try json.json()["sets"].elements.count == 2)
      #expect(json.output.contains(#""name":"a""#) && json.output.contains(#""difference":0"#))
    }
  }

  @Test func analogiesAreComparedOnTheSameQuestions() throws {
    let run = try run(
      "evaluate", "analogies", "q.txt", "-v", "sample.txt", "--against", "sample.txt",
      "--samples", "200", files: ["q.txt": "king man queen woman\nking man queen none\n"])
    #expect(run.result.output.contains("against\t"), "\(run.result.output)")
    #expect(
      run.result.output.contains(
        "difference 0.00 (95 %: 0.00 to 0.00, p = 1) over 1 that both know"),
      "\(run.result.output)")
  }

  @Test func associationsAreTested() throws {
    let text = "north: sweden, norway\nrule: king, queen\na: denmark\nb: man\n"
    let run = try run("evaluate", "weat", "w.txt", "-v", "sample.txt", files: ["w.txt": text])
    #expect(run.result.output.hasPrefix("north, rule : a, b\t"), "\(run.result.output)")
    #expect(run.result.output.contains("\t6\t2/2 2/2 1/1 1/1\n"))
    let json = try self.run(
      "evaluate", "weat", "w.txt", "-v", "sample.txt", "--json", files: ["w.txt": text])
    #expect(json.result.output.contains(#""exact":true"#))
    #expect(try self.run("evaluate", "weat", "none.txt").result.exitCode == 66)
  }
}

import Libc
import TestSupport
import Testing

/// What README says to type, typed.
@Suite struct ReadmeTests {
  /// The indented lines under a heading, without their comments.
  private static func commands(under heading: String) -> [String] {
    let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
    let lines = (TestFiles.read(root + "/README.md") ?? "")
      .split(separator: "\n", omittingEmptySubsequences: false)
    return lines.drop { $0 != heading }.dropFirst().prefix { !$0.hasPrefix("## ") }
      .filter { $0.hasPrefix("    ") }
      .map { String(String($0.dropFirst(4)).prefix(while: { $0 != "#" })) }
  }

  /// The names that the lines speak of, with little in them.
  private func writeInputs(in folder: String, _ tool: Tool) throws {
    mkdir(folder + "/notes", 0o777)
    try TestFiles.write(Samples.text(lines: 300), to: folder + "/notes/one.txt")
    try TestFiles.write(
      Gzip.stored(Array(Samples.text(lines: 100).utf8)), to: folder + "/more.txt.gz")
    try TestFiles.write(
      ": capitals\nparis france berlin germany\nking man queen woman\n",
      to: folder + "/questions-words.txt")
    let vectors = try Samples.writeVectors(in: folder)
    let news = try tool.run(
      "convert", vectors, folder + "/GoogleNews-vectors-negative300.bin")
    try #require(news.exitCode == 0, "\(news.errors)")
  }

  @Test func theTenLinesRunInOrderAsTheyStand() throws {
    let commands = Self.commands(under: "## Ten lines")
    #expect(commands.count == 10)
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try writeInputs(in: folder, tool)
      var answers: [String: String] = [:]
      for command in commands {
        let run = try tool.start(
          [], workingFolder: folder, shell: "PATH=$(dirname \"$1\"):$PATH; \(command)"
        ).wait()
        #expect(run.exitCode == 0, "\(command): \(run.errors)")
        #expect(!run.errors.contains("not in the vocabulary"), "\(command): \(run.errors)")
        answers[command.split(separator: " ").prefix(3).joined(separator: " ")] = run.output
      }
      func first(_ command: String) -> Substring? {
        answers[command]?.split(separator: "\n").first?.prefix { $0 != "\t" }
      }
      #expect(first("wordtool nearest sweden") != nil)
      #expect(first("wordtool analogy king") == "queen")
      #expect(first("wordtool nearest 'paris") == "berlin")
      #expect(first("wordtool odd-one-out breakfast") == "sweden")
      let trained = answers["wordtool train-embeddings notes/"] ?? ""
      #expect(trained.contains("asked from now on"), "\(trained)")
      let info = answers["wordtool info"] ?? ""
      #expect(info.contains("notes-and-1-more.safetensors"), "\(info)")
      #expect(info.contains("what train-embeddings last made the default"), "\(info)")
    }
  }
}

import Libc
import Testing
import TestSupport

@Suite struct HelpTests {
  static let commands = [
    "", "train-embeddings", "nearest", "analogy", "similarity", "rank", "odd-one-out", "vector",
    "evaluate", "evaluate analogies", "evaluate similarity", "info", "convert", "tokenize",
    "vocab", "phrases", "encode", "encode one-hot", "encode bag-of-words", "encode tf-idf",
    "encode hashing",
    "encode window", "bpe", "bpe train", "bpe encode", "bpe decode", "corpus", "corpus list",
    "corpus make", "corpus get", "corpus verify", "train-lm", "perplexity", "generate",
    "export-onnx", "image", "image show",
    "image filter", "image augment", "train-classifier", "classify", "quantize",
    "evaluate classification", "image features", "abc", "abc check", "abc midi", "abc list",
    "image whiten", "image describe",
    "image time", "image train", "image classify",
    "gradient-flow", "recall", "rnn-explain", "inspect",
    "train-tagger", "tag", "evaluate tagging", "plot", "explore", "cluster", "sentence-vector",
    "nearest-sentences", "document-vector", "nearest-documents", "wmd", "align", "compare",
    "compress", "index", "evaluate weat", "closer",
    "axes", "repl", "ngrams", "serve",
  ]

  /// The files in Help are what --help prints; `WORDTOOL_UPDATE_HELP=1` writes them anew.
  @Test(arguments: commands) func helpIsAsRecorded(_ command: String) throws {
    let words = command.split(separator: " ").map(String.init)
    let help = try TestFiles.withFolder { folder in
      try Tool(folder: folder).start(words + ["--help"]).wait()
    }
    #expect(help.exitCode == 0)
    #expect(help.errors.isEmpty)
    let folder = #filePath.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/Help"
    let path = "\(folder)/\((["wordtool"] + words).joined(separator: "-")).txt"
    if getenv("WORDTOOL_UPDATE_HELP") != nil { try TestFiles.write(help.output, to: path) }
    #expect(help.output == TestFiles.read(path))
  }

  @Test(arguments: commands.filter { !$0.isEmpty })
  func everyCommandShowsAnExample(_ command: String) throws {
    let words = command.split(separator: " ").map(String.init)
    let help = try TestFiles.withFolder { folder in
      try Tool(folder: folder).start(words + ["--help"]).wait()
    }
    // A group shows an example of one of its commands.
    let example = help.output.split(separator: "\n").drop { $0 != "Example:" }.dropFirst()
    #expect(example.contains { $0.contains("wordtool \(command)") })
    // A line that the terminal's width breaks cannot be copied.
    let lines = example.prefix { $0.hasPrefix(" ") || !$0.hasPrefix("USAGE") }
    #expect(lines.allSatisfy { $0.hasPrefix("  ") }, "\(lines.joined(separator: "\n"))")
  }

  @Test func theVersionIsPrinted() throws {
    try TestFiles.withFolder { folder in
      let run = try Tool(folder: folder).run("--version")
      #expect(run.exitCode == 0)
      #expect(run.output.split(separator: ".").count == 3)
    }
  }

  /// A shell completes nothing by itself once a script is installed.
  @Test func pathsAreCompleted() throws {
    let paths: Set = ["file", "path", "vectors", "image", "data", "model", "in", "out", "matrix"]
    func check(_ command: JSONValue) {
      for argument in command["arguments"].elements {
        guard case .text(let kind) = argument["kind"], kind != "flag",
          case .text(let name) = argument["valueName"], paths.contains(name)
        else { continue }
        #expect(argument["completionKind"] != .null, "\(command["commandName"]) \(name)")
      }
      command["subcommands"].elements.forEach(check)
    }
    let dump = try TestFiles.withFolder { folder in
      try Tool(folder: folder).run("--experimental-dump-help").output
    }
    check(try JSONValue.document(dump)["command"])
  }

  @Test(arguments: ["bash", "zsh", "fish"]) func completionScriptsAreMade(_ shell: String) throws {
    try TestFiles.withFolder { folder in
      let run = try Tool(folder: folder).run("--generate-completion-script", shell)
      #expect(run.exitCode == 0)
      #expect(run.output.contains("train-embeddings") && run.output.contains("odd-one-out"))
    }
  }
}

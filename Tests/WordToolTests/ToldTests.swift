import Libc
import TestSupport
import Testing

/// What would go wrong without a word is told, or refused in a line that can be acted on.
@Suite struct ToldTests {
  private static func inFolder(_ body: (Tool, String) throws -> Void) throws {
    try TestFiles.withFolder { try body(Tool(folder: $0), $0) }
  }

  @Test func aRemedyIsOneThatTheCommandHas() throws {
    try Self.inFolder { tool, folder in
      _ = try Samples.writeVectors(in: folder)
      let wide = "k\0i\0n\0g\0\n\0"
      try TestFiles.write(wide, to: folder + "/wide")
      let vectors = folder + "/sample.txt"
      for arguments in [
        ["nearest", "-", "-v", vectors], ["analogy", "-", "-v", vectors],
        ["vector", "-", "-v", vectors], ["tokenize", "-"],
      ] {
        let run = try tool.start(arguments, input: wide).wait()
        #expect(run.exitCode == 65 && !run.errors.contains("`"), "\(run.errors)")
        let names = run.errors.contains("--encoding utf-16le")
        #expect(names == ["tokenize", "vector"].contains(arguments[0]), "\(run.errors)")
        #expect(run.errors.contains("iconv"), "\(run.errors)")
      }
    }
  }

  @Test func countsWiderThanTheirWordAreDrawn() throws {
    try Self.inFolder { tool, _ in
      let words = Array(repeating: "a", count: 12).joined(separator: " ")
      let run = try tool.run("encode", "--show", words)
      #expect(run.exitCode == 0 && run.output.contains("counts  12\n"), "\(run.output)")
      #expect(try tool.run("encode", "--show", words + " b").exitCode == 0)
    }
  }

  @Test(arguments: [
    ["train-embeddings", "text", "--checkpoint", "c", "--checkpoint-every", "2e20", "-o", "o.vec"],
    [
      "train-embeddings", "text", "--checkpoint", "c", "--checkpoint-every", "1e300", "-o", "o.vec",
    ],
    ["image", "augment", "image.pgm", "--index", "9223372036854775807", "-o", "o.png"],
    ["train-embeddings", "text", "--vocab", "counts", "--min-count", "9", "-o", "o.vec"],
    ["train-embeddings", "text", "--vocab", "counts", "--max-vocab", "1", "-o", "o.vec"],
  ])
  func numbersThatCannotBeAreRefused(_ arguments: [String]) throws {
    try Self.inFolder { tool, folder in
      try WritingCommands.writeInputs(in: folder)
      try TestFiles.write("the 4\nking 2\n", to: folder + "/counts")
      let run = try tool.start(arguments, workingFolder: folder).wait()
      #expect(run.exitCode == 64 && run.errors.contains("--"), "\(run.errors)")
    }
  }

  @Test func vectorsThatWereNeverTrainedAreToldOf() throws {
    try Self.inFolder { tool, folder in
      try TestFiles.write("the cat sat\n", to: folder + "/text")
      let none = try tool.run(
        "train-embeddings", folder + "/text", "-o", folder + "/v.vec", "--min-count", "1", "--dim",
        "3", "--epochs", "1", "--sample", "1e-9")
      #expect(none.exitCode == 0 && none.errors.contains("no pair of words was trained"))
      let words = (0..<2000).map { "w\($0 * $0 % 307)" }.joined(separator: " ")
      try TestFiles.write(words + "\n", to: folder + "/text")
      let little = try tool.run(
        "train-embeddings", folder + "/text", "-o", folder + "/v.vec", "--min-count", "1", "--dim",
        "3", "--epochs", "1", "--sample", "0", "--lr", "1e-7")
      #expect(little.exitCode == 0 && little.errors.contains("little was learnt"))
    }
  }

  @Test func vectorsThatEightBitsCannotHoldAreRefused() throws {
    try Self.inFolder { tool, folder in
      try TestFiles.write("2 2\na 1e-40 2e-40\nb 1 2\n", to: folder + "/v.txt")
      let run = try tool.run(
        "convert", folder + "/v.txt", folder + "/o.safetensors", "--format", "safetensors-int8")
      #expect(run.exitCode == 65 && run.errors.contains("'a'"), "\(run.errors)")
      #expect(TestFiles.read(folder + "/o.safetensors") == nil)
    }
  }

  @Test func aQuestionOfAnyLengthIsReadOrRefusedAtOnce() throws {
    try Self.inFolder { tool, folder in
      _ = try Samples.writeVectors(in: folder)
      let long = String(repeating: "word ", count: 1 << 16)
      let run = try tool.run(
        "nearest", "-", "-v", folder + "/sample.txt", input: "sweden\n" + long + "\n")
      #expect(run.exitCode == 65 && run.errors.contains("65536 bytes"), "\(run.errors)")
    }
  }

  @Test func modelsAreNotReadFromStandardInput() throws {
    try Self.inFolder { tool, _ in
      let run = try tool.run("classify", "-", "--text", "good", input: "x")
      #expect(run.exitCode == 66 && run.errors.contains("a file on a disk"), "\(run.errors)")
    }
  }

  @Test func aRuleOfANewerVersionIsToldOf() throws {
    try Self.inFolder { tool, folder in
      try TestFiles.write(Samples.text(lines: 20), to: folder + "/text")
      let path = folder + "/v.safetensors"
      let made = try tool.run(
        "train-embeddings", folder + "/text", "-o", path, "--dim", "8", "--epochs", "1", "-q")
      #expect(made.exitCode == 0)
      var bytes = try #require(TestFiles.readBytes(path))
      let place = try #require(bytes.firstRange(of: Array("annex29-1".utf8))).upperBound - 1
      bytes[place] = UInt8(ascii: "9")
      try TestFiles.write(bytes, to: path)
      let run = try tool.run("nearest", "the", "-v", path)
      #expect(run.exitCode == 0 && run.errors.contains("not known to this version"))
    }
  }

  @Test func pipesAreReadOnce() throws {
    try Self.inFolder { tool, folder in
      try WritingCommands.writeInputs(in: folder)
      let made = try tool.start(
        ["train-lm", "text", "--model", "ngram", "--order", "2", "-q", "-o", "ng.arpa"],
        workingFolder: folder
      ).wait()
      #expect(made.exitCode == 0)
      for (file, command) in [
        ("ng.arpa", ["perplexity", "p", "text"]), ("image.pgm", ["image", "show", "p"]),
      ] {
        let pipe = "cd '\(folder)' && rm -f p && mkfifo p && { cat \(file) > p & \"$@\"; }"
        let run = try tool.start(command, shell: pipe).wait()
        #expect(run.exitCode == 0 && !run.output.isEmpty, "\(command): \(run.errors)")
      }
    }
  }

  @Test func controlCharactersDoNothing() throws {
    try Self.inFolder { tool, folder in
      try TestFiles.write("X:1\nT:a\nK:C\nC \u{1B} D\n", to: folder + "/t.abc")
      let run = try tool.run("abc", "check", folder + "/t.abc")
      #expect(!run.output.utf8.contains(0x1B), "\(run.output)")
      let rows = (0..<20).map { "word\($0 % 2) more\t\($0 % 2 == 0 ? "a\u{1B}b" : "c")\n" }.joined()
      try TestFiles.write(rows, to: folder + "/l.tsv")
      let trained = try tool.run(
        "train-classifier", folder + "/l.tsv", "-o", folder + "/m", "--min-count", "1", "-q")
      #expect(trained.exitCode == 0, "\(trained.errors)")
      let answer = try tool.run("classify", folder + "/m", "--text", "word0 more")
      #expect(answer.exitCode == 0 && !answer.output.utf8.contains(0x1B), "\(answer.output)")
      #expect(answer.output.contains("a\\u{1B}b"), "\(answer.output)")
    }
  }

  @Test func bytesThatAreNoTextAreToldInEveryReader() throws {
    try Self.inFolder { tool, folder in
      let good = (0..<20).map { "word\($0 % 2) more\t\($0 % 2 == 0 ? "a" : "b")\n" }.joined()
      try TestFiles.write(good, to: folder + "/l.tsv")
      try TestFiles.write(Array(good.utf8) + [0xE9, 9, 97, 10], to: folder + "/bad.tsv")
      try TestFiles.write(Samples.text(lines: 30), to: folder + "/text")
      try TestFiles.write(Array("the king \u{1}\n".utf8) + [0xE9, 10], to: folder + "/bad")
      #expect(
        try tool.run("train-classifier", folder + "/l.tsv", "-o", folder + "/m", "-q").exitCode == 0
      )
      for arguments in [
        ["evaluate", "classification", "m", "bad.tsv"],
        ["train-classifier", "l.tsv", "--test", "bad.tsv", "-q", "-o", "n"],
        [
          "train-lm", "text", "--model", "ngram", "--order", "2", "--valid", "bad", "-q", "-o", "x",
        ],
      ] {
        let run = try tool.start(arguments, workingFolder: folder).wait()
        #expect(run.exitCode == 0 && run.errors.contains("replaced by U+FFFD"), "\(run.errors)")
      }
    }
  }

  @Test func otherEncodingsAreReadWhereItIsSaid() throws {
    try Self.inFolder { tool, folder in
      let text = String(repeating: "mañana comió jamón, señor\n", count: 30)
      let latin = text.unicodeScalars.map { UInt8($0.value) }
      let wide = text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
      #expect(mkdir(folder + "/d", 0o777) == 0)
      try TestFiles.write(text, to: folder + "/d/a")
      try TestFiles.write(latin, to: folder + "/d/b")
      try TestFiles.write(wide, to: folder + "/d/c")
      let part = try tool.run("tokenize", "--format", "count", folder + "/d")
      #expect(part.output.hasPrefix("tokens\t120\n"))
      #expect(
        part.errors.hasPrefix("wordtool: 2 files were left out: not UTF-8")
          && part.errors.hasSuffix("; --encoding auto reads other encodings\n"), "\(part.errors)")
      let whole = try tool.run("tokenize", "--format", "count", folder + "/d", "--encoding", "auto")
      #expect(whole.output.hasPrefix("tokens\t360\n") && whole.errors.isEmpty, "\(whole.errors)")
      let strict = try tool.run("vocab", "--strict", folder + "/d")
      #expect(strict.exitCode == 65 && strict.errors.contains("--encoding auto"))
      let refused = try tool.run("tokenize", "--strict", folder + "/d/b")
      #expect(refused.exitCode == 65 && refused.errors.contains("read it with --encoding auto"))
      let replaced = try tool.run("vocab", "-q", folder + "/d/b")
      #expect(replaced.errors.contains("--encoding auto reads other encodings"))
      // What has no such option does not name it.
      let pairs = try tool.run("evaluate", "similarity", folder + "/d/b")
      #expect(pairs.exitCode == 65 && !pairs.errors.contains("encoding"), "\(pairs.errors)")
      unlink(folder + "/d/a")
      let none = try tool.run("vocab", folder + "/d")
      #expect(none.exitCode == 66 && none.errors.contains("--encoding auto"), "\(none.errors)")
      let named = try tool.run(
        "tokenize", "--format", "count", folder + "/d", "--encoding", "utf-16le", "--include", "c")
      #expect(named.output.hasPrefix("tokens\t120\n"), "\(named.errors)")
    }
  }

  @Test func pagesAreLeftOutOfFoldersUnlessTheirTextIsAskedFor() throws {
    try Self.inFolder { tool, folder in
      let page = "<!DOCTYPE html><title>A</title><p>caf&eacute;</p><script>no()</script>"
      #expect(mkdir(folder + "/d", 0o777) == 0)
      try TestFiles.write(page, to: folder + "/d/page.html")
      let alone = try tool.run("vocab", folder + "/d")
      #expect(alone.exitCode == 66 && alone.errors.contains("--html"), "\(alone.errors)")
      try TestFiles.write("plain words\n", to: folder + "/d/notes.txt")
      let without = try tool.run("tokenize", folder + "/d")
      #expect(without.output == "plain\nwords\n")
      #expect(without.errors.contains("an HTML page") && without.errors.contains("--html"))
      let with = try tool.run("tokenize", "--html", folder + "/d")
      #expect(with.output == "plain\nwords\na\ncafé\n" && with.errors.isEmpty, "\(with.errors)")
      // A page that is named is read as it stands.
      for command in [
        ["bpe", "train", "--vocab-size", "300", "-o", folder + "/t.json"],
        [
          "gradient-flow", "--hidden", "4", "--train-steps", "1", "--steps", "2", "--cells", "gru",
          "-q",
        ],
      ] {
        let taken = try tool.start(command + ["--html", folder + "/d"]).wait()
        #expect(!taken.errors.contains("left out"), "\(command): \(taken.errors)")
        let told = try tool.start(command + [folder + "/d"]).wait()
        #expect(told.errors.contains("; --html takes the text of pages"), "\(told.errors)")
      }
      // What reads no text has no such option, and does not name it.
      let other = try tool.run("bpe", "decode", "-m", folder + "/t.json", folder + "/d")
      #expect(other.errors.contains("an HTML page") && !other.errors.contains("--html"))
      let named = try tool.run("tokenize", folder + "/d/page.html")
      #expect(named.output.hasPrefix("doctype\nhtml\n"), "\(named.output)")
    }
  }
}

import Libc
import TestSupport
import Testing

/// Input without end: a line, a word, what a small compressed file unpacks to, a large picture. Each is
/// refused in one line that names the limit, before much memory is taken.
@Suite struct LimitTests {
  /// Gzip of one letter, seventeen million times.
  private static let bomb = Gzip.stored([UInt8](repeating: 0x61, count: 17 << 20))

  private func expectLimit(
    _ run: Subprocess.Result, _ limit: String, _ arguments: [String]
  ) {
    #expect(run.exitCode == 65 && run.output.isEmpty, "\(arguments): \(run.exitCode)")
    let lines = run.errors.split(separator: "\n").filter { $0.contains("error:") }
    #expect(lines.count == 1 && lines[0].contains(limit), "\(arguments): \(run.errors)")
  }

  @Test func aLineWithoutEndIsRefusedByEveryReaderOfLines() throws {
    try TestFiles.withFolder { folder in
      let tool = Tool(folder: folder)
      try TestFiles.write(Self.bomb, to: folder + "/long.gz")
      try TestFiles.write(
        String(repeating: "__label__a good\n__label__b bad\n", count: 4), to: folder + "/text")
      try TestFiles.write("the DET\ncat NOUN\n", to: folder + "/tags")
      try TestFiles.write("the cat sat\n", to: folder + "/plain")
      for training in [
        ["train-classifier", "text", "-o", "model"],
        ["train-tagger", "tags", "-o", "tagger", "--epochs", "1"],
      ] {
        let run = try tool.start(training + ["-q"], workingFolder: folder).wait()
        #expect(run.exitCode == 0, "\(run.errors)")
      }
      #expect(
        try tool.run(
          "bpe", "train", "plain", "-o", "bpe.json", workingFolder: folder
        ).exitCode == 0)
      for (arguments, limit) in [
        (["classify", "model"], "more than 16777216 bytes"),
        (["tag", "tagger"], "more than 65536 bytes"),
        (["bpe", "encode", "-m", "bpe.json"], "more than 16777216 bytes"),
        (["bpe", "train", "-o", "o.json"], "more than 16777216 bytes"),
        (["encode", "bag-of-words", "-o", "o.mtx"], "more than 16777216 bytes"),
        (["abc", "check"], "more than 1048576 bytes"),
        (["evaluate", "similarity"], "more than 16777216 bytes"),
        (["nearest", "a", "-v"], "without a line end"),
      ] {
        let run = try tool.start(arguments + ["long.gz"], workingFolder: folder).wait()
        expectLimit(run, limit, arguments)
      }
      #expect(!TestFiles.names(in: folder).contains { $0.hasPrefix("o.") })
    }
  }

  // Under a sanitizer a process wants terabytes of addresses before it begins.
  @Test(.enabled(if: !RealData.isSanitized))
  func whatHasNoRoomInMemoryIsToldInOneLine() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(
        String(repeating: "a b ", count: 6_000_000) + "\n", to: folder + "/text")
      // A program needs some 270 MB of addresses, half of them OpenBLAS's; the numbers of the text are
      // 48 MB, and those of its n-grams twice that.
      let training = ["train-lm", "--model", "ngram", "-o", "o.arpa", "-q"]
      // Threads of OpenBLAS take such buffers as well, if they come to it before they are ended.
      for (limit, command, told) in [
        ("-v 420000", training, "token"),
        ("-v 200000; export OPENBLAS_NUM_THREADS=1", ["vocab", "-q"], "a buffer of OpenBLAS"),
      ] {
        let run = try Tool(folder: folder).start(
          command + ["text"], workingFolder: folder, shell: "ulimit \(limit); exec \"$@\""
        ).wait()
        #expect(run.exitCode == 1 && run.output.isEmpty, "\(command): \(run.exitCode)")
        #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
        #expect(run.errors.contains("no memory for") && run.errors.contains(told), "\(run.errors)")
        #expect(run.errors.contains("the limit of this process, "), "\(run.errors)")
      }
      #expect(!TestFiles.names(in: folder).contains { $0.hasPrefix("o.") })
    }
  }

  @Test func aTextOnOneLineIsNoVector() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(String(repeating: "1 ", count: (1 << 20) + 2), to: folder + "/text")
      let arguments = ["convert", folder + "/text", folder + "/o.vec"]
      let run = try Tool(folder: folder).start(arguments).wait()
      expectLimit(run, "text:1: a line of more than 1048576 values", arguments)
    }
  }

  @Test func aWordThatPairsAreLearntFromHasALimit() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(
        "short\n" + String(repeating: "ab", count: 1 << 19) + "a\n", to: folder + "/text")
      let arguments = ["bpe", "train", folder + "/text", "-o", folder + "/o.json"]
      let run = try Tool(folder: folder).start(arguments).wait()
      expectLimit(run, "text:2: a word of 1048577 bytes, expected at most 1048576", arguments)
    }
  }

  @Test func sentencesWithoutEndAreRefusedByTheTagger() throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write(
        String(repeating: "the DET\n", count: (1 << 14) + 1), to: folder + "/tags")
      let arguments = ["train-tagger", folder + "/tags", "-o", folder + "/m"]
      let run = try Tool(folder: folder).start(arguments).wait()
      expectLimit(run, "tags:16385: a sentence of more than 16384 words", arguments)
      #expect(run.errors.contains("blank line"))
    }
  }

  @Test(arguments: [["show"], ["filter", "--kernel", "sobel-x", "-o", "o.png"]])
  func aPictureOfMoreThanFortyMillionPixelsIsRefused(_ arguments: [String]) throws {
    try TestFiles.withFolder { folder in
      try TestFiles.write("P6 9000 9000 255\n" + "abc", to: folder + "/p.ppm")
      let run = try Tool(folder: folder).start(
        ["image", arguments[0], "p.ppm"] + arguments.dropFirst(), workingFolder: folder
      ).wait()
      expectLimit(run, "an image of 9000 x 9000 x 3, expected", arguments)
      #expect(TestFiles.names(in: folder).contains("o.png") == false)
    }
  }

  @Test(arguments: [
    (["nearest", "-", "-v"], "v.st", "sweden"), (["vector", "-", "-v"], "v.st", "king"),
    (["odd-one-out", "-", "-v"], "v.st", "king man queen"),
    (["analogy", "-", "-v"], "v.st", "king man woman"),
    (["classify"], "model", "good"), (["tag"], "tagger", "the cat"),
  ])
  func aFileThatIsOverwrittenBetweenTwoQuestionsEndsTheAnswersInOneLine(
    command: [String], file: String, question: String
  ) throws {
    for isReplaced in [false, true] {
      try TestFiles.withFolder { folder in
        let tool = Tool(folder: folder)
        try makeModels(tool, folder)
        let path = folder + "/" + file
        let talk = try tool.converse(command + [path])
        talk.send(question + "\n")
        let first = try #require(talk.output.line())
        let bytes = try #require(TestFiles.readBytes(path))
        let damaged = [UInt8](repeating: 0xFF, count: bytes.count)
        try TestFiles.write(damaged, to: isReplaced ? folder + "/new" : path)
        if isReplaced { #expect(rename(folder + "/new", path) == 0) }
        talk.send(question + "\n")
        talk.closeInput()
        let run = talk.wait()
        // A model that is in memory as a whole by then may well answer.
        if isReplaced || (file != "v.st" && run.exitCode == 0) {
          #expect(run.exitCode == 0 && run.errors.isEmpty, "\(command): \(run.errors)")
          #expect("\n\(run.output)".contains("\n\(first)\n"), "\(command): \(run.output)")
        } else {
          #expect(run.exitCode == 74, "\(command): \(run.errors)")
          let line = "\(file): the file was changed while it was in use"
          #expect(run.errors.contains(line), "\(command): \(run.errors)")
        }
      }
    }
  }

  private func makeModels(_ tool: Tool, _ folder: String) throws {
    _ = try Samples.writeVectors(in: folder)
    try TestFiles.write(
      String(repeating: "__label__a good\n__label__b bad\n", count: 4), to: folder + "/text")
    try TestFiles.write("the DET\ncat NOUN\n", to: folder + "/tags")
    for arguments in [
      ["convert", "sample.txt", "v.st", "--format", "safetensors"],
      ["train-classifier", "text", "-o", "model", "-q"],
      ["train-tagger", "tags", "-o", "tagger", "--epochs", "1", "-q"],
    ] {
      let run = try tool.start(arguments, workingFolder: folder).wait()
      #expect(run.exitCode == 0, "\(run.errors)")
    }
  }
}

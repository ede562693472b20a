import Libc
import TestSupport
import Testing

import wordtool

/// What the completion scripts offer, and what is said of a value that none of them would have.
@Suite struct CompletionTests {
  /// What bash offers for a command line whose last word is being typed.
  private func offers(_ words: [String], in folder: String) throws -> [String] {
    let script = """
      source <("$1" --generate-completion-script bash)
      wordtool() { "$tool" "$@"; }
      tool=$1; shift
      COMP_LINE="$*" COMP_WORDS=("$@") COMP_CWORD=$(($#-1))
      COMP_POINT=${#COMP_LINE}
      COMPREPLY=()
      _wordtool wordtool "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    let run = try Tool(folder: folder, executable: "/bin/bash").start(
      ["-c", script, "bash", Tool.path] + words, workingFolder: folder
    ).wait()
    #expect(run.errors.isEmpty, "\(words)")
    return run.output.split(separator: "\n").map(String.init)
  }

  @Test func wordsOfTheVectorsAreOffered() throws {
    try TestFiles.withFolder { folder in
      let path = try Samples.writeVectors(in: folder)
      // In the order of the file, and of the vectors that -v names.
      let found = try offers(["wordtool", "nearest", "-v", path, "swe"], in: folder)
      #expect(found == ["sweden", "swede"])
      let one = try offers(["wordtool", "vector", "--vectors", path, "x"], in: folder)
      #expect(one == ["x-ray"])
      let second = try offers(["wordtool", "rank", "king", "-v", path, "que"], in: folder)
      #expect(second == ["queen"])
      for command in ["analogy", "similarity", "odd-one-out"] {
        // The set that ships.
        let shipped = try offers(["wordtool", command, "swede"], in: folder)
        #expect(shipped.contains("sweden"))
      }
      let none = try offers(["wordtool", "nearest", "-v", folder + "/none", "k"], in: folder)
      #expect(none.isEmpty)
    }
  }

  /// bash runs what it is offered.
  @Test func nothingThatAShellWouldRunIsOffered() throws {
    try TestFiles.withFolder { folder in
      let path = folder + "/v.txt"
      try TestFiles.write(
        "4 2\n$(>ran) 1 2\na`>ran` 1 2\n'b 1 2\nplain 1 2\n", to: path)
      let found = try offers(["wordtool", "nearest", "-v", path, ""], in: folder)
      #expect(found == ["plain"])
      #expect(TestFiles.read(folder + "/ran") == nil)
    }
  }

  @Test(arguments: [
    (["image", "describe", "resnet-1"], ["resnet-18", "resnet-101", "resnet-152"]),
    (["image", "time", "lenet"], ["lenet-5"]),
    (["image", "train", "--model", "alex"], ["alexnet", "alexnet-2012"]),
    (["image", "filter", "--kernel", "sobel"], ["sobel-x", "sobel-y"]),
    (["corpus", "make", ""], ["atlas"]),
    (["corpus", "get", "m"], ["mnist"]), (["corpus", "verify", "wi"], ["wikitext-2"]),
    (["convert", "a", "b", "--format", "word2vec"], ["word2vec-binary", "word2vec-text"]),
    (["tokenize", "--urls", ""], ["split", "whole", "remove"]),
    (["tokenize", "--kinds", "k"], ["kana"]),
    (["help", "eva"], ["evaluate"]),
    (["help", "evaluate", ""], ["analogies", "similarity", "weat", "classification", "tagging"]),
    (["help", "bpe", "e"], ["encode"]),
  ])
  func namesAreOffered(_ words: [String], _ names: [String]) throws {
    try TestFiles.withFolder { folder in
      let found = try offers(["wordtool"] + words, in: folder)
      #expect(found == names)
    }
  }

  @Test(arguments: ["zsh", "fish"]) func otherShellsCompleteHelpToo(_ shell: String) throws {
    try TestFiles.withFolder { folder in
      let script = try Tool(folder: folder).run("--generate-completion-script=\(shell)").output
      let part = shell == "zsh" ? "compadd -- analogies similarity" : "-fa 'analogies similarity"
      #expect(script.contains(part))
      guard access("/usr/bin/\(shell)", X_OK) == 0 else { return }
      try TestFiles.write(script, to: folder + "/script")
      let check = try Tool(folder: folder, executable: "/usr/bin/\(shell)").run(
        "-n", folder + "/script")
      #expect(check.exitCode == 0, "\(check.errors)")
    }
  }

  /// A value that is none of those that can be named.
  @Test func aRefusedValueIsToldWhatThereIs() throws {
    var count = 0
    for (words, command) in CommandDescription.all {
      let base = words.split(separator: " ").map(String.init)
      for option in command.options where option.takesValue {
        let names = option.allValues ?? option.completionKind?.list?.values ?? []
        guard !names.isEmpty, let spelling = option.spellings.first else { continue }
        let companions = OptionEffectTests.companions["\(words) \(spelling)"] ?? []
        let needed = (OptionEffectTests.needed[words] ?? []) + companions
        let arguments = base + needed + [spelling, "no-such-value"]
        // Networks, encodings and the like are looked for later; some options need another.
        guard let told = OptionEffects.told(of: arguments), !told.contains("does nothing here")
        else { continue }
        count += 1
        for name in names { #expect(told.contains(name), "\(words) \(spelling): \(told)") }
        #expect(!told.contains("\n") && told.contains("no-such-value"))
      }
    }
    #expect(count > 60)
  }

  @Test func theOptionThatHasTheValueIsNamed() throws {
    let told = OptionEffects.told(of: ["train-lm", "t", "-o", "m", "--model", "lstm"])
    #expect(told?.contains("--cell can be 'lstm'") == true)
  }

  @Test(arguments: [
    (["train-embeddings", "t", "-epoch", "5"], "--epochs"),
    (["train-embeddings", "t", "-thread", "2"], "--threads"),
    (["train-embeddings", "t", "-hs", "1"], "--loss"),
    (["train-lm", "t", "-o", "m", "--arpa", "x"], "--output"),
    (["train-lm", "t", "-o", "m", "--rnn_type", "GRU"], "--cell"),
    (["encode", "tf-idf", "t", "--use_idf"], "--idf"),
    (["image", "train", "d", "-o", "m", "--device", "cuda"], "--threads"),
    (["index", "v.bin", "--progress", "none"], "-q"),
    (["train-embeddings", "t", "--classes", "500"], "wordtool cluster"),
    (["generate", "m", "--max_new_tokens", "3"], "--length"),
    (["nearest", "a", "--k", "3"], "--count"),
  ])
  func optionsOfOtherToolsAreExplained(_ arguments: [String], _ part: String) throws {
    let told = OptionEffects.told(of: arguments)
    #expect(told?.contains(part) == true, "\(told ?? "nothing")")
  }

  @Test(arguments: [
    ["index", "v.bin", "-q"], ["nearest", "--quiet", "king", "-v", "v.bin"],
    ["similarity", "-q", "a", "b"], ["train-embeddings", "t", "-q"],
  ])
  func everyCommandCanBeQuiet(_ arguments: [String]) {
    #expect(OptionEffects.told(of: arguments) == nil)
  }

  @Test func whatIsNotAnOptionIsNoQuiet() {
    #expect(OptionEffects.told(of: ["nearest", "king", "-v", "v", "--", "-q"]) == nil)
    #expect(OptionEffects.told(of: ["nearest", "king", "-qx"]) != nil)
  }
}

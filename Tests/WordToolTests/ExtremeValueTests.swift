import TestSupport
import Testing

import wordtool

/// Numbers at and beyond the end of every range, for every option that takes one: each is refused in
/// one line or obeyed with finite answers, in bounded memory and time.
@Suite struct ExtremeValueTests {
  /// A run of each command that is over at once, over ``WritingCommands/writeInputs(in:)``. `OUT` is
  /// a path.
  static let runs: [String: [String]] = {
    let vectors = ["-v", "sample.txt"]
    let network = ["--hidden", "4", "--epochs", "1", "-q"]
    let small = ["--hidden", "4", "--steps", "4", "--cells", "gru", "-q", "-o", "OUT.svg"]
    return [
      "train-embeddings": [
        "text", "--dim", "8", "--epochs", "1", "--sample", "0", "-q", "-o", "OUT.vec",
      ],
      "train-lm": ["text", "--embedding", "4", "--bptt", "8", "-o", "OUT"] + network,
      "train-classifier": ["train.tsv", "-q", "-o", "OUT"],
      "train-tagger": ["tags", "-o", "OUT"] + network,
      "perplexity": ["lm", "text"], "generate": ["lm", "--length", "5"],
      "export-onnx": ["lm", "-o", "OUT.onnx"],
      "gradient-flow": ["text", "--sequences", "4", "--train-steps", "1"] + small,
      "rnn-explain": [], "inspect": ["lm", "--text", "a b"],
      "recall": [
        "--distances", "2", "--train-steps", "1", "--hidden", "4", "--cells", "gru", "-q",
      ],
      "classify": ["classes", "a good film"], "quantize": ["classes", "-o", "OUT.ftz"],
      "nearest": ["king"] + vectors, "analogy": ["man", "king", "woman"] + vectors,
      "similarity": ["king", "queen"] + vectors, "rank": ["king", "queen", "man"] + vectors,
      "odd-one-out": ["king", "queen", "cereal"] + vectors, "vector": ["king"] + vectors,
      "closer": ["king", "queen"] + vectors, "axes": ["king", "--axis", "man:woman"] + vectors,
      "evaluate classification": ["classes", "train.tsv"],
      "convert": ["sample.txt", "OUT.vec"], "index": ["sample.txt", "-o", "OUT.index"],
      "compress": ["sample.txt", "-o", "OUT.safetensors"],
      "cluster": vectors + ["-q"], "project": vectors + ["-q", "-o", "OUT.tsv"],
      "plot": vectors + ["--top", "6", "-q", "-o", "OUT.svg"],
      "sentence-vector": ["king queen"] + vectors,
      "nearest-sentences": ["text", "king"] + vectors, "wmd": ["king", "queen"] + vectors,
      "align": ["sample.txt", "sample.txt", "-o", "OUT.vec"],
      "compare": ["sample.txt", "sample.txt"],
      "tokenize": ["text"], "vocab": ["text", "-q"], "phrases": ["text", "-q"],
      "encode one-hot": ["text"], "encode bag-of-words": ["text"], "encode tf-idf": ["text"],
      "encode hashing": ["text"], "encode window": ["text"],
      "bpe train": ["text", "-o", "OUT.json"], "corpus make": ["atlas", "-o", "OUT"],
      "image show": ["image.pgm"],
      "image filter": ["image.pgm", "--kernel", "box", "-o", "OUT.png"],
      "image augment": ["image.pgm", "-o", "OUT.png"],
      "image whiten": ["set.tra", "-o", "OUT.png"],
      "image describe": ["lenet-5"], "image time": ["lenet-5", "--repeat", "1"],
      "image train": [
        "set.tra", "--model", "flatten, fc classes", "--epochs", "1", "-q", "-o", "OUT",
      ],
      "image classify": ["digits", "set.tra"],
      "image features": ["digits", "set.tra", "--view", "saliency", "-o", "OUT.png"],
      "abc midi": ["tune.abc", "-o", "OUT.mid"],
    ]
  }()

  /// Options whose work grows with the number, without bound: whoever asks for it gets it.
  static let workloads: Set<String> = [
    "--length", "--samples", "--epochs", "--train-steps", "--repeat", "--words", "--iterations",
    "--sequences", "--images",
  ]

  /// Options that take a number as well as what they are usually given.
  static let sizes: Set<String> = ["--memory"]

  /// Beyond, at and next to the ends of what numbers there are.
  static let numbers = [
    "9223372036854775807", "2147483648", "16777216", "1e308", "1e-320", "0", "-1", "nan", "inf",
    "-1e308", "9223372036854775808",
  ]

  /// What is run: a command, its option and a number. The numbers go round the options, one each, all
  /// of them with `WT_SLOW_TESTS=1`.
  static let cases: [(words: String, option: String, number: String)] = {
    var cases: [(words: String, option: String, number: String)] = []
    var turn = 0
    for (words, command) in CommandDescription.all where runs[words] != nil {
      for option in command.options where option.takesValue {
        let spelling = option.spellings[0]
        let usual = OptionEffectTests.given(option, as: spelling).last ?? ""
        let isSize = sizes.contains(spelling)
        guard isSize || Double(usual) != nil, !workloads.contains(spelling) else { continue }
        let chosen = RealData.slowTestsAreWanted || isSize ? numbers[...] : numbers[turn...turn]
        cases += chosen.map { (words, spelling, $0) }
        turn = (turn + 1) % numbers.count
      }
    }
    return cases
  }()

  /// The command line of a run without an option that it gives.
  private static func arguments(
    _ words: String, without option: String, from run: [String]
  ) -> [String] {
    var run = run
    if let place = run.firstIndex(of: option) { run.removeSubrange(place...place + 1) }
    return words.split(separator: " ").map(String.init) + run
  }

  /// Whether a printed answer holds what is no number.
  private static func holdsNoNumber(_ output: String) -> Bool {
    output.lowercased().split { !$0.isLetter && $0 != "-" && $0 != "." }.contains {
      ["nan", "-nan", "inf", "-inf"].contains($0)
    }
  }

  // Under a sanitizer a process wants terabytes of addresses before it begins.
  @Test(.enabled(if: !RealData.isSanitized))
  func extremeNumbersAreRefusedInOneLineOrObeyed() throws {
    #expect(Self.cases.count > 100)
    try TestFiles.withFolder { folder in
      try WritingCommands.writeInputs(in: folder)
      let tool = Tool(folder: folder)
      for (words, option, number) in Self.cases {
        let arguments =
          Self.arguments(words, without: option, from: Self.runs[words] ?? [])
          .map { $0.hasPrefix("OUT") ? "out" + $0.dropFirst(3) : $0 }
          + ["\(option)=\(number)"]
        let run = try tool.start(
          arguments, workingFolder: folder,
          shell: "ulimit -v 6000000; ulimit -t 60; exec \"$@\""
        ).wait()
        let command = arguments.joined(separator: " ")
        #expect([0, 1, 64, 65, 66, 73, 74, 75].contains(run.exitCode), "\(command): \(run)")
        let errors = run.errors.split(separator: "\n").filter { $0.contains("error:") }
        #expect(errors.count == (run.exitCode == 0 ? 0 : 1), "\(command): \(run.errors)")
        #expect(!run.errors.contains("-nan"), "\(command): \(run.errors)")
        #expect(
          run.exitCode != 0 || !Self.holdsNoNumber(run.output), "\(command): \(run.output)")
      }
    }
  }
}

import TestSupport
import Testing

/// One way in which the tool writes a file.
struct WritingCommand: Sendable, CustomTestStringConvertible {
  /// The arguments; `OUT` stands for the path of the file.
  var arguments: [String]
  /// The suffix of its name.
  var suffix: String
  /// Whether `-` may be said for the file.
  var takesStandardOutput = true

  var testDescription: String { arguments.joined(separator: " ") + ", \(suffix)" }

  /// The arguments with the path in its place.
  func arguments(writing path: String) -> [String] { arguments.map { $0 == "OUT" ? path : $0 } }

  /// The commands and its option that names the file: `encode tf-idf --save-weights`.
  var option: String {
    let words = arguments.prefix { !$0.hasPrefix("-") && !WritingCommands.inputs.contains($0) }
    guard let place = arguments.firstIndex(of: "OUT"), arguments[place - 1].hasPrefix("-") else {
      return words.filter { $0 != "OUT" }.joined(separator: " ")
    }
    let option = arguments[place - 1] == "-o" ? "--output" : arguments[place - 1]
    return (words.filter { !["atlas", "lenet-5"].contains($0) } + [option]).joined(separator: " ")
  }
}

/// All of them.
enum WritingCommands {
  /// The names of the inputs that ``writeInputs(in:)`` makes.
  static let inputs = [
    "text", "sample.txt", "train.tsv", "tags", "set.tra", "image.pgm", "tune.abc", "lm", "digits",
    "classes", "docs", "ngrams", "course.jsonl", "tagger",
  ]

  private static let embeddings = [
    "train-embeddings", "text", "--dim", "8", "--epochs", "1", "--sample", "0", "-q",
  ]
  private static let documents = embeddings + ["--model", "pv-dbow"]
  private static let network = ["--hidden", "4", "--epochs", "1", "-q"]
  private static let lm = ["train-lm", "text", "--embedding", "4", "--bptt", "8"] + network
  private static let classifier = [
    "train-classifier", "train.tsv", "--model", "fasttext", "--dim", "4", "--epochs", "1", "-q",
  ]
  private static let phrases = [
    "phrases", "text", "--min-count", "1", "--threshold", "0.01", "-q",
  ]
  private static let images = [
    "image", "train", "set.tra", "--model", "flatten, fc classes", "--epochs", "1", "-q",
  ]

  /// Every output of every command, in each format that it has.
  static let all: [WritingCommand] =
    [".safetensors", ".vec", ".txt.gz", ".bin"].map {
      .init(arguments: embeddings + ["-o", "OUT"], suffix: $0)
    }
    + [
      .init(arguments: embeddings + ["-o", "/dev/null", "--save-context", "OUT"], suffix: ".txt"),
      .init(arguments: embeddings + ["-o", "/dev/null", "--save-vocab", "OUT"], suffix: ".txt"),
      .init(arguments: documents + ["-o", "OUT"], suffix: ".docs"),
      .init(arguments: ["convert", "--documents", "docs", "OUT"], suffix: ".bin"),
    ]
    + [".safetensors", ".vec", ".bin.gz", ".glove"].map {
      .init(arguments: ["convert", "sample.txt", "OUT"], suffix: $0)
    }
    + [
      .init(
        arguments: ["convert", "sample.txt", "--format", "fasttext-model", "OUT"], suffix: ".bin"),
      .init(arguments: ["align", "sample.txt", "sample.txt", "-o", "OUT"], suffix: ".vec"),
      .init(
        arguments: ["compress", "sample.txt", "--int8", "-o", "OUT"], suffix: ".safetensors",
        takesStandardOutput: false),
      .init(
        arguments: ["compress", "sample.txt", "--pq", "2", "-o", "OUT"], suffix: ".safetensors",
        takesStandardOutput: false),
      .init(
        arguments: ["compress", "sample.txt", "--pq", "3", "-o", "OUT"], suffix: ".fifu",
        takesStandardOutput: false),
      .init(
        arguments: ["index", "sample.txt", "-o", "OUT"], suffix: ".index",
        takesStandardOutput: false),
    ]
    + [".svg", ".png", ".tsv.gz", ".npz"].map {
      .init(arguments: ["plot", "-v", "sample.txt", "--top", "6", "-q", "-o", "OUT"], suffix: $0)
    }
    + [
      .init(arguments: ["plot", "--metrics", "course.jsonl", "-o", "OUT"], suffix: ".svg")
    ]
    + [.init(arguments: ["explore", "sample.txt", "-q", "-o", "OUT"], suffix: ".html")]
    + ["", ".txt.gz"].map { .init(arguments: ["vocab", "text", "-q", "-o", "OUT"], suffix: $0) }
    + ["", ".txt.gz"].map { .init(arguments: phrases + ["-o", "OUT"], suffix: $0) }
    + [
      .init(
        arguments: phrases + ["-o", "/dev/null", "--save", "OUT"], suffix: ".tsv")
    ]
    + ["one-hot", "bag-of-words", "tf-idf", "hashing", "window"].flatMap { command in
      [".mtx", ".npz", ".json.gz"].map {
        .init(arguments: ["encode", command, "text", "-o", "OUT"], suffix: $0)
      }
    }
    + [
      .init(
        arguments: ["encode", "hashing", "text", "--columns", "64", "-o", "OUT"], suffix: ".npy")
    ]
    + ["one-hot", "bag-of-words", "tf-idf", "window"].map {
      .init(
        arguments: ["encode", $0, "text", "-o", "/dev/null", "--names", "OUT"], suffix: ".json")
    }
    + ["one-hot", "bag-of-words", "tf-idf"].map {
      .init(arguments: ["encode", $0, "text", "-o", "/dev/null", "--save", "OUT"], suffix: "")
    }
    + [
      .init(
        arguments: ["encode", "tf-idf", "text", "-o", "/dev/null", "--save-weights", "OUT"],
        suffix: ""),
      .init(
        arguments: ["bpe", "train", "text", "--vocab-size", "300", "-o", "OUT"], suffix: ".json"),
      .init(
        arguments: ["train-lm", "text", "--model", "ngram", "--order", "2", "-q", "-o", "OUT"],
        suffix: ".arpa.gz"),
      .init(
        arguments: ["train-lm", "text", "--model", "ngram", "--order", "2", "-q", "-o", "OUT"],
        suffix: ".safetensors"),
      .init(arguments: ["convert", "ngrams", "OUT"], suffix: ".safetensors"),
      .init(arguments: ["convert", "ngrams", "OUT"], suffix: ".arpa"),
      .init(arguments: lm + ["-o", "OUT"], suffix: ".lm"),
      .init(
        arguments: lm + ["-o", "/dev/null", "--checkpoint", "OUT"], suffix: "",
        takesStandardOutput: false),
      .init(
        arguments: ["train-classifier", "train.tsv", "--model", "lstm"] + network + ["-o", "OUT"],
        suffix: ".model"),
      .init(
        arguments: ["train-classifier", "train.tsv", "-q", "-o", "OUT"], suffix: ".safetensors"),
      .init(
        arguments: ["train-classifier", "train.tsv", "--model", "fasttext", "--dim", "4"]
          + ["--epochs", "50", "--lr", "1", "-q", "-o", "OUT"], suffix: ".bin"),
      .init(arguments: ["convert", "classes", "OUT"], suffix: ".bin"),
      .init(arguments: ["quantize", "classes", "-o", "OUT"], suffix: ".ftz"),
      .init(
        arguments: ["evaluate", "classification", "classes", "train.tsv", "-o", "OUT"],
        suffix: ".svg"),
      .init(
        arguments: ["evaluate", "tagging", "tagger", "tags", "-o", "OUT"], suffix: ".tsv.gz"),
      .init(
        arguments: ["image", "classify", "digits", "-q", "--test", "set.tra", "-o", "OUT"],
        suffix: ".svg"),
      .init(arguments: ["train-tagger", "tags"] + network + ["-o", "OUT"], suffix: ".model"),
      .init(arguments: images + ["-o", "OUT"], suffix: ".model"),
      .init(
        arguments: images + ["-o", "/dev/null", "--checkpoint", "OUT"], suffix: "",
        takesStandardOutput: false),
    ]
    + [".png", ".ppm"].map {
      .init(
        arguments: ["image", "filter", "image.pgm", "--kernel", "box", "-o", "OUT"], suffix: $0)
    }
    + [
      .init(
        arguments: ["image", "filter", "--explain", "--pool", "max", "-o", "OUT"], suffix: ".svg"),
      .init(
        arguments: ["image", "whiten", "set.tra", "--explain", "-o", "OUT"], suffix: ".svg.gz"),
      .init(arguments: ["image", "augment", "image.pgm", "-o", "OUT"], suffix: ".jpg"),
      .init(arguments: ["image", "whiten", "set.tra", "-o", "OUT"], suffix: ".png"),
      .init(arguments: ["image", "whiten", "set.tra", "--save", "OUT"], suffix: ""),
      .init(
        arguments: ["image", "features", "digits", "set.tra", "--view", "saliency", "-o", "OUT"],
        suffix: ".png"),
      .init(
        arguments: [
          "gradient-flow", "text", "--steps", "4", "--sequences", "4", "--train-steps", "1",
          "--hidden", "4", "--cells", "gru", "-q", "-o", "OUT",
        ], suffix: ".svg"),
      .init(
        arguments: [
          "recall", "--distances", "2", "--train-steps", "1", "--hidden", "4", "--cells", "gru",
          "-q",
          "-o", "OUT",
        ], suffix: ".svg.gz"),
      .init(arguments: ["inspect", "lm", "--text", "a b", "-o", "OUT"], suffix: ".svg"),
      .init(arguments: ["image", "describe", "lenet-5", "-o", "OUT"], suffix: ".svg"),
      .init(arguments: ["abc", "midi", "tune.abc", "-o", "OUT"], suffix: ".mid"),
      .init(arguments: ["export-onnx", "lm", "-o", "OUT"], suffix: ".onnx"),
      .init(
        arguments: [
          "corpus", "make", "atlas", "--words", "500", "--questions", "/dev/null", "-o", "OUT",
        ],
        suffix: ".txt.gz"),
      .init(
        arguments: [
          "corpus", "make", "atlas", "--words", "500", "-o", "/dev/null", "--questions", "OUT",
        ],
        suffix: ".txt"),
    ]

  /// Makes what the commands read.
  static func writeInputs(in folder: String) throws {
    try TestFiles.write(Samples.text(lines: 60), to: folder + "/text")
    _ = try Samples.writeVectors(in: folder)
    try TestFiles.write(
      "text\tlabel\n"
        + String(repeating: "a good film\tpos\na bad film\tneg\n", count: 10),
      to: folder + "/train.tsv")
    try TestFiles.write(
      String(repeating: "the\tD\nplay\tN\n\nthey\tP\nplay\tV\n\n", count: 10), to: folder + "/tags")
    let rows = (0..<40).map { row in
      (0..<64).map { "\(($0 * 7 + row * 13 + $0 * row) % 16)," }.joined() + "\(row % 2)\n"
    }
    try TestFiles.write(rows.joined(), to: folder + "/set.tra")
    let pixels = (0..<256).map { "\($0)" }.joined(separator: " ")
    try TestFiles.write("P2\n16 16\n255\n\(pixels)\n", to: folder + "/image.pgm")
    try TestFiles.write(
      "{\"epoch\":1,\"tokens\":9,\"loss\":2,\"seconds\":1}\n", to: folder + "/course.jsonl")
    try TestFiles.write("X:1\nT:Up\nL:1/8\nK:C\nCDEF GABc|\n", to: folder + "/tune.abc")
    let tool = Tool(folder: folder)
    for arguments in [
      lm + ["-o", "lm"], ["train-lm", "text", "--model", "ngram", "-q", "-o", "ngrams"],
      images + ["-o", "digits"], ["train-tagger", "tags"] + network + ["-o", "tagger"],
      classifier + ["--ngrams", "1", "-o", "classes"], documents + ["-o", "docs"],
    ] {
      let run = try tool.start(arguments, workingFolder: folder).wait()
      try #require(run.exitCode == 0, "\(arguments): \(run.errors)")
    }
  }

  /// Calls `body` for each command, in a folder with its inputs.
  static func forEach(
    _ body: (_ command: WritingCommand, _ tool: Tool, _ folder: String) throws -> Void
  ) throws {
    try TestFiles.withFolder { folder in
      try writeInputs(in: folder)
      for command in all { try body(command, Tool(folder: folder), folder) }
    }
  }
}

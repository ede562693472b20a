import Libc
import TestSupport
import Testing

import wordtool

/// An option that is not refused changes what comes out: text is cut and models are trained with
/// each. Of the trainings a sample, all of them with `WT_SLOW_TESTS=1`.
@Suite struct OptionOutputTests {
  /// A command on small files, and the options whose effect is not in the bytes.
  struct Case: CustomTestStringConvertible, Sendable {
    var words: String
    var base: [String]
    var variants: [[String]] = [[]]
    /// Options that change time, memory, messages or other files.
    var others: Set<String> = []
    /// What to give instead of the usual value, and beside it.
    var values: [String: [String]] = [:]
    var isTraining = false
    var testDescription: String { words }
  }

  /// What says how a command runs, and not what it makes.
  private static let running: Set<String> = [
    "--threads", "--progress", "--quiet", "-q", "--json", "--memory", "--strict", "--encoding",
    "--include", "--exclude", "--delimiter", "--html",
    "--output", "--seed", "--test", "--resume", "--checkpoint", "--checkpoint-every", "--metrics",
  ]
  /// How text is cut. Blanks are inside tokens only where those are sentences.
  private static let tokens: [String: [String]] = [
    "--locale": ["--locale", "tr"], "--normalize": ["--normalize", "nfkd"],
  ]
  /// The same, and where rows go.
  private static let encoding = tokens.merging([
    "--format": ["--format", "json"], "--save": ["--save", "o/s"],
    "--vocab": ["--vocab", "counts"],
    "--save-weights": ["--save-weights", "o/w"],
  ]) { $1 }
  private static let encoded: Set<String> = [
    "--collapse-spaces", "--names", "--load", "--load-weights", "--text-column",
  ]
  private static let network = ["--batch", "4", "--bptt", "8", "--epochs", "2", "-q"]

  static let cases: [Case] = [
    Case(
      words: "tokenize", base: ["text"],
      variants: ["word", "sentence", "paragraph", "grapheme"].map { ["--unit", $0] }
        + [["--tokenizer", "whitespace"]],
      // Not every unit has a language, or letters of another script.
      others: ["--collapse-spaces", "--locale", "--transliterate"],
      values: tokens.merging(["--max-length": ["--max-length", "1"]]) { $1 }),
    Case(words: "vocab", base: ["text"], others: ["--collapse-spaces"], values: tokens),
    Case(
      words: "encode bag-of-words", base: ["text", "--names", "o/names"],
      variants: ["token", "word", "char", "char-wb"].map { ["--unit", $0] }, others: encoded,
      values: encoding),
    Case(
      words: "encode tf-idf", base: ["text", "--names", "o/names"], variants: [[], ["--no-idf"]],
      others: encoded, values: encoding),
    Case(
      words: "encode hashing", base: ["text"],
      variants: ["token", "word", "char"].map { ["--unit", $0] }, others: encoded,
      values: encoding),
    Case(
      words: "encode one-hot", base: ["text", "--names", "o/names"],
      others: encoded.union(["--unknown", "--table"]), values: encoding),
    Case(
      words: "encode window", base: ["text", "--names", "o/names"], variants: [[], ["--big"]],
      others: encoded, values: encoding),
    Case(
      words: "train-lm", base: ["plain", "-o", "o/m", "--order", "3", "--model", "ngram"],
      variants: [[], ["--unit", "char"]], others: ["--valid"], isTraining: true),
    Case(
      words: "train-lm", base: ["plain", "-o", "o/m"] + network,
      variants: [
        ["--model", "recurrent", "--hidden", "6", "--embedding", "6"],
        ["--model", "fixed-window", "--hidden", "6", "--embedding", "6"],
        ["--model", "bag-of-words", "--embedding", "6"],
      ],
      // Both end or average a training that no longer gains, which two epochs do not show.
      others: ["--patience", "--average-after", "--valid"],
      values: [
        "--layers": ["--layers", "1"], "--clip": ["--clip", "0.01"],
        "--schedule": ["--schedule", "cosine"],
        "--decay": ["--decay", "3", "--schedule", "step", "--decay-after", "1"],
        "--decay-after": ["--decay-after", "1", "--schedule", "step"],
        "--cutoffs": ["--cutoffs", "3,9", "--softmax", "adaptive"],
      ], isTraining: true),
    Case(
      words: "train-classifier", base: ["labelled.tsv", "-o", "o/m", "--epochs", "2", "-q"],
      variants: [
        ["--model", "bag-of-words"], ["--model", "fasttext"],
        ["--model", "lstm", "--hidden", "6", "--dim", "6", "--max-length", "9"],
      ],
      others: [
        "--valid", "--patience", "--format", "--text-column", "--label-column", "--header",
        "--no-header", "--locale", "--label-prefix", "--autotune", "--autotune-trials",
        "--autotune-metric", "--autotune-time",
        // The losses of one model are refused by the other: LinearModelTests has them.
        "--loss", "--calibrate",
      ],
      values: [
        "--class-weights": ["--class-weights", "pos=3"], "--clip": ["--clip", "0.01"],
        "--cost": ["--cost", "0.01"], "--normalize": ["--normalize", "nfkd"],
      ], isTraining: true),
  ]

  private static func writeFiles(in folder: String) throws {
    let text = """
      The café was GOOD, \u{FF26}\u{FF35}\u{FF2C}\u{FF2C} and naïve: it's 12 or 3,5 \u{664}.
      Write to me@example.org, @you or http://a.example/b?c=1 - İstanbul IS good\u{301}.
      The  good food  was good\u{A0}and THE good was \u{FB01}ne. No? Yes! 77 77

      a b

      """
    try TestFiles.write(text, to: folder + "/text")
    try TestFiles.write(
      Samples.text(lines: 30) + "One Rare Word\none Word\n", to: folder + "/plain")
    try TestFiles.write("the\ngood\na\nb\na b\nNo?\n", to: folder + "/stops")
    try TestFiles.write("good 5\nthe 4\n", to: folder + "/counts")
    try TestFiles.write("good\nthe\ncafé\nthe good\n", to: folder + "/f")
    let rows = (0..<40).map { row in
      "A \(row % 2 == 0 ? "Good" : "dull") film, number \(row % 7) café it's a a long one"
        + (row < 2 ? " seldom" : "") + (row % 2 == 0 ? "\tpos" : "\tneg")
    }
    try TestFiles.write(rows.joined(separator: "\n") + "\n", to: folder + "/labelled.tsv")
    let words = ["the", "king", "good", "film", "a"]
    try TestFiles.write(
      "\(words.count) 7\n" + words.enumerated().map { "\($1) \($0) 1 2 3 4 5 6\n" }.joined(),
      to: folder + "/v")
  }

  /// What a run makes: its files, and what it prints where it makes none.
  private static func output(_ tool: Tool, _ arguments: [String]) throws -> [String: [UInt8]] {
    let made = tool.folder + "/o"
    for name in TestFiles.names(in: made) { unlink(made + "/" + name) }
    let run = try tool.start(arguments, workingFolder: tool.folder).wait()
    #expect(run.exitCode == 0, "\(arguments): \(run.errors)")
    var result: [String: [UInt8]] = [:]
    for name in TestFiles.names(in: made) { result[name] = TestFiles.readBytes(made + "/" + name) }
    if result["m"] == nil { result["-"] = Array(run.output.utf8) }
    return result
  }

  @Test(arguments: cases) func whatIsTakenChangesTheOutput(_ test: Case) throws {
    try TestFiles.withFolder { folder in
      try Self.writeFiles(in: folder)
      mkdir(folder + "/o", 0o777)
      let tool = Tool(folder: folder)
      let command = try #require(CommandDescription.all.first { $0.words == test.words }).command
      let words = test.words.split(separator: " ").map(String.init)
      for variant in test.variants {
        let base = words + test.base + variant
        let plain = try Self.output(tool, base)
        for (number, option) in command.options.enumerated() {
          let spellings = option.spellings
          if spellings.contains(where: { Self.running.union(test.others).contains($0) })
            || spellings.contains(where: (variant + ["--model", "--unit"]).contains)
            || (test.isTraining && !RealData.slowTestsAreWanted && number % 9 != 0)
          {
            continue
          }
          // Of a flag and its opposite one is the default.
          var differs = false
          var taken: [String] = []
          for spelling in spellings {
            let given =
              test.values[spelling]
              ?? (OptionEffectTests.companions[spelling] ?? [])
              + OptionEffectTests.given(option, as: spelling)
            guard OptionEffects.refusal(of: base + given) == nil else { continue }
            taken = given
            if try Self.output(tool, base + given) != plain { differs = true }
          }
          #expect(taken.isEmpty || differs, "\(base) \(taken)")
        }
      }
    }
  }
}

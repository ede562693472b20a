import ArgumentParser
import Charts
import WordtoolCore

/// What options of `plot` may be, and which go together.
extension PlotCommand {
  var isPicture: Bool {
    output.map { ["svg", "png"].contains(FileSuffix(of: $0).name) } ?? false
  }

  func validate() throws {
    try OptionCheck.whole([
      ("--neighbors", neighbors, 0...1000), ("--top", top, 1...20_000),
      ("--skip", skip, 0 ... .max - 20_000), ("--iterations", iterations, 1...1_000_000),
      ("--dimensions", dimensions, 2...3), ("--groups", groups, 1...100),
    ])
    if let perplexity, !(1...1e6).contains(perplexity) {
      throw ValidationError("--perplexity is \(perplexity), expected 1 to 1000000")
    }
    if method == .umap, let perplexity, perplexity < 2 {
      throw ValidationError("--perplexity is \(perplexity), expected 2 or more for umap")
    }
    if terminal, style.json || (style.style ?? .table) != .table {
      throw ValidationError("--terminal and another style exclude each other")
    }
    if !trainings.metrics.isEmpty, !words.isEmpty {
      throw ValidationError("words and --metrics exclude each other: two pictures")
    }
    if oneHot, words.isEmpty { throw ValidationError("words are missing, which --one-hot draws") }
    if oneHot, words.count > EncodingChart.mostWords {
      throw ValidationError(
        "\(words.count) words with --one-hot, expected at most \(EncodingChart.mostWords)")
    }
    if (x == nil) != (y == nil) { throw ValidationError("--x and --y go together") }
    if x != nil, method != nil {
      throw ValidationError("--x and --method exclude each other: both place the words")
    }
  }

  var optionRules: [OptionRule] {
    [
      OptionRule(
        [
          "-v", "--vectors", "--lossy", "--word-list", "-n", "--neighbors", "--pairs", "--top",
          "--skip", "--method", "--x", "--y", "--perplexity", "--iterations", "--dimensions",
          "--groups", "--seed", "--strict", "--threads",
        ], need: "words, not to --metrics", isMet: trainings.metrics.isEmpty),
      OptionRule(
        [
          "-n", "--neighbors", "--pairs", "--top", "--skip", "--method", "--x", "--y",
          "--perplexity", "--iterations", "--dimensions", "--groups", "--seed",
        ], need: "a map of words, not to --one-hot", isMet: !oneHot),
      OptionRule(["--one-hot"], need: "words, not to --metrics", isMet: trainings.metrics.isEmpty),
      OptionRule(
        ["--curves", "--over", "--log"], need: "--metrics", isMet: !trainings.metrics.isEmpty),
      OptionRule(["--title", "--dark"], need: "-o FILE.svg or FILE.png", isMet: isPicture),
      OptionRule(["--style", "--json", "--terminal"], need: "no -o", isMet: output == nil),
      OptionRule(
        ["--dimensions"], need: "no --x, and numbers in place of a picture",
        isMet: x == nil && !isPicture),
      OptionRule(
        ["-n", "--neighbors"], need: "words or --pairs", isMet: !words.isEmpty || pairs != nil),
      OptionRule(["--skip"], need: "--top, or no words", isMet: top != nil || isFrequent),
      OptionRule(
        ["--perplexity", "--iterations"], need: "--method tsne or umap",
        isMet: x == nil && method != .pca),
    ]
  }

  /// Whether the most frequent words are drawn because none were asked for.
  var isFrequent: Bool { words.isEmpty && pairs == nil }
}

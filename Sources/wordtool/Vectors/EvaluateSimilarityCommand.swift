import ArgumentParser
import Word2Vec

/// `wordtool evaluate similarity`: correlation with what people say.
struct EvaluateSimilarityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "similarity",
    abstract: "Compare the similarities of word pairs with those that people gave.",
    discussion: """
      FILE has two words and a score a line, apart by tabs or spaces (WordSim-353, SimLex-999, \
      MEN and their like). Pairs with an unknown word are left out and counted as missing.

      Example:
        wordtool evaluate similarity wordsim353.tsv
      """,
    aliases: ["pairs"])

  @Argument(help: ArgumentHelp("The pairs.", valueName: "file"))
  var file: String

  @OptionGroup var vectors: VectorsOptions

  @Option(
    help: ArgumentHelp(
      "Know the first n words of the vectors only. (default: all)", valueName: "n"))
  var restrict: Int?

  @OptionGroup var json: JSONOptions

  func validate() throws {
    if let restrict, restrict < 1 {
      throw ValidationError("--restrict is \(restrict), expected at least 1")
    }
  }

  func run() throws {
    let pairs = try SimilarityPairs(contentsOf: file)
    let set = try VectorSet(vectors)
    let result = set.vectors.evaluateSimilarity(pairs, limit: restrict)
    if json.json { return try JSONOutput.write(result.answer) }
    func number(_ value: Double?, _ interval: ClosedRange<Double>?) -> String {
      guard let value else { return "undefined" }
      let range = interval.map {
        "  (95 %: \(NumberFormat.fixed($0.lowerBound, 3)) to "
          + "\(NumberFormat.fixed($0.upperBound, 3)))"
      }
      return NumberFormat.fixed(value, 4) + (range ?? "")
    }
    try StandardOutput.shared.write(
      """
      spearman  \(number(result.spearman, result.spearmanInterval))
      pearson   \(number(result.pearson, result.pearsonInterval))
      pairs     \(result.pairs)
      missing   \(result.missing)

      """)
  }
}

import ArgumentParser
import Word2Vec

/// `wordtool evaluate similarity`: correlation with what people say.
struct EvaluateSimilarityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "similarity",
    abstract: "Compare the similarities of word pairs with those that people gave.",
    discussion: """
      FILE has two words and a score a line, apart by tabs, commas or spaces, as WordSim-353, \
      SimLex-999, MEN, RG-65 and their like are published: the first line may name the columns, and \
      what follows the score is not looked at. Pairs with an unknown word are left out and counted as missing.

      Example:
        wordtool evaluate similarity wordsim353.tsv
      """,
    aliases: ["pairs"])

  @Argument(help: ArgumentHelp("The pairs.", valueName: "file"), completion: .file())
  var file: String

  @OptionGroup var vectors: VectorsOptions

  @OptionGroup var restrict: RestrictOptions

  @OptionGroup var json: JSONOptions

  func run() throws {
    let pairs = try FileKind.reading(file, as: .similarityPairs) {
      try SimilarityPairs(contentsOf: file)
    }
    let set = try VectorSet(vectors)
    let result = try set.vectors.evaluateSimilarity(pairs, limit: restrict.restrict)
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

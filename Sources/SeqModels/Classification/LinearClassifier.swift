import BLASCore
import Networks
import Tokenize
import WordtoolCore

/// L2-regularised logistic regression over words and n-grams.
///
/// Two labels of which each text has one are one question; otherwise each label is a yes-or-no
/// question of its own, and where each text has exactly one label the answers are scaled to add up
/// to 1.
struct LinearClassifier: ClassifierCore {
  static let modelName = "bag-of-words"
  let labels: [String]
  let rule: TokenizerRule
  let isExclusive: Bool
  let features: NGramFeatures
  let weighting: LinearClassifierOptions.Weighting
  /// [features, questions], row-major, scales multiplied in.
  let weights: [Float]
  /// [questions]
  let biases: [Float]
  /// [features] with tf-idf, else empty.
  let inverseDocumentFrequencies: [Float]
  let tokenizer: WordTokenizer

  var name: String { Self.modelName }
  var parameterCount: Int { weights.count + biases.count }
  /// How many yes-or-no questions there are: 1 for two exclusive labels.
  var questionCount: Int { biases.count }

  func scores(
    of texts: LabelledText, _ range: Range<Int>, threads: Int
  ) throws -> ClassScores {
    try NGramScoring.scores(
      of: texts, range, features: features, labelCount: labels.count, tokenizer: tokenizer,
      threads: threads
    ) { found, row in score(found, &row) }
  }

  /// The probabilities for a text with these features.
  private func score(_ found: [Int32], _ row: inout [Float]) {
    var logits = [Float](repeating: 0, count: questionCount)
    var squares: Float = 0
    let sorted = found.sorted()
    var at = 0
    while at < sorted.count {
      let feature = Int(sorted[at])
      var next = at + 1
      while next < sorted.count, sorted[next] == sorted[at] { next += 1 }
      let value: Float =
        switch weighting {
        case .binary, .naiveBayes: 1
        case .counts: Float(next - at)
        case .tfIdf: 1 + PortableMath.log(Float(next - at))
        }
      at = next
      if weighting == .tfIdf {
        let product = value * inverseDocumentFrequencies[feature]
        squares += product * product
      }
      let base = feature * questionCount
      for question in 0..<questionCount { logits[question] += value * weights[base + question] }
    }
    let scale = weighting == .tfIdf && squares > 0 ? 1 / squares.squareRoot() : 1
    for question in 0..<questionCount {
      logits[question] = 1 / (1 + PortableMath.exp(-(logits[question] * scale + biases[question])))
    }
    if questionCount == 1 {
      row = [1 - logits[0], logits[0]]
      return
    }
    let sum = logits.reduce(0, +)
    row = isExclusive && sum > 0 ? logits.map { $0 / sum } : logits
  }
}

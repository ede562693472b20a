import BLASCore
import Networks
import Tokenize
import WordtoolCore

/// L2-regularised logistic regression, or a linear support vector machine, over words and n-grams.
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
  let loss: LinearClassifierOptions.Loss
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
    try unsafe NGramScoring.scores(
      of: texts, range, features: features, labelCount: labels.count, tokenizer: tokenizer,
      threads: threads
    ) {
      var counts = FeatureCounts()
      var logits = [Float](repeating: 0, count: questionCount)
      return { found, row in
        unsafe counts.count(found)
        unsafe logits.withUnsafeMutableBufferPointer { unsafe score(counts, $0, row) }
      }
    }
  }

  /// The probabilities for a text with these features.
  private func score(
    _ counts: FeatureCounts, _ logits: UnsafeMutableBufferPointer<Float>,
    _ row: UnsafeMutableBufferPointer<Float>
  ) {
    let questionCount = questionCount
    for question in 0..<questionCount { unsafe logits[question] = 0 }
    var squares: Float = 0
    unsafe weights.withUnsafeBufferPointer { weights in
      counts.forEach { feature, count in
        let value: Float =
          switch weighting {
          case .binary, .naiveBayes: 1
          case .counts: Float(count)
          case .tfIdf: 1 + PortableMath.log(Float(count))
          }
        if weighting == .tfIdf {
          let product = value * inverseDocumentFrequencies[feature]
          squares += product * product
        }
        let base = feature * questionCount
        for question in 0..<questionCount {
          unsafe logits[question] += value * weights[base + question]
        }
      }
    }
    let scale = weighting == .tfIdf && squares > 0 ? 1 / squares.squareRoot() : 1
    for question in 0..<questionCount {
      let logit = unsafe logits[question] * scale + biases[question]
      unsafe logits[question] = 1 / (1 + PortableMath.exp(-logit))
    }
    if questionCount == 1 {
      unsafe row[0] = 1 - logits[0]
      unsafe row[1] = logits[0]
      return
    }
    var sum: Float = 0
    for question in 0..<questionCount { unsafe sum += logits[question] }
    let divisor = isExclusive && sum > 0 ? sum : 1
    for question in 0..<questionCount { unsafe row[question] = logits[question] / divisor }
  }
}

/// How often each feature of a text occurs, in the order of their first occurrence.
struct FeatureCounts {
  /// Open addressing: places in `features` plus one, 0 for free.
  private var slots = [Int32](repeating: 0, count: 1024)
  private var features: [Int32] = []
  private var counts: [Int32] = []

  /// Counts the features of another text.
  mutating func count(_ found: UnsafeBufferPointer<Int32>) {
    features.removeAll(keepingCapacity: true)
    counts.removeAll(keepingCapacity: true)
    var size = slots.count
    while size < 2 * found.count { size *= 2 }
    if size > slots.count {
      slots = [Int32](repeating: 0, count: size)
    } else {
      for place in slots.indices { slots[place] = 0 }
    }
    let mask = slots.count - 1
    for index in found.indices {
      let feature = unsafe found[index]
      var place = Int((UInt32(bitPattern: feature) &* 0x9E37_79B1) >> 8) & mask
      while true {
        let slot = Int(slots[place])
        if slot == 0 {
          features.append(feature)
          counts.append(1)
          slots[place] = Int32(features.count)
          break
        }
        if features[slot - 1] == feature {
          counts[slot - 1] += 1
          break
        }
        place = (place + 1) & mask
      }
    }
  }

  /// Calls `body` with each feature once, and how often it occurs.
  @inline(__always)
  func forEach(_ body: (_ feature: Int, _ count: Int32) -> Void) {
    for place in features.indices { body(Int(features[place]), counts[place]) }
  }
}

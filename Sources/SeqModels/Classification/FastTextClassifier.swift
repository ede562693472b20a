import Networks
import Tokenize
import WordtoolCore

/// The mean of a text's word and n-gram embeddings, then one layer and softmax.
///
/// Joulin, Grave, Bojanowski and Mikolov: Bag of Tricks for Efficient Text Classification, EACL
/// 2017.
struct FastTextClassifier: ClassifierCore {
  static let modelName = "fasttext"
  let labels: [String]
  let rule: TokenizerRule
  let features: NGramFeatures
  /// [features, dimension]
  let embeddings: FloatRows
  /// [labels, dimension]
  let output: FloatRows
  let tokenizer: WordTokenizer

  var name: String { Self.modelName }
  var parameterCount: Int { (embeddings.count + output.count) * embeddings.dimension }
  var isExclusive: Bool { true }

  func scores(
    of texts: LabelledText, _ range: Range<Int>, threads: Int
  ) throws -> ClassScores {
    try NGramScoring.scores(
      of: texts, range, features: features, labelCount: labels.count, tokenizer: tokenizer,
      threads: threads
    ) { found, row in
      let dimension = embeddings.dimension
      var mean = [Float](repeating: 0, count: dimension)
      for feature in found {
        let values = unsafe embeddings[Int(feature)]
        for column in 0..<dimension { unsafe mean[column] += values[column] }
      }
      let scale = 1 / Float(max(1, found.count))
      for column in 0..<dimension { mean[column] *= scale }
      for label in row.indices {
        let weights = unsafe output[label]
        var sum: Float = 0
        for column in 0..<dimension { unsafe sum += weights[column] * mean[column] }
        row[label] = sum
      }
      let largest = row.max() ?? 0
      unsafe row.withUnsafeMutableBufferPointer { row in
        guard let values = row.baseAddress else { return }
        for label in row.indices { unsafe row[label] -= largest }
        unsafe Float.exponential(values, into: values, count: row.count)
      }
      let sum = row.reduce(0, +)
      for label in row.indices { row[label] /= sum }
    }
  }
}

/// Rows of floats in memory that somebody else owns: a mapped file, or what was trained.
@safe struct FloatRows: @unchecked Sendable {
  // Sendable: nobody writes to the memory once rows have been made of it.

  let count: Int
  let dimension: Int
  private let stride: Int
  private let base: UnsafePointer<Float>?
  private let owner: any AnyObject & Sendable

  /// - Precondition: `values` holds `count` rows of `stride` floats, which stay as they are while
  ///   `owner` lives.
  init(
    count: Int, dimension: Int, stride: Int, values: UnsafeBufferPointer<Float>,
    owner: any AnyObject & Sendable
  ) {
    precondition(values.count >= (count - 1) * stride + dimension, "too few values")
    self.count = count
    self.dimension = dimension
    self.stride = stride
    self.owner = owner
    unsafe base = values.baseAddress
  }

  /// The values of a row, 0 ..< `count`.
  subscript(row: Int) -> UnsafeBufferPointer<Float> {
    precondition(row >= 0 && row < count, "row \(row) of \(count)")
    return unsafe UnsafeBufferPointer(
      start: base.map { unsafe $0 + row * stride }, count: dimension)
  }
}

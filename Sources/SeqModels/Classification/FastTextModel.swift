import BLASCore
import FastTextFiles
import Synchronization
import Tokenize
import WordtoolCore

/// A supervised model of fastText's: the mean of the rows of a text's words, of their n-grams of
/// characters and of its n-grams of words, then one layer and a loss.
///
/// Joulin, Grave, Bojanowski and Mikolov: Bag of Tricks for Efficient Text Classification, EACL 2017;
/// Joulin et al.: FastText.zip: Compressing text classification models, 2016. Text is cut at white
/// space as fastText cuts it, case as it stands, and ends in `</s>`.
struct FastTextModel: ClassifierCore {
  static let modelName = "fasttext-file"
  let loss: FastTextHeader.Loss
  let features: FastTextFeatures
  /// The labels as they stand in the file, their prefix among them.
  let rawLabels: [String]
  let labels: [String]
  /// How often each word and, behind them, each label occurred.
  let counts: [Int64]
  let tokenCount: Int64
  /// [words and n-grams, dimension]
  let input: any FastTextMatrix
  /// [labels, dimension]; with hierarchical softmax [nodes of the tree, dimension].
  let output: any FastTextMatrix
  /// Whether both matrices are quantized.
  let isQuantized: (input: Bool, output: Bool)
  /// The ways to the labels, where the loss is hierarchical softmax.
  let tree: FastTextTree?
  /// What it was read from, which keeps the matrices in memory; nil of a model made here.
  let owner: MappedFile?

  var name: String { Self.modelName }
  var rule: TokenizerRule { .whitespace }
  var parameterCount: Int { (input.rowCount + output.rowCount) * input.dimension }
  var isExclusive: Bool { loss == .softmax || loss == .hierarchicalSoftmax }

  var header: FastTextHeader { features.header }
  var words: ByteStringTable { features.words }

  /// What stands before a label in fastText's files.
  static let labelPrefix = LabelledTextLayout.usualLabelPrefix

  /// The mean of rows, summed up in their order.
  func mean(of bag: FastTextFeatures.Bag) -> [Float] {
    var mean = [Float](repeating: 0, count: input.dimension)
    let share = Float(1 / Double(max(1, bag.rows.count)))
    unsafe mean.withUnsafeMutableBufferPointer { mean in
      guard let base = mean.baseAddress else { return }
      for row in bag.rows { unsafe input.add(row: row, to: base) }
      for column in mean.indices { unsafe mean[column] *= share }
    }
    return mean
  }

  func scores(
    of texts: LabelledText, _ range: Range<Int>, threads: Int
  ) throws -> ClassScores {
    let found: [Scored] = try inPieces(of: texts, range, threads: threads) { bag in
      Scored(probabilities: probabilities(mean(of: bag)), knownCount: bag.knownCount)
    }
    var scores = ClassScores(textCount: range.count, labelCount: labels.count)
    scores.probabilities = found.flatMap(\.probabilities)
    scores.knownCounts = found.map { Int32(clamping: $0.knownCount) }
    return scores
  }

  private struct Scored: Sendable {
    var probabilities: [Float]
    var knownCount: Int
  }

  func fastTextAnswers(
    of texts: LabelledText, _ range: Range<Int>, count: Int, threads: Int
  ) throws -> [TextClassifier.Answer]? {
    try inPieces(of: texts, range, threads: threads) { bag in
      // fastText has no answer for a text without any row.
      let best = bag.rows.isEmpty ? [] : fastTextLabels(mean(of: bag), count: count)
      guard best.allSatisfy(\.probability.isFinite) else { throw WordtoolError.unsoundModel }
      let predictions = best.map {
        TextClassifier.Prediction(
          label: rawLabels[$0.label], probability: Double($0.probability))
      }
      return TextClassifier.Answer(predictions: predictions, knownCount: bag.knownCount)
    } as [TextClassifier.Answer]
  }

  /// Texts a thread takes at a time.
  private static let pieceSize = 64

  /// What `body` gives for the rows of each text of a range, on several threads.
  private func inPieces<Answer: Sendable>(
    of texts: LabelledText, _ range: Range<Int>, threads: Int,
    _ body: @escaping @Sendable (FastTextFeatures.Bag) throws -> Answer
  ) throws -> [Answer] {
    let pieceCount = (range.count + Self.pieceSize - 1) / Self.pieceSize
    let answers = Locked([[Answer]](repeating: [], count: pieceCount))
    let next = Atomic<Int>(0)
    try Workers.run(count: max(1, min(threads, pieceCount))) { _ in
      while case let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue, piece < pieceCount {
        let first = range.lowerBound + piece * Self.pieceSize
        var values: [Answer] = []
        for text in first..<min(range.upperBound, first + Self.pieceSize) {
          values.append(
            try body(unsafe texts.withUTF8(at: text) { unsafe features.bag(ofUTF8: $0) }))
        }
        let done = values
        answers.withLock { $0[piece] = done }
      }
    }
    return answers.withLock { Array($0.joined()) }
  }
}

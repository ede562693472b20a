import BLASCore
import Embedding
import Networks
import Synchronization
import Tokenize
import WordtoolCore

/// The mean of a text's word and n-gram embeddings, then one layer, and softmax or a logistic function
/// for each label.
///
/// Joulin, Grave, Bojanowski and Mikolov: Bag of Tricks for Efficient Text Classification, EACL
/// 2017.
struct FastTextClassifier: ClassifierCore {
  static let modelName = "fasttext"
  let labels: [String]
  let rule: TokenizerRule
  let features: NGramFeatures
  /// The row of each feature; empty where it is the feature's number. See ``FeatureRows``.
  let rowPlaces: [Int32]
  /// [rows, dimension]
  let embeddings: FloatRows
  /// [labels, dimension]
  let output: FloatRows
  /// What it was trained for, which decides how scores become probabilities.
  let loss: FastTextOptions.Loss
  let tokenizer: WordTokenizer
  private let scorer: BagScorer
  private let table = ScoreTable()

  /// - Precondition: every row named is there, and both tables have one dimension.
  /// - Throws: `WordtoolError` of kind `usage` for kernels this processor does not have, and as
  ///   `WordTokenizer`.
  init(
    labels: [String], rule: TokenizerRule, features: NGramFeatures, rowPlaces: [Int32],
    embeddings: FloatRows, output: FloatRows, loss: FastTextOptions.Loss
  ) throws {
    self.labels = labels
    self.rule = rule
    self.features = features
    self.rowPlaces = rowPlaces
    self.embeddings = embeddings
    self.output = output
    self.loss = loss
    tokenizer = try WordTokenizer(rule: rule)
    scorer = BagScorer(
      inputs: embeddings.modelRows, labels: output.modelRows, dimension: output.dimension,
      kernels: try KernelTable.selected())
  }

  var name: String { Self.modelName }
  var parameterCount: Int { (embeddings.count + output.count) * embeddings.dimension }
  var isExclusive: Bool { loss == .softmax }

  /// The row of a feature.
  func row(of feature: Int) -> Int { rowPlaces.isEmpty ? feature : Int(rowPlaces[feature]) }

  func scores(
    of texts: LabelledText, _ range: Range<Int>, threads: Int
  ) throws -> ClassScores {
    let table = try table.values(
      forTextOf: texts.byteCount(of: range), scorer, rowCount: embeddings.count,
      labelCount: labels.count, threads: threads)
    return try unsafe NGramScoring.scores(
      of: texts, range, features: features, labelCount: labels.count, tokenizer: tokenizer,
      threads: threads
    ) {
      var room = [Float](repeating: 0, count: scorer.roomCount)
      var rows: [Int32] = []
      return { found, probabilities in
        guard let start = probabilities.baseAddress else { return }
        if !rowPlaces.isEmpty {
          rows.removeAll(keepingCapacity: true)
          for index in found.indices { unsafe rows.append(rowPlaces[Int(found[index])]) }
        }
        unsafe rows.withUnsafeBufferPointer { rows in
          unsafe room.withUnsafeMutableBufferPointer { room in
            guard let room = room.baseAddress else { return }
            let bag = unsafe rowPlaces.isEmpty ? found : rows
            unsafe table.withOptionalPointer {
              unsafe scorer.score(bag, table: $0, room: room, into: start)
            }
          }
        }
        if loss == .softmax {
          unsafe scorer.softmax(start)
        } else {
          unsafe scorer.logistic(start)
        }
      }
    }
  }
}

/// The labels' scores of all rows, made when enough text was asked about to be worth it: a model that
/// answers one question has no use for them.
private final class ScoreTable: Sendable {
  private struct State {
    var wordCount = 0
    var values: [Float]?
  }
  private let state = Locked(State())
  /// Bytes of an ordinary text for a word and an n-gram each.
  private static let bytesPerWord = 6
  private static let pieceSize = 4096

  /// The scores [rows, labels], or nil while they are not worth their making.
  func values(
    forTextOf byteCount: Int, _ scorer: BagScorer, rowCount: Int, labelCount: Int, threads: Int
  ) throws -> [Float]? {
    guard scorer.addsScores else { return nil }
    let (known, isDue) = state.withLock { state in
      state.wordCount += byteCount / Self.bytesPerWord
      return (state.values, state.wordCount > rowCount / 2)
    }
    if known != nil || !isDue { return known }
    // Two callers at once make the same twice.
    let made = try Self.make(scorer, rowCount, labelCount, threads)
    state.withLock { $0.values = made }
    return made
  }

  private static func make(
    _ scorer: BagScorer, _ rowCount: Int, _ labelCount: Int, _ threads: Int
  ) throws -> [Float] {
    let pieces = (rowCount + pieceSize - 1) / pieceSize
    let parts = Locked([[Float]](repeating: [], count: pieces))
    let next = Atomic<Int>(0)
    try Workers.run(count: max(1, min(threads, pieces))) { _ in
      while case let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue, piece < pieces {
        let rows = piece * pieceSize..<min(rowCount, (piece + 1) * pieceSize)
        var values = [Float](repeating: 0, count: rows.count * labelCount)
        unsafe values.withUnsafeMutableBufferPointer {
          if let start = $0.baseAddress { unsafe scorer.score(rows: rows, into: start) }
        }
        let finished = values
        parts.withLock { $0[piece] = finished }
      }
    }
    var values: [Float] = []
    values.reserveCapacity(rowCount * labelCount)
    for part in parts.withLock({ $0 }) { values += part }
    return values
  }
}

extension [Float]? {
  /// Lends the values, or nil.
  @inline(__always)
  fileprivate func withOptionalPointer(_ body: (UnsafePointer<Float>?) -> Void) {
    if let values = self {
      unsafe values.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
    } else {
      body(nil)
    }
  }
}

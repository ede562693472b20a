import BLASCore
import Synchronization
import Tokenize
public import WordtoolCore

extension TextClassifier {
  /// Trains a linear classifier of words and n-grams. The same text, options and seed give the same
  /// model, whatever the number of threads.
  ///
  /// - Parameter progress: called between passes, from any thread.
  /// - Throws: `WordtoolError`: `badData` for fewer than two labels or texts without any frequent
  ///   word, `usage` for class weights of labels that are not there, `diverged`, `interrupted`.
  public static func train(
    on text: LabelledText, options: LinearClassifierOptions, threads: Int = 1,
    stop: StopFlag? = nil,
    progress: @escaping @Sendable (ClassifierProgress) -> Void = { _ in }
  ) throws -> ClassifierTraining {
    let labels = try TrainingLabels(text)
    let words = try DocumentWords(text, rule: options.features.rule, threads: threads, stop: stop)
    let (features, documents) = NGramFeatures.counted(words, options: options.features)
    let emptyCount = try documents.emptyCount(or: options.features)
    let value: SparseRows.Value =
      switch options.weighting {
      case .binary, .naiveBayes: .one
      case .counts: .count
      case .tfIdf: .logCount
      }
    let training = BagOfWordsTraining(
      labels: labels, isExclusive: !text.hasSeveralLabels, options: options,
      rows: SparseRows(documents, columnCount: features.count, value: value))
    let (core, epochs) = try training.run(
      features: features, threads: threads, stop: stop, progress: progress)
    return ClassifierTraining(
      classifier: TextClassifier(core: core), epochs: epochs, exampleCount: text.count,
      emptyCount: emptyCount, replacedCount: words.replacedCount)
  }
}

extension DocumentFeatures {
  /// How many documents have no feature.
  ///
  /// - Throws: `WordtoolError` of kind `badData` when none has any.
  func emptyCount(or options: NGramFeatureOptions) throws -> Int {
    let empty = (0..<count).count { starts[$0] == starts[$0 + 1] }
    guard empty < count else {
      throw WordtoolError(
        .badData, found: "no word that occurs at least \(options.minimumCount) times",
        expected: "texts with words", remedy: "use a smaller --min-count or other --kinds")
    }
    return empty
  }
}

/// One training of a linear classifier.
struct BagOfWordsTraining {
  let labels: TrainingLabels
  let isExclusive: Bool
  let options: LinearClassifierOptions
  let rows: SparseRows

  /// Trains all questions, several at a time.
  func run(
    features: NGramFeatures, threads: Int, stop: StopFlag?,
    progress: @escaping @Sendable (ClassifierProgress) -> Void
  ) throws -> (BagOfWordsClassifier, epochs: Int) {
    let classWeights = try options.classWeights.weights(
      for: labels.names, counts: labels.counts, exampleCount: rows.count)
    let cost = options.cost ?? options.weighting.defaultCost
    let costs = labels.ids.map { ids in
      cost * ids.reduce(0) { $0 + classWeights[Int($1)] } / Double(max(1, ids.count))
    }
    let frequencies = rows.rowCounts
    var inverse: [Float] = []
    var rowScales: [Float] = []
    if options.weighting == .tfIdf {
      inverse = frequencies.map { 1 + PortableMath.log(Float(1 + rows.count) / Float(1 + $0)) }
      rowScales = (0..<rows.count).map { row in
        let squares = (rows.starts[row]..<rows.starts[row + 1]).reduce(Float(0)) {
          let value = rows.values[$1] * inverse[Int(rows.columns[$1])]
          return $0 + value * value
        }
        return squares > 0 ? 1 / squares.squareRoot() : 1
      }
    }
    var regression = LogisticRegression(rows: rows, rowScales: rowScales)
    regression.tolerance = options.tolerance
    regression.maximumPasses = options.maximumEpochs
    let problem = regression
    let scales = inverse
    // Two exclusive labels are one question, which the second answers with yes.
    let asked = isExclusive && labels.names.count == 2 ? [1] : Array(labels.names.indices)
    let solutions = Locked(
      [LogisticRegression.Solution?](repeating: nil, count: asked.count))
    let next = Atomic<Int>(0)
    let done = Atomic<Int>(0)
    let isSingle = asked.count == 1
    try Workers.run(count: max(1, min(threads, asked.count))) { _ in
      while case let number = next.wrappingAdd(1, ordering: .relaxed).oldValue,
        number < asked.count
      {
        let label = Int32(asked[number])
        let positive = labels.ids.map { $0.contains(label) }
        let solution = try problem.train(
          positive: positive, costs: costs,
          columnScales: options.weighting == .naiveBayes
            ? logCountRatios(positive, frequencies) : scales,
          seed: options.seed &+ UInt64(label) &* 0x9E37_79B9, stop: stop
        ) { passes in
          guard isSingle else { return }
          progress(
            ClassifierProgress(
              fraction: Double(passes) / Double(options.maximumEpochs),
              exampleCount: passes * rows.count, epochs: passes))
        }
        solutions.withLock { $0[number] = solution }
        let finished = done.wrappingAdd(1, ordering: .relaxed).newValue
        progress(
          ClassifierProgress(
            fraction: Double(finished) / Double(asked.count),
            exampleCount: finished * rows.count, epochs: solution.passes))
      }
    }
    let found = solutions.withLock { $0.compactMap { $0 } }
    var weights = [Float](repeating: 0, count: features.count * asked.count)
    for (question, solution) in found.enumerated() {
      for feature in 0..<features.count {
        weights[feature * asked.count + question] = solution.weights[feature]
      }
    }
    let model = BagOfWordsClassifier(
      labels: labels.names, rule: options.features.rule, isExclusive: isExclusive,
      features: features, weighting: options.weighting, weights: weights,
      biases: found.map { $0.weights[features.count] }, inverseDocumentFrequencies: inverse,
      tokenizer: try WordTokenizer(rule: options.features.rule))
    return (model, found.map(\.passes).max() ?? 0)
  }

  /// ln of the ratio of a column's share of the positive rows' features and of the others', with 1
  /// added to each count.
  private func logCountRatios(_ positive: [Bool], _ counts: [Int32]) -> [Float] {
    var positives = [Int32](repeating: 0, count: rows.columnCount)
    for row in 0..<rows.count where positive[row] {
      for at in rows.starts[row]..<rows.starts[row + 1] { positives[Int(rows.columns[at])] += 1 }
    }
    var sumPositive = 0.0
    var sumNegative = 0.0
    for (all, some) in zip(counts, positives) {
      sumPositive += Double(some) + 1
      sumNegative += Double(all - some) + 1
    }
    let offset = PortableMath.log(sumNegative / sumPositive)
    return zip(counts, positives).map { all, some in
      Float(PortableMath.log((Double(some) + 1) / (Double(all - some) + 1)) + offset)
    }
  }
}

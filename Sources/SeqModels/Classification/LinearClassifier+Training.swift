import BLASCore
import Networks
import Synchronization
import Tokenize
public import WordtoolCore

extension TextClassifier {
  /// Trains a linear classifier of words and n-grams: logistic regression or a support vector machine.
  /// The same text, options and seed give the same model, whatever the number of threads.
  ///
  /// - Parameters:
  ///   - text: at least two labels.
  ///   - options: checked by ``LinearClassifierOptions/validate()``.
  ///   - threads: how many threads to use, at least 1; more than there are labels are not started.
  ///   - stop: looked at after each pass.
  ///   - progress: called between passes or questions on the caller's thread; an example is a text.
  /// - Throws: `WordtoolError`: `badData` for fewer than two labels or texts without any frequent
  ///   word, `usage` for an option out of range and for class weights of labels that are not there,
  ///   `diverged`, `interrupted`.
  public static func train(
    on text: LabelledText, options: LinearClassifierOptions, threads: Int = Workers.defaultCount,
    stop: StopFlag = StopFlag(), progress: ((TrainingProgress) -> Void)? = nil
  ) throws -> TextClassifier {
    try train(
      on: text, options: options, threads: threads, stop: stop, progress: progress, memory: nil)
  }

  /// The same with `memory`, which is told what is about to be held.
  package static func train(
    on text: LabelledText, options: LinearClassifierOptions, threads: Int, stop: StopFlag,
    progress: ((TrainingProgress) -> Void)?, memory: MemoryCheck?
  ) throws -> TextClassifier {
    try options.validate()
    try OptionCheck.requireThreads(threads)
    let texts = try CountedTexts(text, options: options.features, threads: threads, stop: stop)
    let value: SparseRows.Value =
      switch options.weighting {
      case .binary, .naiveBayes: .one
      case .counts: .count
      case .tfIdf: .logCount
      }
    let training = LinearTraining(
      labels: texts.labels, isExclusive: !text.hasSeveralLabels, options: options,
      rows: SparseRows(texts.documents, columnCount: texts.features.count, value: value))
    try memory?(training.memoryEstimate(featureCount: texts.features.count, threads: threads))
    let (core, epochs) = try training.run(
      features: texts.features, threads: threads, stop: stop, progress: progress)
    return TextClassifier(
      core: core,
      training: Training(
        epochs: epochs, exampleCount: text.count, emptyCount: texts.emptyCount,
        replacedCount: texts.replacedCount))
  }

  /// Trains such a classifier while the caller's task is suspended; the work is done by threads
  /// outside of the cooperative pool.
  ///
  /// `progress` receives the moments of the training; it ends with it. The other parameters are
  /// those of the blocking call.
  /// - Throws: `CancellationError` when the task is cancelled; else as the synchronous call.
  public static func train(
    on text: LabelledText, options: LinearClassifierOptions, threads: Int = Workers.defaultCount,
    progress: TrainingMoments? = nil
  ) async throws -> TextClassifier {
    try await BlockingWork.run(moments: progress) { stop in
      try train(on: text, options: options, threads: threads, stop: stop) { progress?.add($0) }
    }
  }
}

/// One training of a linear classifier.
struct LinearTraining {
  let labels: TrainingLabels
  let isExclusive: Bool
  let options: LinearClassifierOptions
  let rows: SparseRows

  /// What is asked of each text: two exclusive labels are one question, which the second answers with
  /// yes.
  private var asked: [Int] {
    isExclusive && labels.names.count == 2 ? [1] : Array(labels.names.indices)
  }

  /// What the training is about to hold, on top of what the process has already.
  func memoryEstimate(featureCount: Int, threads: Int) -> MemoryEstimate {
    let atOnce = min(threads, asked.count)
    var estimate = MemoryEstimate.ofProcess()
    // Weights and squares of scales, what is taken of them in the end, scales, counts.
    estimate.add("questions at work", atOnce * (20 * featureCount + 41 * rows.count))
    // As they are found, and in the order of the model.
    estimate.add("weights", MemoryEstimate.floats(2, featureCount, asked.count))
    estimate.add(
      "scales", 4 * featureCount * (options.weighting == .tfIdf ? 3 : 1) + 12 * rows.count)
    estimate.addPast()
    return estimate
  }

  /// Trains all questions, several at a time.
  func run(
    features: NGramFeatures, threads: Int, stop: StopFlag,
    progress: ((TrainingProgress) -> Void)?
  ) throws -> (LinearClassifier, epochs: Int) {
    let classWeights = try options.classWeights.weights(
      for: labels.names, counts: labels.counts, exampleCount: rows.count)
    let cost = options.cost ?? options.weighting.defaultCost(for: options.loss)
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
    let problem = DualCoordinateDescent(
      rows: rows, rowScales: rowScales, loss: options.loss, tolerance: options.tolerance,
      maximumPasses: options.epochs)
    let scales = inverse
    let asked = asked
    let solutions = Locked(
      [DualCoordinateDescent.Solution?](repeating: nil, count: asked.count))
    let next = Atomic<Int>(0)
    let done = Atomic<Int>(0)
    let isSingle = asked.count == 1
    // Called by thread 0 alone, which is the caller's.
    nonisolated(unsafe) let progress = progress
    @Sendable func tell(_ fraction: Double, epoch: Int, examples: Int) {
      unsafe progress?(
        TrainingProgress(
          fraction: fraction, epoch: min(epoch, options.epochs), epochCount: options.epochs,
          examples: examples))
    }
    try Workers.run(count: min(threads, asked.count)) { thread in
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
          tell(
            Double(passes) / Double(options.epochs), epoch: passes + 1,
            examples: passes * rows.count)
        }
        solutions.withLock { $0[number] = solution }
        let finished = done.wrappingAdd(1, ordering: .relaxed).newValue
        if thread == 0, finished < asked.count {
          tell(
            Double(finished) / Double(asked.count), epoch: solution.passes,
            examples: finished * rows.count)
        }
      }
    }
    let found = solutions.withLock { $0.compactMap { $0 } }
    var weights = [Float](repeating: 0, count: features.count * asked.count)
    for (question, solution) in found.enumerated() {
      for feature in 0..<features.count {
        weights[feature * asked.count + question] = solution.weights[feature]
      }
    }
    let model = LinearClassifier(
      labels: labels.names, rule: options.features.rule, isExclusive: isExclusive,
      features: features, weighting: options.weighting, loss: options.loss, weights: weights,
      biases: found.map { $0.weights[features.count] }, inverseDocumentFrequencies: inverse,
      tokenizer: try WordTokenizer(rule: options.features.rule))
    let passes = found.map(\.passes).max() ?? 0
    tell(1, epoch: passes, examples: asked.count * rows.count)
    return (model, passes)
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

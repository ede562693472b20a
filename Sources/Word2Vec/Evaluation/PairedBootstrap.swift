import BLASCore
public import WordtoolCore

/// How sure it is that one set of vectors does better than another on the same questions: the paired
/// bootstrap.
///
/// Questions are drawn with replacement, as many as there are, many times; each time both sets are
/// measured on the drawn ones. Both are asked the same questions, so what is hard for both cancels out.
///
/// - SeeAlso: Efron and Tibshirani 1993, "An Introduction to the Bootstrap", chapters 13 and 15; for tests
///   of this kind Koehn 2004, "Statistical Significance Tests for Machine Translation Evaluation".
public struct PairedBootstrap: Codable, Hashable, Sendable {
  /// The measure of the first set less that of the second, over all questions.
  public let difference: Double
  /// The 95 % interval of the difference: the 2.5 % and 97.5 % points of what was drawn.
  public let interval: [Double]
  /// How likely so large a difference in either direction is when there is none:
  /// 2 · min(#(d ≤ 0) + 1, #(d ≥ 0) + 1) / (samples + 1), at most 1.
  public let pValue: Double
  /// Questions that both could be asked.
  public let count: Int
  /// How often questions were drawn.
  public let samples: Int

  private enum CodingKeys: String, CodingKey {
    case difference, interval, pValue = "p", count, samples
  }

  /// - Parameters:
  ///   - statistic: the difference over some questions, by number; nil where it is undefined.
  /// - Returns: nil where the difference over all questions is undefined.
  static func run(
    count: Int, samples: Int, seed: UInt64, threads: Int, stop: StopFlag,
    statistic: @escaping @Sendable ([Int]) -> Double?
  ) throws -> PairedBootstrap? {
    try OptionCheck.requireThreads(threads)
    try OptionCheck.require("samples", samples, in: 1...10_000_000)
    guard count > 0, let difference = statistic(Array(0..<count)) else { return nil }
    let found = Locked<[Int: [Double]]>([:])
    try VectorStorage.inPieces(of: samples, size: 64, threads: threads) { range in
      if stop.isRaised {
        throw WordtoolError(.interrupted, found: "the comparison was stopped before its end")
      }
      var drawn = [Int](repeating: 0, count: count)
      let differences = range.compactMap { sample -> Double? in
        // A stream of its own for every sample: the numbers do not depend on who draws.
        var random = RandomSource(seed: seed, UInt64(sample))
        for place in drawn.indices {
          drawn[place] = Int(random.next().multipliedFullWidth(by: UInt64(count)).high)
        }
        return statistic(drawn)
      }
      found.withLock { $0[range.lowerBound] = differences }
    }
    let sorted = found.withLock { $0.values.flatMap { $0 } }.sorted()
    guard !sorted.isEmpty else { return nil }
    let total = Double(sorted.count)
    let below = Double(sorted.count { $0 <= 0 } + 1)
    let above = Double(sorted.count { $0 >= 0 } + 1)
    func point(_ share: Double) -> Double {
      let place = share * (total - 1)
      let low = Int(place)
      let high = min(low + 1, sorted.count - 1)
      return sorted[low] + (place - Double(low)) * (sorted[high] - sorted[low])
    }
    return PairedBootstrap(
      difference: difference, interval: [point(0.025), point(0.975)],
      pValue: min(1, 2 * min(below, above) / (total + 1)), count: count, samples: sorted.count)
  }
}

extension AnalogyEvaluation {
  /// Compares the accuracy with that of another set on the questions that both could be asked.
  ///
  /// - Parameters:
  ///   - other: an evaluation by the same questions.
  ///   - samples: how often the questions are drawn anew.
  ///   - seed: where the random choices start.
  ///   - threads: how many threads to use, at least 1.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  /// - Returns: nil when there is no such question.
  /// - Throws: `WordtoolError`: `usage` for numbers out of their range or other questions,
  ///   `interrupted` once `stop` is raised.
  public func compared(
    with other: AnalogyEvaluation, samples: Int = 10_000, seed: UInt64 = 1,
    threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag()
  ) throws -> PairedBootstrap? {
    try OptionCheck.require(
      outcomes.count == other.outcomes.count, found: "evaluations by other questions",
      expected: "two by the same")
    let differences = zip(outcomes, other.outcomes).compactMap { one, other -> Double? in
      guard let one, let other else { return nil }
      return (one ? 1 : 0) - (other ? 1 : 0)
    }
    return try PairedBootstrap.run(
      count: differences.count, samples: samples, seed: seed, threads: threads, stop: stop
    ) { questions in
      questions.reduce(0) { $0 + differences[$1] } / Double(questions.count)
    }
  }
}

extension SimilarityEvaluation {
  /// Compares Spearman's correlation with that of another set on the pairs that both know.
  ///
  /// - Parameters:
  ///   - other: an evaluation by the same pairs.
  ///   - samples: how often the questions are drawn anew.
  ///   - seed: where the random choices start.
  ///   - threads: how many threads to use, at least 1.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  /// - Returns: nil when a correlation is undefined.
  /// - Throws: as ``AnalogyEvaluation/compared(with:samples:seed:threads:stop:)``.
  public func compared(
    with other: SimilarityEvaluation, samples: Int = 10_000, seed: UInt64 = 1,
    threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag()
  ) throws -> PairedBootstrap? {
    try OptionCheck.require(
      scores.count == other.scores.count, found: "evaluations by other pairs",
      expected: "two by the same")
    var (human, first, second) = ([Double](), [Double](), [Double]())
    for (one, other) in zip(scores, other.scores) {
      guard let own = one.similarity, let others = other.similarity else { continue }
      human.append(one.human)
      first.append(own)
      second.append(others)
    }
    let (people, ours, theirs) = (human, first, second)
    return try PairedBootstrap.run(
      count: people.count, samples: samples, seed: seed, threads: threads, stop: stop
    ) { pairs in
      let scores = pairs.map { people[$0] }
      guard let one = Statistics.spearman(scores, pairs.map { ours[$0] }),
        let other = Statistics.spearman(scores, pairs.map { theirs[$0] })
      else { return nil }
      return one - other
    }
  }
}

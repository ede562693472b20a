import WordtoolCore

/// What was measured on held-out examples at the end of an epoch; the larger, the better.
package struct ValidationScore: Codable, Hashable, Sendable, Comparable {
  /// What counts first.
  package var first: Double
  /// What decides between equal ones.
  package var second = 0.0

  /// A share of right answers; of equal ones the smaller loss is better.
  package init(accuracy: Double, loss: Double = 0) {
    first = accuracy
    second = -loss
  }

  /// A loss: the smaller, the better.
  package init(loss: Double) { first = -loss }

  /// The loss of ``init(loss:)``.
  package var loss: Double { -first }

  package static func < (left: Self, right: Self) -> Bool {
    (left.first, left.second) < (right.first, right.second)
  }
}

/// Remembers which epoch was best, and says when enough others have followed.
package struct EarlyStopping: Codable, Hashable, Sendable {
  /// The best score so far; nil before the first.
  package private(set) var best: ValidationScore?
  /// Epochs since then.
  package private(set) var epochsSinceBest = 0

  /// Nothing was measured.
  package init() {}

  /// Takes the score of an epoch.
  ///
  /// - Returns: whether it is the best so far: then its weights are worth keeping.
  /// - Throws: `WordtoolError` of kind `diverged` when the score is not finite.
  package mutating func isBest(_ score: ValidationScore, epoch: Int) throws -> Bool {
    guard score.first.isFinite, score.second.isFinite else {
      throw WordtoolError(
        .diverged, found: "the loss of the held-out examples is not finite after epoch \(epoch)",
        remedy: "lower `learningRate` or clip the gradients harder")
    }
    if let best, score <= best {
      epochsSinceBest += 1
      return false
    }
    best = score
    epochsSinceBest = 0
    return true
  }

  /// Begins to count anew, from an epoch that changed how training goes on.
  package mutating func restartCounting() { epochsSinceBest = 0 }

  /// Whether training ends: as many epochs as `patience` brought nothing better; nil waits for ever.
  package func isOver(patience: Int?) -> Bool { patience.map { epochsSinceBest >= $0 } ?? false }

  /// Whether a training could have left this.
  var isPossible: Bool {
    (0...TrainingLimits.epochs).contains(epochsSinceBest)
      && best.map { $0.first.isFinite && $0.second.isFinite } ?? (epochsSinceBest == 0)
  }
}

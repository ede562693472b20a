/// How many words of how many documents are trained between two meetings of the threads.
///
/// All changes of a batch are taken at the values before it. Too many of them to one row overshoot; how
/// far they go together is measured as the learning rate times their number, as in ``BatchSize``.
package struct DocumentBatchSize: Sendable {
  /// Groups of up to eight words, each of one document; at least 1.
  package var units: Int
  /// How often a document is in a batch, at least 1.
  package var rounds: Int

  package init(units: Int, rounds: Int) {
    self.units = units
    self.rounds = rounds
  }

  /// How far the changes that one batch makes to a row may go together.
  private static let safeStep = 2.0
  /// Groups between two meetings at most: their rows stay in the second-level cache.
  private static let mostUnits = 64
  /// Products of a batch at most.
  private static let mostProducts = 1 << 17
  /// A document's words in one batch at most, in groups.
  private static let mostRounds = 4

  /// Windows of one document that a batch of ``WindowGroups`` or ``BagGroups`` may have.
  ///
  /// - Parameters:
  ///   - choices: choices between two that a window is.
  ///   - rows: how many rows are the input together with the document's: what the document's row changes
  ///     by moves their mean by that share of it.
  static func windows(choices: Double, rows: Double, learningRate: Float) -> Int {
    Int(min(Double(1 << 16), 2 * safeStep * rows / (choices * Double(learningRate))))
  }

  /// The most products of a unit, padded as `CKernels.h` says.
  static func productsPerUnit(_ sampling: WindowGroups.Sampling) -> Int {
    func padded(_ outputs: Int) -> Int { (outputs + 15) / 16 * 16 }
    let words = DocumentGroups.wordsPerGroup
    let noise = sampling.noiseCount > 0 ? 4 * padded(words + sampling.noiseCount) : 0
    return noise + words * (sampling.paths?.mostPieces ?? 0) * 4 * padded(TreePaths.longestPiece)
  }
}

extension DocumentBatchSize {
  init(sampling: WindowGroups.Sampling, learningRate: Float) {
    let rate = Double(learningRate)
    let words = Double(DocumentGroups.wordsPerGroup)
    units = max(1, min(Self.mostUnits, Self.mostProducts / Self.productsPerUnit(sampling)))
    let step = words * sampling.pairsOnOneRow * rate
    if Double(units) * step > Self.safeStep { units = max(1, Int(Self.safeStep / step)) }
    let rounds = min(Double(Self.mostRounds), Self.safeStep / (words * sampling.choices * rate))
    self.rounds = max(1, Int(rounds))
  }
}

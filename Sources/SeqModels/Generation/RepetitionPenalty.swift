/// Holds back the tokens that were just written.
struct RepetitionPenalty {
  private let factor: Double
  private let window: Int
  /// When each token was last held back, so that one that stands twice is held back once.
  private var stamps: [Int] = []
  private var stamp = 0

  init(_ options: SamplingOptions) {
    factor = options.repetitionPenalty
    window = options.repetitionWindow ?? .max
  }

  /// Whether anything is done.
  var isActive: Bool { factor != 1 }

  /// Raises the probabilities of the last tokens to the power of the penalty.
  mutating func apply(after history: [Int32], to logProbabilities: inout [Double]) {
    guard isActive else { return }
    if stamps.count != logProbabilities.count {
      stamps = [Int](repeating: 0, count: logProbabilities.count)
    }
    stamp += 1
    for id in history.suffix(window) where stamps[Int(id)] != stamp {
      stamps[Int(id)] = stamp
      // Minus infinity stays what it is, whatever the factor.
      logProbabilities[Int(id)] *= factor
    }
  }
}

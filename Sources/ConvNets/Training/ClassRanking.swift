import BLASCore

/// Logits as probabilities and as an order of classes.
public enum ClassRanking {
  /// The classes of the largest values, largest first, equal ones by their number.
  ///
  /// - Parameters:
  ///   - count: how many; no more than there are values come out, and none below 1.
  ///   - values: a value for each class.
  public static func best(_ count: Int, of values: some RandomAccessCollection<Float>) -> [Int] {
    // A NaN stands behind all numbers, so that the order is one.
    func rank(_ value: Float) -> Float { value.isNaN ? -.infinity : value }
    if count == 1 {
      var best = (place: 0, value: -Float.infinity)
      for (place, value) in values.enumerated() where rank(value) > best.value {
        best = (place, value)
      }
      return [best.place]
    }
    return values.enumerated()
      .sorted { (rank($1.element), $0.offset) < (rank($0.element), $1.offset) }
      .prefix(max(0, count)).map(\.offset)
  }

  /// The softmax of logits.
  public static func probabilities(of logits: some RandomAccessCollection<Float>) -> [Float] {
    let sum = logSumOfExponentials(logits)
    return logits.map { Float(PortableMath.exp(Double($0) - sum)) }
  }

  /// log(p / (1 - p)) of one class; infinite where there is no other.
  public static func logOdds(of label: Int, _ logits: [Float]) -> Float {
    let others = logits[..<label] + logits[(label + 1)...]
    return others.isEmpty
      ? .infinity : Float(Double(logits[label]) - logSumOfExponentials(others))
  }

  /// log Σ exp(x), without overflow.
  static func logSumOfExponentials(_ values: some RandomAccessCollection<Float>) -> Double {
    let largest = Double(values.max() ?? 0)
    guard largest.isFinite else { return largest }
    let sum = values.reduce(0.0) { $0 + PortableMath.exp(Double($1) - largest) }
    return largest + PortableMath.log(sum)
  }
}

import Libc

/// The few statistics that evaluations report.
enum Statistics {
  /// The 97.5 % point of the normal distribution: an interval of 95 % on both sides.
  static let normalQuantile = 1.959963984540054

  /// Wilson's score interval of a share.
  static func wilsonInterval(_ correct: Int, of asked: Int) -> ClosedRange<Double> {
    let n = Double(asked)
    let share = Double(correct) / n
    let z2 = normalQuantile * normalQuantile
    let center = (share + z2 / (2 * n)) / (1 + z2 / n)
    let half =
      normalQuantile / (1 + z2 / n)
      * (share * (1 - share) / n + z2 / (4 * n * n)).squareRoot()
    return max(0, center - half)...min(1, center + half)
  }

  /// Pearson's correlation; nil when a side does not vary or there are fewer than two pairs.
  static func pearson(_ x: [Double], _ y: [Double]) -> Double? {
    precondition(x.count == y.count, "\(x.count) and \(y.count) values")
    guard x.count >= 2 else { return nil }
    let n = Double(x.count)
    let meanX = x.reduce(0, +) / n
    let meanY = y.reduce(0, +) / n
    var (xy, xx, yy) = (0.0, 0.0, 0.0)
    for (x, y) in zip(x, y) {
      xy += (x - meanX) * (y - meanY)
      xx += (x - meanX) * (x - meanX)
      yy += (y - meanY) * (y - meanY)
    }
    guard xx > 0, yy > 0 else { return nil }
    return min(1, max(-1, xy / (xx.squareRoot() * yy.squareRoot())))
  }

  /// Spearman's rank correlation; equal values share the mean of their ranks.
  static func spearman(_ x: [Double], _ y: [Double]) -> Double? { pearson(ranks(x), ranks(y)) }

  /// The rank of each value from 1 on; equal values share the mean of their ranks.
  static func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    var ranks = [Double](repeating: 0, count: values.count)
    var first = 0
    while first < order.count {
      var last = first
      while last + 1 < order.count, values[order[last + 1]] == values[order[first]] { last += 1 }
      for place in first...last { ranks[order[place]] = Double(first + last) / 2 + 1 }
      first = last + 1
    }
    return ranks
  }

  /// The 95 % interval of a correlation by Fisher's transformation; nil for fewer than four pairs.
  ///
  /// - SeeAlso: Fisher 1915; for rank correlations it is an approximation.
  static func fisherInterval(_ correlation: Double, pairs: Int) -> ClosedRange<Double>? {
    guard pairs > 3 else { return nil }
    guard correlation.magnitude < 1 else { return correlation...correlation }
    let center = atanh(correlation)
    let half = normalQuantile / Double(pairs - 3).squareRoot()
    return tanh(center - half)...tanh(center + half)
  }
}

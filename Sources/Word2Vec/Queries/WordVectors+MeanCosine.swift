extension WordVectors {
  /// The mean cosine between two different words among the most frequent ones; nil for fewer than
  /// two words with a direction.
  ///
  /// Trained vectors have a mean of 0.1 to 0.4. Near 1 all words point the same way: what training on
  /// too few words leaves, and neighbours then mean nothing.
  ///
  /// Computed as (|Σ u|² - n) / (n (n - 1)) over the n unit vectors u.
  ///
  /// - Parameter limit: how many words are looked at, from the first.
  public func meanCosine(ofFirst limit: Int = 2000) -> Double? {
    var sum = [Double](repeating: 0, count: dimension)
    var count = 0.0
    for row in 0..<Swift.min(limit, self.count) {
      let length = storage.rows.exactLength(of: row)
      guard length > 0, length.isFinite else { continue }
      storage.rows.add(row: row, times: 1 / length, to: &sum)
      count += 1
    }
    guard count >= 2 else { return nil }
    let square = sum.reduce(0) { $0 + $1 * $1 }
    return (square - count) / (count * (count - 1))
  }
}

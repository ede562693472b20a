import BLASCore

/// Draws noise words in proportion to count^exponent in constant time, from 8 bytes a word.
///
/// Walker's alias method as Vose builds it (IEEE Trans. Software Engineering 17, 1991): a uniform
/// column, then either its own word or its alias. word2vec.c's table of 10^8 entries misses every
/// cache; this one stays in the second level.
package struct NoiseTable: Sendable {
  package struct Column: Sendable {
    /// The probability, in units of 2^-32, that the column's own word is taken.
    var threshold: UInt32
    var alias: Int32
  }

  package let columns: [Column]
  /// The share of draws that the likeliest word has.
  let largestShare: Double

  /// - Parameter counts: at least one, all above 0.
  package init(counts: [Int64], exponent: Double) {
    let weights = counts.map { Self.power(Double($0), exponent) }
    let total = weights.reduce(0, +)
    var shares = weights.map { $0 / total * Double(weights.count) }
    largestShare = (weights.max() ?? 0) / total
    var columns = (0..<weights.count).map { Column(threshold: .max, alias: Int32($0)) }
    var small: [Int] = []
    var large: [Int] = []
    for index in shares.indices {
      if shares[index] < 1 { small.append(index) } else { large.append(index) }
    }
    while let low = small.popLast(), let high = large.last {
      columns[low] = Column(
        threshold: UInt32(min(shares[low] * 0x1p32, 0x1p32 - 1)), alias: Int32(high))
      shares[high] -= 1 - shares[low]
      if shares[high] < 1 {
        large.removeLast()
        small.append(high)
      }
    }
    self.columns = columns
  }

  /// x^exponent. The default exponent takes square roots only.
  private static func power(_ x: Double, _ exponent: Double) -> Double {
    exponent == 0.75 ? x.squareRoot() * x.squareRoot().squareRoot() : PortableMath.pow(x, exponent)
  }

  /// The word that 64 random bits stand for.
  @inline(__always)
  package static func word(
    for bits: UInt64, in columns: UnsafeBufferPointer<Column>
  ) -> Int32 {
    let scaled = (bits >> 32) &* UInt64(truncatingIfNeeded: columns.count)
    let column = Int(truncatingIfNeeded: scaled >> 32)
    // The low half of the bits is independent of the column.
    return unsafe UInt32(truncatingIfNeeded: bits) <= columns[column].threshold
      ? Int32(truncatingIfNeeded: column) : columns[column].alias
  }
}

/// The chance that a frequent word is kept (Mikolov et al. 2013b, in the form of word2vec.c).
package enum Subsampling {
  /// For each word the probability sqrt(q) + q, q = sample x total / count, at most 1, in units of
  /// 2^-32; a word is kept when 32 random bits are not above it.
  package static func thresholds(counts: [Int64], sample: Double) -> [UInt32] {
    guard sample > 0 else { return [UInt32](repeating: .max, count: counts.count) }
    let total = Double(counts.reduce(0, +))
    return counts.map { count in
      let q = sample * total / Double(count)
      let probability = q.squareRoot() + q
      return probability >= 1 ? .max : UInt32(probability * 0x1p32)
    }
  }
}

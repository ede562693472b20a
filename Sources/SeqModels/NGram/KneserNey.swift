import BLASCore

/// The three discounts of one order in modified Kneser-Ney smoothing.
public struct KneserNeyDiscounts: Hashable, Sendable {
  /// What is taken from a count of 1.
  public var one: Double
  /// What is taken from a count of 2.
  public var two: Double
  /// What is taken from counts of 3 and more.
  public var three: Double
  /// Whether the counts of counts gave no usable discounts, and 0.5, 1 and 1.5 are used instead.
  public var areFallback: Bool

  /// Discounts from counts of counts, by equation 26 of Chen and Goodman, An Empirical Study of
  /// Smoothing Techniques for Language Modeling (Harvard TR-10-98, 1998): with
  /// Y = n1 / (n1 + 2 n2), Dk = k - (k + 1) Y n(k+1) / nk.
  ///
  /// A small or filtered text may have no n-gram that occurs once, twice, three or four times, or
  /// more of a higher count than of a lower one; then a discount is undefined or not in
  /// 0 ..< k, and all three are replaced by 0.5, 1 and 1.5.
  ///
  /// - Parameter n: how many n-grams have a count of 1, 2, 3 and 4.
  public init(countsOfCounts n: (Int, Int, Int, Int)) {
    let (n1, n2, n3, n4) = (Double(n.0), Double(n.1), Double(n.2), Double(n.3))
    let y = n1 / (n1 + 2 * n2)
    one = 1 - 2 * y * n2 / n1
    two = 2 - 3 * y * n3 / n2
    three = 3 - 4 * y * n4 / n3
    // Comparisons with NaN are false.
    areFallback = !(one > 0 && one < 1 && two > 0 && two < 2 && three > 0 && three < 3)
    if areFallback { (one, two, three) = (0.5, 1, 1.5) }
  }

  /// What is taken from a count.
  func discount(_ count: Int32) -> Double {
    switch count {
    case ...0: 0
    case 1: one
    case 2: two
    default: three
    }
  }
}

/// Interpolated modified Kneser-Ney probabilities out of adjusted counts.
enum KneserNey {
  struct Estimate {
    var levels: [SortedNGrams]
    var discounts: [KneserNeyDiscounts]
  }

  /// Probabilities p(w | h) = (c(hw) - D) / c(h) + g(h) p(w | h'), where h' is h without its first
  /// token, g(h) is the share that was discounted, and the empty context is interpolated with the
  /// uniform distribution over all tokens but `<s>`.
  static func estimate(_ counts: consuming NGramCounts, begin: Int32) -> Estimate {
    var levels: [SortedNGrams] = []
    var allDiscounts: [KneserNeyDiscounts] = []
    var lower: [Double] = []
    for index in counts.levels.indices {
      let level = counts.levels[index]
      let discounts = Self.discounts(level.counts)
      allDiscounts.append(discounts)
      var probabilities = [Double](repeating: 0, count: level.words.count)
      /// Fills the probabilities of one context and returns the weight of the shorter one.
      func fill(_ range: Range<Int>, _ shorter: (Int) -> Double) -> Double {
        var total = 0.0
        var taken = 0.0
        for node in range {
          total += Double(level.counts[node])
          taken += discounts.discount(level.counts[node])
        }
        guard total > 0 else { return 1 }
        let weight = taken / total
        for node in range {
          let count = level.counts[node]
          probabilities[node] =
            (Double(count) - discounts.discount(count)) / total + weight * shorter(node)
        }
        return weight
      }
      if index == 0 {
        // A model without anything counted cannot come here: each sentence has its end.
        let uniform = 1 / Double(level.words.count - 1)
        _ = fill(0..<level.words.count) { _ in uniform }
        probabilities[Int(begin)] = 0
      } else {
        let starts = counts.levels[index - 1].firstChild
        var backoffs = [Float](repeating: 0, count: starts.count - 1)
        for context in backoffs.indices where starts[context] < starts[context + 1] {
          let weight = fill(Int(starts[context])..<Int(starts[context + 1])) {
            lower[Int(level.suffixes[$0])]
          }
          backoffs[context] = logarithm(weight)
        }
        levels[index - 1].backoffs = backoffs
        levels[index - 1].firstChild = starts
      }
      levels.append(
        SortedNGrams(
          words: level.words,
          logProbabilities: probabilities.map { $0 > 0 ? logarithm($0) : -99 }))
      lower = probabilities
    }
    return Estimate(levels: levels, discounts: allDiscounts)
  }

  /// log10 as a Float, for which the quicker natural logarithm is close enough.
  private static func logarithm(_ value: Double) -> Float {
    Float(PerplexityReport.log10(ofNatural: PortableMath.log(value)))
  }

  private static func discounts(_ counts: [Int32]) -> KneserNeyDiscounts {
    var n = (0, 0, 0, 0)
    for count in counts {
      switch count {
      case 1: n.0 += 1
      case 2: n.1 += 1
      case 3: n.2 += 1
      case 4: n.3 += 1
      default: break
      }
    }
    return KneserNeyDiscounts(countsOfCounts: n)
  }
}

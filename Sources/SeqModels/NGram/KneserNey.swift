import BLASCore
import WordtoolCore

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

  /// Contexts that a thread takes at a time.
  private static let contextsPerPiece = 1 << 12

  /// Probabilities p(w | h) = (c(hw) - D) / c(h) + g(h) p(w | h'), where h' is h without its first
  /// token, g(h) is the share that was discounted, and the empty context is interpolated with the
  /// uniform distribution over all tokens but `<s>`.
  ///
  /// - Parameters:
  ///   - counts: each level is forgotten when it is no longer needed.
  ///   - begin: the number of `<s>`.
  ///   - threads: at least 1; each context is one thread's, so the bits do not depend on it.
  /// - Throws: `WordtoolError`: `interrupted`, `unavailable` without memory or threads.
  static func estimate(
    _ counts: consuming NGramCounts, begin: Int32, threads: Int, stop: StopFlag
  ) throws -> Estimate {
    let unigrams = counts.levels[0]
    let discounts = Self.discounts(unigrams.counts)
    let memory = try AlignedMemory(
      count: unigrams.words.count, of: Double.self, purpose: "probabilities")
    // A model without anything counted cannot come here: each sentence has its end.
    let uniform = 1 / Double(unigrams.words.count - 1)
    unsafe fill(
      0..<unigrams.words.count, unigrams.counts, discounts,
      memory.buffer(of: Double.self, count: unigrams.words.count)
    ) { _ in uniform }
    unsafe memory.buffer(of: Double.self, count: unigrams.words.count)[Int(begin)] = 0
    var levels = [SortedNGrams(words: unigrams.words)]
    var allDiscounts = [discounts]
    var lower = memory
    for index in 0..<counts.levels.count {
      let count = counts.levels[index].words.count
      let probabilities = lower
      levels[index].logProbabilities = try floats(count, threads) { place in
        let value = unsafe probabilities.buffer(of: Double.self, count: count)[place]
        return value > 0 ? logarithm(value) : -99
      }
      guard index + 1 < counts.levels.count else { break }
      if stop.isRaised { throw WordtoolError(.interrupted, found: "stopped while estimating") }
      let (level, starts) = (counts.levels[index + 1], counts.levels[index].firstChild)
      counts.levels[index] = NGramCounts.Level()
      // Words and places of continuations are all that is still to be asked of it.
      counts.levels[index + 1].suffixes = []
      counts.levels[index + 1].counts = []
      counts.levels[index].words = levels[index].words
      let discounts = Self.discounts(level.counts)
      let higher = try AlignedMemory(
        count: level.words.count, of: Double.self, purpose: "probabilities")
      levels[index].backoffs = try floats(count, threads) { context in
        let range = Int(starts[context])..<Int(starts[context + 1])
        if range.isEmpty { return 0 }
        let shorter = unsafe probabilities.buffer(of: Double.self, count: count)
        let weight = unsafe fill(
          range, level.counts, discounts,
          higher.buffer(of: Double.self, count: level.words.count)
        ) { unsafe shorter[Int(level.suffixes[$0])] }
        return logarithm(weight)
      }
      levels[index].firstChild = starts
      levels.append(SortedNGrams(words: level.words))
      allDiscounts.append(discounts)
      lower = higher
    }
    return Estimate(levels: levels, discounts: allDiscounts)
  }

  /// Fills the probabilities of one context.
  ///
  /// - Returns: the weight of the shorter context.
  @discardableResult
  private static func fill(
    _ range: Range<Int>, _ counts: [Int32], _ discounts: KneserNeyDiscounts,
    _ probabilities: UnsafeMutableBufferPointer<Double>, _ shorter: (Int) -> Double
  ) -> Double {
    var total = 0.0
    var taken = 0.0
    for node in range {
      total += Double(counts[node])
      taken += discounts.discount(counts[node])
    }
    guard total > 0 else { return 1 }
    let weight = taken / total
    for node in range {
      let count = counts[node]
      unsafe probabilities[node] =
        (Double(count) - discounts.discount(count)) / total + weight * shorter(node)
    }
    return weight
  }

  /// As many floats, made by some threads.
  private static func floats(
    _ count: Int, _ threads: Int, _ value: @escaping @Sendable (Int) -> Float
  ) throws -> [Float] {
    let memory = try AlignedMemory(count: count, of: Float.self, purpose: "probabilities")
    let pieces = (count + contextsPerPiece - 1) / contextsPerPiece
    let next = PieceCounter()
    try Workers.run(count: min(threads, max(1, pieces))) { _ in
      let target = unsafe memory.buffer(of: Float.self, count: count)
      while let piece = next.take(below: pieces) {
        for place in piece * contextsPerPiece..<min(count, (piece + 1) * contextsPerPiece) {
          unsafe target[place] = value(place)
        }
      }
    }
    return unsafe Array(memory.buffer(of: Float.self, count: count))
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

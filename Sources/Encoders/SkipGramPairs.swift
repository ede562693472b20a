import BLASCore

/// The pairs of a word and a word near it, which skip-gram learns from (Mikolov et al. 2013).
///
/// Every word is a center once, and each word up to `window` words before and behind it is its
/// context. Pairs never cross a line end, which the number -1 marks. The choices depend on the seed
/// alone.
public struct SkipGramPairs: Hashable, Sendable {
  /// A word and a word near it, by their numbers.
  public struct Pair: Hashable, Sendable {
    /// The word in the middle.
    public let center: Int32
    /// The word near it.
    public let context: Int32

    /// A pair.
    public init(center: Int32, context: Int32) {
      self.center = center
      self.context = context
    }
  }

  /// How many words on either side are near.
  public var window: Int
  /// Whether each center draws its window from 1 ... `window`, so that near words count more.
  public var shrinks: Bool
  /// Words whose share of the text is far above this are passed over at random: one with the share
  /// f stays with the probability √(t/f) + t/f. Nil keeps all.
  public var sample: Double?
  /// Decides the choices.
  public var seed: UInt64

  /// Describes a generator.
  public init(window: Int = 5, shrinks: Bool = true, sample: Double? = nil, seed: UInt64 = 1) {
    precondition(window >= 1, "a window of \(window) words")
    precondition(sample ?? 1 > 0, "a sample of \(sample ?? 0)")
    self.window = window
    self.shrinks = shrinks
    self.sample = sample
    self.seed = seed
  }

  /// All pairs of a text, in its order.
  ///
  /// - Parameters:
  ///   - ids: the numbers of its words; -1 ends a line.
  ///   - counts: how often each word occurs in the corpus, which decides how many are passed over;
  ///     nil counts the text itself.
  public func pairs(in ids: [Int32], counts: [Int64]? = nil) -> [Pair] {
    var pairs: [Pair] = []
    forEachPair(in: ids, counts: counts) { pairs.append($0) }
    return pairs
  }

  /// Calls `body` with every pair of a text, in its order; takes memory for one line only.
  public func forEachPair(
    in ids: [Int32], counts: [Int64]? = nil, _ body: (Pair) throws -> Void
  ) rethrows {
    var random = RandomSource(seed: seed)
    let keep = probabilities(ids, counts)
    var line: [Int32] = []
    for place in 0...ids.count {
      if place < ids.count, ids[place] >= 0 {
        let id = ids[place]
        if keep.isEmpty || unit(&random) < keep[Int(id)] { line.append(id) }
        continue
      }
      for center in line.indices {
        let radius = shrinks ? 1 + Int(random.next() % UInt64(window)) : window
        for other in max(0, center - radius)...min(line.count - 1, center + radius)
        where other != center {
          try body(Pair(center: line[center], context: line[other]))
        }
      }
      line.removeAll(keepingCapacity: true)
    }
  }

  /// The probability that each word stays; empty when all do.
  private func probabilities(_ ids: [Int32], _ given: [Int64]?) -> [Double] {
    guard let sample else { return [] }
    var counts = given ?? []
    if given == nil {
      for id in ids where id >= 0 {
        while counts.count <= Int(id) { counts.append(0) }
        counts[Int(id)] += 1
      }
    }
    let total = Double(counts.reduce(0, +))
    return counts.map { count in
      if count == 0 { return 1 }
      let ratio = sample * total / Double(count)
      return ratio.squareRoot() + ratio
    }
  }

  private func unit(_ random: inout RandomSource) -> Double {
    Double(random.next() >> 11) * 0x1p-53
  }
}

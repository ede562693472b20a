import BLASCore
public import WordtoolCore

/// The pairs of a word and a word near it, which skip-gram learns from (Mikolov et al. 2013).
///
/// Every word is a center once, and each word up to `windowRadius` words before and behind it is its
/// context. Pairs never cross a line end, which the number -1 marks. The choices depend on the seed
/// alone.
public struct SkipGramPairs: TrainingOptions {
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
  public var windowRadius: Int
  /// Whether each center draws its own from 1 ... `windowRadius`, so that near words count more.
  public var shrinks: Bool
  /// Words whose share of the text is far above this are passed over at random: one with the share
  /// f stays with the probability √(t/f) + t/f. Nil keeps all.
  public var subsampling: Double?
  /// Decides the choices.
  public var seed: UInt64

  /// Describes a generator.
  public init(
    windowRadius: Int = 5, shrinks: Bool = true, subsampling: Double? = nil, seed: UInt64 = 1
  ) {
    self.windowRadius = windowRadius
    self.shrinks = shrinks
    self.subsampling = subsampling
    self.seed = seed
  }

  /// - Throws: `WordtoolError` of kind `usage` that names the first property that is out of range.
  public func validate() throws {
    try OptionCheck.require("windowRadius", windowRadius, in: 1...Int(Int32.max))
    try OptionCheck.require("subsampling", subsampling ?? 1, .positive)
  }

  /// All pairs of a text, in its order.
  ///
  /// - Parameters:
  ///   - ids: the numbers of its words; -1 ends a line.
  ///   - counts: how often each word occurs in the corpus, which decides how many are passed over;
  ///     nil counts the text itself.
  /// - Throws: `WordtoolError`: `usage` as ``validate()``, and for a word without a count.
  public func pairs(in ids: [Int32], counts: [Int64]? = nil) throws -> [Pair] {
    var pairs: [Pair] = []
    try forEachPair(in: ids, counts: counts) { pairs.append($0) }
    return pairs
  }

  /// Calls `body` with every pair of a text, in its order; takes memory for one line only.
  ///
  /// - Throws: as ``pairs(in:counts:)``; what `body` throws.
  public func forEachPair(
    in ids: [Int32], counts: [Int64]? = nil, _ body: (Pair) throws -> Void
  ) throws {
    try validate()
    var random = RandomSource(seed: seed)
    let keep = probabilities(ids, counts)
    if !keep.isEmpty, let largest = ids.max() {
      try OptionCheck.require(
        Int(largest) < keep.count, found: "word \(largest) and counts of \(keep.count, "word")",
        expected: "a count for each word")
    }
    var line: [Int32] = []
    for place in 0...ids.count {
      if place < ids.count, ids[place] >= 0 {
        let id = ids[place]
        if keep.isEmpty || random.nextUnit() < keep[Int(id)] { line.append(id) }
        continue
      }
      for center in line.indices {
        let radius = shrinks ? 1 + Int(random.next() % UInt64(windowRadius)) : windowRadius
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
    guard let subsampling else { return [] }
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
      let ratio = subsampling * total / Double(count)
      return ratio.squareRoot() + ratio
    }
  }
}

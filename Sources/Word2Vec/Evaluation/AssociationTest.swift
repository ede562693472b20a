import BLASCore
public import WordtoolCore

/// Four lists of words for a test of association: two of targets, two of attributes.
public struct AssociationSets: Hashable, Sendable {
  /// Words with a name for all of them.
  public struct List: Hashable, Sendable {
    /// The name, such as `Flowers`.
    public var name: String
    /// The words.
    public var words: [String]

    /// A list.
    public init(name: String, words: [String]) {
      self.name = name
      self.words = words
    }
  }

  /// What the test is called; nil for nothing.
  public var name: String?
  /// The targets X and Y, then the attributes A and B.
  public var lists: [List]

  /// Sets to be compared.
  ///
  /// - Throws: `WordtoolError` of kind `usage` for other than four lists.
  public init(name: String? = nil, lists: [List]) throws {
    try OptionCheck.require(
      lists.count == 4, found: "\(lists.count) lists of words",
      expected: "four: two of targets, two of attributes")
    self.name = name
    self.lists = lists
  }
}

/// Whether two kinds of words stand nearer to two others: the Word Embedding Association Test.
///
/// The association of a word w is s(w) = mean cos(w, a) - mean cos(w, b) over the attributes A and B. The
/// effect size is (mean s over X - mean s over Y) / the standard deviation of s over both (with n - 1, as
/// May et al. 2019 compute it). The p-value is the share of partitions of X and Y into sets of those sizes
/// whose Σ s over the first less Σ s over the second is larger.
///
/// - SeeAlso: Caliskan, Bryson and Narayanan 2017, "Semantics derived automatically from language corpora
///   contain human-like biases", Science 356, supplement.
public struct AssociationTest: Hashable, Sendable {
  /// The effect size, -2 ... 2; nil when all associations are equal.
  public let effectSize: Double?
  /// Σ s over X less Σ s over Y.
  public let statistic: Double
  /// The one-sided p-value. Of partitions that were drawn, (larger + 1) / (drawn + 1).
  public let pValue: Double
  /// How many partitions were looked at.
  public let partitionCount: Int
  /// Whether those were all there are.
  public let isExact: Bool
  /// The association of each target, X then Y.
  public let associations: [(word: String, value: Double)]
  /// How many words of each list are known.
  public let knownCounts: [Int]
  /// Words that are not there, in the order of the lists.
  public let unknown: [String]

  /// Partitions that are all looked at; of more, `samples` are drawn.
  public static let exactLimit = 200_000

  /// Whether both are the same test with the same result.
  public static func == (left: AssociationTest, right: AssociationTest) -> Bool {
    left.effectSize == right.effectSize && left.statistic == right.statistic
      && left.pValue == right.pValue && left.partitionCount == right.partitionCount
      && left.associations.elementsEqual(right.associations, by: ==)
      && left.knownCounts == right.knownCounts && left.unknown == right.unknown
  }

  /// The hash of the numbers.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(statistic)
    hasher.combine(pValue)
    hasher.combine(unknown)
  }
}

extension WordVectors {
  /// Runs a test of association; words that are not there are left out.
  ///
  /// - Parameters:
  ///   - sets: the words.
  ///   - samples: how many partitions are drawn where there are more than
  ///     ``AssociationTest/exactLimit``.
  ///   - seed: where the drawing starts.
  ///   - threads: how many threads to use, at least 1.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  /// - Throws: `WordtoolError`: `usage` for numbers out of their range, `unavailable` when a list has no
  ///   word that is there, `badData` for a damaged file, `interrupted` once `stop` is raised.
  public func test(
    _ sets: AssociationSets, samples: Int = 100_000, seed: UInt64 = 1,
    threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag()
  ) throws -> AssociationTest {
    try OptionCheck.requireThreads(threads)
    try OptionCheck.require("samples", samples, in: 1...100_000_000)
    var unknown: [String] = []
    let lists = try sets.lists.map { list in
      let found = list.words.compactMap { word -> QueryWord? in
        let known = known(word)
        if known == nil { unknown.append(word) }
        return known
      }
      guard !found.isEmpty else {
        throw WordtoolError(
          .unavailable,
          found: "no word of '\(list.name)' is in \(name ?? "the vocabulary")",
          expected: "one at least of each list")
      }
      return found
    }
    let targets = lists[0] + lists[1]
    let values = try targets.map { word in
      func mean(_ attributes: [QueryWord]) throws -> Double {
        try attributes.reduce(0) { try $0 + similarity(word, $1) } / Double(attributes.count)
      }
      return try mean(lists[2]) - mean(lists[3])
    }
    let partitions = try Partitions.count(
      values, first: lists[0].count, samples: samples, seed: seed, threads: threads, stop: stop)
    return AssociationTest(
      effectSize: Self.effectSize(values, first: lists[0].count), statistic: partitions.statistic,
      pValue: partitions.pValue, partitionCount: partitions.count, isExact: partitions.isExact,
      associations: zip(targets, values).map { ($0.text, $1) },
      knownCounts: lists.map(\.count), unknown: unknown)
  }

  private static func effectSize(_ values: [Double], first: Int) -> Double? {
    func mean(_ values: ArraySlice<Double>) -> Double {
      values.reduce(0, +) / Double(values.count)
    }
    let all = mean(values[...])
    let variance = values.reduce(0) { $0 + ($1 - all) * ($1 - all) } / Double(values.count - 1)
    guard variance > 0 else { return nil }
    return (mean(values[..<first]) - mean(values[first...])) / variance.squareRoot()
  }
}

/// The partitions of some numbers into two sets of given sizes.
private enum Partitions {
  struct Result {
    var statistic: Double
    var pValue: Double
    var count: Int
    var isExact: Bool
  }

  /// Sums are of the same numbers in another order; what is equal but for that is no larger.
  private static let slack = 1e-12

  static func count(
    _ values: [Double], first: Int, samples: Int, seed: UInt64, threads: Int, stop: StopFlag
  ) throws -> Result {
    let total = values.reduce(0, +)
    let observed = values[..<first].reduce(0, +)
    let statistic = 2 * observed - total
    let limit = observed + slack
    if let all = binomial(values.count, first), all <= AssociationTest.exactLimit {
      var larger = 0
      forEachChoice(of: first, from: values) { if $0 > limit { larger += 1 } }
      return Result(
        statistic: statistic, pValue: Double(larger) / Double(all), count: all, isExact: true)
    }
    let larger = Locked(0)
    try VectorStorage.inPieces(of: samples, size: 1024, threads: threads) { range in
      if stop.isRaised {
        throw WordtoolError(.interrupted, found: "the test was stopped before its end")
      }
      var found = 0
      var order = values
      for sample in range {
        var random = RandomSource(seed: seed, UInt64(sample))
        order = values
        var sum = 0.0
        // The first places of a shuffle (Fisher and Yates).
        for place in 0..<first {
          let rest = UInt64(order.count - place)
          let other = place + Int(random.next().multipliedFullWidth(by: rest).high)
          order.swapAt(place, other)
          sum += order[place]
        }
        if sum > limit { found += 1 }
      }
      let count = found
      larger.withLock { $0 += count }
    }
    return Result(
      statistic: statistic,
      pValue: Double(larger.withLock { $0 } + 1) / Double(samples + 1), count: samples,
      isExact: false)
  }

  /// n over k; nil above the limit.
  private static func binomial(_ n: Int, _ k: Int) -> Int? {
    var result = 1
    for step in 1...max(1, min(k, n - k)) where min(k, n - k) > 0 {
      result = result * (n - min(k, n - k) + step) / step
      if result > AssociationTest.exactLimit { return nil }
    }
    return result
  }

  /// Calls `body` with the sum of each choice of `count` numbers.
  private static func forEachChoice(
    of count: Int, from values: [Double], _ body: (Double) -> Void
  ) {
    var chosen = Array(0..<count)
    while true {
      body(chosen.reduce(0) { $0 + values[$1] })
      guard let place = chosen.indices.last(where: { chosen[$0] < values.count - count + $0 })
      else {
        return
      }
      chosen[place] += 1
      for later in place + 1..<max(place + 1, count) { chosen[later] = chosen[later - 1] + 1 }
    }
  }
}

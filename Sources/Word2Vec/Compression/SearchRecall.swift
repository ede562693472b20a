import BLASCore
public import WordtoolCore

/// How many of the true nearest words a search finds.
public struct SearchRecall: Codable, Hashable, Sendable {
  /// The mean share of the `count` nearest words that are found, 0 ... 1.
  public let recall: Double
  /// How many nearest words are compared.
  public let count: Int
  /// How many words were asked.
  public let queries: Int

  /// Compares the neighbours of words, drawn by chance, in two sets with the same words: those of the
  /// first are the true ones.
  ///
  /// - Parameters:
  ///   - found: the vectors that are measured.
  ///   - originals: the vectors whose neighbours are the right ones.
  ///   - count: neighbours of a word.
  ///   - queries: how many words are asked, at most.
  ///   - seed: where the random choice of words starts.
  ///   - threads: how many threads to use, at least 1.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  /// - Throws: as ``WordVectors/neighbors(of:options:stop:)``.
  public init(
    of found: WordVectors, against originals: WordVectors, count: Int = 10, queries: Int = 1000,
    seed: UInt64 = 1, threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag()
  ) throws {
    let rows = Self.rows(of: originals, queries, seed: seed)
    let options = SearchOptions(count: count, threads: threads)
    let right = try originals.neighbors(ofRows: rows, options: options, stop: stop)
    let given = try found.neighbors(ofRows: rows, options: options, stop: stop)
    self.init(right, given, count: count)
  }

  init(_ right: [[Neighbor]], _ given: [[Neighbor]], count: Int) {
    var (hits, wanted) = (0, 0)
    for (right, given) in zip(right, given) {
      hits += Set(right.map(\.index)).intersection(given.map(\.index)).count
      wanted += right.count
    }
    recall = wanted > 0 ? Double(hits) / Double(wanted) : 1
    self.count = count
    queries = right.count
  }

  /// Rows with a length, drawn by chance, in their order.
  static func rows(of vectors: WordVectors, _ count: Int, seed: UInt64) -> [Int] {
    var rows = vectors.indices.filter { vectors.norms[$0] > 0 }
    var random = RandomSource(seed: seed, 0x4EC4)
    rows.shuffle(using: &random)
    return rows.prefix(count).sorted()
  }
}

extension WordVectors {
  /// The words nearest to rows.
  func neighbors(
    ofRows rows: [Int], options: SearchOptions, stop: StopFlag
  ) throws -> [[Neighbor]] {
    let queries = try rows.map { try query(values: vector(at: $0), excluding: [$0]) }
    return try neighbors(of: queries, options: options, stop: stop)
  }
}

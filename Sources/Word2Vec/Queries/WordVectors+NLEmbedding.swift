/// The spellings that users of Apple's NLEmbedding know. A distance is 1 - cosine similarity,
/// 0 ... 2.
extension WordVectors {
  /// How many words there are: ``count``.
  public var vocabularySize: Int { count }

  /// The nearest words and their distances, nearest first; empty for a word that is not there.
  ///
  /// - Throws: `WordtoolError` of kind `badData` for a damaged file, `usage` for a negative count.
  public func neighbors(for word: String, maximumCount: Int) throws -> [(String, Double)] {
    guard let word = known(word) else { return [] }
    return try neighbors(
      of: try query(terms: [(1, word)]), options: SearchOptions(count: maximumCount)
    ).map { ($0.word, 1 - Double($0.similarity)) }
  }

  /// Calls `block` with the nearest words and their distances, nearest first, until it returns
  /// false.
  ///
  /// - Throws: as ``neighbors(for:maximumCount:)``.
  public func enumerateNeighbors(
    for word: String, maximumCount: Int, using block: (String, Double) throws -> Bool
  ) throws {
    for (neighbor, distance) in try neighbors(for: word, maximumCount: maximumCount) {
      guard try block(neighbor, distance) else { return }
    }
  }

  /// The distance of two words; nil when one is not there.
  ///
  /// - Throws: `WordtoolError` of kind `badData` for a damaged file.
  public func distance(between a: String, and b: String) throws -> Double? {
    guard let a = known(a), let b = known(b) else { return nil }
    return 1 - (try similarity(a, b))
  }
}

import Word2Vec

extension WordVectors {
  /// The first `count` words with their vectors, copied.
  ///
  /// - Precondition: `count` is in `0 ... self.count`.
  func first(_ count: Int) throws -> WordVectors {
    precondition(count >= 0 && count <= self.count, "\(count) words of \(self.count)")
    var values: [Float] = []
    values.reserveCapacity(count * dimension)
    for row in 0..<count { values += vector(at: row) }
    return try WordVectors(
      words: (0..<count).map { word(at: $0) }, counts: counts.map { Array($0[..<count]) },
      dimension: dimension, values: values, metadata: metadata)
  }
}

import WordtoolCore

extension VectorStorage {
  /// The exact best rows for a query vector by cosine, found by looking at every row.
  ///
  /// - Parameters:
  ///   - query: [dimension]; its length does not matter for the order but scales the scores.
  ///   - limit: only rows below this number are looked at.
  ///   - excluded: rows that are no answers.
  func nearest(
    to query: [Float], count: Int, minimum: Float?, limit: Int, excluded: [Int], threads: Int
  ) throws -> [TopList.Candidate] {
    try best(count: count, minimum: minimum, limit: limit, excluded: excluded, threads: threads) {
      storage, range, scores in
      query.withUnsafeBufferPointer { query in
        guard let query = query.baseAddress else { return }
        storage.cosines(of: query, rows: range, into: scores)
      }
    }
  }

  /// The exact best rows by 3CosMul over unit vectors of the positive and negative words.
  func nearestByProduct(
    positive: [[Float]], negative: [[Float]], epsilon: Float, count: Int, minimum: Float?,
    limit: Int, excluded: [Int], threads: Int
  ) throws -> [TopList.Candidate] {
    try best(count: count, minimum: minimum, limit: limit, excluded: excluded, threads: threads) {
      storage, range, scores in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * range.count) { scratch in
        guard let cosines = scratch.baseAddress else { return }
        let divisors = cosines + range.count
        for index in 0..<range.count {
          scores[index] = 1
          divisors[index] = 1
        }
        for (vectors, target) in [(positive, scores), (negative, divisors)] {
          for vector in vectors {
            vector.withUnsafeBufferPointer {
              guard let base = $0.baseAddress else { return }
              storage.cosines(of: base, rows: range, into: cosines)
            }
            for index in 0..<range.count { target[index] *= (1 + cosines[index]) / 2 }
          }
        }
        for index in 0..<range.count { scores[index] /= divisors[index] + epsilon }
      }
    }
  }

  /// Writes the inner product of `query` with each row's unit vector; 0 for rows without length.
  func cosines(
    of query: UnsafePointer<Float>, rows range: Range<Int>, into target: UnsafeMutablePointer<Float>
  ) {
    switch rows {
    case .float32(let base, let stride):
      for row in range {
        target[row - range.lowerBound] = Dot.product(query, base + row * stride, dimension)
      }
      for row in range {
        target[row - range.lowerBound] *= norms[row] > 0 ? 1 / norms[row] : 0
      }
    case .int8(let base, let scales):
      for row in range {
        target[row - range.lowerBound] =
          Dot.product(query, base + row * dimension, dimension)
          * (norms[row] > 0 ? scales[row] / norms[row] : 0)
      }
    }
  }

  private func best(
    count: Int, minimum: Float?, limit: Int, excluded: [Int], threads: Int,
    _ score:
      @escaping @Sendable (VectorStorage, Range<Int>, UnsafeMutablePointer<Float>) -> Void
  ) throws -> [TopList.Candidate] {
    let excluded = Set(excluded)
    let lists = Lists(TopList(capacity: count, minimum: minimum))
    try Self.inPieces(of: min(limit, self.count), threads: threads) { [self] range in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: range.count) { scratch in
        guard let scores = scratch.baseAddress else { return }
        score(self, range, scores)
        // The shared list's threshold only rises, so an old one lets through too much at worst.
        var list = TopList(capacity: count, minimum: lists.threshold)
        for row in range where scores[row - range.lowerBound] >= list.threshold {
          if !excluded.isEmpty, excluded.contains(row) { continue }
          list.insert(.init(score: scores[row - range.lowerBound], row: row))
        }
        lists.merge(list)
      }
    }
    return lists.sorted
  }

  /// The list that all threads add to.
  private final class Lists: Sendable {
    private let list: Locked<TopList>
    init(_ list: TopList) { self.list = Locked(list) }
    var threshold: Float { list.withLock { $0.threshold } }
    var sorted: [TopList.Candidate] { list.withLock { $0.sorted } }
    func merge(_ other: TopList) {
      list.withLock { list in
        for candidate in other.sorted { list.insert(candidate) }
      }
    }
  }
}
